"""Which file is what: where the sales are, how an order is told from the next, who and what they refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.names import NOT_AMOUNTS, has_any, measure_rank, names_entity, words
from patron.engine.runner.proposal.tables import Table, contained, key_of

MIXED = 0.02
"""The share of orders that may disagree with themselves (two moments in one order) before the key is too short."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much was charged on a row: a column, or price times quantity less a share."""

    total: Column | None = None
    price: Column | None = None
    quantity: Column | None = None
    off: Column | None = None

    @property
    def sure(self) -> int:
        """The smaller the surer."""
        return measure_rank(self.total.name, "amount") if self.total else 200

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(c for c in (self.total, self.price, self.quantity if self.total is None else None, self.off) if c)


@dataclass(frozen=True, slots=True)
class Sales:
    """The sales of a shop.

    `table` holds the amounts. `head` is another table with one row an order (its date, its customer), found by
    `head_key`. `key` are the columns that make an order; `one_row` when every row of `table` is an order.
    """

    table: Table
    amount: Amount
    key: tuple[Column, ...]
    date: Column
    time: Column | None = None
    head: Table | None = None
    head_key: Column | None = None
    one_row: bool = False
    customer: Column | None = None
    product: Column | None = None
    product_name: Column | None = None
    store: Column | None = None
    staff: Column | None = None
    quantity: Column | None = None

    @property
    def facts(self) -> Table:
        """The table with one order's date and people."""
        return self.head or self.table


def find_sales(tables: Sequence[Table]) -> Sales | None:
    """The sales: in one table when there is one with dates and amounts, else in an order table and its lines."""
    whole = [s for t in tables if (s := _one_table(t)) is not None]
    split = [s for head in tables for t in tables if t is not head and (s := _two_tables(head, t)) is not None]
    best = sorted(whole, key=lambda s: (s.amount.sure >= 200, s.customer is None, -s.table.size))
    if best and (best[0].customer is not None or not split):
        return best[0]
    return max(
        split, key=lambda s: (s.customer is not None, s.head.size if s.head else 0), default=best[0] if best else None
    )


def _one_table(table: Table) -> Sales | None:
    date, amount = _date(table), _amount(table)
    if date is None or amount is None:
        return None
    order, customer = refer(table, "order"), refer(table, "customer")
    store = refer(table, "store")
    if customer is not None and order is not None and customer.name == order.name:
        customer = None
    if order is None:
        order = next((c for c in table.columns if c.unique and c.name.lower() == "id"), None)
    if order is None and customer is None:
        return None
    key = _order_key(table, order, customer, date, store)
    return Sales(
        table, amount, key, date, time=_time(table, date), one_row=len(key) == 1 and key[0].unique, customer=customer,
        product=refer(table, "product"), product_name=_product_name(table), store=store, staff=refer(table, "staff"),
        quantity=_measure(table, "quantity"),
    )  # fmt: skip


def _order_key(
    table: Table, order: Column | None, customer: Column | None, date: Column, store: Column | None
) -> tuple[Column, ...]:
    """The columns that make an order: its number, with shop and day where the number starts again."""
    if order is None:
        return tuple(c for c in (customer, date) if c is not None)
    if order.unique:
        return (order,)
    key: tuple[Column, ...] = (order,)
    for more in (date if date.kind == "date" else None, store, customer):
        same = [c for c in (customer, store, date if date.kind == "date" else None) if c is not None and c not in key]
        if not same or max(_mixed(table, key, c) for c in same) <= MIXED:
            break
        if more is not None and more not in key and _mixed(table, key, more) > MIXED:
            key = (more, *key)
    return (*sorted((c for c in key if c != order), key=lambda c: c is not store), order)


def _mixed(table: Table, key: tuple[Column, ...], column: Column) -> float:
    """The share of groups in which a column has more than one value."""
    first: dict[tuple[str | None, ...], str | None] = {}
    mixed: set[tuple[str | None, ...]] = set()
    for *group, value in table.values(*key, column):
        if first.setdefault(tuple(group), value) != value:
            mixed.add(tuple(group))
    return len(mixed) / len(first) if first else 0.0


def _two_tables(head: Table, lines: Table) -> Sales | None:
    date, key = _date(head), key_of(head, "order")
    amount = _amount(lines)
    if date is None or key is None or amount is None or _amount(head) is not None:
        return None
    link = next((c for c in lines.columns if names_entity(c.name, "order") and contained(c, key) > 0.9), None)
    if link is None:
        return None
    return Sales(
        lines, amount, (link,), date, time=_time(head, date), head=head, head_key=key, one_row=False,
        customer=refer(head, "customer"), product=refer(lines, "product"), product_name=_product_name(lines),
        store=refer(head, "store"), staff=refer(head, "staff"), quantity=_measure(lines, "quantity"),
    )  # fmt: skip


# ---------------------------------------------------------------- columns by what they are for


def refer(table: Table, entity: str) -> Column | None:
    """The column of a table that points to a row of that thing."""
    ranked = [(names_entity(c.name, entity), c) for c in table.columns if c.kind != "empty" and not c.dated]
    found = [(rank, c) for rank, c in ranked if rank and c.kind not in ("decimal", "time", "yesno")]
    best = max(found, key=lambda rc: rc[0], default=None)
    if best is None or (best[0] < 3 and best[1].kind == "text" and entity in ("order", "store", "staff")):
        return None
    if best[0] < 3 and entity == "product" and best[1].kind == "text":
        return best[1]
    return best[1]


def _product_name(table: Table) -> Column | None:
    wanted = ({"description"}, {"product", "name"}, {"item", "name"}, {"title"})
    return next((c for w in wanted for c in table.columns if c.kind == "text" and w <= set(words(c.name))), None)


def _date(table: Table) -> Column | None:
    dated = [c for c in table.columns if c.dated and c.missing < 0.5 * c.rows]
    told = ("order", "transaction", "invoice", "created", "purchase", "sale", "placed", "sold")
    late = ("ship", "shipped", "required", "delivered", "due", "updated", "birth", "birthdate", "end", "expires")
    dated = [c for c in dated if not has_any(c.name, late)]
    return min(dated, key=lambda c: (not has_any(c.name, told), c.kind != "moment"), default=None)


def _time(table: Table, date: Column) -> Column | None:
    return next((c for c in table.columns if c.kind == "time"), None) if date.kind == "date" else None


def _amount(table: Table) -> Amount | None:
    total = _measure(table, "amount", NOT_AMOUNTS - {"quantity"})
    price, quantity = _measure(table, "price"), _measure(table, "quantity")
    off = next((c for c in table.columns if c.ratio and "discount" in words(c.name)), None)
    if total is not None:
        return Amount(total, quantity=quantity)
    if price is not None and quantity is not None:
        return Amount(None, price, quantity, off)
    return None


def _measure(table: Table, measure: str, lacks: frozenset[str] = frozenset()) -> Column | None:
    fitting = [c for c in table.columns if c.adds_up and not set(words(c.name)) & lacks]
    ranked = [(measure_rank(c.name, measure), c) for c in fitting]
    best = min(ranked, key=lambda rc: rc[0], default=(999, None))
    return best[1] if best[0] < 999 else None


def measures(table: Table, measure: str) -> list[Column]:
    """All columns of a measure that add up: three kinds of discounts are one discount."""
    return [c for c in table.columns if c.adds_up and measure_rank(c.name, measure) < 999]


# ---------------------------------------------------------------- tables that others refer to


def find_dimension(
    tables: Sequence[Table], entity: str, reference: Column | None, not_these: Sequence[Table]
) -> Table | None:
    """The table whose key holds most values of a reference."""
    best: tuple[float, int, Table] | None = None
    for table in tables:
        if any(table is t for t in not_these):
            continue
        key = key_of(table, entity)
        if key is None:
            continue
        share = contained(key if reference is None else reference, key)
        if reference is None and not names_entity(table.name, entity) and not has_any(table.name, _plural(entity)):
            continue
        found = (share, table.size, table)
        if share > 0.3 and (best is None or found[:2] > best[:2]):
            best = found
    return best[2] if best else None


def _plural(entity: str) -> tuple[str, ...]:
    return (f"{entity}s", entity)


def constant_columns(table: Table, key: Sequence[Column], used: set[str]) -> list[Column]:
    """Short columns with one value in every order: worth keeping on the order."""
    kinds = ("text", "yesno")
    fitting = [c for c in table.columns if c.name not in used and c.kind in kinds and 1 < c.distinct <= 60]
    return [c for c in fitting if _mixed(table, tuple(key), c) <= MIXED][:5]
