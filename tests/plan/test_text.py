"""Plans as text: every node and every kind of expression in words, the same every time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from patron.engine.model.terms import Lit, Op
from patron.engine.plan import nodes
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Filter,
    Join,
    Plan,
    Project,
    Scan,
    Sorted,
    SortKey,
    Stack,
    Step,
    Temp,
    Values,
    WindowCall,
)
from patron.engine.plan.text import call_words, node_line, text_of, words
from patron.engine.types import DATE, DURATION, MISSING, MOMENT, MONEY, TEXT, WHOLE, YESNO, reference

ORDER, CUSTOMER = Col("id", reference("orders")), Col("customer", reference("customers"))
TOTAL, STATUS, PAID = Col("total", MONEY), Col("status", TEXT), Col("paid", YESNO)
A, B, C = (Col(n, YESNO) for n in "abc")


def op(name, *args, kind=YESNO):
    return Op(name, args, kind)


def text(value):
    return Lit(value, TEXT)


@pytest.mark.parametrize(
    "expression, said",
    [
        (op("=", STATUS, text('a "b"\n')), 'status = "a \\"b\\"\\n"'),
        (op("not", op("=", STATUS, text("x"))), 'status is not "x"'),
        (op("is_missing", STATUS), "status is missing"),
        (op("not", op("is_missing", STATUS)), "status is known"),
        (op("one_of", STATUS, text("a"), text("b")), 'status is one of "a", "b"'),
        (op("not", op("one_of", STATUS, text("a"))), 'status is not one of "a"'),
        (op("and", A, op("or", B, C)), "a and (b or c)"),
        (op("or", op("and", A, B), C), "a and b or c"),
        (op("not", op("and", A, B)), "not (a and b)"),
        (op("not", A), "not a"),
        (op(">=", op("-", TOTAL, Lit(Decimal("1E+1"), MONEY), kind=MONEY), Lit(3, WHOLE)), "(total - 10) >= 3"),
        (op("starts", STATUS, text("p")), 'status starts with "p"'),
        (op("if", A, TOTAL, Lit(None, MONEY), kind=MONEY), "if (a) then total else missing"),
        (op("first_known", TOTAL, Lit(0, MONEY), kind=MONEY), "first_known(total, 0)"),
        (op("neg", TOTAL, kind=MONEY), "-total"),
        (Lit(True, YESNO), "yes"),
        (Lit(None, MISSING), "missing"),
        (Lit(dt.date(2026, 5, 6), DATE), "2026-05-06"),
        (Lit(dt.datetime.fromisoformat("2026-05-06T09:30"), MOMENT), "2026-05-06 09:30:00 UTC"),
        (Lit(dt.timedelta(days=14), DURATION), "14 days"),
        (Lit(dt.timedelta(minutes=90), DURATION), "90 minutes"),
        (
            WindowCall("row_number", WHOLE, (), (CUSTOMER,), (SortKey(TOTAL, descending=True), SortKey(ORDER))),
            "row_number(within customer by total descending, id)",
        ),
        (WindowCall("sum", MONEY, (TOTAL,), (), (SortKey(ORDER),), upto=True), "sum(total by id up to this row)"),
        (WindowCall("count", WHOLE), "count()"),
    ],
)
def test_expressions(expression, said):
    assert words(expression) == said


@pytest.mark.parametrize(
    "call, said",
    [
        (AggCall("count", WHOLE), "count()"),
        (AggCall("count", WHOLE, None, PAID), "count(where paid)"),
        (AggCall("sum", MONEY, TOTAL, op("=", STATUS, text("paid"))), 'sum(total where status = "paid")'),
        (AggCall("percentile", MONEY, TOTAL, share=Decimal("0.90")), "percentile(total, 90%)"),
        (AggCall("last", TEXT, STATUS, order=(ORDER,)), "last(status by id)"),
    ],
)
def test_aggregates(call, said):
    assert call_words(call) == said


ORDERS = Scan("orders", (("id", "id", ORDER.type), ("customer", "customer", CUSTOMER.type), ("t", "total", MONEY)))
PEOPLE = Temp("people", (Col("id", CUSTOMER.type),), "people of the question")


@pytest.mark.parametrize(
    "node, said",
    [
        (ORDERS, "read orders: id, customer, t = total"),
        (PEOPLE, "take people: id  -- people of the question"),
        (Values((Col("x", WHOLE),), ()), "no rows: x"),
        (
            Values((Col("x", WHOLE),), tuple((Lit(i, WHOLE),) for i in range(8))),
            "rows x: (0), (1), (2), (3), (4), (5), and 2 more",
        ),
        (Filter(ORDERS, op("is_missing", CUSTOMER)), "where customer is missing"),
        (Project(ORDERS, (("id", ORDER), ("who", CUSTOMER))), "keep id, who = customer"),
        (Join(ORDERS, PEOPLE, "semi", ((CUSTOMER, Col("id", CUSTOMER.type)),)), "semi join on customer = id"),
        (Join(ORDERS, PEOPLE, "cross"), "cross join"),
        (
            Join(ORDERS, PEOPLE, "left", ((CUSTOMER, ORDER),), op("or", A, B), missing_equal=True),
            "left join on customer = id and (a or b), missing equals missing",
        ),
        (Aggregate(ORDERS, (), (("n", AggCall("count", WHOLE)),)), "one row: n = count()"),
        (Aggregate(ORDERS, (("customer", CUSTOMER),), ()), "group by customer"),
        (Stack((ORDERS, ORDERS)), "2 one below the other"),
        (Sorted(ORDERS, (SortKey(TOTAL, descending=True),), 3), "sort by total descending, the first 3"),
        (Sorted(ORDERS, (), 1), "as it comes, the first 1"),
    ],
)
def test_nodes(node, said):
    assert node_line(node) == said


def test_every_node_has_words():
    from patron.engine.plan.text import _NODES

    assert set(_NODES) == set(nodes.Node.__args__)


def test_a_plan_is_a_tree_of_lines():
    kept = Project(Join(ORDERS, PEOPLE, "semi", ((CUSTOMER, Col("id", CUSTOMER.type)),)), (("t", Col("t", MONEY)),))
    total = Aggregate(kept, (), (("m0", AggCall("sum", MONEY, Col("t", MONEY))),), "total_sales")
    plan = Plan((Step("people", PEOPLE, "members of fans"),), (Step("rows", total, "result"),))
    assert text_of(plan) == (
        "members of fans → people\n"
        "  take people: id  -- people of the question\n"
        "\n"
        "result rows\n"
        "  one row: m0 = sum(t)  -- total_sales\n"
        "    keep t\n"
        "      semi join on customer = id\n"
        "        read orders: id, customer, t = total\n"
        "        take people: id  -- people of the question\n"
    )
