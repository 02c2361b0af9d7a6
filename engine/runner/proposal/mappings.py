"""From what was found to `table` statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.finding import Sales, constant_columns, measures
from patron.engine.runner.proposal.names import quoted, snake, text, words
from patron.engine.runner.proposal.tables import Table

Line = tuple[str, str, str]
"""A column of ours, its expression, and a comment."""


@dataclass(slots=True)
class Mapped:
    """A `table` statement in the making."""

    table: str
    source: str
    comments: list[str] = field(default_factory=list)
    where: str = ""
    group: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    clauses: list[Line] = field(default_factory=list)

    def add(self, name: str, expression: str, comment: str = "") -> None:
        """A column, once."""
        if all(n != name for n, _, _ in self.lines):
            self.lines.append((name, expression, comment))

    def clause(self, words_: str, comment: str = "") -> None:
        """A clause at the end, once."""
        if all(c != words_ for c, _, _ in self.clauses):
            self.clauses.append((words_, "", comment))


def source_table(table: Table, sources: dict[str, str]) -> str:
    """`files.orders`."""
    return f"{sources[table.connector]}.{quoted(table.name)}"


# ---------------------------------------------------------------- orders and lines


def orders(sales: Sales, customers: Table | None, customer_key: Column | None, sources: dict[str, str]) -> Mapped:
    """The orders: rows as they are, or lines grouped."""
    made = Mapped("orders", source_table(sales.table, sources))
    if sales.one_row:
        made.comments.append(f"every row of {sales.table.name} is an order: {sales.table.size:,} rows")
    else:
        parts = " and ".join(c.name for c in sales.key)
        made.comments.append(f"one order for each {parts}: {_groups(sales):,} orders in {sales.table.size:,} rows")
        made.group = tuple(c.written for c in sales.key)
        if sales.head is not None and sales.head_key is not None:
            lost = len(set(sales.head_key.values) - set(sales.key[0].values))
            told = f"{lost:,} rows of {sales.head.name} have none here: they are no orders"
            made.comments += [told] if lost else []
    first = _Reader(sales, sources)
    made.add("id", order_id(sales))
    odd = _cancelled(sales)
    if odd:
        made.where = odd.where
    if sales.customer is not None:
        buyer = sales.customer.written if sales.customer in sales.key else first(sales.customer)
        made.add("customer", *_customer(sales.customer, buyer, customers, customer_key))
    else:
        made.add("customer", "missing", "no column names a customer: sales are counted, people are not")
    for name, column in (("store", sales.store), ("staff", sales.staff)):
        if column is not None:
            made.add(name, column.written if column in sales.key else first(column))
    made.add("created_at", *_created(sales, first))
    made.add("total", *_total(sales, sales.amount.total, grouped=not sales.one_row))
    if odd:
        made.add("status", odd.status, odd.comment)
    _further_measures(made, sales)
    _status(made, sales, first)
    _extras(made, sales, first)
    _bad_values(made, [sales.date, *sales.amount.columns])
    return made


def lines(sales: Sales, products: bool, sources: dict[str, str]) -> Mapped | None:
    """The lines of the orders, when rows are lines."""
    if sales.product is None and sales.product_name is None and sales.quantity is None:
        return None
    made = Mapped("lines", source_table(sales.table, sources))
    odd = _cancelled(sales)
    if odd:
        made.where = odd.where
    made.add("order", order_id(sales))
    if products:
        made.add("product", product_id(sales))
    if sales.quantity is not None:
        made.add("quantity", sales.quantity.clean)
    made.add("amount", *_total(sales, sales.amount.total, grouped=False))
    _bad_values(made, [*sales.amount.columns, *([sales.quantity] if sales.quantity else [])])
    return made


class _Reader:
    """Gives the expression that reads a column for an order: of the row, of its first line, or of its head."""

    def __init__(self, sales: Sales, sources: dict[str, str]) -> None:
        self.sales, self.sources = sales, sources

    def __call__(self, column: Column, expression: str | None = None) -> str:
        sales = self.sales
        if sales.head is not None and sales.head_key is not None:
            place = f"{source_table(sales.head, self.sources)}.{column.written}"
            found = f"lookup({place}, {sales.head_key.written} = {sales.key[0].written})"
            return (expression or column.written).replace(column.written, found)
        return (expression or column.written) if sales.one_row else f"first({expression or column.written})"


def order_id(sales: Sales) -> str:
    """The expression of an order's id."""
    if len(sales.key) == 1:
        return sales.key[0].written
    return f'text_join("|", {", ".join(c.written for c in sales.key)})'


def product_id(sales: Sales) -> str:
    """The expression of a line's product: its code, in one spelling when files have several, or its name."""
    column = sales.product or sales.product_name
    assert column is not None
    return f"upper(trim({column.written}))" if spelled_twice(column) else column.written


def spelled_twice(column: Column) -> bool:
    """Whether codes differ only by case or blanks around them."""
    if column.typed and column.kind != "text":
        return False
    plain: dict[str, str] = {}
    return any(plain.setdefault(v.strip().upper(), v) != v for v in column.values)


def _groups(sales: Sales) -> int:
    return len(set(sales.table.values(*sales.key)))


def _customer(column: Column, expression: str, customers: Table | None, key: Column | None) -> tuple[str, str]:
    """The customer; ids that stand for nobody (0, 5000) are missing."""
    if customers is None or key is None:
        nobody = [v for v in ("0", "-1") if v in column.values]
    else:
        lost = [(n, v) for v, n in column.values.items() if v not in key.values]
        nobody = [v for _, v in sorted(lost, reverse=True)] if 0 < len(lost) <= 3 else []
    if not nobody:
        return expression, ""
    counts = ", ".join(f"{v} ({column.values[v]:,} rows)" for v in nobody)
    where = "in no row of the customers" if customers is not None else "nobody's number"
    return f"missing_if({expression}, {', '.join(text(v) for v in nobody)})", f"{counts}: {where}"


def _created(sales: Sales, first: _Reader) -> tuple[str, str]:
    date, time = sales.date, sales.time
    told = "day and month could be swapped: look at it" if date.form and date.form.unsure else ""
    if time is not None and date.form is not None and date.form.pattern is None and sales.head is None:
        if sales.one_row:
            return f"moment({date.written}, {time.written})", told
        day = date.written if date in sales.key else f"min({date.written})"
        return f"moment({day}, min({time.written}))", told
    if sales.one_row or sales.head is not None:
        return first(date, date.as_date), told
    return (date.as_date if date in sales.key else f"min({date.as_date})"), told


def _total(sales: Sales, total: Column | None, *, grouped: bool) -> tuple[str, str]:
    """What was charged: a column as it stands, or price times quantity, less the share taken off."""
    amount = sales.amount
    if total is not None:
        expression = total.clean
        told = "" if amount.price is None else "as charged"
        if total.kind == "whole" and total.low is not None and total.high is not None and total.high >= 1000:
            told = f"whole numbers up to {total.high:,}: if these are cents, write `/ 100` behind it"
        expression = f"sum({expression})" if grouped else expression
        return expression, told
    assert amount.price is not None
    assert amount.quantity is not None
    expression = f"{amount.price.as_money} * {amount.quantity.as_number}"
    told = "price times quantity"
    if amount.off is not None:
        share = f"{amount.off.as_number} / 100" if amount.off.percent else amount.off.as_number
        expression += f" * (1 - {share})"
        told += f", less the share in {amount.off.name}"
    return (f"sum({expression})" if grouped else expression), told


def _further_measures(made: Mapped, sales: Sales) -> None:
    """Discounts, taxes and the like that stand on the same rows."""
    for measure in ("discount", "tax", "shipping", "tip"):
        found = [c for c in measures(sales.table, measure) if c not in sales.amount.columns]
        if found:
            added = " + ".join(c.as_money if len(found) > 1 else c.clean for c in found)
            made.add(measure, added if sales.one_row else f"sum({added})")


STATUSES = {
    "open": "open placed pending new processing unpaid created", "paid": "paid authorized",
    "fulfilled": "fulfilled completed complete shipped delivered done closed return_pending",
    "canceled": "canceled cancelled void voided failed declined", "returned": "returned refunded return refund",
}  # fmt: skip


def _status(made: Mapped, sales: Sales, first: _Reader) -> None:
    """A status column in the words of Patron."""
    column = next((c for c in sales.facts.columns if words(c.name)[-1:] == ("status",) and c.kind == "text"), None)
    if column is None or column.distinct > 15:
        return
    ours = {said: ours for ours, known in STATUSES.items() for said in known.split()}
    found = {v: ours[v.strip().lower()] for v in column.values if v.strip().lower() in ours}
    if not found:
        return
    value = first(column)
    unknown = sorted(set(column.values) - set(found))
    told = f"not known: {', '.join(unknown)}" if unknown else ""
    chain = [_choice(value, name, [v for v, o in found.items() if o == name and v != name]) for name in STATUSES]
    written = "\n               else ".join(c for c in chain if c)
    if not written:
        made.add("status", value, told)
        return
    made.add("status", f"{written}\n               else {value}", told)
    made.add("state", value, "the word as it stands in the file")


def _choice(value: str, ours: str, theirs: Sequence[str]) -> str:
    """`if (...) then ours`; nothing when no word of theirs is that of ours."""
    if not theirs:
        return ""
    if len(theirs) == 1:
        return f"if ({value} is {text(theirs[0])}) then {text(ours)}"
    return f"if ({value} is one of {', '.join(text(t) for t in sorted(theirs))}) then {text(ours)}"


@dataclass(frozen=True, slots=True)
class _Odd:
    where: str
    status: str
    comment: str


def _cancelled(sales: Sales) -> _Odd | None:
    """Order numbers with a letter before them whose amounts are negative: cancellations."""
    if len(sales.key) != 1 or sales.key[0].kind != "text" or sales.head is not None:
        return None
    key, quantity = sales.key[0], sales.quantity
    letters: dict[str, int] = {}
    digits = 0
    for value in key.values:
        if value.isdigit():
            digits += 1
        elif value[:1].isalpha() and value[1:].isdigit():
            letters[value[0]] = letters.get(value[0], 0) + 1
    if quantity is None or digits < 0.5 * len(key.values) or not letters:
        return None
    main = max(letters, key=lambda c: letters[c])
    below = [v for k, v in sales.table.values(key, quantity) if k and k.startswith(main)]
    if not below or sum((v or "").startswith("-") for v in below) < 0.9 * len(below):
        return None
    where = f'{key.written} matches "^{main}?[0-9]+$"' if len(key.values) != digits + letters[main] else ""
    status = f'if ({key.written} starts with "{main}") then "canceled" else "paid"'
    return _Odd(where, status, f"{letters[main]:,} numbers begin with {main}, their quantities are below zero")


def _extras(made: Mapped, sales: Sales, first: _Reader) -> None:
    """Columns with one value in every order, kept under their own name."""
    if sales.one_row:
        return
    said = [sales.customer, sales.product, sales.product_name, sales.store, sales.staff, sales.date, sales.time]
    used = {c.name for c in (*said, *sales.key, *sales.amount.columns) if c is not None}
    key = [sales.head_key] if sales.head is not None and sales.head_key is not None else list(sales.key)
    for column in constant_columns(sales.facts, key, used):
        name = "channel" if words(column.name)[-1:] == ("channel",) else snake(column.name)
        if name not in ("status", "state", "order", "id"):
            made.add(quoted(name), first(column))


def _bad_values(made: Mapped, columns: Sequence[Column]) -> None:
    """Rows with values that are not what their column is: read as missing, and counted at every load."""
    bad = [(c, c.bad) for c in columns if c.bad and not c.typed]
    if bad:
        told = ", ".join(f"{n:,} of {c.name}" for c, n in bad)
        made.clause("bad values missing", f"{told} cannot be read; every load counts them")
