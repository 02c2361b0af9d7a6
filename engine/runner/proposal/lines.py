"""From what was found to the statement of the lines."""

from __future__ import annotations

from patron.engine.runner.proposal.amounts import charged
from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.currencies import only_in
from patron.engine.runner.proposal.finding import Items, Sales
from patron.engine.runner.proposal.mapped import Mapped, bad_values
from patron.engine.runner.proposal.names import words
from patron.engine.runner.proposal.orders import cancelled, order_id, whole_rows
from patron.engine.runner.proposal.tables import Sources, contained, source_table


def lines(sales: Sales, products: Column | None, sources: Sources, currency: str) -> Mapped | None:
    """The lines of the orders in one currency. `products` is the key of the products that are mapped."""
    items = sales.items
    if items is None:
        return None
    made = Mapped("lines", source_table(items.table, sources), reads=(items.table,))
    odd = cancelled(sales) if items.table is sales.table else None
    others = only_in(currency, sales, sources, of_lines=True)
    made.where = " and ".join(w for w in (odd.where if odd else "", others) if w)
    made.comments += [f"lines of orders in other currencies than {currency} are left out"] if others else []
    if items.table is sales.table:
        made.group = whole_rows(items.table) if sales.doubled else ()
    else:
        _astray(made, items, sales.key[0])
    made.add("order", order_id(items.link))
    if items.goods is not None:
        made.add("product", product_id(items), _unknown_goods(items, products))
    if items.quantity is not None:
        without = items.quantity.missing + sum(items.quantity.values[j] for j in items.quantity.junk)
        made.add("quantity", items.quantity.clean, f"{without:,} rows say none: they count as 1" if without else "")
    made.add("amount", *charged(items.table, items.amount, grouped=False))
    cost = next((c for c in items.table.columns if c.adds_up and {"unit", "cost"} <= set(words(c.name))), None)
    if cost is not None and items.quantity is not None:
        made.add("cost", f"{cost.as_money} * {items.quantity.as_number}", "cost of one times quantity")
    bad_values(made, [*items.amount.columns, *([items.quantity] if items.quantity else [])])
    return made


def _astray(made: Mapped, items: Items, key: Column) -> None:
    """Lines of orders that are not there, and orders without lines."""
    lost = sum(n for v, n in items.link[0].values.items() if v not in key.values)
    if lost:
        made.comments.append(f"{lost:,} lines name an order that is not there")
    bare = len(set(key.values) - set(items.link[0].values))
    if bare:
        made.comments.append(f"{bare:,} orders have no lines: they count in sales, not in sales of products")


def _unknown_goods(items: Items, products: Column | None) -> str:
    if products is None or items.goods is None or products is items.goods or contained(items.goods, products) == 1.0:
        return ""
    lost = sum(n for v, n in items.goods.values.items() if v not in products.values)
    return f"{lost:,} rows name a product that its file does not know" if not spelled_twice(items.goods) else ""


def product_id(items: Items) -> str:
    """The expression of a line's product: its code, in one spelling when files have several, or its name."""
    column = items.goods
    assert column is not None
    return f"upper(trim({column.written}))" if spelled_twice(column) else column.written


def spelled_twice(column: Column) -> bool:
    """Whether codes differ only by case or blanks around them."""
    if column.typed and column.kind != "text":
        return False
    plain: dict[str, str] = {}
    return any(plain.setdefault(v.strip().upper(), v) != v for v in column.values)
