"""Rows that no statement gives: customers met in orders, messages that were delivered."""

from __future__ import annotations

from patron.engine.load.filling import Filler
from patron.engine.sql.load.derived import delivered, met_customers


def derive(filler: Filler) -> None:
    """Add the rows that follow from other tables."""
    filled = filler.filled
    if "messages" in filled and {"id", "customer", "campaign", "delivered_at"} <= set(filled["messages"].columns):
        actions = filled.get("actions")
        query, columns = delivered(
            filled["messages"].name,
            "channel" in filled["messages"].columns,
            actions.name if actions else None,
            actions.columns if actions else {},
        )
        filler.add_part("actions", "stage/actions/delivered", query, columns)
    if "customers" not in filled and "orders" in filled and "customer" in filled["orders"].columns:
        who = filled["orders"].columns["customer"]
        filler.add_part("customers", "stage/customers/met", met_customers(filled["orders"].name), {"id": who})
