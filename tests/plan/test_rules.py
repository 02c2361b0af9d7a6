"""Every rewrite rule gives the rows that the plan without it gives, and does something where it should."""

import csv
import random
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import patron
from patron.engine.model.terms import Lit, Op, Term, known
from patron.engine.plan import once, rules
from patron.engine.plan.anybody import anybody
from patron.engine.plan.apart import tells_apart
from patron.engine.plan.facts import rows_once
from patron.engine.plan.joined import joined_once
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Expr,
    Filter,
    Join,
    Node,
    Plan,
    Project,
    Scan,
    Step,
    Temp,
    Values,
    columns,
    walk,
)
from patron.engine.plan.text import text_of
from patron.engine.plan.told import days_told
from patron.engine.plan.united import united
from patron.engine.types import DATE, MONEY, WHOLE, YESNO, reference

SPEC = """language 1
use lifecycle
use loyalty
project "Rules" {
  timezone "Europe/Berlin"
  currency EUR
  sales total
}
source shop from csv { folder "data" }
table customers from shop.customers
table products from shop.products
table orders from shop.orders
table lines from shop.lines
table memberships from shop.memberships
table campaigns from shop.campaigns
table actions from shop.actions

attribution reach {
  actions    received, opened, clicked
  conversion ordered
  within     4 days of action unless campaign sets attribution_window
  counts     every purchase
  credit     to last action
}
metric reached = count(orders) influenced by reach
metric reached_sales = sum(orders.value) influenced by reach
metric credited = sum(orders.value) attributed by reach

audience regulars {
  include all of {
    their total_orders >= 2
    their total_sales >= €50
  }
}
audience quiet {
  include all of {
    their total_orders >= 1
    has not ordered in the last 20 days
  }
}
trait grown on customers = birth_date is before 1990-01-01
trait spent on customers = sum(orders.value where valid_order)
filter lately on customers = has ordered in the last 30 days
metric largest = max(orders.value where valid_order)
metric smallest_online = min(orders.value where valid_order and channel is "online")
metric online = count(orders where valid_order and channel is "online")
metric active = count(customers where lately) / members
metric typical = average(orders.value where valid_order)
metric dearest = max(customers.spent)
metric openers = unique(actions.customer where kind is "opened")
metric clickers = unique(actions.customer where kind is "clicked")
metric opened_campaigns = unique(actions.campaign where kind is "opened")
metric acts = count(actions where kind is not "received")
metric last_line = max(lines.quantity)
"""
PHRASES = (
    "total_sales, total_orders, members by customer.city for audience regulars",
    "total_sales, total_orders, largest, online, smallest_online by customer.gender for audience regulars",
    "total_sales, total_orders for audience regulars",
    'total_orders, members, active by customer.grown for audience quiet total "All"',
    "total_sales, total_shoppers, dearest by customer.city for audience regulars",
    "total_sales, members by customer.city for audiences regulars, quiet",
    'units by customer.city, product.category for audience regulars top 2 of units rest "Rest" total "All"',
    'units by product.category for each audience regulars, quiet top 1 of units rest "Rest"',
    "units by customer.city for audience regulars",
    'typical, total_orders by week for audience quiet during last 30 days compare to previous period total "All"',
    "total_sales by customer.city",
    'reached, reached_sales by week for audience regulars during last 20 days compare to previous period total "All"',
    "reached_sales, credited by customer.city for audience regulars",
    "total_orders, total_sales for audience regulars during last 1 days",
    "members, total_sales by lifecycle.stage for audience regulars",
    "lifecycle.gone, lifecycle.won_back, lifecycle.new_customers by month",
    'loyalty.member_share, loyalty.member_average_order by customer.city total "All"',
    "count(lifecycle.changes)",
    "total_orders, total_shoppers by customer.city for audience all_tracked_users",
    "units, last_line by product.category, customer.gender for audience regulars",
    'units by product, product.category total "All"',
    "units by product.category where product.category is known and customer.city is known",
    'openers, clickers, acts by week total "All"',
    'openers, clickers, opened_campaigns, acts by week total "All"',
    "openers, clickers, opened_campaigns",
    "openers, clickers by campaign",
    "credited by campaign",
    'units, total_orders by order.channel for audience regulars top 1 of units rest "Rest" total "All"',
)


def write(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def shop(folder: Path, seed: int) -> None:
    """A few customers, some without orders, orders without customer, rows with much missing."""
    draw = random.Random(seed)
    data = folder / "data"
    data.mkdir()
    (folder / "shop.patron").write_text(SPEC, "utf-8")
    cities, genders = ("Ulm", "Kiel", "", "Bonn"), ("female", "male", "")
    births = ("1980-05-05", "1995-01-01", "")
    write(data / "customers.csv", "id,created_at,city,gender,birth_date", [
        (f"c{n}", "2024-01-01" if n % 5 else "2025-03-20", draw.choice(cities), draw.choice(genders),
         draw.choice(births)) for n in range(25)])  # fmt: skip
    write(data / "products.csv", "id,category", [(f"p{n}", ("tea", "cups", "")[n % 3]) for n in range(6)])
    orders = [
        (f"o{n}", f"c{draw.randint(0, 19)}" if draw.random() < 0.85 else "",
         f"2025-{draw.randint(1, 3):02d}-{draw.randint(1, 28):02d} {draw.randint(8, 18):02d}:00:00",
         draw.choice(["paid", "paid", "paid", "canceled", "returned", ""]), draw.choice(["online", "retail", ""]),
         draw.randint(100, 9999) / 100 if draw.random() < 0.9 else "") for n in range(120)
    ]  # fmt: skip
    write(data / "orders.csv", "id,customer,created_at,status,channel,total", orders)
    write(data / "lines.csv", "order,product,quantity,amount", [
        (f"o{draw.randint(0, 125)}", f"p{draw.randint(0, 5)}", draw.randint(1, 4), draw.randint(1, 50))
        for _ in range(250)])  # fmt: skip
    write(data / "campaigns.csv", "id,attribution_window", [("k0", ""), ("k1", 1), ("k2", 7)])
    write(data / "actions.csv", "id,kind,acted_at,customer,campaign", [
        (f"a{n}", draw.choice(["received", "opened", "clicked"]), f"2025-03-{draw.randint(1, 28):02d} 09:00:00",
         f"c{draw.randint(0, 24)}", f"k{n % 3}") for n in range(60)])  # fmt: skip
    write(
        data / "memberships.csv", "customer,joined_at", [(f"c{draw.randint(0, 24)}", "2024-06-01") for _ in range(12)]
    )


NUMBERED = """language 1
use lifecycle
use predictions {
  gate_buyers 5
  gate_days 10
  model bg
}
project "Numbered" {
  timezone "UTC"
  currency EUR
}
source shop from parquet { folder "data" }
table orders from shop.orders
trait later_days on customers = count(purchase_days where number >= 3)
metric busy = count(customers where later_days >= 1)
"""
STAGES = "members, predictions.expected_orders by lifecycle.stage"


def numbered(folder: Path, seed: int, gate: int = 5) -> None:
    """Orders of people who are told apart by whole numbers, some of them on one day."""
    draw = random.Random(seed)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "shop.patron").write_text(NUMBERED.replace("gate_buyers 5", f"gate_buyers {gate}"), "utf-8")
    rows = [(n, draw.randint(1, 30), f"2025-{draw.randint(1, 3):02d}-{draw.choice([1, 2, 9, 28])} 08:00:00",
             draw.randint(100, 9999) / 100) for n in range(150)]  # fmt: skip
    values = ", ".join(f"({n}, {customer}, TIMESTAMP '{at}', {total})" for n, customer, at, total in rows)
    duckdb.sql(f"SELECT * FROM (VALUES {values}) t(id, customer, created_at, total)").write_parquet(
        str(folder / "data" / "orders.parquet")
    )


Answers = list[list[tuple[object, ...]]]


@pytest.mark.parametrize("seed, as_of", [(1, "2025-03-31"), (2, "2025-03-31"), (3, "2025-03-10")])
def test_rules_change_nothing_but_the_work(
    seed: int, as_of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the shops is seen while rows are still to come. All rules are tried on the first, half of them on each of
    the others."""
    shop(tmp_path, seed)
    everything = rules.RULES
    with patron.open_project(tmp_path, as_of=as_of) as project:

        def answers(*wanted: rules.Rule) -> Answers:
            monkeypatch.setattr(rules, "RULES", wanted)
            return [list(project.query(phrase).rows) for phrase in PHRASES]

        plain = answers()
        assert sum(len(rows) for rows in plain) > 30
        assert answers(*everything) == plain
        for rule in everything if seed == 1 else everything[seed % 2 :: 2]:
            assert answers(rule) == plain, rule.__name__


def test_every_rule_does_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop(tmp_path, 1)
    changed = set()

    def watched(rule: rules.Rule) -> rules.Rule:
        def run(plan: Plan) -> Plan:
            found = rule(plan)
            changed.update({rule.__name__} if found != plan else ())
            return found

        return run

    everything = rules.RULES
    monkeypatch.setattr(rules, "RULES", tuple(watched(rule) for rule in everything))
    with patron.open_project(tmp_path, as_of="2025-03-31") as project:
        for phrase in PHRASES:
            project.query(phrase)
    numbered(tmp_path / "numbered", 1)
    with patron.open_project(tmp_path / "numbered", as_of="2025-03-31") as project:
        project.query(STAGES)
    assert changed == {rule.__name__ for rule in everything}


# ---------------------------------------------------------------- days that a model tells


def told(folder: Path, monkeypatch: pytest.MonkeyPatch, phrase: str, *but: rules.Rule) -> tuple[Answers, str]:
    """The rows of an answer without some rules, and the plan of it."""
    seen: list[str] = []

    def watched(plan: Plan) -> Plan:
        seen.append(text_of(plan))
        return plan

    with monkeypatch.context() as patched, patron.open_project(folder, as_of="2025-03-31") as project:
        patched.setattr(rules, "RULES", (*(rule for rule in rules.RULES if rule not in but), watched))
        return [list(project.query(phrase).rows)], seen[-1]


@pytest.mark.parametrize("seed", [1, 2])
def test_days_that_a_model_reads_are_not_grouped_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    numbered(tmp_path, seed)
    (found, plan), (plain, grouped) = (told(tmp_path, monkeypatch, STAGES, *but) for but in ((), (days_told,)))
    assert found == plain and len(found[0]) > 3 and sum(row[2] or 0 for row in found[0]) > 1
    assert ("@first_day" in plan, "@first_day" in grouped) == (True, False)
    assert ("days of purchases" in plan, "days of purchases" in grouped) == (False, True)
    assert plan.count("left join on id = @key") == grouped.count("left join on id = @key") == 2
    assert (plan.count("left join on id = @whose"), grouped.count("left join on id = @whose")) == (0, 1)


@pytest.mark.parametrize("why", ["a gate", "a library"])
def test_days_are_told_when_nothing_is_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    numbered(tmp_path, 3, gate=500 if why == "a gate" else 5)
    if why == "a library":
        monkeypatch.setitem(sys.modules, "patron.engine.predict.customers", None)
    (found, plan), (plain, _) = (told(tmp_path, monkeypatch, STAGES, *but) for but in ((), (days_told,)))
    assert found == plain and "@first_day" in plan
    assert len(found[0]) > 3 and {row[2] for row in found[0]} == {None}


def test_days_of_other_orders_are_grouped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbered(tmp_path, 4)
    phrase = "busy, predictions.expected_orders"
    (found, plan), (plain, _) = (told(tmp_path, monkeypatch, phrase, *but) for but in ((), (days_told,)))
    assert found == plain and found[0][0][0] and "@first_day" not in plan


# ---------------------------------------------------------------- what the rules know

ORDER, CUSTOMER, TOTAL = Col("id", reference("orders")), Col("customer", reference("customers")), Col("total", MONEY)
ORDERS = Scan("orders", tuple((c.name, c.name, c.type) for c in (ORDER, CUSTOMER, TOTAL)))
PEOPLE = Scan("customers", (("@id", "id", reference("customers")), ("city", "city", MONEY)))
BY_CUSTOMER = Aggregate(ORDERS, (("customer", CUSTOMER),), (("n", AggCall("count", WHOLE)),))
THEIR_ID = Col("@id", reference("customers"))
OF_PEOPLE = ((CUSTOMER, THEIR_ID),)


@pytest.mark.parametrize(
    "node, name, told",
    [
        (ORDERS, "id", True),
        (ORDERS, "customer", False),
        (Scan("orders", (("order", "id", ORDER.type), ("id", "customer", CUSTOMER.type))), "id", False),
        (Filter(ORDERS, Col("total", YESNO)), "id", True),
        (Project(ORDERS, (("order", ORDER), ("id", CUSTOMER))), "order", True),
        (Project(ORDERS, (("order", ORDER), ("id", CUSTOMER))), "id", False),
        (BY_CUSTOMER, "customer", True),
        (BY_CUSTOMER, "n", False),
        (Aggregate(ORDERS, (("customer", CUSTOMER), ("total", TOTAL)), ()), "customer", False),
        (Join(ORDERS, PEOPLE, "inner", OF_PEOPLE), "id", True),
        (Join(ORDERS, PEOPLE, "inner", OF_PEOPLE), "@id", False),
        (Join(PEOPLE, ORDERS, "left", ((OF_PEOPLE[0][1], CUSTOMER),)), "@id", False),
        (Join(ORDERS, PEOPLE, "full", OF_PEOPLE), "id", False),
        (Join(PEOPLE, ORDERS, "semi", ((OF_PEOPLE[0][1], CUSTOMER),)), "@id", True),
        (Join(ORDERS, PEOPLE, "cross"), "id", False),
        (Temp("made", (ORDER,)), "id", True),
        (Temp("listed", (ORDER,)), "id", False),
    ],
)
def test_what_tells_rows_apart(node: Node, name: str, told: bool) -> None:
    assert tells_apart(node, name, {"made": ORDERS}) is told


EVERYBODY = Project(
    Scan("customers", (("@id", "id", CUSTOMER.type), ("born", "birth_date", DATE))), (("@id", THEIR_ID),)
)
SOME = Filter(Scan("customers", (("@id", "id", CUSTOMER.type),)), Col("@id", YESNO))
MERGED = Scan("customers", (("customer", "merged_into", CUSTOMER.type),))
THEMSELVES = Scan("customers", (("customer", "id", CUSTOMER.type),))
BOUGHT = Project(ORDERS, (("customer", CUSTOMER),))
IF_ANY = Join(PEOPLE, THEMSELVES, "left", ((OF_PEOPLE[0][1], CUSTOMER),))
"""Their own column of it is missing where there is nobody."""
LISTED = Scan("a stored list", (("customer", "customer", CUSTOMER.type),))


def kept(left: Node, right: Node, **other: object) -> Node:
    return Join(left, right, "semi", OF_PEOPLE, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "join, found",
    [
        (kept(ORDERS, EVERYBODY), Filter(ORDERS, known(CUSTOMER))),
        (kept(ORDERS, Temp("all", (THEIR_ID,))), Filter(ORDERS, known(CUSTOMER))),
        (kept(BOUGHT, EVERYBODY), Filter(BOUGHT, known(CUSTOMER))),
        (kept(BY_CUSTOMER, EVERYBODY), Filter(BY_CUSTOMER, known(CUSTOMER))),
        (kept(Temp("bought", (CUSTOMER,)), EVERYBODY), Filter(Temp("bought", (CUSTOMER,)), known(CUSTOMER))),
        (kept(IF_ANY, EVERYBODY), Filter(IF_ANY, known(CUSTOMER))),
        (kept(Project(ORDERS, (("customer", Lit(1, CUSTOMER.type)),)), EVERYBODY), None),
        (kept(Temp("unknown", (CUSTOMER,)), EVERYBODY), None),
        (kept(THEMSELVES, EVERYBODY), THEMSELVES),
        (kept(ORDERS, Temp("some", (THEIR_ID,))), None),
        (kept(ORDERS, Temp("unknown", (THEIR_ID,))), None),
        (kept(ORDERS, SOME), None),
        (kept(ORDERS, Scan("customers", (("@id", "merged_into", CUSTOMER.type),))), None),
        (kept(MERGED, EVERYBODY), None),
        (kept(LISTED, EVERYBODY), None),
        (kept(ORDERS, EVERYBODY, where=Col("total", YESNO)), None),
        (Join(ORDERS, EVERYBODY, "anti", OF_PEOPLE), None),
    ],
)
def test_who_is_in_the_store_is_anybody(join: Node, found: Node | None) -> None:
    """Only ids that the store has looked up may go unasked: those of lists may have no row any more."""
    steps = (Step("all", EVERYBODY), Step("some", SOME), Step("bought", BOUGHT))
    assert anybody(Plan(steps, (Step("out", join),))).outputs[0].node == (join if found is None else found)


def test_nodes_with_the_same_rows_become_one() -> None:
    a, b = Scan("orders", ORDERS.columns[:2]), Scan("orders", ORDERS.columns[1:])
    assert united(a, b) == ORDERS
    assert united(a, Scan("lines", a.columns)) is None
    assert united(a, Scan("orders", (("id", "customer", CUSTOMER.type),))) is None
    known = Col("total", YESNO)
    assert united(Filter(a, known), Filter(b, known)) == Filter(ORDERS, known)
    assert united(Filter(a, known), Filter(b, Col("id", YESNO))) is None
    assert united(Filter(a, known), b) is None
    assert united(Join(a, PEOPLE, "semi", OF_PEOPLE), Join(b, PEOPLE, "inner", OF_PEOPLE)) is None
    assert united(Join(a, PEOPLE, "semi", OF_PEOPLE, note="x"), Join(b, PEOPLE, "semi", OF_PEOPLE)) == Join(
        ORDERS, PEOPLE, "semi", OF_PEOPLE, note="x"
    )


def test_what_is_kept_of_rows_and_the_rows_become_one() -> None:
    a, b = Scan("orders", ORDERS.columns[:2]), Scan("orders", ORDERS.columns[1:])
    items = tuple((c.name, c) for c in (ORDER, CUSTOMER, TOTAL))
    assert united(Project(a, items[:1]), b) == Project(ORDERS, (items[0], *items[1:]))
    other = Project(a, (("total", ORDER),))
    assert united(other, b) is None  # one name, two values


SPENT = Temp("spent", (Col("@key", CUSTOMER.type), Col("a0", MONEY)))
BESIDE = ((CUSTOMER, SPENT.columns[0]),)


def test_rows_and_the_same_rows_with_something_beside_them_become_one() -> None:
    spent = Aggregate(ORDERS, (("@key", CUSTOMER),), (("a0", AggCall("sum", MONEY, TOTAL)),))
    wide = Join(ORDERS, SPENT, "left", BESIDE)
    made: dict[str, Node] = {"spent": spent, "rows": ORDERS}
    assert united(wide, ORDERS, made) == united(ORDERS, wide, made) == wide
    assert united(wide, ORDERS) is None  # it must be known what the steps are
    assert united(wide, ORDERS, {}) is None
    assert united(wide, ORDERS, {"spent": ORDERS}) is None  # several rows of a key
    assert united(Join(ORDERS, SPENT, "inner", BESIDE), ORDERS, made) is None  # it leaves rows out
    assert united(Join(ORDERS, spent, "left", BESIDE), ORDERS, made) is None  # no step: it may hold what it is for
    total: dict[str, Node] = {"spent": Aggregate(ORDERS, (), (("a0", AggCall("sum", MONEY, TOTAL)),))}
    everywhere = Join(ORDERS, SPENT, "cross")
    assert united(everywhere, ORDERS, total) == everywhere
    assert united(everywhere, ORDERS, made) is None


def large(value: Expr) -> Expr:
    """A value that takes many operators."""
    for number in range(once.WORTH):
        value = Op("+", (value, Lit(number, MONEY)), MONEY)
    return value


def reading(rows: Node, *names: str) -> Project:
    types = {"total": TOTAL, "a0": SPENT.columns[1], "large": large(TOTAL)}
    return Project(rows, tuple((name, types[name]) for name in names), names[0])


def test_who_needs_less_beside_the_rows_reads_those_of_the_others() -> None:
    spent = Step("spent", Aggregate(ORDERS, (("@key", CUSTOMER),), (("a0", AggCall("sum", MONEY, TOTAL)),)))
    joined = Join(ORDERS, PEOPLE, "inner", OF_PEOPLE)
    wide = Join(joined, SPENT, "left", BESIDE)
    outputs = (Step("x", reading(wide, "a0")), Step("y", reading(wide, "total")), Step("z", reading(joined, "large")))
    found = rows_once(Plan((spent,), outputs))
    assert [s.name for s in found.steps] == ["spent", "rows_1"]
    assert all(Temp("rows_1", columns(found.steps[1].node)) in walk(s.node) for s in found.outputs)


def test_rows_are_not_read_with_what_is_made_of_them() -> None:
    joined = Join(ORDERS, PEOPLE, "inner", OF_PEOPLE)
    spent = Step("spent", Aggregate(Project(joined, (("customer", CUSTOMER), ("total", TOTAL))),
                                    (("@key", CUSTOMER),), (("a0", AggCall("sum", MONEY, TOTAL)),)))  # fmt: skip
    wide = Join(joined, SPENT, "left", BESIDE)
    plan = Plan((spent,), (Step("x", reading(wide, "a0")), Step("y", reading(wide, "total"))))
    found = rows_once(plan)
    assert [s.name for s in found.steps] == ["spent", "rows_1"]
    assert found.steps[0] == spent


def test_large_values_are_computed_with_the_rows_that_several_read() -> None:
    joined = Join(ORDERS, PEOPLE, "inner", OF_PEOPLE)
    plan = Plan((), (Step("x", reading(joined, "large")), Step("y", reading(joined, "large", "total"))))
    found = rows_once(plan)
    assert columns(found.steps[0].node)[-1] == Col("@shared1", MONEY)
    assert [dict(s.node.items)["large"] for s in found.outputs if isinstance(s.node, Project)] == [
        Col("@shared1", MONEY)
    ] * 2


def test_a_part_is_read_from_the_whole_where_somebody_reads_that() -> None:
    part, whole, unread = (Temp(n, (ORDER,)) for n in ("part", "whole", "unread"))
    steps = (
        Step("part", Filter(ORDERS, Col("total", YESNO)), part_of="whole"), Step("of_part", part),
        Step("whole", ORDERS), Step("unread", ORDERS),
    )  # fmt: skip
    first = Step("first", Temp("of_part", (ORDER,)))
    alone = rules.read_steps(Plan(steps, (first,)))
    assert [s.name for s in alone.steps] == ["part", "of_part"]
    both = rules.read_steps(Plan(steps, (first, Step("second", whole))))
    assert [s.name for s in both.steps] == ["whole", "of_part"]
    assert both.steps[1].node == whole
    assert [s.name for s in rules.read_steps(Plan(steps, (Step("other", unread),))).steps] == ["unread"]


SAID = Temp("said", (CUSTOMER, Col("worth", MONEY), Col("visits", WHOLE)))
SAYS = Step("said", Aggregate(ORDERS, (("customer", CUSTOMER),), (("worth", AggCall("sum", MONEY, TOTAL)),)))


def looked_up(name: str, stored: str = "worth", key: str = "customer", where: Term | None = None) -> Join:
    """People with a column of a table, under a name of its own."""
    type_ = next(c.type for c in SAID.columns if c.name == stored)
    items = ((f"{name}.key", Col(key, CUSTOMER.type)), (name, Col(stored, type_)))
    taken = Project(Temp("said", (CUSTOMER, Col(stored, type_))), items)
    return Join(PEOPLE, taken, "left", ((THEIR_ID, Col(f"{name}.key", CUSTOMER.type)),), where)


def test_two_lookups_are_one() -> None:
    one, other = looked_up("a"), looked_up("b", "visits")
    both = replace(other, left=Join(one, Values((Col("@one", WHOLE),), ()), "cross"))
    plan = Plan((SAYS,), (Step("out", both),))
    (made,) = (step.node for step in joined_once(plan).outputs)
    assert columns(made) == columns(both)
    joins = [node for node in walk(made) if isinstance(node, Join)]
    assert [join.kind for join in joins] == ["cross", "left"]
    assert {n.columns for n in walk(made) if isinstance(n, Temp)} == {SAID.columns}


@pytest.mark.parametrize(
    "again",
    [
        replace(looked_up("b"), on=((Col("city", MONEY), Col("b.key", CUSTOMER.type)),)),
        replace(looked_up("b"), where=known(Col("b", MONEY))),
        replace(looked_up("b"), kind="inner"),
        replace(looked_up("b"), right=Temp("others", (Col("b.key", CUSTOMER.type), Col("b", MONEY)))),
    ],
)
def test_other_lookups_are_made(again: Join) -> None:
    plan = Plan((SAYS,), (Step("out", replace(again, left=looked_up("a"))),))
    assert joined_once(plan) == plan
    many = Plan((), plan.outputs)  # nothing tells the rows of the table apart
    assert joined_once(many) == many
