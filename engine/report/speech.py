"""Values and demands in plain words, for explanations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from patron.dsl.nodes import dataclass
from patron.engine.model.periods import to_local
from patron.engine.plan.parts import smallest_unit
from patron.engine.types import Type

SIGNS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Writes values as a spec of this project would."""

    currency: str
    zone: str

    def value(self, value: Any, type_: Type) -> str:
        """A value of a type; texts in quotes, moments on the project's clock."""
        if value is None:
            return "missing"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if type_.kind == "money":
            return self.money(Decimal(value))
        if isinstance(value, dt.datetime):
            naive = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo is not None else value
            local = to_local(naive, self.zone)
            return f"{local:%Y-%m-%d}" if local.time() == dt.time() else f"{local:%Y-%m-%d %H:%M}"
        if isinstance(value, (int, float, Decimal)):
            return number(value)
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(f'"{v}"' for v in sorted(map(str, value))) or "empty"
        if isinstance(value, dt.date):
            return value.isoformat()
        return f'"{value}"'

    def money(self, value: Decimal, *, exact: bool = False) -> str:
        """`$1,250.00`; currencies without a sign of their own by their code. `exact`: with every decimal it has."""
        digits = len(str(smallest_unit(self.currency))) - 1
        if exact:
            digits = max(digits, len(f"{value:f}".partition(".")[2].rstrip("0")))
        said = f"{abs(value):,.{digits}f}"
        minus = "-" if value < 0 else ""
        sign = SIGNS.get(self.currency)
        return f"{minus}{sign}{said}" if sign else f"{minus}{said} {self.currency}"


def number(value: float | Decimal) -> str:
    """A number with at most four decimals."""
    return f"{value:,.4f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"


def counted(count: int, one: str, many: str) -> str:
    """`1 order`, `2 orders`, `no orders`."""
    return f"no {many}" if count == 0 else f"{count:,} {one if count == 1 else many}"


_DEMANDS: Mapping[str, str] = {
    "=": "{}", "!=": "anything but {}", ">=": "{} or more", ">": "more than {}", "<=": "{} or less",
    "<": "less than {}",
}  # fmt: skip
_DATED: Mapping[str, str] = {
    ">=": "{} or later", ">": "later than {}", "<=": "{} or earlier", "<": "earlier than {}",
}  # fmt: skip
OPPOSITE: Mapping[str, str] = {"=": "!=", "!=": "=", ">=": "<", "<": ">=", "<=": ">", ">": "<="}


def demand(op: str, bound: str, timely: bool = False) -> str:
    """What a comparison asks for: `$500.00 or more`."""
    words = _DATED.get(op) if timely else None
    return (words or _DEMANDS[op]).format(bound)
