"""What was charged on a row: a column as it stands, or price times quantity."""

from __future__ import annotations

from decimal import Decimal

from patron.engine.runner.proposal.finding import Amount
from patron.engine.runner.proposal.tables import Table


def charged(table: Table, amount: Amount, *, grouped: bool) -> tuple[str, str]:
    """What was charged: a column as it stands, or price times quantity, less the share taken off."""
    total = amount.total
    if total is None:
        expression, told = _product_of(amount), "price times quantity"
        told += f", less the share in {amount.off.name}" if amount.off is not None else ""
        return (f"sum({expression})" if grouped else expression), told
    empty = total.missing + sum(total.values[j] for j in total.junk)
    filled = _filled(table, amount)
    expression, told = total.clean, f"{empty:,} rows have no {total.name}: they add nothing" if empty else ""
    if filled:
        expression = f"first_known({total.as_money}, {_product_of(amount)})"
        told = f"{filled:,} empty ones filled: {_PRODUCT}"
        told += f"; {empty - filled:,} have neither" if empty > filled else ""
    elif total.kind == "whole" and total.low is not None and total.high is not None and total.high >= 1000:
        told = f"whole numbers up to {total.high:,}: if these are cents, write `/ 100` behind it"
    return (f"sum({expression})" if grouped else expression), told


_PRODUCT = "price times quantity, as in all other rows"


def _product_of(amount: Amount) -> str:
    assert amount.price is not None
    assert amount.quantity is not None
    expression = f"{amount.price.as_money} * {amount.quantity.as_number}"
    if amount.off is not None:
        share = amount.off.as_number if not amount.off.missing else f"first_known({amount.off.as_number}, 0)"
        share += " / 100" if amount.off.percent else ""
        expression += f" * (1 - {share})"
    return expression


def _filled(table: Table, amount: Amount) -> int:
    """How many empty totals price times quantity fills; 0 when it is not the total in the other rows."""
    if amount.total is None or amount.price is None or amount.quantity is None or amount.off is not None:
        return 0
    same = other = empty = 0
    for total, price, quantity in table.values(amount.total, amount.price, amount.quantity):
        parts = (number(price), number(quantity))
        if parts[0] is None or parts[1] is None:
            continue
        known = number(total)
        empty += known is None
        same += known is not None and abs(known - parts[0] * parts[1]) < Decimal("0.01")
        other += known is not None and abs(known - parts[0] * parts[1]) >= Decimal("0.01")
    return empty if other <= 0.001 * same else 0


def number(value: str | None) -> Decimal | None:
    """A plain number, as it is written in most files."""
    try:
        return Decimal(value.strip()) if value else None
    except ArithmeticError:
        return None
