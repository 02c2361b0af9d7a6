"""Amounts in several currencies: they cannot be added up, so the orders of one are kept, and the others are counted."""

from __future__ import annotations

from collections import Counter

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.finding import Sales
from patron.engine.runner.proposal.names import has_any, text
from patron.engine.runner.proposal.tables import Sources, Table, looked_up


def codes_of(table: Table) -> Column | None:
    """The column with codes of currencies."""
    named = (c for c in table.columns if c.values and has_any(c.name, ("currency", "wahrung", "devise", "moneda")))
    return next((c for c in named if all(len(v.strip()) == 3 and v.strip().isalpha() for v in c.values)), None)


def currency_column(sales: Sales) -> Column | None:
    """The column with the currencies of orders."""
    return codes_of(sales.facts) or codes_of(sales.table)


def spelled(column: Column) -> Counter[str]:
    """How many rows say each currency, however they write it."""
    counts: Counter[str] = Counter()
    for value, rows in column.values.items():
        counts[value.strip().upper()] += rows
    return counts


def left_out(currency: str, sales: Sales) -> list[str]:
    """What to say of the orders in another currency than that of the project, if there are any."""
    column = currency_column(sales)
    if column is None or not _mixed(currency, column):
        return []
    others = [(code, rows) for code, rows in spelled(column).most_common() if code != currency]
    each = ", ".join(f"{code} {rows:,}" for code, rows in others)
    rows = sum(rows for _, rows in others)
    return [f"{rows:,} rows in other currencies than {currency} are left out ({column.name}: {each})"]


def only_in(currency: str, sales: Sales, sources: Sources, *, of_lines: bool = False) -> str:
    """The condition that keeps the orders in one currency, or the lines of such orders; those that name none count in
    it. None is needed where no other is met."""
    column = currency_column(sales)
    if column is None or not _mixed(currency, column):
        return ""
    value, unknown = column.written, bool(column.missing)
    table, key, by = sales.head, sales.head_key, sales.key[0]
    if of_lines and sales.items is not None and sales.items.table is not sales.table:
        table, key, by = sales.table, sales.key[0], sales.items.link[0]
    if table is not None and key is not None and any(c is column for c in table.columns):
        value = looked_up(table, column, key, by, sources)
        unknown = unknown or any(v not in key.values for v in by.values)
    plain = f"upper(trim({value}))" if len(spelled(column)) < len(column.values) else value
    kept = f"{plain} is {text(_written(currency, column))}"
    return f"({kept} or {value} is missing)" if unknown else kept


def _written(currency: str, column: Column) -> str:
    """The code as the rows write it; as it is where they write it in several ways."""
    found = [v for v in column.values if v.strip().upper() == currency]
    return found[0] if len(spelled(column)) == len(column.values) else currency


def _mixed(currency: str, column: Column) -> bool:
    """Whether a column names the currency, and others beside it."""
    return currency in (counts := spelled(column)) and len(counts) > 1
