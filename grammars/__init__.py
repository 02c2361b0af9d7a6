"""The grammar of the language as text, and the tables made from it."""

from __future__ import annotations


def grammar_text() -> str:
    """The text of `patron.lark`, also from an installed wheel."""
    from importlib.resources import files

    return files(__name__).joinpath("patron.lark").read_text(encoding="utf-8")
