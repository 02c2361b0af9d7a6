"""From what was found to the statement of the orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from patron.engine.runner.proposal.amounts import charged
from patron.engine.runner.proposal.choices import (
    CHANNELS,
    STATUSES,
    channel_column,
    choice,
    off_column,
    side_column,
    status_column,
    yes_of,
)
from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.currencies import left_out, only_in
from patron.engine.runner.proposal.finding import Sales, constant_columns, measures
from patron.engine.runner.proposal.mapped import Mapped, bad_values, reads
from patron.engine.runner.proposal.names import has_any, names_entity, quoted, snake, text
from patron.engine.runner.proposal.tables import Sources, Table, looked_up, source_table

MOST_KEPT = 12
"""Columns of lines that are kept on the order."""


# ---------------------------------------------------------------- orders


def orders(sales: Sales, people: Table | None, people_key: Column | None, sources: Sources, currency: str) -> Mapped:
    """The orders: rows as they are, or lines grouped; all in one currency."""
    made = Mapped(
        "orders", source_table(sales.table, sources), reads=(sales.table, *([sales.head] if sales.head else []))
    )
    first = Reader(sales, sources)
    odd = cancelled(sales)
    made.where = " and ".join(w for w in (odd.where if odd else "", only_in(currency, sales, sources)) if w)
    _grouping(made, sales)
    made.comments += [f"{told}: to count them, convert them by a rate" for told in left_out(currency, sales)]
    made.add("id", order_id(sales.key))
    _customer(made, sales, first, people, people_key)
    for name, column in (("store", sales.store), ("staff", sales.staff)):
        if column is not None:
            made.add(name, column.written if column in sales.key else first(column))
    made.add("created_at", *_created(sales, first))
    made.add("total", *charged(sales.table, sales.amount, grouped=not sales.one_row))
    if odd:
        made.add("status", odd.status, odd.comment)
    _further_measures(made, sales)
    _status(made, sales, first)
    _channel(made, sales, first)
    _dates(made, sales, first)
    _extras(made, sales, first)
    _undated(made, sales)
    bad_values(made, [sales.date, *sales.amount.columns])
    return made


def _grouping(made: Mapped, sales: Sales) -> None:
    """One order for each key, and what that leaves out."""
    table = sales.table
    if sales.one_row and not sales.doubled:
        made.comments.append(f"every row of {table.name} is an order: {counted(table)} rows")
        return
    if sales.doubled:
        made.comments.append(
            f"{table.repeated:,} rows of {table.name} stand there twice, the same in every column: counted once"
        )
        made.group = whole_rows(table)
        return
    parts = " and ".join(c.name for c in sales.key)
    groups = len(set(table.values(*sales.key)))
    made.comments.append(f"one order for each {parts}: {groups:,} orders in {counted(table)} rows")
    made.group = tuple(c.written for c in sales.key)
    if table.repeated:
        made.comments.append(f"{table.repeated:,} of these rows stand there twice, the same in every column: all count")
    if sales.head is not None and sales.head_key is not None:
        lost = len(set(sales.head_key.values) - set(sales.key[0].values))
        told = f"{lost:,} rows of {sales.head.name} have none here: they are no orders"
        made.comments += [told] if lost else []
        astray = sum(n for v, n in sales.key[0].values.items() if v not in sales.head_key.values)
        told = f"{astray:,} rows name an order that {sales.head.name} does not know: they have no date and no customer"
        made.comments += [told] if astray else []


def whole_rows(table: Table) -> tuple[str, ...]:
    """All columns, so that rows that stand there twice are one."""
    return tuple(c.written for c in table.columns if c.kind != "empty")


def counted(table: Table) -> str:
    """The rows of a table, as far as they were looked at."""
    return f"the first {table.size:,}" if table.cut else f"{table.size:,}"


class Reader:
    """Gives the expression that reads a column for an order: of the row, of its first line, or of its head."""

    def __init__(self, sales: Sales, sources: Sources) -> None:
        self.sales, self.sources = sales, sources

    def __call__(self, column: Column, expression: str | None = None) -> str:
        sales = self.sales
        if sales.head is not None and sales.head_key is not None:
            found = looked_up(sales.head, column, sales.head_key, sales.key[0], self.sources)
            return (expression or column.written).replace(column.written, found)
        return (expression or column.written) if sales.one_row else f"first({expression or column.written})"


def order_id(key: Sequence[Column]) -> str:
    """The expression of an order's id."""
    return key[0].written if len(key) == 1 else f'text_join("|", {", ".join(c.written for c in key)})'


# ---------------------------------------------------------------- who bought, and when

_NOBODY = frozenset(
    "guest gast invite invitado walk-in walkin walk_in unknown unbekannt anonymous anonym cash none nobody -".split()
)
_NO_NUMBER = frozenset("0 -1 99999 999999 9999999".split())


def _customer(made: Mapped, sales: Sales, first: Reader, people: Table | None, key: Column | None) -> None:
    """The customer; ids that stand for nobody (0, guest) are missing."""
    column = sales.customer
    if column is None:
        made.add("customer", "missing", "no column names a customer: sales are counted, people are not")
        return
    buyer = column.written if column in sales.key else first(column)
    nobody = [v for v in column.values if _nobody(v, column, key)]
    if not nobody:
        told = "" if names_entity(column.name, "customer") else f"a guess: people are told apart by {column.name}"
        if column.missing:
            told = told or f"{column.missing:,} rows name nobody: in sales, in no number of people"
        made.add("customer", buyer, told)
        return
    counts = ", ".join(f"{v} ({column.values[v]:,} rows)" for v in nobody)
    told = f"{counts}: taken for nobody" + (f", not in {people.name}" if people is not None else "")
    made.add("customer", f"missing_if({buyer}, {', '.join(text(v) for v in nobody)})", told)


def _nobody(value: str, column: Column, key: Column | None) -> bool:
    """Whether an id stands for all who gave no name: a word or number for it that no customer has, or no such
    customer and by far too many rows."""
    if key is not None and value in key.values:
        return False
    if value.strip().lower() in _NOBODY or (key is not None and value in _NO_NUMBER):
        return True
    often = column.values[value]
    others = max((n for v, n in column.values.items() if v != value), default=0)
    too_often = often > 0.05 * column.values.total() and often > 10 * max(others, 5)
    return too_often and (key is not None or value in _NO_NUMBER)


def strangers(column: Column, key: Column) -> list[str]:
    """Ids of customers that their file does not know, without those that stand for nobody."""
    return [v for v in column.values if v not in key.values and not _nobody(v, column, key)]


def _created(sales: Sales, first: Reader) -> tuple[str, str]:
    date, time = sales.date, sales.time
    told = unsure(date)
    if time is not None and date.form is not None and date.form.pattern is None and sales.head is None:
        if sales.one_row:
            return f"moment({date.written}, {time.written})", told
        day = date.written if date in sales.key else f"min({date.written})"
        return f"moment({day}, min({time.written}))", told
    if sales.one_row or sales.head is not None:
        return first(date, date.as_date), told
    return (date.as_date if date in sales.key else f"min({date.as_date})"), told


def unsure(date: Column) -> str:
    """What to say of a date that could be read in two ways."""
    return "a guess: day and month could be swapped, look at it" if date.form and date.form.unsure else ""


def _undated(made: Mapped, sales: Sales) -> None:
    without = sales.date.missing + sum(sales.date.values[j] for j in sales.date.junk)
    if without:
        made.comments.append(f"{without:,} rows of {sales.facts.name} have no {sales.date.name}: they are in no period")


_DATES = {
    "updated_at": ("updated", "changed", "modified"),
    "canceled_at": ("canceled", "cancelled"),
    "returned_at": ("returned", "refunded"),
}


def _dates(made: Mapped, sales: Sales, first: Reader) -> None:
    """When an order was changed, canceled or brought back."""
    for ours, wanted in _DATES.items():
        found = [c for c in sales.facts.columns if c.dated and has_any(c.name, wanted)]
        if found:
            made.add(ours, first(found[0], found[0].as_date), unsure(found[0]))


# ---------------------------------------------------------------- how much


def _further_measures(made: Mapped, sales: Sales) -> None:
    """Discounts, taxes and the like that stand on the same rows."""
    grouped = not sales.one_row
    for measure in ("discount", "tax", "shipping", "tip", "gross"):
        found = [c for c in measures(sales.table, measure) if c not in sales.amount.columns]
        if found:
            added = " + ".join(c.as_money if len(found) > 1 else c.clean for c in found)
            made.add(measure, f"sum({added})" if grouped else added)


# ---------------------------------------------------------------- what became of it


def _status(made: Mapped, sales: Sales, first: Reader) -> None:
    """A status column in the words of Patron."""
    column = status_column(sales.facts)
    found = choice(column, first(column), STATUSES) if column is not None else None
    if column is None or found is None:
        _switched_off(made, sales, first)
        return
    told = f"not known: {', '.join(found.unknown)}: they count as valid" if found.unknown else ""
    told = told or "canceled and deleted ones do not count, see order_rule"
    if '"returned"' in found.expression and channel_column(sales.facts) is None:
        told += '; returned ones do, unless `channel = "retail"` is mapped'
    made.add("status", found.expression, told)
    if not found.plain and (made.group or column.name.lower() == "status"):
        own = snake(column.name)
        made.add("status_in_file" if own == "status" else own, first(column), "the word as it stands there")


def _switched_off(made: Mapped, sales: Sales, first: Reader) -> None:
    """A yes/no column such as `void_flag` in place of a status."""
    found = off_column(sales.facts)
    yes = yes_of(found[0]) if found is not None else None
    if found is None or yes is None:
        return
    value = first(found[0])
    if not sales.one_row and sales.head is None:
        value = f"min({found[0].written})"
    made.add("status", f'if ({value} is {text(yes)}) then {text(found[1])} else "paid"',
             f"an order is {found[1]} when {found[0].name} is {yes}")  # fmt: skip


def _channel(made: Mapped, sales: Sales, first: Reader) -> None:
    column = channel_column(sales.facts)
    found = choice(column, first(column), CHANNELS) if column is not None else None
    if found is not None and column is not None and not column.identifier:
        plain = column.name.lower() == "channel" and not made.group and found.plain
        told = "a guess by its values; retail orders that were returned do not count, see order_rule"
        made.add("channel", found.expression, "" if plain else told)
    elif (side := side_column(sales.facts)) is not None:
        _one_side(made, *side, first)


def _one_side(made: Mapped, column: Column, side: str, first: Reader) -> None:
    """The channel by a yes/no column. What is online is known; what is not in the shop may be taken away from it, and
    so is a comment."""
    yes = yes_of(column)
    if yes is None:
        return
    value, other = first(column), "retail" if side == "online" else "online"
    is_yes = value if column.typed else f"{value} is {text(yes)}"
    no = f'if ({value} is known) then "{other}" else missing' if column.missing else f'"{other}"'
    expression = f'if ({is_yes}) then "{side}" else {no}'
    if side == "online":
        told = f"a guess: what is not {column.name} was sold in a shop; returned ones of these do not count"
        made.add("channel", expression, f"{told}, see order_rule")
    else:
        made.comments.append(f"if what is not {column.name} was ordered online: channel = {expression}")


@dataclass(frozen=True, slots=True)
class _Odd:
    where: str
    status: str
    comment: str


def cancelled(sales: Sales) -> _Odd | None:
    """Order numbers with a letter before them whose amounts are negative: cancellations."""
    quantity = sales.items.quantity if sales.items is not None and sales.items.table is sales.table else None
    if len(sales.key) != 1 or sales.key[0].kind != "text" or sales.head is not None or quantity is None:
        return None
    key = sales.key[0]
    letters: dict[str, int] = {}
    digits = 0
    for value in key.values:
        if value.isdigit():
            digits += 1
        elif value[:1].isalpha() and value[1:].isdigit():
            letters[value[0]] = letters.get(value[0], 0) + 1
    if digits < 0.5 * len(key.values) or not letters:
        return None
    main = max(letters, key=lambda c: letters[c])
    below = [v for k, v in sales.table.values(key, quantity) if k and k.startswith(main)]
    if not below or sum((v or "").startswith("-") for v in below) < 0.9 * len(below):
        return None
    where = f'{key.written} matches "^{main}?[0-9]+$"' if len(key.values) != digits + letters[main] else ""
    status = f'if ({key.written} starts with "{main}") then "canceled" else "paid"'
    told = f"{letters[main]:,} numbers begin with {main}, their quantities are below zero"
    left = len(key.values) - digits - letters[main]
    return _Odd(where, status, told + (f"; {left:,} numbers of another form are left out" if left else ""))


# ---------------------------------------------------------------- what else stands on an order


def _extras(made: Mapped, sales: Sales, first: Reader) -> None:
    """Columns with one value in every order, kept under their own name; the others are named."""
    _payment(made, sales, first)
    if sales.doubled:
        for column in sales.table.columns:
            if column.kind != "empty":
                made.add(quoted(column.name), column.written)
    if sales.one_row:
        return
    items = sales.items
    said = [sales.customer, sales.store, sales.staff, sales.date, sales.time, *measures(sales.table, "discount")]
    said += [items.product, items.product_name, items.quantity] if items is not None else []
    used = {c.name for c in (*said, *sales.key, *sales.amount.columns, sales.head_key) if c is not None}
    read = " ".join(e for _, e, _ in made.lines)
    used |= {c.name for c in sales.facts.columns if reads(read, c)}
    key = [sales.head_key] if sales.head is not None and sales.head_key is not None else list(sales.key)
    kept, several = constant_columns(sales.facts, key, used)
    for column in kept[:MOST_KEPT]:
        name = snake(column.name)
        if name not in ("status", "order", "id"):
            made.add(quoted(name), first(column))
    left = [c.name for c in (*kept[MOST_KEPT:], *several)]
    if left:
        made.comments.append(f"columns left out here: {', '.join(left)}")


def _payment(made: Mapped, sales: Sales, first: Reader) -> None:
    fitting = [
        c for c in sales.facts.columns if c.kind == "text" and c.distinct <= 30 and has_any(c.name, ("payment", "paid"))
    ]
    found = next((c for c in fitting if not has_any(c.name, ("status", "date", "id"))), None)
    if found is not None and (sales.one_row or sales.head is not None):
        made.add("payment_method", first(found))
