"""Conditions, what `has` says of an event, and the lines of an audience."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.nodes import field
from patron.dsl.tree.base import Name, Node, Path, Span, place
from patron.dsl.tree.values import (
    Ago,
    Binary,
    Bool,
    Call,
    Choose,
    Count,
    Date,
    Duration,
    Missing,
    Moment,
    Money,
    Narrowed,
    Negate,
    Now,
    Number,
    Param,
    Percent,
    StartOf,
    Text,
    Their,
    Today,
)


class Compare(Node):
    """op is one of = != < <= > >=; `is` and `is not` are = and != (`words` keeps which was written)."""

    op: str
    left: Expr
    right: Expr
    words: bool = field(default=False, compare=False)
    op_span: Span = place()


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
    op_span: Span = place()


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
    op_span: Span = place()


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
    numbers_span: Span = place()


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
    word_span: Span = place()


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
