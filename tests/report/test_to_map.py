"""What to write for a table or column that no source fills."""

from __future__ import annotations

from patron.engine.report.to_map import to_map


def test_a_table_has_the_columns_it_requires_and_those_asked_for() -> None:
    assert to_map(["memberships", "memberships.tier"]).splitlines() == [
        "table memberships from source.file {", "  customer  = …", "  joined_at = …", "  tier      = …", "}",
    ]  # fmt: skip


def test_columns_are_added_to_the_table_that_is_there() -> None:
    assert to_map(["orders.tip", "reviews", "orders.discount"]).splitlines() == [
        "table orders … {  # add to it", "  tip      = …", "  discount = …", "}", "",
        "table reviews from source.file {", "  id         = …", "  rating     = …", "  created_at = …", "}",
    ]  # fmt: skip


def test_a_table_of_somebody_else_has_no_columns_that_are_known() -> None:
    assert to_map(["weather"]) == "table weather from source.file {\n}"
