"""Arithmetic and comparison of finished values, as the language defines them: exact money, missing is false."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TypeAlias

from patron.dsl.nodes import dataclass

Plain: TypeAlias = Decimal | str | bool | dt.date | dt.datetime | None

_SIX = Decimal("0.000001")
_EXACT = Context(prec=60)


@dataclass(frozen=True, slots=True)
class Known:
    """A value with its kind (number, money, text, date, moment, yesno); None is missing."""

    value: Plain
    kind: str = "number"

    @staticmethod
    def of(value: object, kind: str) -> Known:
        """A cell of a result."""
        if isinstance(value, bool) or value is None or isinstance(value, (str, dt.date)):
            return Known(value, kind)
        return Known(Decimal(str(value)), kind)

    def __str__(self) -> str:
        """As a reader of a failed expectation sees it."""
        if self.value is None:
            return "missing"
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, Decimal):
            from patron.engine.report.text import money_text, number_text

            return money_text(self.value) if self.kind == "money" else number_text(self.value)
        return f'"{self.value}"' if isinstance(self.value, str) else self.value.isoformat()


MISSING = Known(None, "missing")


def calculate(op: str, left: Known, right: Known) -> Known:
    """`+ - * /`: missing with anything missing, and divided by zero; money by a number has six decimals."""
    a, b = left.value, right.value
    if not isinstance(a, Decimal) or not isinstance(b, Decimal):
        return MISSING
    kind = _kind(op, left.kind, right.kind)
    if op == "/":
        if b == 0:
            return Known(None, kind)
        value = _EXACT.divide(a, b)
    else:
        value = {"+": _EXACT.add, "-": _EXACT.subtract, "*": _EXACT.multiply}[op](a, b)
    if kind == "money" and op in "*/":
        value = value.quantize(_SIX, ROUND_HALF_UP, _EXACT)
    return Known(value, kind)


def _kind(op: str, left: str, right: str) -> str:
    if op == "/" and left == right == "money":
        return "number"
    return "money" if "money" in (left, right) else "number"


def holds(op: str, left: Known, right: Known, tolerance: Decimal | None = None) -> bool:
    """Whether a comparison holds; with a missing side only `!=` does. `tolerance` widens `=`."""
    if op == "!=":
        return not holds("=", left, right, tolerance)
    a, b = left.value, right.value
    if a is None or b is None:
        return False
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return _ordered(op, a, b) if op != "=" else abs(a - b) <= (tolerance or 0)
    if isinstance(a, dt.datetime) and isinstance(b, dt.datetime):
        return _ordered(op, a, b)
    if isinstance(a, dt.date) and isinstance(b, dt.date):
        return _ordered(op, _day(a), _day(b))
    return a == b if op == "=" else isinstance(a, str) and isinstance(b, str) and _ordered(op, a, b)


def _day(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _ordered(op: str, a: object, b: object) -> bool:
    match op:
        case "=":
            return a == b
        case "<":
            return bool(a < b)  # type: ignore[operator]
        case "<=":
            return bool(a <= b)  # type: ignore[operator]
        case ">":
            return bool(a > b)  # type: ignore[operator]
    return bool(a >= b)  # type: ignore[operator]
