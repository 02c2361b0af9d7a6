"""Lines from pieces: where a long line may break, and how it does.

A piece of text holds soft blanks. Each has a level: a line that is too long breaks at all blanks of its lowest level,
and each part again at the next one while it is too long. A soft blank stands only where the language lets a line go on.
"""

from __future__ import annotations

import re

WIDTH = 120
PARTS, SPLIT, ELSE, THEN, OR, AND, COMMA, OPERATOR = range(1, 9)
DEEPER = 10
"""What a bracket adds to the level of the blanks inside it."""

_SOFT = re.compile("\x01([0-9]+)\x02")


def soft(level: int) -> str:
    """A blank at which a line that is too long may break."""
    return f"\x01{level}\x02"


def flat(text: str) -> str:
    """The text on one line."""
    return _SOFT.sub(" ", text)


def lines(text: str, indent: int, hang: int = 2) -> list[str]:
    """The text in lines that begin at `indent`, those after the first `hang` further in."""
    pieces = _SOFT.split(text)
    return _broken(pieces[0::2], [int(level) for level in pieces[1::2]], indent, hang)


def _broken(words: list[str], levels: list[int], indent: int, hang: int) -> list[str]:
    """`levels[n]` is the soft blank between words n and n + 1."""
    whole = " ".join(words)
    if not levels or indent + max(map(len, whole.split("\n"))) <= WIDTH:
        return [" " * indent + whole]
    level = min(levels)
    cuts = [n for n, here in enumerate(levels) if here == level]
    pieces: list[tuple[list[str], list[int]]] = []
    start = 0
    for cut in [*cuts, len(levels)]:
        pieces.append((words[start : cut + 1], levels[start:cut]))
        start = cut + 1
    fill = level % DEEPER in (COMMA, OPERATOR)
    return _filled(pieces, indent, hang) if fill else _stacked(pieces, indent, hang)


_Piece = tuple[list[str], list[int]]


def _stacked(pieces: list[_Piece], indent: int, hang: int) -> list[str]:
    """Each piece on a line of its own."""
    first, *others = pieces
    out = _broken(*first, indent, hang + 2)
    for piece in others:
        out += _broken(*piece, indent + hang, 2)
    return out


def _filled(pieces: list[_Piece], indent: int, hang: int) -> list[str]:
    """As many pieces on a line as fit: for lists."""
    first, *others = pieces
    out = _broken(*first, indent, hang + 2)
    for words, levels in others:
        whole = " ".join(words)
        if len(out[-1]) + 1 + len(whole) <= WIDTH:
            out[-1] += " " + whole
        else:
            out += _broken(words, levels, indent + hang, 2)
    return out
