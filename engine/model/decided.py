"""Functions whose value is known while a spec is read: nothing of them is left for SQL."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from patron.engine.model.terms import Children, Field, Lit, Op, Term
from patron.engine.types import Type

PLAIN = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")


def decided(name: str, args: Sequence[Term], type_: Type) -> Term | None:
    """The value of a call, where it is known already. `args` are those that the function takes."""
    return _DECIDED[name](args, type_) if name in _DECIDED else None


def _days(args: Sequence[Term], type_: Type) -> Term | None:
    length = args[0].value if isinstance(args[0], Lit) else None
    return Lit(Decimal(length // dt.timedelta(seconds=1)) / 86_400 if isinstance(length, dt.timedelta) else None, type_)


def _nth(args: Sequence[Term], type_: Type) -> Term | None:
    place = args[0].value if isinstance(args[0], Lit) else None
    return args[place] if isinstance(place, int) and 1 <= place < len(args) else Lit(None, type_)


def _number(args: Sequence[Term], type_: Type) -> Term | None:
    """A text without a digit is no number; how others are read is left to SQL."""
    (value,) = args
    if value.type.kind == "number":
        return value
    if not isinstance(value, Lit) or not isinstance(value.value, str | None):
        return None
    if value.value is None:
        return Lit(None, type_)
    if PLAIN.fullmatch(value.value):
        return Lit(Decimal(value.value), type_)
    return None if any(c.isdigit() for c in value.value) else Lit(None, type_)


def _in_order(args: Sequence[Term], type_: Type) -> Term | None:
    """The text itself, of a type that knows how its values sort."""
    text, labels = args[0], tuple(str(a.value) for a in args[1:] if isinstance(a, Lit))
    sorted_type = replace(type_, labels=labels)
    return replace(text, type=sorted_type) if isinstance(text, (Op, Field, Children)) else text


def _shown_as(args: Sequence[Term], type_: Type) -> Term | None:
    """The text itself, of a type that knows what readers are shown instead of one of its values."""
    text, value, words = args
    said = ((str(value.value), str(words.value)),) if isinstance(value, Lit) and isinstance(words, Lit) else ()
    shown_type = replace(type_, words=(*type_.words, *said))
    return replace(text, type=shown_type) if isinstance(text, (Op, Field, Children)) else text


_DECIDED: Mapping[str, Callable[[Sequence[Term], Type], Term | None]] = {
    "days": _days, "nth": _nth, "number": _number, "in_order": _in_order, "shown_as": _shown_as,
}  # fmt: skip
FOLDED = frozenset({"days", "nth", "in_order", "shown_as"})
"""Those that are always known."""

__all__ = ["FOLDED", "decided"]
