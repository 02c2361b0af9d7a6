"""Which file is what: where the sales are, how an order is told from the next, who and what they refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.names import (
    ENTITIES,
    ID_WORDS,
    NOT_AMOUNTS,
    has_any,
    measure_rank,
    named_for,
    names_entity,
    words,
)
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
        """The columns it is read from."""
        if self.total is not None:
            return (self.total,)
        return tuple(c for c in (self.price, self.quantity, self.off) if c is not None)


@dataclass(frozen=True, slots=True)
class Items:
    """The lines of the orders: their table, the columns that tell the order, what was bought for how much."""

    table: Table
    link: tuple[Column, ...]
    amount: Amount
    product: Column | None = None
    product_name: Column | None = None
    quantity: Column | None = None

    @property
    def goods(self) -> Column | None:
        """What names the product: its code, or its name."""
        return self.product or self.product_name


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
    doubled: bool = False
    customer: Column | None = None
    store: Column | None = None
    staff: Column | None = None
    items: Items | None = None

    @property
    def facts(self) -> Table:
        """The table with one order's date and people."""
        return self.head or self.table

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables that orders and lines are read from."""
        found = (self.table, self.head, self.items.table if self.items else None)
        return tuple(t for t in found if t is not None)


def find_sales(tables: Sequence[Table]) -> Sales | None:
    """The sales: in one table when there is one with dates and amounts, else in an order table and its lines."""
    whole = sorted((s for t in tables if (s := _one_table(t, tables)) is not None), key=_doubts)
    split = [s for head in tables for t in tables if t is not head and (s := _two_tables(head, t, tables)) is not None]
    if whole and (whole[0].customer is not None or not split):
        return _with_items(whole[0], tables)
    return max(split, key=lambda s: (s.customer is not None, s.head.size if s.head else 0), default=None)


def _doubts(sales: Sales) -> tuple[object, ...]:
    """What speaks against a table being the sales, the gravest first."""
    unsure = sales.date.form is not None and sales.date.form.unsure
    called = named_for(sales.table.name, "order")
    return (sales.amount.sure >= 200, sales.customer is None, unsure, not called, -sales.table.size)


def _one_table(table: Table, tables: Sequence[Table]) -> Sales | None:
    date, amount = order_date(table), _amount(table)
    if date is None or amount is None:
        return None
    order, customer = _order_column(table), refer(table, "customer", tables) or _person(table)
    store = refer(table, "store", tables)
    if customer is not None and order is not None and customer.name == order.name:
        customer = None
    if order is None and customer is None:
        return None
    key = _order_key(table, order, customer, date, store)
    one_row = len(key) == 1 and (key[0].unique or _copies(table, key[0]))
    whole = Amount(amount.total) if _on_first_rows(table, key, amount) else amount
    return Sales(
        table, whole, key, date, time=_time(table, date), one_row=one_row, doubled=one_row and not key[0].unique,
        customer=customer, store=store, staff=refer(table, "staff", tables), items=_own_items(table, key, amount),
    )  # fmt: skip


def _person(table: Table) -> Column | None:
    """What tells people apart where no id does: their address for mail, or their name."""
    wanted = ({"email"}, {"customer", "name"}, {"client", "name"}, {"buyer", "name"})
    return next((c for w in wanted for c in table.columns if c.kind == "text" and w <= set(words(c.name))), None)


def _order_column(table: Table) -> Column | None:
    """The column that tells one order from the next."""
    named = [c for c in table.columns if names_entity(c.name, "order") and c.kind in ("whole", "text")]
    named = [c for c in named if c.missing <= 0.1 * c.rows and (c.kind == "whole" or c.distinct > 0.05 * c.rows)]
    if named:
        return max(named, key=lambda c: (names_entity(c.name, "order"), c.unique, words(c.name)[-1:] != ("order",)))
    plain = [c for c in table.columns if set(words(c.name)) <= ID_WORDS and (c.unique or _copies(table, c))]
    if plain and plain[0].kind in ("whole", "text"):
        return plain[0]
    found = key_of(table, "order") if named_for(table.name, "order") else None
    return found if found is not None and found.unique else _by_first_rows(table)


def _by_first_rows(table: Table) -> Column | None:
    """The column that tells orders apart in an export that says an order's total on the first of its rows only."""
    total = _measure(table, "amount", NOT_AMOUNTS - {"quantity"})
    if total is None or not total.missing:
        return None
    said = total.rows - total.missing
    fitting = [c for c in table.columns if c.kind in ("whole", "text") and not c.missing and c.distinct == said]
    return next((c for c in fitting if _once(table, c, total)), None)


def _on_first_rows(table: Table, key: tuple[Column, ...], amount: Amount) -> bool:
    """Whether the total is that of an order of several rows, and stands on one of them."""
    total = amount.total
    several = total is not None and bool(total.missing) and len(key) == 1 and not key[0].unique
    return several and total is not None and _once(table, key[0], total)


def _once(table: Table, key: Column, total: Column) -> bool:
    """Whether a value stands in exactly one row of each group."""
    where = [k for k, v in table.values(key, total) if v is not None]
    return len(set(where)) == len(where)


def _copies(table: Table, key: Column) -> bool:
    """Whether a number that stands twice always stands in rows that are the same: the export repeats itself."""
    return 0 < key.rows - key.distinct == table.repeated


def _own_items(table: Table, key: tuple[Column, ...], amount: Amount) -> Items | None:
    if _on_first_rows(table, key, amount) and amount.price is not None and amount.quantity is not None:
        amount = replace(amount, total=None)
    found = Items(table, key, amount, refer(table, "product"), _product_name(table), _measure(table, "quantity"))
    return found if found.goods is not None or found.quantity is not None else None


def _with_items(sales: Sales, tables: Sequence[Table]) -> Sales:
    """Orders with a total of their own may have their lines in another file."""
    if not sales.one_row:
        return sales
    found = [i for t in tables if t is not sales.table and (i := _other_items(t, sales.key[0], tables)) is not None]
    return replace(sales, items=max(found, key=lambda i: i.table.size)) if found else sales


def _other_items(table: Table, key: Column, tables: Sequence[Table]) -> Items | None:
    link = _link(table, key)
    amount = _amount(table)
    if link is None or amount is None:
        return None
    product, name = refer(table, "product", tables), _product_name(table)
    if product is None and name is None:
        return None
    return Items(table, (link,), amount, product, name, _measure(table, "quantity"))


def _link(table: Table, key: Column) -> Column | None:
    """The column of another table that holds the numbers of orders."""
    called = [c for c in table.columns if names_entity(c.name, "order") or c.name.lower() == key.name.lower()]
    return next((c for c in called if c.kind in ("whole", "text") and contained(c, key) > 0.9), None)


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


def _mixed(table: Table, key: tuple[Column, ...], column: Column, *, known: bool = False) -> float:
    """The share of groups in which a column has more than one value; `known`: more than one that is not missing."""
    first: dict[tuple[str | None, ...], str | None] = {}
    mixed: set[tuple[str | None, ...]] = set()
    for *group, value in table.values(*key, column):
        if known and value is None:
            continue
        if first.setdefault(tuple(group), value) != value:
            mixed.add(tuple(group))
    return len(mixed) / len(first) if first else 0.0


def _two_tables(head: Table, lines: Table, tables: Sequence[Table]) -> Sales | None:
    date, key = order_date(head), key_of(head, "order")
    amount = _amount(lines)
    if date is None or key is None or not key.unique or amount is None or _amount(head) is not None:
        return None
    link = _link(lines, key)
    if link is None:
        return None
    return Sales(
        lines, amount, (link,), date, time=_time(head, date), head=head, head_key=key, one_row=False,
        customer=refer(head, "customer", tables), store=refer(head, "store", tables),
        staff=refer(head, "staff", tables), items=_own_items(lines, (link,), amount),
    )  # fmt: skip


# ---------------------------------------------------------------- columns by what they are for

_VAGUE = frozenset("location site account guest contact agent title".split())
"""Words that name a thing only where a file of such things knows the value."""


def refer(table: Table, entity: str, tables: Sequence[Table] = ()) -> Column | None:
    """The column of a table that points to a row of that thing: by its name, or because its values are the keys of a
    file of such things."""
    fitting = [c for c in table.columns if c.kind in ("whole", "text") and c.missing < c.rows]
    ranked = [(names_entity(c.name, entity), -c.missing, i, c) for i, c in enumerate(fitting)]
    best = max((r for r in ranked if r[0]), key=lambda r: (r[0], r[1], -r[2]), default=None)
    keys = [k for t in tables if t is not table and named_for(t.name, entity) and (k := key_of(t, entity)) is not None]
    if best is not None:
        found = best[3]
        vague = not _VAGUE.isdisjoint(words(found.name))
        unsure = best[0] < 3 and found.kind == "text" and (vague or (entity == "staff" and found.distinct > 500))
        if not unsure or any(contained(found, k) > 0.5 for k in keys):
            return found
    held = [c for c in fitting if c.kind == "text" and c.distinct > 1 and any(contained(c, k) > 0.95 for k in keys)]
    return max(held, key=lambda c: c.distinct, default=None)


def _product_name(table: Table) -> Column | None:
    wanted = ({"description"}, {"product", "name"}, {"item", "name"}, {"title"})
    return next((c for w in wanted for c in table.columns if c.kind == "text" and w <= set(words(c.name))), None)


_TOLD = ("order", "transaction", "invoice", "created", "purchase", "sale", "placed", "sold", "receipt")
_LATE = (
    "ship shipped required delivered due updated birth birthdate end expires changed modified canceled cancelled "
    "returned refunded paid payment shipping delivery valid until"
).split()


def order_date(table: Table) -> Column | None:
    """The column that says when an order was made."""
    dated = [c for c in table.columns if c.dated and c.missing < 0.5 * c.rows]
    dated = [c for c in dated if not has_any(c.name, _LATE)]
    return min(dated, key=lambda c: (not has_any(c.name, _TOLD), c.kind != "moment"), default=None)


def _time(table: Table, date: Column) -> Column | None:
    return next((c for c in table.columns if c.kind == "time"), None) if date.kind == "date" else None


def _amount(table: Table) -> Amount | None:
    total = _measure(table, "amount", NOT_AMOUNTS - {"quantity"})
    price, quantity = _measure(table, "price"), _measure(table, "quantity")
    off = next((c for c in table.columns if c.ratio and "discount" in words(c.name)), None)
    if total is not None:
        return Amount(total, price, quantity, off)
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
    """The table whose key holds most values of a reference; of several the one that is called so and tells most."""
    best: tuple[float, Table] | None = None
    for table in tables:
        key = key_of(table, entity)
        if key is None or any(table is t for t in not_these):
            continue
        called = named_for(table.name, entity)
        other = any(named_for(table.name, e) for e in ENTITIES if e != entity)
        if not called and (reference is None or other):
            continue
        share = contained(reference, key) if reference is not None else 1.0
        told = sum(1 for c in table.columns if c.kind == "text" and c is not key)
        score = share + 0.3 * called + 0.03 * min(told, 8)
        if share > 0.3 and (best is None or score > best[0]):
            best = (score, table)
    return best[1] if best else None


def constant_columns(table: Table, key: Sequence[Column], used: set[str]) -> tuple[list[Column], list[Column]]:
    """Columns with one value in every order, worth keeping on the order; and those with several."""
    fitting = [c for c in table.columns if c.name not in used and c.kind != "empty"]
    kept = [c for c in fitting if c.kind in ("text", "yesno") and _mixed(table, tuple(key), c, known=True) <= MIXED]
    return kept, [c for c in fitting if c not in kept]
