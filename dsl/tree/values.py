"""Values: literals, arithmetic, calls, choices."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from patron.dsl.nodes import field
from patron.dsl.tree.base import Name, Node, Path, Span, place

if TYPE_CHECKING:
    from patron.dsl.tree.conditions import Expr, Qualifier


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
    op_span: Span = place()


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
