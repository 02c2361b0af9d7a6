"""What a load stored: how each column lies in the backend, and what is known of its values.

The plan and the SQL are built from this, so that a condition that cannot change anything is left out and ids are
compared as what they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from patron.dsl.nodes import dataclass, field
from patron.engine.types import Type


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column as stored.

    storage: text, whole (BIGINT: ids and numbers that are all whole), double, money (DECIMAL(18,4)), date, moment
    (TIMESTAMP, naive UTC), yesno (BOOLEAN), texts (VARCHAR[]). A moment `x` has companions `x@date` (DATE, local),
    `x@hour` (local hour 0 to 23) and `x@day_only` (BOOLEAN: it came from a date).
    `filled` is False for a canonical column that no source fills: it is stored as missing.
    """

    name: str
    type: Type
    storage: str
    filled: bool = True
    never_missing: bool = False
    low: object = None
    high: object = None
    """Smallest and largest value, where cheap to know: dates, moments, whole numbers."""
    values: tuple[str, ...] | None = None
    """Every value of a text that has few of them, in order."""


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A canonical table as stored, in order of its default date. `one_zone`: all its rows have the project's zone,
    so local dates follow the moments. `present` is False for a table made only of ids met elsewhere."""

    name: str
    columns: Mapping[str, StoredColumn]
    rows: int
    present: bool = True
    one_zone: bool = True
    reach: dt.date | None = None
    """Of orders the local date of the last sale, of lines that of the last sale that has any."""


@dataclass(frozen=True, slots=True)
class Store:
    """Everything a load stored. `newest` is the latest moment anywhere (creation, cancellation, return, leaving):
    an `as of` at or after it hides nothing. `busiest` is the largest number of action-and-order pairs of one
    customer. `key` names the load: what it was made from and how."""

    tables: Mapping[str, StoredTable] = field(default_factory=dict)
    newest: dt.datetime | None = None
    busiest: int = 0
    key: str = ""
