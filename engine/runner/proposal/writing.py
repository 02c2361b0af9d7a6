"""The proposed files as text, with comments for whoever reads them next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from patron.engine.runner.proposal.finding import Sales
from patron.engine.runner.proposal.mappings import Line, Mapped
from patron.engine.runner.proposal.names import quoted, text
from patron.engine.runner.proposal.tables import Table


@dataclass(frozen=True, slots=True)
class About:
    """What the files are about: the project's title, zone and currency, and where the data lie from there."""

    title: str
    folder: str
    timezone: str = "UTC"
    currency: str = "USD"
    zone_told: str = ""
    currency_told: str = ""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A `source` statement: its name, connector and the tables of the files it is used for."""

    name: str
    connector: str
    tables: tuple[Table, ...]
    junk: tuple[str, ...] = ()


def model_text(about: About, sources: Sequence[SourceText], mapped: Sequence[Mapped]) -> str:
    """`model.patron`: the project, its sources, and how files become tables."""
    out = [
        f"# {about.title}: where the data are and what they mean. Proposed from the rows of the files; make it yours.",
        "language 1",
        "",
        f"project {text(about.title)} {{",
        *aligned(
            [("timezone", text(about.timezone), about.zone_told), ("currency", about.currency, about.currency_told)]
        ),
        "}",
    ]
    for source in sources:
        out += ["", *source_lines(about, source)]
    for one in mapped:
        out += ["", *table_lines(one)]
    return "\n".join(out) + "\n"


def source_lines(about: About, source: SourceText) -> list[str]:
    """A source with only those settings that differ from the defaults."""
    rows: list[Line] = [("folder", text(about.folder), "relative to this file")]
    shape = source.tables[0].shape
    if source.connector == "csv":
        if shape.delimiter != ",":
            rows.append(("delimiter", text(shape.delimiter.replace("\t", "\\t")), ""))
        if shape.encoding != "utf-8":
            rows.append(("encoding", text(shape.encoding), ""))
        if not shape.header:
            rows.append(("header", "no", "the first line is a row; the names below are guesses"))
            rows.append(("columns", ", ".join(text(c.name) for c in source.tables[0].columns), ""))
        if source.junk:
            rows.append(("blank", ", ".join(text(j) for j in ("", *source.junk)), "read as missing"))
    several = [t for t in source.tables if t.pattern]
    out = [f"source {source.name} from {source.connector} {{", *aligned(rows)]
    if several:
        out += ["  files {", *(f"    {quoted(t.name)} {text(t.pattern)}" for t in several), "  }"]
    return [*out, "}"]


def table_lines(made: Mapped) -> list[str]:
    """A table statement; without a block when all columns are taken as they are."""
    head = f"table {made.table} from {made.source}"
    comments = [f"# {c}" for c in made.comments]
    if not made.lines and not made.clauses and not made.where and not made.group:
        return [*comments, head]
    out = [*comments, f"{head} {{"]
    if made.where:
        out.append(f"  where {made.where}")
    if made.group:
        out.append(f"  group by {', '.join(made.group)}")
    out += aligned([(name, f"= {expression}", told) for name, expression, told in made.lines])
    out += aligned(made.clauses)
    return [*out, "}"]


def aligned(rows: Sequence[Line]) -> list[str]:
    """Lines of a block: names in one column, what they are behind, comments at the end."""
    wide = max((len(name) for name, expression, _ in rows if expression), default=0)
    out = []
    for name, expression, told in rows:
        line = f"  {name:<{wide}} {expression}" if expression else f"  {name}"
        out.append(f"{line}    # {told}" if told else line)
    return out


# ---------------------------------------------------------------- the first report


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


_PEOPLE = ", total_shoppers, orders_per_person"


def report_text(about: About, sales: Sales, mapped: Sequence[Mapped], span: Span | None) -> str:
    """`first_look.patron`: metrics, audiences and a report that answer at once."""
    tables = {m.table for m in mapped}
    columns = {m.table: {n for n, _, _ in m.lines} for m in mapped}
    people = sales.customer is not None
    out = [
        f"# A first look at {about.title}: numbers, people and a report. `patron run first_look` makes the page.",
        "language 1",
        'import "model.patron"',
        "",
        "# these come with Patron: total_sales, total_orders, average_order, total_shoppers, units, product_sales",
        'metric orders_per_person "Orders per person" = total_orders / total_shoppers' if people else "",
        'metric largest_order "Largest order" = max(orders.value where valid_order)',
    ]
    if people:
        out += ["", *_audiences()]
    period = f"  period {span.begin} to {span.last}" if span else "  period all time"
    unit = span.unit if span else "month"
    out += [
        "", 'report first_look "First look" {', "  for all records", period, "", '  tab "Key numbers" {',
        f"    show cards of total_sales, total_orders, average_order{_PEOPLE if people else ''}",
        f'    show line "Sales" of total_sales by {unit}',
        f'    show bar "Orders" of total_orders by {unit}',
        '    show heatmap "When people buy" of total_orders by weekday, hour_of_day' if _has_hours(sales) else "",
        "  }",
    ]  # fmt: skip
    if "products" in tables and "lines" in tables:
        out += ["", *_product_tab(columns["products"], "quantity" in columns["lines"])]
    if "stores" in tables or "staff" in tables:
        out += ["", *_shop_tab(tables, columns)]
    if people:
        out += ["", *_people_tab()]
    out += ["", '  export "First look" as html', "}"]
    return "\n".join(line for line, before in zip(out, ["", *out], strict=False) if line or before) + "\n"


def _audiences() -> list[str]:
    return [
        'audience came_back "Came back" = has ordered at least 2 times',
        'audience bought_once "Bought once" = has ordered exactly 1 times',
        'audience best "The best tenth" = their total_sales is in the top 10%',
    ]


def _has_hours(sales: Sales) -> bool:
    return sales.time is not None or sales.date.kind == "moment"


def _product_tab(columns: set[str], units: bool) -> list[str]:
    named = "product, product.name" if "name" in columns else "product"
    counted = "product_sales, units" if units else "product_sales"
    out = ['  tab "Products" {', f'    show table "Best sellers" of {counted} by {named} top 20 of product_sales']
    if "category" in columns:
        out.append(
            '    show bar "Categories" of product_sales by product.category top 12 of product_sales rest "Others"'
        )
    return [*out, "  }"]


def _shop_tab(tables: set[str], columns: dict[str, set[str]]) -> list[str]:
    out = ['  tab "Shops and staff" {']
    for table, one in (("stores", "store"), ("staff", "staff")):
        if table in tables:
            named = f"{one}, {one}.name" if "name" in columns[table] else one
            out.append(f"    show table of total_sales, total_orders, average_order by {named} sorted by total_sales")
    return [*out, "  }"]


def _people_tab() -> list[str]:
    return [
        '  tab "People" {',
        '    show table "How often" of total_shoppers, total_sales for each audience came_back, bought_once, best',
        "  }",
    ]
