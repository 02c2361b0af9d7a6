"""The demo shop: the same bytes every time, people and orders that could be, and specs that are well written."""

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from patron.dsl.parse import parse_file
from patron.engine.runner.demo import make_shop, write_data
from patron.engine.runner.demo.draws import Draws
from patron.engine.runner.demo.tables import degrees, money

SPECS = Path(__file__).parents[2] / "specs"
DIGEST = "dd37f85edd55ece063671a8dea9d4c782c4c8308014b5025668b6221bdebe5ca"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder)
    return folder


@pytest.fixture(scope="module")
def tables(shop):
    files = (shop / "data").glob("*.csv")
    return {p.stem: list(csv.DictReader(p.read_text(encoding="utf-8").splitlines())) for p in files}


def digest(folder):
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*.csv")):
        told.update(path.name.encode() + path.read_bytes())
    return told.hexdigest()


def valid(order):
    returned = order["state"] == "Returned" and order["channel"] == "retail"
    return order["state"] != "Canceled" and order["kind"] != "return" and not returned


# ---------------------------------------------------------------- the same everywhere


def test_same_bytes(shop, tmp_path):
    write_data(tmp_path)
    assert digest(tmp_path) == digest(shop) == DIGEST


def test_another_seed_is_another_shop(shop, tmp_path):
    make_shop(tmp_path, seed=2)
    assert digest(tmp_path) != DIGEST
    assert not (tmp_path / "counted.patron").exists()
    assert (shop / "counted.patron").exists()


def test_draws_are_pinned():
    draws = Draws(1, "a topic")
    assert [draws.below(1000) for _ in range(5)] == [390, 281, 842, 723, 354]
    assert Draws(1, "a topic").below(1 << 62) != Draws(1, "a topik").below(1 << 62)


def test_draws_are_even():
    draws = Draws(7, "even")
    counted = Counter(draws.below(10) for _ in range(20_000))
    assert all(1_800 < counted[n] < 2_200 for n in range(10))
    assert Draws(7, "even").weighted(("a", "b"), (0, 3)) == "b"


@pytest.mark.parametrize("cents, text", [(0, "0.00"), (5, "0.05"), (1234, "12.34"), (-150, "-1.50")])
def test_money(cents, text):
    assert money(cents) == text


def test_degrees():
    assert degrees(-104_987_001) == "-104.987001"


# ---------------------------------------------------------------- as designed


def test_size(tables):
    assert 1_900 <= len(tables["orders"]) <= 2_500
    assert len({c["customer_no"] for c in tables["customers"]}) == 600
    assert (len(tables["stores"]), len(tables["products"])) == (4, 49)
    assert {p["category"] for p in tables["products"]} == {"Houseplants", "Seeds", "Pots", "Soil", "Tools", "Gifts"}


def test_two_years_that_end_on_the_last_of_may(tables):
    days = [o["placed_at"][:10] for o in tables["orders"]]
    assert min(days) >= "2024-06-01"
    assert max(days) == "2026-05-31"
    moments = [v for rows in tables.values() for r in rows for k, v in r.items() if k.endswith("_at") and v]
    assert max(moments) <= "2026-05-31 21:30:00" or max(moments).startswith("2026-05-31")


@pytest.mark.parametrize(
    "child, column, parent, key",
    [
        ("items", "order_no", "orders", "order_no"),
        ("items", "product", "products", "code"),
        ("orders", "store", "stores", "id"),
        ("orders", "seller", "staff", "id"),
        ("orders", "visit", "visits", "id"),
        ("orders", "returned_order", "orders", "order_no"),
        ("staff", "store", "stores", "id"),
        ("customers", "favourite_store", "stores", "id"),
        ("messages", "campaign", "campaigns", "id"),
        ("messages", "customer", "customers", "customer_no"),
        ("actions", "message", "messages", "id"),
        ("actions", "visit", "visits", "id"),
        ("visits", "entry_action", "actions", "id"),
        ("members", "customer", "customers", "customer_no"),
        ("points", "order", "orders", "order_no"),
        ("redemptions", "order", "orders", "order_no"),
        ("reviews", "order", "orders", "order_no"),
        ("shifts", "staff", "staff", "id"),
    ],
)
def test_every_reference_finds_its_row(tables, child, column, parent, key):
    known = {r[key] for r in tables[parent]}
    assert {r[column] for r in tables[child] if r[column]} <= known


def test_some_cards_are_unknown_and_some_orders_have_none(tables):
    known = {c["customer_no"] for c in tables["customers"]}
    written = Counter("guest" if o["customer_no"] == "GUEST" else o["customer_no"] in known for o in tables["orders"])
    assert written["guest"] > 200
    assert 5 <= written[False] <= 40


def test_dirt(tables):
    seen = Counter(c["customer_no"] for c in tables["customers"])
    assert sum(n == 2 for n in seen.values()) >= 5
    birthdays = [c["birthday"] for c in tables["customers"]]
    assert any(b and not re.fullmatch(r"\d{4}-(?!00)\d\d-\d\d", b) for b in birthdays)
    assert 0.2 < birthdays.count("") / len(birthdays) < 0.35
    assert 0.15 < [c["sex"] for c in tables["customers"]].count("") / len(birthdays) < 0.3
    assert "n/a" in {r["rating"] for r in tables["reviews"]}
    assert {"Open", "text_click", "text_received"} <= {a["event"] for a in tables["actions"]}


def test_amounts_add_up(tables):
    net = Counter()
    for item in tables["items"]:
        net[item["order_no"]] += round(float(item["amount"]) * 100)
    for order in tables["orders"]:
        cents = {k: round(float(order[k]) * 100) for k in ("subtotal", "discount", "tax", "shipping", "total")}
        assert cents["total"] == cents["subtotal"] - cents["discount"] + cents["tax"] + cents["shipping"]
        if order["kind"] == "sale":
            assert cents["subtotal"] - cents["discount"] == net[order["order_no"]]


def test_things_happen_in_order(tables):
    sent = {m["id"]: m["sent_at"] for m in tables["messages"]}
    assert all(a["acted_at"] >= sent[a["message"]] for a in tables["actions"])
    placed = {o["order_no"]: o["placed_at"] for o in tables["orders"]}
    assert all(r["created_at"] >= placed[r["order"]] for r in tables["reviews"])
    started = {v["id"]: v["started_at"] for v in tables["visits"]}
    assert all(o["placed_at"] >= started[o["visit"]] for o in tables["orders"] if o["visit"])
    assert all(o["canceled_at"] >= o["placed_at"] for o in tables["orders"] if o["canceled_at"])


def test_seasons_and_weekdays(tables):
    orders = [o for o in tables["orders"] if valid(o)]
    months = Counter(o["placed_at"][:7] for o in orders)
    assert months["2026-05"] > months["2026-02"] * 1.2
    assert months["2025-12"] > months["2026-01"]


def test_clicks_lead_to_orders(tables):
    clicked = {a["visit"] for a in tables["actions"] if a["visit"]}
    assert sum(o["visit"] in clicked for o in tables["orders"]) >= 30
    assert {r["coupon"] for r in tables["redemptions"]} >= {"WEEKEND10", "COMEBACK15", "FLASH20"}


# ---------------------------------------------------------------- the specs


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.patron")), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_specs_parse(path):
    document, problems = parse_file(path.read_bytes(), path.name)
    assert problems == ()
    assert len(document.statements) > 1


def test_specs_import_what_is_there():
    for path in SPECS.rglob("*.patron"):
        for name in re.findall(r'^import .*"(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE):
            assert (path.parent / name).is_file()


def test_the_demo_is_a_project(shop):
    assert {p.name for p in shop.iterdir() if p.is_file()} == {p.name for p in (SPECS / "greenhouse").iterdir()}
