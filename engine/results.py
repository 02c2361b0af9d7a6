"""What a run gives: results with a state for every value, and reports that know no file format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from patron.dsl.nodes import dataclass, field
from patron.engine.types import Format, Type

if TYPE_CHECKING:
    import pandas
    import pyarrow

Value: TypeAlias = str | int | float | Decimal | bool | dt.date | dt.datetime | None
"""A cell. Moments are aware datetimes in UTC; money is Decimal, other numbers int or float."""

OK = "ok"
EMPTY = "empty"
NOT_TRACKED = "not tracked"
NOT_ENOUGH_DATA = "not enough data"
PENDING = "pending"
EXPIRED = "expired"
SUPPRESSED = "suppressed"
NOT_PERMITTED = "not permitted"
SOURCE_MISSING = "source missing"

STATES: Mapping[str, str] = {
    OK: "a value; 0 is one",
    EMPTY: "no rows, or divided by zero",
    NOT_TRACKED: "before tracking began, or a channel that is not tracked",
    NOT_ENOUGH_DATA: "too little history for a prediction",
    PENDING: "the list has not been taken yet",
    EXPIRED: "the list's time is over; the last values stay",
    SUPPRESSED: "hidden: it would be about too few people",
    NOT_PERMITTED: "your role may not see this",
    SOURCE_MISSING: "no source fills the table or column it needs",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result.

    `name` is the contract ("customer.gender", "total_sales_before"), `title` what people read.
    `role`: dimension, metric, before (the comparison's value) or change. `metric` is the metric's own name for the
    last three. `time` is the unit of a time dimension ("month"; "" otherwise).
    """

    name: str
    title: str
    type: Type
    role: str = "metric"
    metric: str = ""
    format: Format = Format("text")
    good: str = ""
    time: str = ""
    unit: str = ""
    describe: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A table of values in a total order.

    `states` holds only what is neither `ok` nor derivable: keys are (row, column) numbers. A cell that is None and
    not named there is `empty`.
    `kinds` tells rows apart: "" an ordinary row, "rest", "total" or "all" (the union of `for each`).
    `lacking` names, for the metrics and dimensions that are `source missing`, the tables (`reviews`) and columns
    (`orders.discount`) that no source fills. `short` says why there is not enough data for numbers that are learned.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    states: Mapping[tuple[int, int], str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    short: tuple[str, ...] = ()

    def state(self, row: int, column: int) -> str:
        """The state of one value."""
        found = self.states.get((row, column))
        if found is not None:
            return found
        return EMPTY if self.rows[row][column] is None else OK

    def column(self, name: str) -> int:
        """The number of the column of that name."""
        return next(i for i, c in enumerate(self.columns) if c.name == name)

    def to_arrow(self) -> pyarrow.Table:
        """The values as an Arrow table: money decimal128(38, 6), moments UTC timestamps, dates date32."""
        from patron.engine.frames import arrow_table

        return arrow_table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The values as a data frame with Arrow-backed columns, so that money stays exact."""
        from patron.engine.frames import data_frame

        return data_frame(self)


# ---------------------------------------------------------------- reports


@dataclass(frozen=True, slots=True)
class Definition:
    """Where a number comes from: what it means, over what, and the SQL that computed it."""

    name: str
    title: str
    text: str
    describe: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A date drawn on a chart, with the names of what happened."""

    on: dt.date
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One `show`: kind (card cards line bar pie table matrix heatmap funnel facts, or a plugin's) and its result.

    `address` is stable: "report/section/title". `problem` is set instead of a result when this figure alone could
    not be made, and `exit_code` says of what kind it is; the rest of the report goes on; `awaited` when it asks for
    what a pack promises for later, so that nobody has to mend anything. `trend` may hold the metrics of cards along a
    time dimension, for a small line under each value. `named` is False when the title was made up from the metrics.
    `tables` are those it was computed from. `sides` are the titles of audiences or lists that stand side by side, by
    the names in their column.
    """

    kind: str
    title: str
    address: str
    result: Result | None
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rest: str = ""
    marks: tuple[Mark, ...] = ()
    definitions: tuple[Definition, ...] = ()
    subject: str = ""
    period: str = ""
    comparison: str = ""
    filter: str = ""
    sql: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    trend: Result | None = None
    named: bool = True
    awaited: bool = False
    tables: tuple[str, ...] = ()
    sides: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """A line of an audience's tree: words, depth, and how many people are left after it (None: not counted, or
    `state` says why)."""

    words: str
    depth: int
    left: int | None = None
    state: str = OK


@dataclass(frozen=True, slots=True)
class Conditions:
    """`show conditions`: the tree of an audience or list in words, with counts."""

    title: str
    address: str
    lines: tuple[ConditionLine, ...]
    total: int | None = None
    state: str = OK
    """That of `total`."""


@dataclass(frozen=True, slots=True)
class WhyLine:
    """A clause of an audience for one customer: its words, whether it holds, and the values or rows that decided."""

    depth: int
    words: str
    holds: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """Why a customer is or is not in an audience or list; `nearest` is the smallest change that would turn it,
    `learned` what models say of where a predicted value comes from. Of a trait, its `value` and what it is made of."""

    id: str
    name: str
    member: bool
    lines: tuple[WhyLine, ...]
    nearest: str = ""
    learned: tuple[str, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A line of text; `when` is the condition on metrics under which it is said, as it is written."""

    text: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A tab (`tab` is True) or section; they nest."""

    title: str
    parts: tuple[Part, ...]
    tab: bool = False
    collapsed: bool = False


Part: TypeAlias = Figure | Conditions | Note | Section


@dataclass(frozen=True, slots=True)
class SourceFact:
    """A source in the report's provenance."""

    name: str
    table: str
    rows: int
    rejected: int
    newest: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of people with a known value of a demographic dimension."""

    name: str
    title: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """What every report prints about itself.

    `week_starts` names day 1 of `weekday`; `smallest_group` is the least number of people a value may be about
    (0: no limit). After `fresh_until` it is older than its `refresh` allows; None where it says none, or looks back.
    """

    spec_hash: str
    as_of: str
    zone: str
    currency: str
    order_rule: str
    sales: str
    people: int | None
    sources: tuple[SourceFact, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    version: str = ""
    week_starts: str = "monday"
    smallest_group: int = 0
    fresh_until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report: parts with results, what it is about, and where it came from. Knows no format."""

    name: str
    title: str
    project: str
    subject: str
    period: str
    comparison: str
    parts: tuple[Part, ...]
    provenance: Provenance
    describe: str = ""
    notes: tuple[str, ...] = ()
