"""The syntax tree: what a spec file says, before anybody asks what its names mean.

Every node is a frozen value; its place in the text (`span`) never takes part in equality, so two trees are
equal when they say the same thing. Numbers, money and texts are already read; names are not yet looked up.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TypeAlias

from patron.dsl.nodes import Kind, dataclass, field


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


class Node(metaclass=Kind):
    """Something that a file says, and where. Every heir is a frozen dataclass with slots."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


def fold(name: str) -> str:
    """The form in which names are compared: NFC, without regard to case."""
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).casefold()


class Name(Node):
    """A name as written (without backticks)."""

    text: str

    @property
    def key(self) -> str:
        return fold(self.text)


class Path(Node):
    """Names joined by dots: `customer.first_order_at`."""

    parts: tuple[Name, ...]

    def __str__(self) -> str:
        return ".".join(p.text for p in self.parts)

    @property
    def key(self) -> str:
        return ".".join(p.key for p in self.parts)


# ---------------------------------------------------------------- literals


class Text(Node):
    value: str


class Number(Node):
    value: Decimal


class Percent(Node):
    """`20%`; value holds 20."""

    value: Decimal


class Money(Node):
    """`$5` (currency is the sign) or `5 TWD` (currency is the code)."""

    value: Decimal
    currency: str


class Date(Node):
    """`2026-05-31`. The text is kept: 30 February is found later, with its place (P0501)."""

    text: str


class Moment(Node):
    """`2026-05-31 06:00`."""

    text: str


class Bool(Node):
    value: bool


class Missing(Node):
    """`missing`."""


class Today(Node):
    """`today`."""


class Now(Node):
    """`now`."""


class Param(Node):
    """`$name`."""

    name: Name


Count: TypeAlias = Number | Param


class Duration(Node):
    """`14 days`; unit is singular: second minute hour day week month quarter year."""

    count: Count
    unit: str


# ---------------------------------------------------------------- values


class Arg(Node):
    """An argument of a call; `name` only in `lookup(..., key = value)` and targets."""

    value: Expr
    name: Name | None = None


class Call(Node):
    """`sum(orders.total where valid_order)`; `text` is the call as written, the name of its column."""

    function: Path
    args: tuple[Arg, ...]
    where: Expr | None = None
    text: str = field(default="", compare=False, repr=False)


class Negate(Node):
    value: Expr


class Binary(Node):
    """`+ - * /`."""

    op: str
    left: Expr
    right: Expr
    op_span: Span = _span()


class Choose(Node):
    """`if (condition) then a else b`."""

    condition: Expr
    then: Expr
    otherwise: Expr


class Ago(Node):
    """`14 days ago`."""

    duration: Duration


class StartOf(Node):
    """`start of [this|previous|next] month`; `last` is read as `previous`."""

    which: str
    unit: str


class Their(Node):
    """`their total_sales [where (...)] [in the last 12 months]`."""

    metric: Path
    windows: tuple[Qualifier, ...] = ()


class Narrowed(Node):
    """`total_orders where (order.channel is "online")`."""

    metric: Path
    condition: Expr


# ---------------------------------------------------------------- conditions


class Compare(Node):
    """op is one of = != < <= > >=; `is` and `is not` are = and != (`words` keeps which was written)."""

    op: str
    left: Expr
    right: Expr
    words: bool = field(default=False, compare=False)
    op_span: Span = _span()


class IsMissing(Node):
    """`x is missing`; negated: `x is known`, `x is not missing`."""

    value: Expr
    negated: bool = False


class OneOf(Node):
    value: Expr
    options: tuple[Expr, ...]
    negated: bool = False


class Between(Node):
    value: Expr
    low: Expr
    high: Expr


class Order(Node):
    """`a is before b`, `a is after b`; op is "before" or "after"."""

    op: str
    left: Expr
    right: Expr
    op_span: Span = _span()


class DateIn(Node):
    """`a is in the last 30 days`: window is an InLast, InNext, InThis or InPrevious."""

    value: Expr
    window: Qualifier


class Near(Node):
    """`a is within 7 days of b`."""

    value: Expr
    duration: Duration
    other: Path


class TextTest(Node):
    """op is contains, starts, ends or matches."""

    op: str
    value: Expr
    pattern: Expr
    op_span: Span = _span()


class InTop(Node):
    """`x is in the top 20% [of audience a]`; end is top or bottom; amount a Number (people), Percent or Param."""

    value: Expr
    end: str
    amount: Number | Percent | Param
    audience: Name | None = None


class InAudience(Node):
    audience: Name


class InList(Node):
    list: Name
    version: int | None = None


class InBucket(Node):
    """`in bucket 0 to 9 of 100 salted "x"`; the numbers' place is `numbers_span`."""

    low: Count
    high: Count | None
    of: Count
    salt: Text
    numbers_span: Span = _span()


class InRows(Node):
    """`in rows of report "Title" where (...)`."""

    report: Name
    title: Text
    condition: Expr | None = None


class Step(Node):
    """`then event qualifiers [within D] [without event qualifiers]` of a sequence."""

    event: Path
    qualifiers: tuple[Qualifier, ...] = ()
    within: Duration | None = None
    without: Path | None = None
    without_qualifiers: tuple[Qualifier, ...] = ()


class Has(Node):
    """`has [not] event qualifiers then ...`. Qualifiers stand in the order written; the formatter sorts them."""

    event: Path
    qualifiers: tuple[Qualifier, ...] = ()
    steps: tuple[Step, ...] = ()
    negated: bool = False
    word_span: Span = _span()


class And(Node):
    items: tuple[Expr, ...]


class Or(Node):
    items: tuple[Expr, ...]


class Not(Node):
    item: Expr


Expr: TypeAlias = (
    Text | Number | Percent | Money | Date | Moment | Bool | Missing | Today | Now | Param | Duration | Path
    | Call | Negate | Binary | Choose | Ago | StartOf | Their | Narrowed
    | Compare | IsMissing | OneOf | Between | Order | DateIn | Near | TextTest | InTop | InAudience | InList
    | InBucket | InRows | Has | And | Or | Not
)  # fmt: skip


# ---------------------------------------------------------------- the parts of `has`


class Object(Node):
    """`category "Edibles"` or `category any of "a", "b"` (`many` tells them apart)."""

    path: Path
    values: tuple[Expr, ...]
    many: bool = False


class Times(Node):
    """op: at least, at most, more than, fewer than, exactly, once (then amount is None)."""

    op: str
    amount: Count | None


class Spending(Node):
    op: str
    amount: Number | Money | Param
    each: bool = False


class InLast(Node):
    """`in [the] last 30 [full] days`."""

    count: Count
    unit: str
    full: bool = False


class InNext(Node):
    count: Count
    unit: str


class InThis(Node):
    unit: str


class InPrevious(Node):
    unit: str


class InEach(Node):
    """`in each of the last 3 [full] months`."""

    count: Count
    unit: str
    full: bool = False


class InPeriod(Node):
    """`in the period`."""


class Since(Node):
    point: Expr


class BeforePoint(Node):
    point: Expr


class BetweenPoints(Node):
    start: Expr
    end: Expr


class WithinOf(Node):
    """`within 30 days of first_order`."""

    duration: Duration
    event: Path


class Where(Node):
    condition: Expr


Qualifier: TypeAlias = (
    Object | Times | Spending | InLast | InNext | InThis | InPrevious | InEach | InPeriod | Since | BeforePoint
    | BetweenPoints | WithinOf | Where
)  # fmt: skip


class Group(Node):
    """`all of { ... }`; kind is all, any or none."""

    kind: str
    items: tuple[Condition, ...]


class Everyone(Node):
    """`everyone`."""


Condition: TypeAlias = Expr | Group | Everyone


# ---------------------------------------------------------------- periods, comparisons, subjects


class LastPeriod(Node):
    count: Count
    unit: str
    full: bool = False


class ThisPeriod(Node):
    unit: str


class PreviousPeriod(Node):
    unit: str


class ToDate(Node):
    unit: str


class FixedPeriod(Node):
    """`2026-01-01 to 2026-03-31`, or one date (end is None)."""

    start: Date | Today | Param
    end: Date | Today | Param | None = None


class AllTime(Node):
    """`all time`."""


Period: TypeAlias = LastPeriod | ThisPeriod | PreviousPeriod | ToDate | FixedPeriod | AllTime


class PreviousComparison(Node):
    """`previous period`."""


class SamePeriodLast(Node):
    """`same period last year`."""

    unit: str


class SameWeekdays(Node):
    """`same weekdays last year`."""


class NoComparison(Node):
    """`nothing`."""


class ListRef(Node):
    """`spring_vips [version 2]`."""

    name: Name | Param
    version: int | None = None


class OtherAudience(Node):
    name: Name | Param


class OtherList(Node):
    list: ListRef


Comparison: TypeAlias = (
    PreviousComparison | SamePeriodLast | SameWeekdays | NoComparison | OtherAudience | OtherList | Period
)


class ForAudiences(Node):
    """`for audience a`, `for audiences a, b` (union), `for each audience a, b` (each)."""

    names: tuple[Name | Param, ...]
    each: bool = False


class ForLists(Node):
    lists: tuple[ListRef, ...]
    each: bool = False


class ForRecords(Node):
    """`for all records`."""


Subject: TypeAlias = ForAudiences | ForLists | ForRecords


# ---------------------------------------------------------------- the query phrase


class Item(Node):
    """A metric, field or aggregate of a phrase with its title."""

    value: Path | Call
    title: str | None = None


class Dimension(Node):
    """`customer.gender`, `month`, `month of customer.first_order_at` (of)."""

    path: Path
    of: Path | None = None
    title: str | None = None


class Sort(Node):
    by: Path
    ascending: bool | None = None


class Top(Node):
    count: Count
    of: Path | None = None
    per: tuple[Path, ...] = ()


class Phrase(Node):
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


# ---------------------------------------------------------------- settings


class EnvRef(Node):
    """`env("NAME")`: a secret's place."""

    function: Path
    name: Text


SettingValue: TypeAlias = Text | Number | Percent | Money | Date | Moment | Bool | Duration | Path | Param | EnvRef


class Setting(Node):
    """`folder "data"` (values) or `files { ... }` (settings)."""

    key: Name
    values: tuple[SettingValue, ...] = ()
    settings: tuple[Setting, ...] | None = None


# ---------------------------------------------------------------- statements


class LanguageDecl(Node):
    version: int
    version_span: Span = _span()


class ImportDecl(Node):
    """`import "f"` (names is empty) or `import a, b from "f"`."""

    file: Text
    names: tuple[Path, ...] = ()


class UseDecl(Node):
    pack: Path
    version: str | None = None
    settings: tuple[Setting, ...] = ()
    version_span: Span | None = field(default=None, compare=False, repr=False, kw_only=True)


class ProjectDecl(Node):
    title: Text
    settings: tuple[Setting, ...]


class ParamDecl(Node):
    name: Name
    default: Expr
    allowed: tuple[Expr, ...] = ()


class SourceDecl(Node):
    name: Name
    connector: Path
    settings: tuple[Setting, ...] = ()


class MapColumn(Node):
    """`id = order_no`."""

    name: Name
    value: Expr


class GroupBy(Node):
    keys: tuple[Expr, ...]


class AddMissing(Node):
    paths: tuple[Path, ...]


class KeepLatest(Node):
    by: tuple[Path, ...]


class BadValues(Node):
    """`bad values stop` (default) or `bad values missing`."""

    mode: str


class MapWhere(Node):
    condition: Expr


MapClause: TypeAlias = MapColumn | GroupBy | AddMissing | KeepLatest | BadValues | MapWhere


class TableDecl(Node):
    """`table orders from files.receipts { ... }`; clauses is None without a block."""

    table: Name
    source: Path
    clauses: tuple[MapClause, ...] | None = None
    describe: Text | None = None


class SqlTableDecl(Node):
    """`table sessions = sql \"\"\"...\"\"\"`; `sql_span` is the text with its quotes, `sql` without them."""

    table: Name
    sql: str
    sql_span: Span = _span()


class FilterDecl(Node):
    name: Name
    table: Path
    condition: Expr
    title: str | None = None


class TraitDecl(Node):
    name: Name
    table: Path
    value: Expr
    title: str | None = None


class EventDecl(Node):
    name: Name
    table: Path
    at: Path
    per: Path | None = None
    worth: Path | None = None
    where: Expr | None = None
    title: str | None = None


class EventPhrase(Node):
    """`ordered where (...)`, in attributions, rates and conversions."""

    event: Path
    where: Expr | None = None


class Credited(Node):
    """`sum(orders.value) attributed by x` (influenced: the other one)."""

    value: Expr
    attribution: Path
    influenced: bool = False


class Follow(Node):
    """`rate from a to b within D` (rate) and `how many from ...`."""

    rate: bool
    start: EventPhrase
    to: EventPhrase
    within: Duration
    matching: tuple[Path, ...] = ()
    finished_only: bool = False


class Rolling(Node):
    count: Count
    unit: str
    value: Expr


class Running(Node):
    """`running total of m [from start of year]`."""

    value: Expr
    restart: str | None = None


class Share(Node):
    value: Expr
    within: tuple[Dimension, ...] = ()


Measure: TypeAlias = Expr | Credited | Follow | Rolling | Running | Share


class MetricDate(Node):
    path: Path


class MetricFormat(Node):
    """`format money 2`."""

    kind: Name
    digits: int | None = None


class MetricGood(Node):
    """`good when up`."""

    direction: str


class MetricEmpty(Node):
    """`when empty show 0`."""

    value: Expr


class MetricDecl(Node):
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


class Every(Node):
    """`every 15 minutes`, `every monday, thursday at 06:00`, `every month on day 1 at 06:00`."""

    count: int = 1
    unit: str | None = None
    weekdays: tuple[str, ...] = ()
    day: int | None = None
    at: str | None = None


class KeepTop(Node):
    """`keep top 5000 of value`."""

    end: str
    amount: Number | Percent | Param
    value: Expr


class AudienceDecl(Node):
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


class TakeOnce(Node):
    on: Date | Moment


class ListRules(Node):
    """`rules shopline`."""

    name: Name


class AnalyseRange(Node):
    """`analyse from 60 days before to 180 days after`."""

    before: Duration
    after: Duration


class AtMost(Node):
    """`at most 90 days per report`."""

    duration: Duration


class ListRefresh(Node):
    """`refresh every hour for 180 days`."""

    every: Every
    lasting: Duration | None = None


class ListDecl(Node):
    name: Name
    source: Name | None = None
    title: str | None = None
    take: TakeOnce | Every | None = None
    rules: ListRules | None = None
    analyse: AnalyseRange | None = None
    at_most: AtMost | None = None
    refresh: ListRefresh | None = None
    describe: Text | None = None


class Actions(Node):
    """`actions clicked, opened` or `actions any` (kinds is empty)."""

    kinds: tuple[Path, ...]


class OfTheList(Node):
    """`campaigns of the list`."""


class Conversion(Node):
    event: EventPhrase


class Within(Node):
    """`within 14 days of action [unless campaign sets attribution_window]`."""

    duration: Duration
    unless: Name | None = None


class WithinFor(Node):
    """`within 3 days for campaign.channel "sms"`, `within 12 hours for campaign "Drop"`."""

    duration: Duration
    path: Path
    values: tuple[Expr, ...]


class Until(Node):
    value: Expr


class StartsAt(Node):
    """where is action or send."""

    where: str


class Counts(Node):
    """`counts first purchase only` (every is False) or `counts every purchase`."""

    every: bool


class Credit(Node):
    """model: last, first, every, equal, position or decay; `shares` of position; `half_life` of decay."""

    model: str
    shares: tuple[int, ...] = ()
    half_life: Duration | None = None
    numbers_span: Span = _span()


class DatedBy(Node):
    """what is order or action."""

    what: str


class Require(Node):
    condition: Expr


class ExcludeActions(Node):
    condition: Expr


class UnknownActors(Node):
    """mode: own or ignore."""

    mode: str


class MachineActions(Node):
    """mode: count or ignore."""

    mode: str


class FinishedOnly(Node):
    """`finished windows only`."""


AttributionClause: TypeAlias = (
    Actions | OfTheList | Conversion | Within | WithinFor | Until | StartsAt | Counts | Credit | DatedBy | Require
    | ExcludeActions | UnknownActors | MachineActions | FinishedOnly
)  # fmt: skip


class AttributionDecl(Node):
    """Clauses in the order written; what may be said once is checked by the model."""

    name: Name
    clauses: tuple[AttributionClause, ...] = ()
    title: str | None = None
    extends: Path | None = None
    describe: Text | None = None


# ---------------------------------------------------------------- reports


class ReportParam(Node):
    """`which = spring_vips`: in a report's head (default) and where it is used (value)."""

    name: Name
    value: Expr


class ReportPeriod(Node):
    period: Period
    at_most: Duration | None = None


class ReportCompare(Node):
    comparison: Comparison


class ReportAttribution(Node):
    path: Path


class ReportAsOf(Node):
    point: Expr


class Only(Node):
    condition: Expr


class SmallestGroup(Node):
    count: int


class Membership(Node):
    """mode: fixed or each period."""

    mode: str


class Refresh(Node):
    every: Every


class ReportSubject(Node):
    subject: Subject


class Without(Node):
    """`without "A", "B"`: parts that a report leaves out of the one it is like."""

    titles: tuple[Text, ...]


ReportClause: TypeAlias = (
    ReportSubject | ReportPeriod | ReportCompare | ReportAttribution | ReportAsOf | Only | SmallestGroup | Membership
    | Refresh | Without
)  # fmt: skip


class Show(Node):
    kind: Name
    phrase: Phrase | None = None
    title: str | None = None
    settings: tuple[Setting, ...] = ()


class Note(Node):
    text: Text


class Target(Node):
    """`folder(path = "out")` in exports and sends."""

    call: Call


class Export(Node):
    """`export "T" as csv [of order_details | "Show title"] [to folder(...)] [allow owners] [{ settings }]`."""

    title: Text
    formats: tuple[Path, ...]
    of: Path | Text | None = None
    to: Target | None = None
    allow: tuple[Path, ...] = ()
    settings: tuple[Setting, ...] = ()


class Tab(Node):
    """`tab` (section is False) or `section`; `like` a report whose parts it has too."""

    title: Text
    parts: tuple[Part, ...]
    section: bool = False
    collapsed: bool = False
    like: Path | None = None


Part: TypeAlias = Show | Note | Export | Tab


class ReportDecl(Node):
    name: Name
    clauses: tuple[ReportClause, ...] = ()
    parts: tuple[Part, ...] = ()
    title: str | None = None
    params: tuple[ReportParam, ...] = ()
    describe: Text | None = None
    like: Path | None = None


# ---------------------------------------------------------------- runs and tests


class RunCheck(Node):
    names: tuple[Path, ...]


class RunTests(Node):
    titles: tuple[Text, ...]


class MadeReport(Node):
    report: Path
    params: tuple[ReportParam, ...] = ()


class RunReports(Node):
    reports: tuple[MadeReport, ...]
    formats: tuple[Path, ...] = ()


class RunLists(Node):
    names: tuple[Path, ...]


class RunRefresh(Node):
    names: tuple[Path, ...]


class RunSend(Node):
    target: Target
    if_failed: bool = False


class RunMissed(Node):
    """policy: latest, all or skip."""

    policy: str


RunStep: TypeAlias = Every | RunCheck | RunTests | RunReports | RunLists | RunRefresh | RunSend | RunMissed


class RunDecl(Node):
    name: Name
    steps: tuple[RunStep, ...] = ()
    describe: Text | None = None


class Expect(Node):
    """`expect condition [during ...] [for ...] [tolerance ...]`."""

    condition: Expr
    during: Period | None = None
    subject: Subject | None = None
    tolerance: Number | Money | Percent | Param | None = None


class ExpectMember(Node):
    id: Text
    audience: Name
    negated: bool = False


class TestDecl(Node):
    title: Text
    expects: tuple[Expect | ExpectMember, ...] = ()
    on: Text | None = None
    at: Date | Moment | None = None
    describe: Text | None = None


Statement: TypeAlias = (
    LanguageDecl | ImportDecl | UseDecl | ProjectDecl | ParamDecl | SourceDecl | TableDecl | SqlTableDecl | FilterDecl
    | TraitDecl | EventDecl | MetricDecl | AudienceDecl | ListDecl | AttributionDecl | ReportDecl | RunDecl | TestDecl
)  # fmt: skip


class Comment(Node):
    """A comment with its `#`; `own_line` when nothing stands before it on its line."""

    text: str
    own_line: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file. `file` is its path relative to the project root, with forward slashes."""

    file: str
    statements: tuple[Statement, ...]
    text: str = field(default="", compare=False, repr=False)
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False)
    broken: tuple[tuple[str, Name], ...] = field(default=(), compare=False, repr=False)
    """Kind and name of the declarations left out because they could not be read: names that are not unknown."""
