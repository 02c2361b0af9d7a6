"""Notes that are said only when a condition on metrics holds."""

import textwrap

import pytest

from patron.engine.results import Note

APRIL = """
  for audience all_tracked_users
  period 2026-04-01 to 2026-04-30
  compare to previous period"""
"""Three orders of 230 together; in the 30 days before one of 200."""


@pytest.fixture
def noted(shop_with):
    """The notes of a report that has these lines."""

    def noted(lines, head=APRIL):
        project = shop_with(f"report r {{{head}\n{textwrap.indent(lines, '  ')}\n}}")
        return [part.text for part in project.report("r").parts if isinstance(part, Note)]

    return noted


@pytest.fixture
def refused(shop_with):
    def refused(line):
        project = shop_with(f"report r {{\n  for all records\n  {line}\n}}")
        (problem,) = project.check()
        return problem.code, problem.span.column, problem.hint

    return refused


@pytest.mark.parametrize(
    "condition, holds",
    [
        ("total_orders = 3", True),
        ("total_orders > 3", False),
        ("total_sales > $200 and total_orders > 3", False),
        ("total_sales > $200 and not total_orders > 3", True),
        ("total_sales / total_orders is between $70 and $80", True),
        ("total_sales > $spent or total_orders >= 2", True),
        ("total_sales > total_sales_before", True),
        ("total_sales_change > 14% and total_sales_change < 16%", True),
        ("total_sales_change < 0", False),
        ("items_per_order is missing", False),
    ],
)
def test_a_note_is_said_when_its_condition_holds(noted, condition, holds):
    assert noted(f'note "It holds." when {condition}') == (["It holds."] if holds else [])


def test_a_note_without_a_condition_is_always_said(noted):
    assert noted('note "One."\nnote "Two." when total_orders > 99\nnote "Three."') == ["One.", "Three."]


def test_the_condition_is_kept_as_it_is_written(shop_with):
    (note,) = shop_with(f'report r {{{APRIL}\n  note "N" when total_orders>2\n}}').report("r").parts
    assert note == Note("N", "total_orders > 2")


def test_a_condition_is_of_the_reports_people_period_and_only(noted):
    assert noted('note "N" when total_orders = 1', f"{APRIL}\n  only order.total > $100") == ["N"]
    assert noted('note "N" when total_orders = 7', "\n  for audience all_tracked_users") == ["N"]


def test_sets_of_people_side_by_side_are_asked_together(noted):
    head = APRIL.replace("for audience all_tracked_users", "for each audience all_tracked_users, employees")
    assert noted('note "N" when total_orders = 3', head) == ["N"]


def test_a_number_of_few_people_decides_nothing(noted):
    """Said or not, the note would tell what is hidden."""
    line = 'note "Some." when total_orders > 1\nnote "Few." when total_orders <= 3'
    assert noted(line, f"{APRIL}\n  smallest_group 2") == ["Some.", "Few."]
    assert noted(line, f"{APRIL}\n  smallest_group 3") == []


def test_a_number_without_a_source_decides_nothing(shop_with):
    spec = """use staff
report r {
  for all records
  note "N" when staff.ratings = 0
  note "N" when staff.ratings is missing
}"""
    assert shop_with(spec).report("r").parts == ()


def test_a_list_that_was_not_taken_yet_decides_nothing(shop_with):
    spec = """list best_of_april {
  from audience best
  take once on 2026-05-01 09:00
}
report r {
  for list best_of_april
  note "N" when total_orders >= 0
}"""
    assert shop_with(spec).report("r").parts == ()


def test_a_report_brings_the_notes_of_the_one_it_is_like(shop_with):
    spec = f"""report base {{{APRIL}
  note "Base." when total_orders > 2
}}
report r like base {{
  note "Own." when total_orders > 2
}}
report of_march like base {{
  period 2026-03-01 to 2026-03-31
}}"""
    project = shop_with(spec)
    assert [part.text for part in project.report("r").parts] == ["Base.", "Own."]
    assert project.report("of_march").parts == ()


@pytest.mark.parametrize(
    "line, problem",
    [
        ('note "N" when total_ordrs > 2', ("P0201", 17, "total_orders")),
        ('note "N" when total_orders_change > 2%', ("P0201", 17, "compare to previous period")),
        ('note "N" when total_sales > 5', ("P0301", 29, "`$5`")),
        ('note "N" when total_sales', ("P0306", 17, "Compare it")),
        ('note "N" when 1 < 2', ("P0306", 17, "`when total_orders < 10`")),
        ('note "N" when count(orders) > 2', ("P0306", 17, "metric x = ...")),
        ('note "N" when has ordered', ("P0306", 17, "metric x = ...")),
        ('note "N" if total_orders > 2', ("P0101", 12, "Write `when`")),
    ],
)
def test_a_condition_that_cannot_be_asked_is_told(refused, line, problem):
    code, column, hint = refused(line)
    assert (code, column) == problem[:2]
    assert problem[2] in hint


def test_having_asks_what_a_row_was_before(shop_with):
    project = shop_with()
    april = "during 2026-04-01 to 2026-04-30 compare to previous period"
    kept = project.query(f"total_orders by customer {april} having total_sales_change > 0")
    assert [row[0] for row in kept.rows] == []
    kept = project.query(f"total_orders by customer {april} having total_sales_before > total_sales")
    assert [row[0] for row in kept.rows] == ["c1"]
    assert [c.name for c in kept.columns] == ["customer", "total_orders", "total_orders_before", "total_orders_change"]
    ordered = project.query(f"total_sales by customer {april} sorted by total_sales_before descending")
    assert ordered.rows[0][0] == "c1"
