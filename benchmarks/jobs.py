"""The jobs: what Patron is asked, and which file holds the best SQL a person wrote for the same answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

HAND = Path(__file__).parent / "hand"
AS_OF = dt.date(2025, 12, 31)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to time: a query phrase, or the members of an audience when `audience` is set.

    `keys` are the columns that name a row; where the answer has a total row it is the last one.
    """

    name: str
    about: str
    keys: tuple[str, ...]
    phrase: str = ""
    audience: str = ""

    @property
    def hand_sql(self) -> str:
        """The hand-written SQL."""
        return (HAND / f"{self.name}.sql").read_text(encoding="utf-8")


JOBS = (
    Job("a", "audience with three conditions on behaviour", ("id",), audience="quiet_fans"),
    Job(
        "b",
        "six indicators by day, 90 days and the 90 before, with marketing",
        ("day",),
        "total_shoppers, total_sales, total_orders, conversion, reached_sales, reached_orders by day"
        " for audience regulars during last 90 days compare to previous period"
        ' total "All days"',
    ),
    Job(
        "c",
        "first purchase after each action, each campaign with its own window",
        ("campaign",),
        "conversions, converted, revenue by campaign for audience regulars",
    ),
    Job(
        "c_credit",
        "the same, every order credited once",
        ("campaign",),
        "credited_orders, credited_revenue by campaign for audience regulars",
    ),
    Job(
        "d",
        "people by state on each of 90 days",
        ("day",),
        "lifecycle.active_end, lifecycle.fading_end, lifecycle.gone_end by day for audience all_tracked_users"
        " during last 90 days",
    ),
    Job(
        "d1",
        "people by stage on one day",
        ("lifecycle.stage",),
        "members by lifecycle.stage for audience all_tracked_users",
    ),
    Job(
        "e",
        "age bands: people, average order, shares",
        ("customer.age_group",),
        "members, member_share, average_order, loyal_share, active_share, redeemed_share by customer.age_group"
        " for audience regulars",
    ),
    Job(
        "e_products",
        "age bands: five products with most units",
        ("customer.age_group", "product"),
        "units by customer.age_group, product for audience regulars top 5 of units per customer.age_group",
    ),
    Job(
        "f",
        "staff over 90 days",
        ("staff",),
        "total_orders, total_sales, average_order, items_per_order, rating, total_shoppers, new_customers,"
        " discount_rate, return_rate by staff for all records during last 90 days",
    ),
    Job(
        "g",
        "buyers, orders and sales of 90 days in squares of a tenth of a degree",
        ("geo.home_cell",),
        "total_shoppers, total_orders, total_sales by geo.home_cell for audience all_tracked_users during last 90 days",
    ),
    Job(
        "h",
        "last action before each order by kind and channel",
        ("action.kind", "action.channel"),
        "last_orders, last_revenue by action.kind, action.channel for audience regulars",
    ),
)

SKEW_PHRASES = {
    "first purchase by campaign": "conversions, revenue by campaign",
    "last action by kind": "last_orders, last_revenue by action.kind",
    "reached": "reached_orders, reached_sales",
    "equal share": "shared_orders, shared_revenue by campaign",
}
"""What is asked of one busy customer and of ten thousand ordinary ones with as many rows."""
