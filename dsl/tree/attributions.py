"""Attributions and their clauses."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.tree.base import Name, Node, Path, Span, place
from patron.dsl.tree.conditions import Expr
from patron.dsl.tree.metrics import EventPhrase
from patron.dsl.tree.values import Duration, Text


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
    numbers_span: Span = place()


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
