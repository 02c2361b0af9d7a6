"""The first report over a proposed project: what there is to see, in sections that its tables can fill."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from patron.engine.model.canonical import TABLES
from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.finding import Sales
from patron.engine.runner.proposal.mapped import Mapped, reads
from patron.engine.runner.proposal.names import has_any, quoted

_PICKED = re.compile(r"^(?:first|last)\((.*)\)$|^lookup\([^,]*\.([^,.]+), .*$")
MOST_BARS = 12
"""Values of a column that a bar chart still shows well."""


@dataclass(frozen=True, slots=True)
class Span:
    """From which day to which day there are orders."""

    first: dt.date
    last: dt.date

    @property
    def unit(self) -> str:
        """The unit in which a line over the whole span has a readable number of points."""
        days = (self.last - self.first).days
        return "day" if days <= 92 else "week" if days <= 400 else "month"

    @property
    def begin(self) -> dt.date:
        """The first day of the unit in which the first order lies, so that no point of a line is a part of one."""
        if self.unit == "month":
            return self.first.replace(day=1)
        return self.first - dt.timedelta(days=self.first.weekday()) if self.unit == "week" else self.first


@dataclass(frozen=True, slots=True)
class Seen:
    """The columns of each proposed table, those without a line of their own too, with what their values say."""

    columns: Mapping[str, Mapping[str, Column | None]]

    @classmethod
    def of(cls, mapped: Sequence[Mapped]) -> Seen:
        found: dict[str, dict[str, Column | None]] = {}
        for one in mapped:
            behind = {c.written: c for t in one.reads for c in t.columns}
            used = " ".join(e for _, e, _ in one.lines)
            own = [c for t in one.reads for c in t.columns if c.kind != "empty" and not one.group]
            ours = TABLES[one.table].by_name
            taken = {c.name.lower(): c for c in own if c.name.lower() in ours or not reads(used, c)}
            written = {n.strip("`"): behind.get(_PICKED.sub(r"\1\2", e)) for n, e, _ in one.lines}
            found.setdefault(one.table, {}).update({**taken, **written})
        return cls(found)

    def has(self, table: str, column: str = "") -> bool:
        return table in self.columns and (not column or column in self.columns[table])

    def named(self, table: str, one: str) -> str:
        """How rows of a table are shown: by id and name, where the name says more."""
        said = self.columns[table].get("name")
        alike = said is not None and said is self.columns[table].get("id")
        return f"{one}, {one}.name" if self.has(table, "name") and not alike else one


def report_text(title: str, sales: Sales, mapped: Sequence[Mapped], span: Span | None) -> str:
    """`first_look.patron`: metrics, audiences and a report that answer at once."""
    seen = Seen.of(mapped)
    people = sales.customer is not None
    period = f"{span.begin} to {span.last}" if span else "all time"
    out = [
        f"# A first look at {title}: numbers, people and a report. `patron run first_look` makes the page.",
        "language 1",
        'import "model.patron"',
        "",
        "# these come with Patron: total_sales, total_orders, average_order, total_shoppers, units, product_sales",
        'metric largest_order "Largest order" = max(orders.value where valid_order)',
        *(_people() if people else ()),
        "",
        "# the days of the files; for rows that keep coming write `last 3 full months` or the like",
        'report first_look "First look" {',
        "  for all records",
        f"  period {period}",
        *_key_numbers(sales, seen, span.unit if span else "month", people),
        *_products(seen),
        *_shops(seen),
        *(_customers(seen) if people else ()),
        "",
        '  export "First look" as html',
        "}",
    ]
    return "\n".join(out) + "\n"


def _people() -> Iterator[str]:
    yield 'metric known_orders "Orders of known people" = count(orders where valid_order and customer is known)'
    yield 'metric orders_per_person "Orders per person" = known_orders / total_shoppers'
    yield ""
    yield 'audience came_back "Came back" = has ordered at least 2 times'
    yield 'audience bought_once "Bought once" = has ordered exactly 1 times'
    yield 'audience best "The best tenth" = their total_sales is in the top 10%'


def _key_numbers(sales: Sales, seen: Seen, unit: str, people: bool) -> Iterator[str]:
    yield from ("", '  tab "Key numbers" {')
    more = ", total_shoppers, orders_per_person" if people else ", largest_order"
    yield f"    show cards of total_sales, total_orders, average_order{more}"
    yield f'    show line "Sales" of total_sales by {unit}'
    yield f'    show bar "Orders" of total_orders by {unit}'
    if sales.time is not None or sales.date.clocked:
        yield '    show heatmap "When people buy" of total_orders by weekday, hour_of_day'
    else:
        yield '    show bar "Weekdays" of total_orders by weekday'
    for name in _telling(seen):
        top = f" top {MOST_BARS} of total_sales" if _many(seen, name) else ""
        said = name.replace("_", " ").capitalize()
        yield f'    show table "{said}" of total_sales, total_orders, average_order by order.{quoted(name)}{top}'
    yield "  }"


_TELLING = ("channel", "payment_method", "status", "country", "source", "type")
_NOT_TELLING = ("name", "address", "street", "id", "note", "notes", "comment", "postcode", "currency", "kind", "file")


def _telling(seen: Seen) -> list[str]:
    """At most three columns of orders that part them into a few kinds."""
    fitting = [
        name for name, column in seen.columns["orders"].items()
        if (column is not None and column.kind == "text" and 2 <= column.distinct <= 60 and not column.identifier
            and not has_any(name, _NOT_TELLING) and name not in ("id", "customer", "store", "staff", "session"))
        or name == "channel"
    ]  # fmt: skip
    hidden = {"place", "state"} if "channel" in fitting or "status" in fitting else set()
    chosen = [n for n in fitting if n not in hidden]
    return sorted(chosen, key=lambda n: _TELLING.index(n) if n in _TELLING else len(_TELLING))[:3]


def _many(seen: Seen, name: str) -> bool:
    column = seen.columns["orders"][name]
    return column is not None and column.distinct > MOST_BARS


def _products(seen: Seen) -> Iterator[str]:
    if not seen.has("products") or not seen.has("lines", "product"):
        return
    counted = "product_sales, units" if seen.has("lines", "quantity") else "product_sales"
    yield from ("", '  tab "Products" {')
    yield f'    show table "Best sellers" of {counted} by {seen.named("products", "product")} top 20 of product_sales'
    for column, title in (("category", "Categories"), ("brand", "Brands")):
        if seen.has("products", column):
            yield (
                f'    show bar "{title}" of product_sales by product.{column} top {MOST_BARS} of product_sales '
                f'rest "Others"'
            )
    yield "  }"


def _shops(seen: Seen) -> Iterator[str]:
    shown = [(t, o) for t, o in (("stores", "store"), ("staff", "staff")) if seen.has(t) and seen.has("orders", o)]
    if not shown:
        return
    yield from ("", '  tab "Shops and staff" {')
    for table, one in shown:
        by = seen.named(table, one)
        yield f"    show table of total_sales, total_orders, average_order by {by} top 30 of total_sales"
    yield "  }"


def _customers(seen: Seen) -> Iterator[str]:
    yield from ("", '  tab "People" {')
    yield '    show table "How often" of total_shoppers, total_sales for each audience came_back, bought_once, best'
    shown = {
        "gender": "Gender",
        "age_band": "Age",
        "generation": "Generations",
        "city": "Cities",
        "country": "Countries",
    }
    for column, title in shown.items():
        if seen.has("customers", column):
            top = f" top {MOST_BARS} of total_sales" if column in ("city", "country") else ""
            yield f'    show table "{title}" of total_shoppers, total_sales by customer.{column}{top}'
    yield "  }"
