"""Names, texts, numbers and other small pieces as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from patron.dsl import tree as t
from patron.dsl.building.base import NULLS, RESERVED
from patron.dsl.lexer import CONTINUES
from patron.dsl.printing.layout import COMMA, soft
from patron.grammars.tables import CLASHES, PATTERNS

_PLAIN = re.compile(PATTERNS["NAME"].split("|`")[0])

NOWHERE: frozenset[str] = frozenset()
VALUE = RESERVED | CONTINUES | frozenset("everyone all any none one known between before after within".split())
"""Words that mean something else where a value may begin: as names they stand in backticks there."""
OBJECT = VALUE | frozenset(CLASHES)
"""The same where a name stands right behind another one."""
COLUMN = CONTINUES | frozenset("add bad describe group keep".split())
"""The same on the left of a mapping."""
KEY = CONTINUES | frozenset(("rest", "total"))
"""The same where a setting begins."""


def name(given: t.Name, taken: frozenset[str] = NOWHERE) -> str:
    text = given.text
    return text if _PLAIN.fullmatch(text) and text not in taken else f"`{text}`"


def path(given: t.Path, taken: frozenset[str] = NOWHERE) -> str:
    """A path; only its first name can be mistaken for a keyword."""
    first, *others = given.parts
    taken = taken if others else taken | NULLS
    return ".".join([name(first, taken), *(name(part) for part in others)])


def names(given: Iterable[t.Path], level: int = COMMA) -> str:
    return listed((path(p) for p in given), level)


def listed(given: Iterable[str], level: int = COMMA) -> str:
    return f",{soft(level)}".join(given)


def text(given: t.Text | str) -> str:
    value = given if isinstance(given, str) else given.value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def title(given: str | None) -> str:
    return "" if given is None else " " + text(given)


def decimal(value: Decimal) -> str:
    return format(value, "f")


def money(given: t.Money) -> str:
    if given.currency.isalpha():
        return f"{decimal(given.value)} {given.currency}"
    whole, dot, part = decimal(given.value).partition(".")
    return f"{given.currency}{int(whole):,}{dot}{part}"


def param(given: t.Param) -> str:
    return "$" + name(given.name)


def name_or_param(given: t.Name | t.Param) -> str:
    return param(given) if isinstance(given, t.Param) else name(given)


def count(given: t.Count) -> str:
    return param(given) if isinstance(given, t.Param) else decimal(given.value)


def units(amount: t.Count, unit: str) -> str:
    """The unit, in the plural unless there is one of it."""
    return unit if isinstance(amount, t.Number) and amount.value == 1 else unit + "s"


def counted(amount: t.Count, unit: str, full: bool = False) -> str:
    return f"{count(amount)} {'full ' if full else ''}{units(amount, unit)}"


def duration(given: t.Duration) -> str:
    return counted(given.count, given.unit)


def every(given: t.Every) -> str:
    if given.weekdays:
        said = ", ".join(given.weekdays)
    elif given.day is not None:
        said = f"{given.unit} on day {given.day}"
    elif given.count == 1:
        said = str(given.unit)
    else:
        said = f"{given.count} {given.unit}s"
    return f"every {said}" + (f" at {given.at}" if given.at else "")
