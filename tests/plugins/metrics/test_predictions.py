"""Predictions in the language: values of customers, conditions, sums with bands, and what stands below them."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from patron.engine.predict.scores import Scored
from patron.engine.report.laid_out import joined
from patron.engine.results import NOT_ENOUGH_DATA
from patron.plugins.metrics.predictions.evidence import told

TODAY = dt.date(2026, 3, 31)
FIGURES = "expected_orders order_value lifetime_value churn_risk historic_value next_order_on cell_people made_on"
DEAR = "\naudience dear = predictions.lifetime_value >= $100\n"
MANY = "predictions {\n  gate_buyers 100\n  horizon 90 days\n}"


def orders_of(customers, seed=1, days=600):
    """Orders by chance: everybody has a rhythm and a usual amount."""
    chance = random.Random(seed)
    found = []
    for number in range(customers):
        gap, amount = chance.uniform(5, 90), chance.uniform(10, 200)
        day = TODAY - dt.timedelta(chance.randrange(1, days))
        while day <= TODAY and (chance.random() < 0.9 or not found or found[-1]["customer"] != f"c{number}"):
            total = Decimal(f"{amount * chance.uniform(0.5, 1.5):.2f}")
            found.append({"id": f"o{len(found)}", "customer": f"c{number}", "created_at": day, "total": total})
            day += dt.timedelta(1 + int(chance.expovariate(1 / gap)))
    return found


@pytest.fixture(scope="module")
def buyers(open_shop):
    """A shop of 240 customers, and people to ask about."""
    more = f"""{DEAR}
audience leaving = predictions.churn_risk > 0.7 and predictions.historic_value > $50
"""
    return open_shop({"orders": orders_of(240)}, [MANY, "lifecycle"], more)


def values(shop, names=FIGURES):
    dims = ", ".join(f"predictions.{n}" for n in names.split())
    return {row[0]: row[1:-1] for row in shop.rows(f"members by customer, {dims} for audience all_tracked_users")}


def test_every_customer_with_an_order_has_every_figure(buyers):
    found = values(buyers, "expected_orders order_value lifetime_value churn_risk made_on")
    assert len(found) == 240
    for orders, value, lifetime, risk, made_on in found.values():
        assert orders >= 0
        assert value > 0
        assert lifetime == pytest.approx(Decimal(orders) * value, abs=Decimal("0.02"))
        assert 0 <= risk <= 1
        assert made_on == TODAY


def test_figures_do_not_hang_on_who_is_asked_about(buyers):
    everybody = values(buyers, "lifetime_value churn_risk")
    dear = {row[0] for row in buyers.project.audience("dear").rows}
    assert dear == {c for c, (worth, _) in everybody.items() if worth >= 100}
    assert 0 < len(dear) < 240
    rows = buyers.rows("members by customer, predictions.lifetime_value for audience dear")
    assert {c: v for c, v, _ in rows} == {c: everybody[c][0] for c in dear}


def test_people_are_chosen_by_what_is_predicted_and_by_what_was(buyers):
    found = {row[0] for row in buyers.project.audience("leaving").rows}
    known = values(buyers, "churn_risk historic_value")
    assert found == {c for c, (risk, worth) in known.items() if risk > 0.7 and worth > 50}
    assert found


def test_sums_lie_within_their_bands_and_means_are_weighed(buyers):
    names = "expected_orders expected_orders_low expected_orders_high order_value lifetime_value".split()
    asked = ", ".join(f"predictions.{n}" for n in names)
    orders, low, high, value, lifetime = buyers.row(f"{asked} for audience all_tracked_users")
    each = values(buyers, "expected_orders order_value lifetime_value").values()
    assert orders == pytest.approx(sum(o for o, _, _ in each))
    assert lifetime == sum(v for _, _, v in each)
    assert float(value) == pytest.approx(sum(o * float(v) for o, v, _ in each) / orders)
    assert low <= high


def test_low_and_high_are_of_each(buyers):
    names = "expected_orders_low expected_orders expected_orders_high lifetime_value_low lifetime_value_high"
    found = values(buyers, names).values()
    assert all(0 <= low <= high and 0 <= least <= most for low, _, high, least, most in found)
    around = sum(low <= orders <= high for low, orders, high, _, _ in found)
    assert around > 0.8 * len(found), "who is all but certain not to come has an interval of nothing"


def test_the_back_test_stands_below_and_is_a_table(buyers):
    result = buyers.project.query("predictions.expected_orders for audience all_tracked_users")
    (note,) = [n for n in result.notes if n.startswith("of the next 90 days; back-test of orders of ")]
    assert "off by " in note
    assert "predicted ÷ actual" in note
    table = "predictions.backtest"
    rows = buyers.rows(
        f"max({table}.mae) by {table}.target, {table}.model, {table}.origin, {table}.days where {table}.used"
    )
    (used,) = [r for r in rows if r[0] == "orders"]
    assert used[2] < TODAY
    assert f"made on {used[2]} for {used[3]} days, model {used[1]}: off by {used[4]:.2f} each" in note
    models = {row[0] for row in buyers.rows(f'count({table}) by {table}.model where {table}.target is "orders"')}
    assert {"repeat", "own_rate", "mean"} < models


def test_tenths_add_up_to_what_was_predicted_and_what_happened(buyers):
    tests, tenths = "predictions.backtest", "predictions.deciles"
    (judged,) = buyers.rows(f'max({tests}.ratio) where {tests}.used and {tests}.target is "orders"')
    rows = buyers.rows(
        f"sum({tenths}.predicted), sum({tenths}.actual) by {tenths}.decile"
        f' where {tenths}.used and {tenths}.target is "orders"'
    )
    assert [row[0] for row in rows] == list(range(1, 11))
    predicted, actual = (sum(row[place] for row in rows) for place in (1, 2))
    assert predicted / actual == pytest.approx(judged[0], rel=1e-4)
    assert rows[0][1] == max(row[1] for row in rows)


def test_nothing_after_today_changes_anything(open_shop, buyers):
    later = [{"id": f"x{n}", "customer": f"c{n}", "created_at": dt.date(2026, 4, n % 28 + 1), "total": 900}
             for n in range(240)]  # fmt: skip
    after = open_shop({"orders": [*orders_of(240), *later]}, [MANY, "lifecycle"])
    assert values(after) == values(buyers)


def test_canceled_orders_and_the_order_of_rows_say_nothing(open_shop, buyers):
    rows = [{**o, "status": "paid"} for o in orders_of(240)]
    canceled = [{**o, "id": f"x{o['id']}", "status": "canceled"} for o in rows]
    other = open_shop({"orders": [*canceled, *reversed(rows)]}, [MANY, "lifecycle"])
    assert values(other) == values(buyers)


def test_what_was_kept_gives_the_same_figures(buyers):
    before = values(buyers)
    (file,) = (buyers.project.root / ".patron" / "learned").glob("predictions.customers-*.json")
    written = file.read_bytes()
    buyers.project.context.learned.clear()
    assert values(buyers) == before
    file.unlink()
    buyers.project.context.learned.clear()
    assert values(buyers) == before
    assert file.read_bytes() == written


@pytest.mark.parametrize(
    "uses,reason",
    [
        (["predictions"], "240 customers have bought, 500 are needed (gate_buyers)"),
        (["predictions {\n  gate_buyers 10\n  gate_days 900\n}"], "600 days of history, 900 are needed (gate_days)"),
    ],
)
def test_below_a_gate_nothing_is_predicted(open_shop, uses, reason):
    shop = open_shop({"orders": orders_of(240)}, uses)
    names = "predictions.expected_orders, predictions.order_value, predictions.lifetime_value"
    result = shop.project.query(f"{names}, total_orders")
    assert [result.state(0, n) for n in range(4)] == [NOT_ENOUGH_DATA] * 3 + ["ok"]
    titles = "Expected orders, Value of the next order, Lifetime value"
    assert f"not enough data for {titles}: {reason}" in result.notes
    assert values(shop, "expected_orders made_on flags")["c0"] == (None, None, None)
    assert values(shop, "historic_value")["c0"][0] > 0


def test_an_empty_shop_has_nobody_to_predict(open_shop):
    shop = open_shop({"orders": [{"id": "o1", "customer": None, "created_at": TODAY, "total": 5}]}, ["predictions"])
    result = shop.project.query("predictions.expected_orders")
    assert result.state(0, 0) == NOT_ENOUGH_DATA
    assert "not enough data for Expected orders: nobody has bought yet" in result.notes


def test_why_tells_where_a_figure_comes_from(buyers):
    known = values(buyers, "expected_orders cell_people cell_orders")
    who = max(known, key=lambda c: known[c][0])
    (said,) = buyers.project.why(who, "dear").learned
    orders, people, bought = known[who]
    assert said.startswith(f"{orders:.2f} orders are expected: their own gap is ")
    assert f"{people:,.0f} customers alike (" in said
    assert f" bought {bought:.2f} times on average; " in said
    assert said.endswith("orders")
    assert " moves the figure most, times " in said


def test_why_says_nothing_of_models_that_an_audience_does_not_ask(open_shop):
    more = "audience some = total_orders >= 1\naudience dear = predictions.lifetime_value >= $1\n".replace(
        "total_orders", "their total_orders"
    )
    shop = open_shop({"orders": orders_of(240)}, ["predictions"], more)
    assert shop.project.why("c1", "some").learned == ()
    assert shop.project.why("c1", "dear").learned == (), "there are too few customers to learn from"


def test_settings_reach_the_models(open_shop, buyers):
    longer = open_shop({"orders": orders_of(240)}, [MANY.replace("90 days", "180 days"), "lifecycle"])
    cheaper = open_shop({"orders": orders_of(240)}, [MANY.replace("}", "  discount 50%\n}"), "lifecycle"])
    sums = [s.row("predictions.expected_orders, predictions.lifetime_value") for s in (buyers, longer, cheaper)]
    assert sums[1][0] > sums[0][0]
    assert sums[2][0] == sums[0][0]
    assert sums[2][1] < sums[0][1]


def test_very_many_rows_are_read_part_by_part_and_say_the_same(open_shop, monkeypatch):
    orders = [{**o, "customer": int(o["customer"][1:]) * 7 + 3, "id": n} for n, o in enumerate(orders_of(240))]
    again = dict(orders[0], id=len(orders), total=Decimal("1.25"))  # a second order of that day
    asked = "members by customer, predictions.lifetime_value, predictions.cell_people for audience all_tracked_users"
    parts, found = [], []

    def spied(read):
        parts.append(len(read))
        return joined(read)

    monkeypatch.setattr("patron.engine.report.learning.joined", spied)
    for most in (10**9, 400):
        monkeypatch.setattr("patron.engine.plan.learned.ROWS", most)
        found.append(open_shop({"orders": [*orders, again]}, [MANY]).rows(asked))
    assert parts == [1, -(-(len(orders) + 1) // 400)]
    assert found[0] == found[1]
    assert len(found[0]) == 240


def test_the_house_gap_that_is_said_is_that_of_the_models(open_shop):
    """With a longer gap of the house, customers alike are others."""
    said = open_shop({"orders": orders_of(240)}, [MANY, "lifecycle {\n  house_gap 200 days\n}"], DEAR)
    (why,) = said.project.why(said.rows("members by customer for audience dear")[0][0], "dear").learned
    assert " days, the shop's 200;" in why


def test_only_what_gave_way_says_so_and_a_nearer_line_that_is_not_used_is_explained():
    def row(target, model, mae, *, used=False):
        return Scored(target, "category", model, used, 20_000, 30, 12, mae, mae, *[None] * 6)

    tests = (
        row("revenue", "auto", 11.30, used=True), row("revenue", "mean", 11.77), row("units", "mean", 2.0, used=True),
        row("units", "auto", 2.5), row("value", "auto", 3.0, used=True), row("value", "repeat", 2.99),
        row("money", "own_rate orders", 5.0, used=True), row("money", "mean", 5.001),
    )  # fmt: skip
    said = told(tests, {n: n for n in ("revenue", "units", "value", "money")}, 30, ("no second season", "baseline"))
    assert said["revenue"].endswith("off by 11.30 each; the mean of all was off by 11.77 (no second season)")
    assert said["units"].endswith("model mean: off by 2.00 each (no second season, baseline)")
    assert said["value"].endswith("once more was off by 2.99, not clearly better (no second season)")
    assert said["money"].endswith("the mean of all was off by 5.00 (no second season, baseline)")


def test_a_shop_that_has_stopped_is_told_of(open_shop, buyers):
    asked = "predictions.expected_orders for audience all_tracked_users"
    assert not any("newest order" in note for note in buyers.project.query(asked).notes)
    old = open_shop({"orders": orders_of(240)}, [MANY, "lifecycle"], as_of="2026-05-15")
    (note,) = [n for n in old.project.query(asked).notes if "newest order" in n]
    last = max(o["created_at"] for o in orders_of(240))
    assert note.startswith(
        f"the newest order is of {last}, {(dt.date(2026, 5, 15) - last).days} days before 2026-05-15"
    )


def test_of_a_shop_that_is_silent_as_long_as_is_looked_ahead_nothing_is_predicted(open_shop):
    asked = "predictions.expected_orders for audience all_tracked_users"
    last = max(o["created_at"] for o in orders_of(240))
    today = last + dt.timedelta(400)
    old = open_shop({"orders": orders_of(240)}, [MANY, "lifecycle"], as_of=str(today))
    result = old.project.query(asked)
    assert result.state(0, 0) == "not enough data"
    (note,) = [n for n in result.notes if "newest order" in n]
    assert note.endswith(
        f"the newest order is of {last}, 400 days before {today}: ask as of {last}, or load newer ones"
    )
    tests = old.project.query("max(predictions.backtest.n) by predictions.backtest.model")
    assert (tests.rows, tests.short[:1]) == ((), result.short)
    assert result.short == (note.partition(": ")[2],)


# ---------------------------------------------------------------- products, categories, brands

COUNTED = [("p0", "s1", dt.date(2026, 1, 1), 900), ("p0", "s1", dt.date(2026, 3, 1), 30), ("p0", "s2", TODAY, 12),
           ("p1", "s1", TODAY, 40), ("p1", "s1", dt.date(2026, 4, 9), 700)]  # fmt: skip


def goods():
    """A line of every order, of twelve products in three categories; p0 sells most. Nobody ever bought p12."""
    chance = random.Random(3)
    orders = orders_of(150)
    picked = [f"p{min(int(chance.expovariate(0.4)), 11)}" for _ in orders]
    lines = [{"id": f"l{o['id']}", "order": o["id"], "product": p, "quantity": chance.randrange(1, 4),
              "amount": o["total"]} for o, p in zip(orders, picked, strict=True)]  # fmt: skip
    products = [{"id": f"p{n}", "name": f"Thing {n}", "category": f"C{n % 3}", "brand": None} for n in range(13)]
    stock = [dict(zip(("product", "store", "counted_on", "on_hand"), row, strict=True)) for row in COUNTED]
    return {"orders": orders, "lines": lines, "products": products, "stock": stock,
            "stores": [{"id": "s1"}, {"id": "s2"}]}  # fmt: skip


@pytest.fixture(scope="module")
def shelf(open_shop):
    return open_shop(goods(), ["predictions"])


NEXT = "units revenue low high rank rank_change direction".split()


def ahead(shop, of):
    asked = ", ".join(f"predictions.{n}" for n in NEXT)
    return {row[0]: dict(zip(NEXT, row[1:], strict=True)) for row in shop.rows(f"{asked} by {of}")}


def test_products_have_a_place_by_what_they_will_sell(shelf):
    found = ahead(shelf, "product.name")
    new = found.pop("Thing 12")
    assert (new["rank"], new["direction"]) == (None, None)
    assert shelf.rows('count(products) where product.predictions.item_flags contains "new"') == [(1,)]
    by_revenue = sorted(found, key=lambda name: -found[name]["revenue"])
    assert [found[name]["rank"] for name in by_revenue] == list(range(1, 13))
    assert all(row["low"] <= row["revenue"] <= row["high"] for row in found.values())
    assert {row["direction"] for row in found.values()} <= {"up", "hold", "down"}


def test_categories_are_predicted_by_themselves(shelf):
    found = ahead(shelf, "product.category")
    assert sorted(row["rank"] for row in found.values()) == [1, 2, 3]
    asked = "predictions.revenue by product.category"
    assert shelf.by(asked) == {name: row["revenue"] for name, row in found.items()}
    added = {}
    for _, category, revenue in shelf.rows("predictions.revenue by product.name, product.category"):
        added[category] = added.get(category, 0) + revenue
    assert added.keys() == found.keys()
    assert added != shelf.by(asked), "products by themselves add up to something else"
    levels = shelf.rows("count(predictions.backtest) by predictions.backtest.level")
    assert {"product", "category"} <= {level for level, _ in levels}


def test_what_is_expected_in_all_stands_beside_the_last_period(shelf):
    result = shelf.project.query("predictions.revenue by product.category")
    (note,) = [n for n in result.notes if "back-test of revenue" in n]
    sold = {o["id"]: o["created_at"] for o in shelf.orders}
    last = sum(line["amount"] for line in shelf.lines if sold[line["order"]] > TODAY - dt.timedelta(30))
    share = float(sum(row[1] for row in result.rows)) / float(last)
    assert note.startswith(f"of the next 30 days, in all {share:.0%} of the last 30; back-test of revenue of ")
    table = "predictions.backtest"
    asked = f"max({table}.days) by {table}.level, {table}.origin, {table}.last_origin where {table}.used"
    (made,) = {row[1:] for row in shelf.rows(asked) if row[0] == "category"}
    assert made == (TODAY - dt.timedelta(120), TODAY - dt.timedelta(30), 30)
    assert f", made from {made[0]} to {made[1]}, each for 30 days, model " in note


def test_days_of_cover_are_what_was_counted_last_by_what_will_be_sold(shelf):
    units = shelf.by("predictions.units by product")
    assert shelf.by('predictions.days_of_cover by product where product is one of "p0", "p1"') == {
        "p0": pytest.approx(42 / (units["p0"] / 30)), "p1": pytest.approx(40 / (units["p1"] / 30)),
    }  # fmt: skip


def test_without_stock_or_brands_there_is_something_to_map(open_shop):
    rows = goods()
    del rows["stock"]
    shop = open_shop(rows, ["predictions"])
    result = shop.project.query("predictions.units, predictions.days_of_cover by product.category")
    assert result.lacking == {"predictions.days_of_cover": ("stock",)}
    for product in rows["products"]:
        del product["brand"]
    branded = open_shop(rows, ["predictions"]).project.query("predictions.units by product.brand")
    assert branded.lacking["predictions.units"] == ("products.brand",)


def test_few_periods_are_too_little_for_products(open_shop):
    rows = goods()
    late = {o["id"] for o in rows["orders"] if o["created_at"] > dt.date(2026, 1, 1)}
    rows |= {"orders": [o for o in rows["orders"] if o["id"] in late]}
    rows |= {"lines": [x for x in rows["lines"] if x["order"] in late]}
    result = open_shop(rows, ["predictions"]).project.query("predictions.units by product.category")
    assert set(result.states.values()) == {NOT_ENOUGH_DATA}
    (note,) = [n for n in result.notes if n.startswith("not enough data for Predicted units")]
    assert note.endswith("days of history, 180 are needed (gate_days)")
