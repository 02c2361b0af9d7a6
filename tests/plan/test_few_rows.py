"""Rows that only totals read are added up once; days that are laid in order anyway are not grouped before."""

from pathlib import Path

import duckdb
import pytest

import patron
from patron.engine.plan import rules
from patron.engine.plan.added_up import added_up
from patron.engine.plan.facts import AGAIN
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Filter,
    Join,
    Node,
    Plan,
    Project,
    Scan,
    Step,
    Temp,
    columns,
    walk,
)
from patron.engine.plan.text import text_of
from patron.engine.plan.ungrouped import not_grouped
from patron.engine.types import CHOICE, MONEY, TEXT, WHOLE, Type, reference
from patron.plugins.exporters.parts import figures
from tests.plan.test_rules import numbered, told

PRODUCT, GENDER, BAND = Col("product", reference("products")), Col("gender", CHOICE), Col("band", CHOICE)
AMOUNT, CITY = Col("amount", MONEY), Col("city", TEXT)
EVERY = (PRODUCT, GENDER, BAND, AMOUNT, CITY)
LINES = Scan("lines", tuple((c.name, c.name, c.type) for c in EVERY), rows=10_000)
PRODUCTS = Scan("products", (("id", "id", PRODUCT.type),), rows=5)
ROWS = Step("rows_1", Project(LINES, tuple((c.name, c) for c in EVERY)), AGAIN)
TEMP = Temp("rows_1", EVERY)


def total(name: str, *keys: Col, func: str = "sum", where: Node = TEMP, type_: Type = MONEY) -> Step:
    """Amounts by keys, over the step."""
    items = tuple((c.name, c) for c in (*keys, AMOUNT))
    calls = (("x0", AggCall(func, type_, AMOUNT)),)
    return Step(name, Aggregate(Project(where, items), tuple((k.name, k) for k in keys), calls))


def plan_of(*outputs: Step, rows: Step = ROWS) -> Plan:
    """The outputs; how many products there are is told by another of them."""
    return Plan((rows,), (*outputs, Step("products", PRODUCTS)))


def test_rows_that_totals_read_are_added_up_by_all_their_keys() -> None:
    kept = Filter(TEMP, GENDER)
    found = added_up(plan_of(total("a", PRODUCT, GENDER), total("b", BAND, where=kept), total("c", func="max")))
    node = found.steps[0].node
    assert isinstance(node, Aggregate)
    assert [n for n, _ in node.keys] == ["product", "gender", "band"]
    assert [c.func for _, c in node.calls] == ["sum", "max"]
    assert all(set(n.columns) <= set(columns(node)) for s in found.outputs for n in walk(s.node) if isinstance(n, Temp))


@pytest.mark.parametrize(
    "others",
    [
        (total("b", CITY),),  # who knows how many cities there are
        (total("b", GENDER, func="average"),),
        (total("b", GENDER, func="unique", type_=WHOLE),),
        (Step("b", Project(TEMP, (("amount", AMOUNT),))),),
        (Step("b", Join(TEMP, PRODUCTS, "semi", ((PRODUCT, Col("id", PRODUCT.type)),))),),
        (total("b", where=Filter(TEMP, CITY)),),
    ],
)
def test_rows_that_are_read_for_more_stay(others: tuple[Step, ...]) -> None:
    plan = plan_of(total("a", PRODUCT, GENDER), *others)
    assert added_up(plan) == plan


def test_rows_stay_where_there_are_not_many_for_each_key() -> None:
    few = Step("rows_1", Project(Scan(LINES.table, LINES.columns, rows=100), tuple((c.name, c) for c in EVERY)), AGAIN)
    plan = plan_of(total("a", PRODUCT, GENDER), total("b", BAND), rows=few)
    assert added_up(plan) == plan


SHOP = """language 1
project "Few" {
  timezone "UTC"
  currency EUR
}
source shop from parquet { folder "data" }
table orders from shop.orders
table customers from shop.customers
table lines from shop.lines
table products from shop.products
metric bought = count(lines where order.valid_order)
metric large = count(lines where order.valid_order and amount > €5)
metric dearest = max(lines.amount where order.valid_order)
report few {
  for all records
  show table of bought, large, product_sales by customer.gender, product.name
  show table of bought, dearest by customer.gender, product.category
  show table of bought, large by product.category
}
"""


def test_figures_of_the_same_totals_are_those_of_the_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "shop.patron").write_text(SHOP, "utf-8")
    for table, rows, columns_of in (
        ("customers", 10, "range AS id, if(range % 2 = 0, 'F', 'M') AS gender"),
        ("products", 3, "range AS id, 'P' || range AS name, if(range < 2, 'tea', NULL) AS category"),
        ("orders", 40, "range AS id, range % 7 AS customer, TIMESTAMP '2025-01-05' AS created_at, 3.5 AS total"),
        ("lines", 900, 'range % 40 AS "order", range % 3 AS product, 2 AS quantity, range % 5 AS amount'),
    ):
        duckdb.sql(f"SELECT {columns_of} FROM range({rows})").write_parquet(str(tmp_path / "data" / f"{table}.parquet"))

    def answers(*but: rules.Rule) -> tuple[list[object], str]:
        plans: list[str] = []

        def watched(plan: Plan) -> Plan:
            plans.append(text_of(plan))
            return plan

        with monkeypatch.context() as patched, patron.open_project(tmp_path, as_of="2025-03-31") as project:
            patched.setattr(rules, "RULES", (*(rule for rule in rules.RULES if rule not in but), watched))
            made = [placed.part.result for placed in figures(project.report("few").parts)]
        return [list(result.rows) for result in made], max(plans, key=len)

    (found, added), (plain, read) = answers(), answers(added_up)
    assert found == plain and [len(rows) for rows in found] == [6, 4, 2]
    grouped = "rows read again → rows_1\n  group by product, "
    assert (grouped in added, grouped in read) == (True, False)
    assert {row[3] for row in found[0]} == {0} and sum(row[2] for row in found[0]) == 900


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "phrase",
    [
        "lifecycle.new_customers, lifecycle.returning_customers, lifecycle.gone, lifecycle.won_back by month",
        "lifecycle.leaky_bucket, lifecycle.active_end by week",
        "count(lifecycle.changes), busy",
    ],
)
def test_several_orders_of_a_day_are_one_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phrase: str, seed: int
) -> None:
    numbered(tmp_path, seed)
    (found, plan), (plain, grouped) = (told(tmp_path, monkeypatch, phrase, *but) for but in ((), (not_grouped,)))
    assert found == plain and any(row[-1] for row in found[0])
    assert ("dense_rank" in plan or "lag_apart" in plan, "days of purchases" in grouped) == (True, True)
    assert "dense_rank" not in grouped and "lag_apart" not in grouped


def test_who_asks_which_values_there_are_reads_totals_too() -> None:
    only = Step("c", Aggregate(Project(TEMP, (("band", BAND),)), (("band", BAND),), ()))
    found = added_up(plan_of(only, total("a", GENDER)))
    assert "group by gender, band: a0 = sum(v0)" in text_of(found) and columns(found.outputs[0].node) == (BAND,)
    alone = added_up(plan_of(only))
    assert columns(alone.steps[0].node) == columns(alone.outputs[0].node) == (BAND,)


def test_the_text_says_what_is_added_up() -> None:
    said = text_of(added_up(plan_of(total("a", PRODUCT), total("b", GENDER))))
    assert "group by product, gender: a0 = sum(v0)" in said and "group by gender: x0 = sum(a0)" in said
