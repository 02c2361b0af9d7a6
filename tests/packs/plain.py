"""A shop as plain rows, and a view of it: some period, some people, one group. No SQL, nothing of Patron."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from types import SimpleNamespace
from zoneinfo import ZoneInfo

DAY = dt.timedelta(days=1)


# ---------------------------------------------------------------- time


@dataclass(frozen=True, order=True)
class Moment:
    """An instant with its local date; `whole` when only the date is known, which then begins at midnight."""

    at: dt.datetime
    day: dt.date = field(compare=False)
    hour: int = field(compare=False)
    whole: bool = field(compare=False)


def moment(text, zone):
    """A local time, or a date alone; of a doubled hour the first, what does not exist moves on by the gap."""
    if text is None:
        return None
    local = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return instant(local.astimezone(dt.UTC), zone, whole=len(text) == len("2026-01-01"))


def instant(at, zone, *, whole=False):
    local = at.astimezone(ZoneInfo(zone))
    return Moment(at.astimezone(dt.UTC).replace(tzinfo=None), local.date(), local.hour, whole)


def within(start, end, days):
    """Elapsed time, both ends in; if either side is a date alone, so many dates beginning with the first one's."""
    if start.whole or end.whole:
        return 0 <= (end.day - start.day).days < days
    return dt.timedelta(0) <= end.at - start.at <= dt.timedelta(days=days)


# ---------------------------------------------------------------- rows


class SourceMissing(Exception):
    """A table or column that the shop does not have."""


class Unreachable(Exception):
    """Rows of this table cannot be grouped that way."""


DEFAULTS = {"status": "paid", "kind": "sale", "channel": None, "is_anonymous": False, "is_machine": False,
            "deleted_at": None, "erased_at": None, "quantity": 1, "discount": 0, "unit": "points",
            "tax": 0, "shipping": 0, "tip": 0}  # fmt: skip
"""What a column has that no source fills; of other columns the shop has nothing to say."""


class Row(SimpleNamespace):
    """Cells by name."""

    def __getattr__(self, name):
        if name in DEFAULTS:
            return DEFAULTS[name]
        raise SourceMissing(name)

    def get(self, name, other=None):
        """The cell, or something else where the shop has no such column."""
        return vars(self).get(name, other)

    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other


def by(rows, *names):
    """Rows by a value, or several."""
    found = defaultdict(list)
    for row in rows:
        values = tuple(getattr(row, name) for name in names)
        found[values if len(values) > 1 else values[0]].append(row)
    return found


# ---------------------------------------------------------------- a shop


@dataclass(eq=False, repr=False)
class Shop:
    """All rows as they are known today, with the settings that decide about numbers."""

    name: str
    zone: str
    today: dt.date
    tables: dict[str, list[Row]]
    sales: str = "net_sales"
    settings: dict = field(default_factory=dict)
    memory: dict = field(default_factory=dict)

    def rows(self, table):
        if table not in self.tables:
            raise SourceMissing(table)
        return self.tables[table]

    def __post_init__(self):
        """A reference that finds no row is missing everywhere."""
        for name, references in REFERENCES.items():
            if name in self.tables and name not in ("pairs", "waits"):
                for reference in references:
                    self._drop_lost(self.tables[name], reference)
        self._drop_lost(self.tables.get("actions", ()), "actor")

    def _drop_lost(self, rows, reference):
        known = {row.id for row in self.tables.get(TABLE_OF[reference], ())}
        for row in rows:
            if known and row.get(reference) not in known and reference in vars(row):
                setattr(row, reference, None)

    def row(self, table, key):
        """The row a reference means; None for none."""
        return None if key is None else self._by_id(table).get(key)

    def _by_id(self, table):
        return self.kept(("ids", table), lambda: {row.id: row for row in self.rows(table)})

    def kept(self, key, make):
        """Worked out once."""
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]

    @cached_property
    def tracked(self):
        """Ids of all tracked users: not deleted, not erased, not anonymous; merged ones are not in the rows."""
        gone = ("deleted_at", "erased_at", "is_anonymous")
        return {c.id for c in self.rows("customers") if not any(getattr(c, name) for name in gone)}

    # ------------------------------------------------------------ orders, by the rule `shopline`

    def valid(self, order):
        over_the_counter = order.channel == "retail" and order.status == "returned"
        return order.status not in ("canceled", "deleted") and order.kind != "return" and not over_the_counter

    def value(self, order):
        return self.values[order]

    @cached_property
    def values(self):
        return {order: self._value(order) for order in self.rows("orders")}

    def _value(self, order):
        amount = order.total if self.sales == "total" else order.total - order.tax - order.shipping - order.tip
        return -abs(amount) if order.kind == "return" else amount

    @cached_property
    def orders_of(self):
        """Valid orders by customer, the first first."""
        mine = by(filter(self.valid, self.rows("orders")), "customer")
        return {c: sorted(o, key=self.first_first) for c, o in mine.items() if c is not None}

    def first_first(self, order):
        """By moment, then id; ids of digits are numbers."""
        return order.created_at, int(order.id) if self._numbered else order.id

    @cached_property
    def _numbered(self):
        return all(order.id.isdigit() for order in self.rows("orders"))

    @cached_property
    def numbers(self):
        """The number of each order among its customer's."""
        return {o: n for orders in self.orders_of.values() for n, o in enumerate(orders, 1)}


# ---------------------------------------------------------------- the way to what a table is grouped by

REFERENCES = {
    "lines": ("order", "product"), "orders": ("customer", "store", "staff"), "actions": ("customer", "campaign"),
    "messages": ("customer", "campaign"), "memberships": ("customer", "store"),
    "points": ("customer", "store", "order", "campaign"),
    "redemptions": ("customer", "order", "campaign"), "reviews": ("staff", "order", "customer", "store"),
    "shifts": ("staff", "store"), "stock": ("product", "store"), "waits": ("customer", "order"),
    "pairs": ("order", "action"),
}  # fmt: skip
"""References by which a row belongs to exactly one other; the shortest way counts."""
NOBODYS = ("campaigns", "shifts", "products")
"""Tables whose rows are no customer's: no choice of people leaves any out."""
SINGULAR = {
    "customers": "customer",
    "campaigns": "campaign",
    "stores": "store",
    "staff": "staff",
    "products": "product",
}
TABLE_OF = {"customer": "customers", "order": "orders", "product": "products", "store": "stores", "staff": "staff",
            "campaign": "campaigns", "action": "actions", "actor": "customers"}  # fmt: skip
DATES = {"orders": "created_at", "actions": "acted_at", "messages": "sent_at", "reviews": "created_at",
         "memberships": "joined_at", "points": "posted_at", "redemptions": "redeemed_at",
         "shifts": "started_at"}  # fmt: skip


def target(shop, table, row, wanted):
    """The row of another table that this one belongs to: along one reference, else along two."""
    if SINGULAR.get(table) == wanted or table == f"{wanted}s":
        return row
    if wanted in REFERENCES.get(table, ()):
        return follow(shop, row, wanted)
    for through in REFERENCES.get(table, ()):
        if wanted in REFERENCES.get(TABLE_OF[through], ()):
            step = follow(shop, row, through)
            return None if step is None else follow(shop, step, wanted)
    raise Unreachable(f"{table} by {wanted}")


def follow(shop, row, reference):
    """The row that a reference means; none where no source fills it."""
    found = row.get(reference)
    return found if isinstance(found, Row) else shop.row(TABLE_OF[reference], found)


# ---------------------------------------------------------------- a view


@dataclass(frozen=True, repr=False)
class View:
    """What a number is asked for: whose rows, from when to when, and one group of them."""

    shop: Shop
    people: frozenset | None = None
    period: tuple | None = None
    group: tuple = ()
    """(dimension, value) pairs: `customer.gender` and its value."""
    asked: tuple | None = None
    """The period asked, where the view is a month of it."""

    # ------------------------------------------------------------ the same question, wider or narrower

    @property
    def whole(self):
        """Without the groups, months included."""
        return replace(self, group=(), period=self.asked or self.period)

    @property
    def first(self):
        return self.period[0] if self.period else dt.date.min

    @property
    def last(self):
        return min(self.period[1], self.shop.today) if self.period else self.shop.today

    def inside(self, day):
        return day is not None and self.first <= day <= self.last

    # ------------------------------------------------------------ rows

    def rows(self, table, date=None):
        """Rows of the people and the group, dated in the period; without a date in none, `all time` included."""
        date = date or DATES.get(table)
        rows = self.undated(table)
        if date is None:
            return rows
        return [r for r in rows if (at := getattr(r, date)) is not None and self.inside(at.day)]

    def undated(self, table):
        """Rows of the people and the group, of all time."""
        return self.shop.kept(("view", table, self.people, self.group), lambda: self._undated(table))

    def _undated(self, table):
        if not self.group:
            return self._of_people(table)
        *outer, (dim, wanted) = self.group
        wider = replace(self, group=tuple(outer))
        key = ("split", table, self.people, wider.group, dim)
        split = self.shop.kept(key, lambda: wider._split(table, dim))
        return split.get(wanted, [])

    def values(self, table, dim):
        """The values of a dimension that occur in a table."""
        return set(self._split(table, dim))

    def _split(self, table, dim):
        head, _, column = dim.partition(".")
        found = defaultdict(list)
        for row in self.undated(table):
            reached = target(self.shop, table, row, head)
            found[None if reached is None else getattr(reached, column or "id")].append(row)
        return found

    def _of_people(self, table):
        rows = self.shop.rows(table)
        if table == "customers":
            counted = [r for r in rows if not r.deleted_at and not r.erased_at]
            return [r for r in counted if self.people is None or r.id in self.people]
        if self.people is None or table in NOBODYS:
            return rows
        return [r for r in rows if (c := target(self.shop, table, r, "customer")) is not None and c.id in self.people]

    # ------------------------------------------------------------ what most numbers need

    @property
    def customers(self):
        return self.undated("customers")

    @property
    def orders(self):
        """Valid orders in the period."""
        return self.shop.kept(("orders", self), lambda: list(filter(self.shop.valid, self.rows("orders"))))

    @property
    def lines(self):
        """Lines of valid orders in the period."""
        return self.shop.kept(("lines", self), self._lines)

    def _lines(self):
        return [
            line for line in self.undated("lines")
            if (order := self.shop.row("orders", line.order)) is not None
            and self.shop.valid(order) and self.inside(order.created_at.day)
        ]  # fmt: skip

    @property
    def sales(self):
        return self.shop.kept(("sales", self), lambda: sum(map(self.shop.value, self.orders)))

    @property
    def shoppers(self):
        return {o.customer for o in self.orders} - {None}


# ---------------------------------------------------------------- arithmetic


def ratio(part, whole):
    """Exact; None when there is nothing to divide by."""
    if part is None or not whole:
        return None
    return Fraction(part) / Fraction(whole)


def mean(values):
    known = [Fraction(v) for v in values if v is not None]
    return ratio(sum(known), len(known))


def total(rows, name):
    """The sum of a column; missing cells are skipped."""
    return sum(value for row in rows if (value := getattr(row, name)) is not None)
