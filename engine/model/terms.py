"""Bound expressions: what an expression of a spec means, with every name resolved.

A term is evaluated for a row. `Here()` is that row; inside an aggregate over children `Here()` is the child's row
and `Here(1)` the row outside. Traits and filters are replaced by their meaning while binding, so equal terms are
equal meanings, and the plan computes each once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.types import MISSING, WHOLE, YESNO, Type, reference

LitValue: TypeAlias = str | int | Decimal | bool | dt.date | dt.datetime | dt.timedelta | None


@dataclass(frozen=True, slots=True)
class Here:
    """The row at hand; `up` counts the enclosing aggregates to leave."""

    up: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """The row of `table` whose id is `key`: a reference that was followed."""

    key: Term
    table: str


Row: TypeAlias = Here | Followed


@dataclass(frozen=True, slots=True)
class Lit:
    """A literal. Moments are naive UTC; `moment` types keep dates as dates; None is `missing`."""

    value: LitValue
    type: Type


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a row. `column` is the canonical name; parts of moments are columns of their own
    (`created_at@date`, `created_at@hour`, `created_at@day_only`)."""

    row: Row
    column: str
    type: Type


@dataclass(frozen=True, slots=True)
class Op:
    """An operator or function of values: `+ - * / neg = != < <= > >= and or not if is_missing ...`, or a function's
    name. Conditions are two-valued: never missing."""

    name: str
    args: tuple[Term, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Children:
    """An aggregate over the rows of `rows` whose `key` is the id of `row`.

    func: sum count unique average min max median percentile first last most_common, or `least_sum` (the smallest
    sum over groups of `each`). Of no rows sum, count and unique are 0, others missing.
    """

    row: Row
    rows: Rows
    key: Term
    func: str
    type: Type
    value: Term | None = None
    where: Term | None = None
    each: Term | None = None
    share: Decimal | None = None
    order: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Overall:
    """An aggregate over all rows of a table, whatever row is at hand. func as in Children.

    With `before`, a date of the row at hand, it is over the rows with `at` before the month of that date; when `alike`,
    over the rows with `at` equal to it.
    """

    rows: str
    func: str
    type: Type
    value: Term | None = None
    where: Term | None = None
    share: Decimal | None = None
    order: tuple[Term, ...] = ()
    at: Term | None = None
    before: Term | None = None
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Numbered:
    """1, 2, 3 ... of a row among the rows of its table with the same `key` that meet `where`, by default date, id."""

    row: Row
    table: str
    key: Term
    where: Term | None
    order: tuple[Term, ...]
    type: Type = WHOLE


@dataclass(frozen=True, slots=True)
class Beside:
    """The id of the row numbered one less (see Numbered), missing for the first; or of the row numbered one more."""

    row: Row
    table: str
    key: Term
    where: Term | None
    order: tuple[Term, ...]
    type: Type = MISSING
    after: bool = False


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of the rows of `of` that have a position, the one nearest to a row's place; missing without a place."""

    row: Row
    table: str
    of: str
    latitude: Term
    longitude: Term
    type: Type


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a pack's model says of the thing with this key, or of all (None): a column of `PACK.TABLE`."""

    table: str
    column: str
    key: Term | None
    type: Type


@dataclass(frozen=True, slots=True)
class Binned:
    """The bin, 1 to `bins`, of a row by `value` among the rows of its table that meet `where`: highest values last.

    `together`: equal values share the lower bin; else bins are of equal size, the first ones larger, ties by id.
    """

    row: Row
    table: str
    value: Term
    bins: int
    together: bool
    where: Term | None
    type: Type = WHOLE


@dataclass(frozen=True, slots=True)
class Ranked:
    """Whether the row is among the first by `value`: top or bottom, `count` rows or the ceiling of `share` of them.

    Ranked are the rows of `table` that meet `active` (None: all) and have a known value, within an audience if given.
    """

    row: Row
    table: str
    value: Term
    top: bool
    count: int | None
    share: Decimal | None
    active: Term | None = None
    audience: str | None = None
    type: Type = YESNO


@dataclass(frozen=True, slots=True)
class Member:
    """Whether a customer (by id) is in an audience."""

    key: Term
    audience: str
    type: Type = YESNO


@dataclass(frozen=True, slots=True)
class Listed:
    """Whether a customer (by id) is in a version of a list (None: the latest)."""

    key: Term
    list: str
    version: int | None = None
    type: Type = YESNO


@dataclass(frozen=True, slots=True)
class BehindRows:
    """Whether a customer has a fact behind the kept rows of a report's show. `where` looks at the rows of the show's
    first metric."""

    key: Term
    report: str
    title: str
    where: Term | None
    type: Type = YESNO


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event of customers, bound: rows of `table` that meet `where`, at `at`, for `customer`.

    `order` is the id of the order a row belongs to, when it has one (two steps never use one order). `counted` is
    what "times" counts (None: rows). `first_only` keeps each customer's first row.
    """

    name: str
    table: str
    at: Term
    customer: Term
    where: Term | None = None
    order: Term | None = None
    counted: Term | None = None
    worth: Term | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """A further step of a sequence: an event at most `within` after the step before, with no `without` between."""

    event: Occurrence
    within: dt.timedelta | None = None
    without: Occurrence | None = None
    same_event: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Whether a customer (by id) did the steps one after the other."""

    key: Term
    first: Occurrence
    steps: tuple[NextStep, ...]
    type: Type = YESNO


@dataclass(frozen=True, slots=True)
class CreditedRows:
    """The pairs of an attribution: one row per action and order (section 12 of the language reference).

    Columns: order, action (references), weight, credited (money), days_to_order, window, dated. `influenced` keeps
    the pairs before one is picked. `of_list` is the report's list for `campaigns of the list`.
    """

    attribution: str
    influenced: bool
    of_list: str | None = None


@dataclass(frozen=True, slots=True)
class FollowRows:
    """The starts of `rate from a to b within D`: one row per a, with the columns of a and `converted`."""

    start: Occurrence
    to: Occurrence
    within: dt.timedelta
    matching: tuple[tuple[Term, Term], ...] = ()
    finished: dt.timedelta | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a plan puts in the place of columns and aggregates once it has computed them."""

    @property
    def type(self) -> Type:
        """The type of its values."""
        raise NotImplementedError


Rows: TypeAlias = str | CreditedRows | FollowRows
"""What an aggregate runs over: a canonical table by name, or rows that are made."""


Term: TypeAlias = (
    Leaf | Lit | Field | Op | Children | Overall | Numbered | Beside | Nearest | Learnt | Binned | Ranked | Member
    | Listed | BehindRows | Sequence
)  # fmt: skip


# ---------------------------------------------------------------- walking


_NO_TERMS = frozenset(("str", "str | None", "int", "int | None", "bool", "Type", "Decimal | None", "LitValue"))


_holding: dict[type, tuple[str, ...]] = {Type: ()}


def holding(kind: type) -> tuple[str, ...]:
    """The fields of a kind of term or row in which others may stand; none of what is neither."""
    if kind not in _holding:
        said = getattr(kind, "__dataclass_fields__", {})
        _holding[kind] = tuple(name for name, one in said.items() if one.type not in _NO_TERMS)
    return _holding[kind]


def parts(term: object) -> Iterator[object]:
    """The terms and rows directly inside a term, with tuples opened."""
    for name in holding(type(term)):
        value = getattr(term, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, tuple):
                yield from item
            elif hasattr(item, "__dataclass_fields__") and not isinstance(item, Type):
                yield item


def walk(term: object) -> Iterator[object]:
    """A term and everything inside it, children of aggregates included."""
    stack = [term]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(parts(node))


_INNER: dict[type, tuple[str, ...]] = {
    Children: ("key", "value", "where", "each", "order"),
    Overall: ("value", "where", "order", "at"),
    Numbered: ("key", "where", "order"),
    Beside: ("key", "where", "order"),
    Nearest: ("latitude", "longitude"),
    Binned: ("value", "where"),
    Ranked: ("value", "active"),
    BehindRows: ("where",),
}
"""Fields that are evaluated for another row than the one at hand."""

_OWN: dict[type, bool] = {Occurrence: True, CreditedRows: True, FollowRows: True, NextStep: True}
"""Closed values: nothing in them refers to the row at hand."""


def replace_rows(term: Any, change: Callable[[Here, int], Row], depth: int = 0) -> Any:
    """A term with every `Here` replaced; `change` gets it and the number of aggregates entered so far."""
    if isinstance(term, Here):
        return change(term, depth)
    if isinstance(term, tuple):
        return tuple(replace_rows(t, change, depth) for t in term)
    if type(term) in _OWN:
        return term
    inner = _INNER.get(type(term), ())
    changes = {}
    for name in holding(type(term)):
        old = getattr(term, name)
        new = replace_rows(old, change, depth + 1 if name in inner else depth)
        if new is not old and new != old:
            changes[name] = new
    return replace(term, **changes) if changes else term


def rebase(term: Any, row: Row) -> Any:
    """The term evaluated for another row: every `Here()` of its own level becomes `row`."""
    if row == Here():
        return term

    def change(here: Here, depth: int) -> Row:
        if here.up != depth:
            return here if here.up < depth else Here(here.up)
        shifted: Row = shift(row, depth)
        return shifted

    return replace_rows(term, change)


def shift(row: Any, by: int) -> Any:
    """A row as seen from `by` aggregates further in."""
    if by == 0:
        return row
    return replace_rows(row, lambda here, depth: Here(here.up + by) if here.up >= depth else here)


# ---------------------------------------------------------------- small builders

YES = Lit(True, YESNO)
NO = Lit(False, YESNO)
NOTHING = Lit(None, MISSING)


def all_of(*terms: Term | None) -> Term | None:
    """The conjunction of the conditions given; None when there is none."""
    items: list[Term] = []
    for t in terms:
        if t is None or t == YES:
            continue
        items += t.args if isinstance(t, Op) and t.name == "and" else (t,)
    unique = tuple(dict.fromkeys(items))
    if not unique:
        return None
    return unique[0] if len(unique) == 1 else Op("and", unique, YESNO)


def conjuncts(where: Term | None) -> tuple[Term, ...]:
    """The parts of a conjunction."""
    if where is None:
        return ()
    return where.args if isinstance(where, Op) and where.name == "and" else (where,)


def any_of(*terms: Term) -> Term:
    """The disjunction of the conditions given."""
    unique = tuple(dict.fromkeys(terms))
    return unique[0] if len(unique) == 1 else Op("or", unique, YESNO)


def negated(term: Term) -> Term:
    """The exact complement."""
    if isinstance(term, Op) and term.name == "not":
        return term.args[0]
    return Op("not", (term,), YESNO)


def compare(op: str, left: Term, right: Term) -> Term:
    return Op(op, (left, right), YESNO)


def known(term: Term) -> Term:
    return Op("not", (Op("is_missing", (term,), YESNO),), YESNO)


def column(name: str, type_: Type, row: Row | None = None) -> Field:
    """A column of the row at hand, or of another."""
    return Field(row or Here(), name, type_)


def follow(row: Row, name: str, table: str) -> Followed:
    """The row reached through the reference `name` of `row`."""
    return Followed(Field(row, name, reference(table)), table)


def constant(term: Term) -> bool | None:
    """The truth of a condition on literals; None when it depends on rows."""
    if isinstance(term, Lit):
        return bool(term.value)
    if not isinstance(term, Op):
        return None
    if term.name in ("and", "or", "not"):
        parts = [constant(a) for a in term.args]
        if any(p is None for p in parts):
            return None
        return all(parts) if term.name == "and" else any(parts) if term.name == "or" else not parts[0]
    values = [a.value for a in term.args if isinstance(a, Lit)]
    if len(values) != len(term.args):
        return None
    if term.name == "one_of":
        return values[0] in values[1:]
    if term.name == "is_missing":
        return values[0] is None
    if None in values:
        return False
    compared: Mapping[str, bool] = {"=": values[0] == values[1]}
    if term.name in ("<", "<=", ">", ">="):
        a, c = values[0], values[1]
        compared = {"<": a < c, "<=": a <= c, ">": a > c, ">=": a >= c}  # type: ignore[operator]
    return compared.get(term.name)
