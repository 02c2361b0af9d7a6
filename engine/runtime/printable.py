"""Texts that people see: nothing in them moves a cursor, hides, or turns the direction of what follows."""

from __future__ import annotations

import unicodedata

_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text after them."""


def plain(text: str) -> str:
    """A text with nothing unprintable in it: control characters become their pictures, broken halves a mark."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _picture(c) for c in text)


def one_line(text: str) -> str:
    """The same on one line, so that a value cannot pretend to be a line of ours."""
    return plain(text).replace("\n", "\u240a")


def _picture(character: str) -> str:
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    if code == 127:
        return "\u2421"
    kind = unicodedata.category(character)
    if kind in ("Zs", "Zl", "Zp"):
        return " "
    return "\ufffd" if kind in ("Cs", "Cc") or character in _TURNS else character
