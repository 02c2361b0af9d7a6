"""The machine that follows the grammar's tables: states, symbols, and what fits next.

The tables are made once from the grammar (see `generate`). Rows are unpacked when a state is first visited: a small
spec meets few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from patron.dsl import lexer
from patron.grammars import tables

SYMBOLS: Final[list[str]] = tables.SYMBOLS
RULES: Final = tables.RULES
WORDS: Final[dict[str, int]] = tables.WORDS
STARTS: Final[dict[str, tuple[int, int]]] = tables.STARTS
TERMINAL: Final[dict[str, int]] = {name: n for n, name in enumerate(SYMBOLS[: tables.TERMINALS])}
SPELLING: Final[dict[int, str]] = {n: word for word, n in WORDS.items()}

END_OF_TEXT, NEWLINE, NAME = TERMINAL["$END"], TERMINAL["_NL"], TERMINAL["NAME"]
UNIT, WEEKDAY, CURRENCY = TERMINAL["UNIT"], TERMINAL["WEEKDAY"], TERMINAL["CURRENCY"]
INT, NUMBER, VERSION = TERMINAL["INT"], TERMINAL["NUMBER"], TERMINAL["VERSION"]
LPAR, RPAR, LBRACE, RBRACE = WORDS["("], WORDS[")"], WORDS["{"], WORDS["}"]
EQ = WORDS["="]

GLUE: Final = frozenset(WORDS[w] for w in "{ , = and or + - * / then else".split())
"""After these a newline does not end the line."""

UNITS: Final = frozenset(u + s for u in "second minute hour day week month quarter year".split() for s in ("", "s"))
WEEKDAYS: Final = tuple(f"{d}day" for d in "mon tues wednes thurs fri satur sun".split())

_SHAPES: Final = {
    lexer.STRING: TERMINAL["STRING"], lexer.OPEN_TEXT: TERMINAL["STRING"], lexer.SQLTEXT: TERMINAL["SQLTEXT"],
    lexer.OPEN_SQL: TERMINAL["SQLTEXT"], lexer.MONEY: TERMINAL["MONEY"], lexer.PERCENT: TERMINAL["PERCENT"],
    lexer.DATE: TERMINAL["DATE"], lexer.DATETIME: TERMINAL["DATETIME"], lexer.TIME: TERMINAL["TIME"],
    lexer.LONG_VERSION: VERSION, lexer.QUOTED: NAME,
}  # fmt: skip
NOTHING = -1
"""The terminal of a token that stands nowhere, such as `&`."""

ROWS: Final[list[dict[int, int] | None]] = [None] * len(tables.STATES)
"""The rows unpacked so far, by state; read them through `row` unless every moment counts."""

KEPT: Final = frozenset(tables.KEPT)
"""Terminals that are part of a node; all others only lead to one."""


def row(state: int) -> dict[int, int]:
    """What to do in a state, by symbol: go to a state (n >= 0) or apply rule -n - 1."""
    found = ROWS[state]
    if found is None:
        cells = list(map(int, tables.ROWS[tables.STATES[state]].split()))
        found = ROWS[state] = dict(zip(cells[::2], cells[1::2], strict=True))
    return found


def terminal(kind: int, text: str, here: dict[int, int]) -> int:
    """The terminal a raw token is, given the row of the state it meets; keywords only where they are expected."""
    if kind == lexer.WORD:
        keyword = WORDS.get(text, NOTHING)
        if keyword in here:
            return keyword
        if UNIT in here and text in UNITS:
            return UNIT
        if WEEKDAY in here and text in WEEKDAYS:
            return WEEKDAY
        if CURRENCY in here and len(text) == 3 and text.isascii() and text.isalpha() and text.isupper():
            return CURRENCY
        return NAME
    if kind == lexer.SIGN:
        return WORDS[text]
    if kind == lexer.NUMBER:
        if INT in here and text.isdigit():
            return INT
        return VERSION if VERSION in here and "." in text and "_" not in text else NUMBER
    return _SHAPES.get(kind, NOTHING)


def feed(states: list[int], symbol: int) -> bool:
    """Moves a row of states by one terminal without building anything; False when it does not fit."""
    while True:
        action = row(states[-1]).get(symbol)
        if action is None:
            return False
        if action >= 0:
            states.append(action)
            return True
        left, size = RULES[-action - 1][:2]
        del states[-size:]
        states.append(row(states[-1])[left])
        if symbol == END_OF_TEXT and len(states) == 2:
            return True


def accepted(states: Sequence[int]) -> frozenset[int]:
    """The terminals that really fit next: the tables alone would also name some that fail a step later."""
    candidates = (s for s in row(states[-1]) if s < tables.TERMINALS)
    return frozenset(s for s in candidates if feed(list(states), s))
