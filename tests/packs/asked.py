"""A shop twice: the project that answers, and its plain rows."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, field, replace

from tests.packs.members import METRICS, TRAITS
from tests.packs.plain import Shop, SourceMissing, Unreachable, View
from tests.packs.same import same

HALF = "half"
"""An audience of every shop: buckets 0 to 4 of 10, salted by its name."""


KEYS = {
    "customers": ("members", ("customer",), lambda row: (row.id,)),
    "orders": ("count(orders)", ("order",), lambda row: (row.id,)),
    "products": ("count(products)", ("product",), lambda row: (row.id,)),
    "stock": (
        "count(stock)",
        ("stock.product", "stock.store", "stock.counted_on"),
        lambda row: (row.product, row.store, row.counted_on),
    ),
    "campaigns": ("count(campaigns)", ("campaign",), lambda row: (row.id,)),
    "actions": ("count(actions)", ("action",), lambda row: (row.id,)),
    "census": ("count(census)", ("census.area", "census.year"), lambda row: (row.area, row.year)),
    "memberships": (
        "count(memberships)",
        ("membership.customer", "membership.joined_date"),
        lambda row: (row.customer, row.joined_at.day),
    ),
    "purchase_days": (
        "count(purchase_days)",
        ("purchase_day.customer", "purchase_day.created_date"),
        lambda row: (row.customer, row.day),
    ),
}
"""How rows of a table are counted, and what tells one from another."""
SINGULAR = {"census": "census", "stock": "stock", "purchase_days": "purchase_day"}
UNNAMED = {"staff.in_channels", "staff.counted", "staff.sold", "staff.next_order", "staff.came_again"}
"""Of an order, where `staff.` names its seller: no phrase can ask for them, metrics of the pack rest on them."""


EVERYTHING = ("greenhouse", "jaffle_shop")
"""Shops that are asked for what they have nothing of, too."""


@dataclass(repr=False)
class Asked:
    """Answers by what was asked, each asked once and for all metrics together."""

    project: object
    plain: Shop
    answers: dict = field(default_factory=dict)

    def __post_init__(self):
        self.metrics = [name for name in METRICS if self.plain.name in EVERYTHING or self.has(name)]
        self.half = frozenset(c for c in self.plain.tracked if bucket(c) < 5)

    def has(self, name):
        """Whether the shop has what a metric counts."""
        try:
            METRICS[name](View(self.plain))
        except SourceMissing:
            return False
        return True

    def people(self, subject):
        return {"all_tracked_users": frozenset(self.plain.tracked), HALF: self.half, None: None}[subject]

    def view(self, subject=None, period=None):
        return View(self.plain, self.people(subject), period)

    def values(self, dim):
        """The values of a dimension that occur anywhere."""
        return self.plain.kept(("values", dim), lambda: set(self._values(dim)))

    def _values(self, dim):
        for table in self.plain.tables:
            with contextlib.suppress(Unreachable, SourceMissing):
                yield from self.view().values(table, dim)

    def table(self, metrics, dims=(), subject=None, period=None):
        """{values of dims: {metric: (value, state)}}"""
        key = (tuple(metrics), tuple(dims), subject, period)
        if key not in self.answers:
            self.answers[key] = self._table(*key)
        return self.answers[key]

    def _table(self, metrics, dims, subject, period):
        phrase = ", ".join(metrics) + (f" by {', '.join(dims)}" if dims else "")
        phrase += f" for audience {subject}" if subject else ""
        phrase += f" during {period[0]} to {period[1]}" if period else ""
        result = self.project.query(phrase)
        places = range(len(dims), len(dims) + len(metrics))
        return {
            tuple(row[: len(dims)]): {m: (row[p], result.state(n, p)) for m, p in zip(metrics, places, strict=True)}
            for n, row in enumerate(result.rows)
        }

    def leading(self, dim):
        """Metrics each of whose rows belongs to one value of a dimension."""
        return self.plain.kept(("leading", dim), lambda: [name for name in self.metrics if self._leads(name, dim)])

    def _leads(self, name, dim):
        try:
            METRICS[name](replace(self.view(), group=((dim, None),)))
        except (SourceMissing, Unreachable):
            return False
        return True

    def traits(self, table):
        """{key of a row: {trait: value}}, all of a table asked together."""
        if table not in self.answers:
            self.answers[table] = self._traits(table)
        return self.answers[table]

    def _traits(self, table):
        count, keys, _ = KEYS[table]
        names = [name for name, (of, _) in TRAITS.items() if of == table and name not in UNNAMED]
        dims = [*keys, *(f"{SINGULAR.get(table, table[:-1])}.{name}" for name in names)]
        rows = self.project.query(f"{count} by {', '.join(dims)}").rows
        return {tuple(row[: len(keys)]): dict(zip(names, row[len(keys) :], strict=False)) for row in rows}


def bucket(ident):
    return int(hashlib.md5(f"{HALF}:{ident}".encode(), usedforsecurity=False).hexdigest()[:8], 16) % 10


def difference(found, view, name):
    """What is told otherwise than calculated; empty when they agree. `found` is None where there is no row."""
    value, state = found or (None, "no row")
    try:
        expected = METRICS[name](view)
    except SourceMissing as column:
        return "" if state in ("source missing", "no row") else f"{value} ({state}) without {column}"
    if state in ("no row", "not tracked"):  # for nobody could follow what it led to
        return "" if not expected else f"{state} instead of {expected}"
    return "" if same(value, expected) else f"{value} ({state}) instead of {expected}"
