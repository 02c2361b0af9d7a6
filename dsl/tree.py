"""The syntax tree: what a spec file says, before anybody asks what its names mean.

Every node is a frozen value; its place in the text (`span`) never takes part in equality, so two trees are
equal when they say the same thing. Numbers, money and texts are already read; names are not yet looked up.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TypeAlias

from patron.dsl.nodes import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of a file: lines and columns count from 1, `end_column` is the first column after it."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """From the start of this piece to the end of the other."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)


NOWHERE = Span("", 1, 1, 1, 1)


def _span() -> Span:
    return field(default=NOWHERE, compare=False, repr=False, kw_only=True)


def fold(name: str) -> str:
    """The form in which names are compared: NFC, without regard to case."""
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).casefold()


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written (without backticks)."""

    text: str
    span: Span = _span()

    @property
    def key(self) -> str:
        return fold(self.text)


@dataclass(frozen=True, slots=True)
class Path:
    """Names joined by dots: `customer.first_order_at`."""

    parts: tuple[Name, ...]
    span: Span = _span()

    def __str__(self) -> str:
        return ".".join(p.text for p in self.parts)

    @property
    def key(self) -> str:
        return ".".join(p.key for p in self.parts)


# ---------------------------------------------------------------- literals


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Percent:
    """`20%`; value holds 20."""

    value: Decimal
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Money:
    """`$5` (currency is the sign) or `5 TWD` (currency is the code)."""

    value: Decimal
    currency: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Date:
    """`2026-05-31`. The text is kept: 30 February is found later, with its place (P0501)."""

    text: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Moment:
    """`2026-05-31 06:00`."""

    text: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Bool:
    value: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Missing:
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Today:
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Now:
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Param:
    """`$name`."""

    name: Name
    span: Span = _span()


Count: TypeAlias = Number | Param


@dataclass(frozen=True, slots=True)
class Duration:
    """`14 days`; unit is singular: second minute hour day week month quarter year."""

    count: Count
    unit: str
    span: Span = _span()


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument of a call; `name` only in `lookup(..., key = value)` and targets."""

    value: Expr
    name: Name | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Call:
    """`sum(orders.total where valid_order)`; `text` is the call as written, the name of its column."""

    function: Path
    args: tuple[Arg, ...]
    where: Expr | None = None
    text: str = field(default="", compare=False, repr=False)
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Negate:
    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * /`."""

    op: str
    left: Expr
    right: Expr
    op_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Choose:
    """`if (condition) then a else b`."""

    condition: Expr
    then: Expr
    otherwise: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Ago:
    """`14 days ago`."""

    duration: Duration
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class StartOf:
    """`start of [this|previous|next] month`; `last` is read as `previous`."""

    which: str
    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Their:
    """`their total_sales [where (...)] [in the last 12 months]`."""

    metric: Path
    windows: tuple[Qualifier, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`total_orders where (order.channel is "online")`."""

    metric: Path
    condition: Expr
    span: Span = _span()


# ---------------------------------------------------------------- conditions


@dataclass(frozen=True, slots=True)
class Compare:
    """op is one of = != < <= > >=; `is` and `is not` are = and != (`words` keeps which was written)."""

    op: str
    left: Expr
    right: Expr
    words: bool = field(default=False, compare=False)
    op_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class IsMissing:
    """`x is missing`; negated: `x is known`, `x is not missing`."""

    value: Expr
    negated: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class OneOf:
    value: Expr
    options: tuple[Expr, ...]
    negated: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Between:
    value: Expr
    low: Expr
    high: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Order:
    """`a is before b`, `a is after b`; op is "before" or "after"."""

    op: str
    left: Expr
    right: Expr
    op_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class DateIn:
    """`a is in the last 30 days`: window is an InLast, InNext, InThis or InPrevious."""

    value: Expr
    window: Qualifier
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Near:
    """`a is within 7 days of b`."""

    value: Expr
    duration: Duration
    other: Path
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class TextTest:
    """op is contains, starts, ends or matches."""

    op: str
    value: Expr
    pattern: Expr
    op_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InTop:
    """`x is in the top 20% [of audience a]`; end is top or bottom; amount a Number (people), Percent or Param."""

    value: Expr
    end: str
    amount: Number | Percent | Param
    audience: Name | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InAudience:
    audience: Name
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InList:
    list: Name
    version: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InBucket:
    """`in bucket 0 to 9 of 100 salted "x"`; the numbers' place is `numbers_span`."""

    low: Count
    high: Count | None
    of: Count
    salt: Text
    numbers_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InRows:
    """`in rows of report "Title" where (...)`."""

    report: Name
    title: Text
    condition: Expr | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Step:
    """`then event qualifiers [within D] [without event qualifiers]` of a sequence."""

    event: Path
    qualifiers: tuple[Qualifier, ...] = ()
    within: Duration | None = None
    without: Path | None = None
    without_qualifiers: tuple[Qualifier, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Has:
    """`has [not] event qualifiers then ...`. Qualifiers stand in the order written; the formatter sorts them."""

    event: Path
    qualifiers: tuple[Qualifier, ...] = ()
    steps: tuple[Step, ...] = ()
    negated: bool = False
    word_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class And:
    items: tuple[Expr, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple[Expr, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Not:
    item: Expr
    span: Span = _span()


Expr: TypeAlias = (
    Text | Number | Percent | Money | Date | Moment | Bool | Missing | Today | Now | Param | Duration | Path
    | Call | Negate | Binary | Choose | Ago | StartOf | Their | Narrowed
    | Compare | IsMissing | OneOf | Between | Order | DateIn | Near | TextTest | InTop | InAudience | InList
    | InBucket | InRows | Has | And | Or | Not
)  # fmt: skip


# ---------------------------------------------------------------- the parts of `has`


@dataclass(frozen=True, slots=True)
class Object:
    """`category "Edibles"` or `category any of "a", "b"` (`many` tells them apart)."""

    path: Path
    values: tuple[Expr, ...]
    many: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Times:
    """op: at least, at most, more than, fewer than, exactly, once (then amount is None)."""

    op: str
    amount: Count | None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Spending:
    op: str
    amount: Number | Money | Param
    each: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InLast:
    """`in [the] last 30 [full] days`."""

    count: Count
    unit: str
    full: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InNext:
    count: Count
    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InThis:
    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InPrevious:
    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InEach:
    """`in each of the last 3 [full] months`."""

    count: Count
    unit: str
    full: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class InPeriod:
    """`in the period`."""

    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Since:
    point: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class BeforePoint:
    point: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class BetweenPoints:
    start: Expr
    end: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class WithinOf:
    """`within 30 days of first_order`."""

    duration: Duration
    event: Path
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Where:
    condition: Expr
    span: Span = _span()


Qualifier: TypeAlias = (
    Object | Times | Spending | InLast | InNext | InThis | InPrevious | InEach | InPeriod | Since | BeforePoint
    | BetweenPoints | WithinOf | Where
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """`all of { ... }`; kind is all, any or none."""

    kind: str
    items: tuple[Condition, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Everyone:
    span: Span = _span()


Condition: TypeAlias = Expr | Group | Everyone


# ---------------------------------------------------------------- periods, comparisons, subjects


@dataclass(frozen=True, slots=True)
class LastPeriod:
    count: Count
    unit: str
    full: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ThisPeriod:
    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class PreviousPeriod:
    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ToDate:
    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class FixedPeriod:
    """`2026-01-01 to 2026-03-31`, or one date (end is None)."""

    start: Date | Today | Param
    end: Date | Today | Param | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class AllTime:
    span: Span = _span()


Period: TypeAlias = LastPeriod | ThisPeriod | PreviousPeriod | ToDate | FixedPeriod | AllTime


@dataclass(frozen=True, slots=True)
class PreviousComparison:
    """`previous period`."""

    span: Span = _span()


@dataclass(frozen=True, slots=True)
class SamePeriodLast:
    """`same period last year`."""

    unit: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class SameWeekdays:
    """`same weekdays last year`."""

    span: Span = _span()


@dataclass(frozen=True, slots=True)
class NoComparison:
    """`nothing`."""

    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ListRef:
    """`spring_vips [version 2]`."""

    name: Name | Param
    version: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class OtherAudience:
    name: Name | Param
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class OtherList:
    list: ListRef
    span: Span = _span()


Comparison: TypeAlias = (
    PreviousComparison | SamePeriodLast | SameWeekdays | NoComparison | OtherAudience | OtherList | Period
)


@dataclass(frozen=True, slots=True)
class ForAudiences:
    """`for audience a`, `for audiences a, b` (union), `for each audience a, b` (each)."""

    names: tuple[Name | Param, ...]
    each: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ForLists:
    lists: tuple[ListRef, ...]
    each: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ForRecords:
    """`for all records`."""

    span: Span = _span()


Subject: TypeAlias = ForAudiences | ForLists | ForRecords


# ---------------------------------------------------------------- the query phrase


@dataclass(frozen=True, slots=True)
class Item:
    """A metric, field or aggregate of a phrase with its title."""

    value: Path | Call
    title: str | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Dimension:
    """`customer.gender`, `month`, `month of customer.first_order_at` (of)."""

    path: Path
    of: Path | None = None
    title: str | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Sort:
    by: Path
    ascending: bool | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Top:
    count: Count
    of: Path | None = None
    per: tuple[Path, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Phrase:
    items: tuple[Item, ...]
    by: tuple[Dimension, ...] = ()
    subject: Subject | None = None
    during: Period | None = None
    compare: Comparison | None = None
    where: Expr | None = None
    having: Expr | None = None
    sort: Sort | None = None
    top: Top | None = None
    rest: Text | None = None
    total: Text | None = None
    marks: tuple[Path, ...] = ()
    span: Span = _span()


# ---------------------------------------------------------------- settings


@dataclass(frozen=True, slots=True)
class EnvRef:
    """`env("NAME")`: a secret's place."""

    function: Path
    name: Text
    span: Span = _span()


SettingValue: TypeAlias = Text | Number | Percent | Money | Date | Moment | Bool | Duration | Path | Param | EnvRef


@dataclass(frozen=True, slots=True)
class Setting:
    """`folder "data"` (values) or `files { ... }` (settings)."""

    key: Name
    values: tuple[SettingValue, ...] = ()
    settings: tuple[Setting, ...] | None = None
    span: Span = _span()


# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class LanguageDecl:
    version: int
    version_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ImportDecl:
    """`import "f"` (names is empty) or `import a, b from "f"`."""

    file: Text
    names: tuple[Path, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class UseDecl:
    pack: Path
    version: str | None = None
    settings: tuple[Setting, ...] = ()
    version_span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ProjectDecl:
    title: Text
    settings: tuple[Setting, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ParamDecl:
    name: Name
    default: Expr
    allowed: tuple[Expr, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class SourceDecl:
    name: Name
    connector: Path
    settings: tuple[Setting, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MapColumn:
    """`id = order_no`."""

    name: Name
    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class GroupBy:
    keys: tuple[Expr, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class AddMissing:
    paths: tuple[Path, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class KeepLatest:
    by: tuple[Path, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class BadValues:
    """`bad values stop` (default) or `bad values missing`."""

    mode: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MapWhere:
    condition: Expr
    span: Span = _span()


MapClause: TypeAlias = MapColumn | GroupBy | AddMissing | KeepLatest | BadValues | MapWhere


@dataclass(frozen=True, slots=True)
class TableDecl:
    """`table orders from files.receipts { ... }`; clauses is None without a block."""

    table: Name
    source: Path
    clauses: tuple[MapClause, ...] | None = None
    describe: Text | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class SqlTableDecl:
    """`table sessions = sql \"\"\"...\"\"\"`; `sql_span` is the text with its quotes, `sql` without them."""

    table: Name
    sql: str
    sql_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class FilterDecl:
    name: Name
    table: Path
    condition: Expr
    title: str | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class TraitDecl:
    name: Name
    table: Path
    value: Expr
    title: str | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class EventDecl:
    name: Name
    table: Path
    at: Path
    per: Path | None = None
    worth: Path | None = None
    where: Expr | None = None
    title: str | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class EventPhrase:
    """`ordered where (...)`, in attributions, rates and conversions."""

    event: Path
    where: Expr | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Credited:
    """`sum(orders.value) attributed by x` (influenced: the other one)."""

    value: Expr
    attribution: Path
    influenced: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Follow:
    """`rate from a to b within D` (rate) and `how many from ...`."""

    rate: bool
    start: EventPhrase
    to: EventPhrase
    within: Duration
    matching: tuple[Path, ...] = ()
    finished_only: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Rolling:
    count: Count
    unit: str
    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Running:
    """`running total of m [from start of year]`."""

    value: Expr
    restart: str | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Share:
    value: Expr
    within: tuple[Dimension, ...] = ()
    span: Span = _span()


Measure: TypeAlias = Expr | Credited | Follow | Rolling | Running | Share


@dataclass(frozen=True, slots=True)
class MetricDate:
    path: Path
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MetricFormat:
    """`format money 2`."""

    kind: Name
    digits: int | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MetricGood:
    """`good when up`."""

    direction: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MetricEmpty:
    """`when empty show 0`."""

    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MetricDecl:
    """Both forms: `metric m = measure` (block is False) and `metric m { value ... }`."""

    name: Name
    value: Measure | None
    title: str | None = None
    date: MetricDate | None = None
    format: MetricFormat | None = None
    good: MetricGood | None = None
    empty: MetricEmpty | None = None
    describe: Text | None = None
    block: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Every:
    """`every 15 minutes`, `every monday, thursday at 06:00`, `every month on day 1 at 06:00`."""

    count: int = 1
    unit: str | None = None
    weekdays: tuple[str, ...] = ()
    day: int | None = None
    at: str | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class KeepTop:
    """`keep top 5000 of value`."""

    end: str
    amount: Number | Percent | Param
    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class AudienceDecl:
    """Both forms: `audience a = condition` is an include of that condition (block is False)."""

    name: Name
    include: Condition | None = None
    exclude: Condition | None = None
    title: str | None = None
    allow_anonymous: bool = False
    keep: KeepTop | None = None
    refresh: Every | None = None
    as_of: Expr | None = None
    describe: Text | None = None
    block: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class TakeOnce:
    on: Date | Moment
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ListRules:
    """`rules shopline`."""

    name: Name
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class AnalyseRange:
    """`analyse from 60 days before to 180 days after`."""

    before: Duration
    after: Duration
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class AtMost:
    """`at most 90 days per report`."""

    duration: Duration
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ListRefresh:
    """`refresh every hour for 180 days`."""

    every: Every
    lasting: Duration | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ListDecl:
    name: Name
    source: Name | None = None
    title: str | None = None
    take: TakeOnce | Every | None = None
    rules: ListRules | None = None
    analyse: AnalyseRange | None = None
    at_most: AtMost | None = None
    refresh: ListRefresh | None = None
    describe: Text | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Actions:
    """`actions clicked, opened` or `actions any` (kinds is empty)."""

    kinds: tuple[Path, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class OfTheList:
    """`campaigns of the list`."""

    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Conversion:
    event: EventPhrase
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Within:
    """`within 14 days of action [unless campaign sets attribution_window]`."""

    duration: Duration
    unless: Name | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class WithinFor:
    """`within 3 days for campaign.channel "sms"`, `within 12 hours for campaign "Drop"`."""

    duration: Duration
    path: Path
    values: tuple[Expr, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Until:
    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class StartsAt:
    """where is action or send."""

    where: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Counts:
    """`counts first purchase only` (every is False) or `counts every purchase`."""

    every: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Credit:
    """model: last, first, every, equal, position or decay; `shares` of position; `half_life` of decay."""

    model: str
    shares: tuple[int, ...] = ()
    half_life: Duration | None = None
    numbers_span: Span = _span()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class DatedBy:
    """what is order or action."""

    what: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Require:
    condition: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ExcludeActions:
    condition: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class UnknownActors:
    """mode: own or ignore."""

    mode: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MachineActions:
    """mode: count or ignore."""

    mode: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class FinishedOnly:
    """`finished windows only`."""

    span: Span = _span()


AttributionClause: TypeAlias = (
    Actions | OfTheList | Conversion | Within | WithinFor | Until | StartsAt | Counts | Credit | DatedBy | Require
    | ExcludeActions | UnknownActors | MachineActions | FinishedOnly
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AttributionDecl:
    """Clauses in the order written; what may be said once is checked by the model."""

    name: Name
    clauses: tuple[AttributionClause, ...] = ()
    title: str | None = None
    extends: Path | None = None
    describe: Text | None = None
    span: Span = _span()


# ---------------------------------------------------------------- reports


@dataclass(frozen=True, slots=True)
class ReportParam:
    """`which = spring_vips`: in a report's head (default) and where it is used (value)."""

    name: Name
    value: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    period: Period
    at_most: Duration | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ReportCompare:
    comparison: Comparison
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ReportAttribution:
    path: Path
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ReportAsOf:
    point: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Only:
    condition: Expr
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class SmallestGroup:
    count: int
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Membership:
    """mode: fixed or each period."""

    mode: str
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Refresh:
    every: Every
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ReportSubject:
    subject: Subject
    span: Span = _span()


ReportClause: TypeAlias = (
    ReportSubject | ReportPeriod | ReportCompare | ReportAttribution | ReportAsOf | Only | SmallestGroup | Membership
    | Refresh
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Show:
    kind: Name
    phrase: Phrase | None = None
    title: str | None = None
    settings: tuple[Setting, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Note:
    text: Text
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Target:
    """`folder(path = "out")` in exports and sends."""

    call: Call
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Export:
    """`export "T" as csv [of order_details | "Show title"] [to folder(...)] [allow owners]`."""

    title: Text
    formats: tuple[Path, ...]
    of: Path | Text | None = None
    to: Target | None = None
    allow: tuple[Path, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Tab:
    """`tab` (section is False) or `section`."""

    title: Text
    parts: tuple[Part, ...]
    section: bool = False
    collapsed: bool = False
    span: Span = _span()


Part: TypeAlias = Show | Note | Export | Tab


@dataclass(frozen=True, slots=True)
class ReportDecl:
    name: Name
    clauses: tuple[ReportClause, ...] = ()
    parts: tuple[Part, ...] = ()
    title: str | None = None
    params: tuple[ReportParam, ...] = ()
    describe: Text | None = None
    span: Span = _span()


# ---------------------------------------------------------------- runs and tests


@dataclass(frozen=True, slots=True)
class RunCheck:
    names: tuple[Path, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RunTests:
    titles: tuple[Text, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class MadeReport:
    report: Path
    params: tuple[ReportParam, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RunReports:
    reports: tuple[MadeReport, ...]
    formats: tuple[Path, ...] = ()
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RunLists:
    names: tuple[Path, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RunRefresh:
    names: tuple[Path, ...]
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RunSend:
    target: Target
    if_failed: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class RunMissed:
    """policy: latest, all or skip."""

    policy: str
    span: Span = _span()


RunStep: TypeAlias = Every | RunCheck | RunTests | RunReports | RunLists | RunRefresh | RunSend | RunMissed


@dataclass(frozen=True, slots=True)
class RunDecl:
    name: Name
    steps: tuple[RunStep, ...] = ()
    describe: Text | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Expect:
    """`expect condition [during ...] [for ...] [tolerance ...]`."""

    condition: Expr
    during: Period | None = None
    subject: Subject | None = None
    tolerance: Number | Money | Percent | Param | None = None
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class ExpectMember:
    id: Text
    audience: Name
    negated: bool = False
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class TestDecl:
    title: Text
    expects: tuple[Expect | ExpectMember, ...] = ()
    on: Text | None = None
    at: Date | Moment | None = None
    describe: Text | None = None
    span: Span = _span()


Statement: TypeAlias = (
    LanguageDecl | ImportDecl | UseDecl | ProjectDecl | ParamDecl | SourceDecl | TableDecl | SqlTableDecl | FilterDecl
    | TraitDecl | EventDecl | MetricDecl | AudienceDecl | ListDecl | AttributionDecl | ReportDecl | RunDecl | TestDecl
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its `#`; `own_line` when nothing stands before it on its line."""

    text: str
    own_line: bool
    span: Span = _span()


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file. `file` is its path relative to the project root, with forward slashes."""

    file: str
    statements: tuple[Statement, ...]
    text: str = field(default="", compare=False, repr=False)
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False)
    broken: tuple[tuple[str, Name], ...] = field(default=(), compare=False, repr=False)
    """Kind and name of the declarations left out because they could not be read: names that are not unknown."""
