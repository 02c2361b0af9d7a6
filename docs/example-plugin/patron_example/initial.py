"""A function: built from sqlglot expressions, never from text, so that every dialect spells it its own way."""

from collections.abc import Sequence
from typing import Any


def initial(arguments: Sequence[Any], dialect: str) -> Any:
    """The first letter, as a capital."""
    from sqlglot import exp

    first = exp.Substring(this=arguments[0], start=exp.Literal.number(1), length=exp.Literal.number(1))
    return exp.Upper(this=first)
