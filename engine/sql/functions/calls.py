"""A call of a function or operator as it is lowered: its arguments in SQL with their types, and what it depends on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.sql.build import E
from patron.engine.types import Type


@dataclass(frozen=True, slots=True)
class Scalars:
    """What functions depend on besides their arguments. `week_start` is the ISO number of the project's first
    weekday (1 Monday ... 7 Sunday); `now` is naive UTC."""

    dialect: str = "duckdb"
    week_start: int = 1
    today: dt.date | None = None
    now: dt.datetime | None = None
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Call:
    """One call to be made SQL of."""

    args: Sequence[E]
    types: Sequence[Type]
    result: Type
    context: Scalars


Lower: TypeAlias = Callable[[Call], E]
