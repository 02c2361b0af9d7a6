"""What must be true of the demo's data whatever the seed: told without Patron, from the files alone."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

END = "2026-05-31 21:00:00"


def cents(text):
    return round(float(text or 0) * 100)


def valid(order):
    over_the_counter = order["state"] == "Returned" and order["channel"] == "retail"
    return order["state"] != "Canceled" and order["kind"] != "return" and not over_the_counter


def by(rows, key):
    return {r[key]: r for r in rows}


def person(tables):
    """Whom a customer number means: second records are the first one's."""
    same = {c["customer_no"]: c["same_person_as"] for c in tables["customers"] if c["same_person_as"]}
    return lambda number: same.get(number, number)


# ---------------------------------------------------------------- rows belong together


REFERENCES = [
    ("items", "order_no", "orders", "order_no"),
    ("items", "product", "products", "code"),
    ("orders", "store", "stores", "id"),
    ("orders", "seller", "staff", "id"),
    ("orders", "visit", "visits", "id"),
    ("orders", "returned_order", "orders", "order_no"),
    ("orders", "first_parcel", "orders", "order_no"),
    ("staff", "store", "stores", "id"),
    ("stock", "store", "stores", "id"),
    ("stock", "product", "products", "code"),
    ("customers", "favourite_store", "stores", "id"),
    ("customers", "same_person_as", "customers", "customer_no"),
    ("customers", "place", "places", "place"),
    ("consents", "customer", "customers", "customer_no"),
    ("messages", "campaign", "campaigns", "id"),
    ("messages", "customer", "customers", "customer_no"),
    ("actions", "campaign", "campaigns", "id"),
    ("actions", "message", "messages", "id"),
    ("actions", "customer", "customers", "customer_no"),
    ("actions", "visit", "visits", "id"),
    ("visits", "entry_action", "actions", "id"),
    ("visits", "customer", "customers", "customer_no"),
    ("members", "customer", "customers", "customer_no"),
    ("members", "store", "stores", "id"),
    ("points", "customer", "customers", "customer_no"),
    ("points", "order", "orders", "order_no"),
    ("points", "campaign", "campaigns", "id"),
    ("redemptions", "order", "orders", "order_no"),
    ("redemptions", "campaign", "campaigns", "id"),
    ("reviews", "order", "orders", "order_no"),
    ("reviews", "seller", "staff", "id"),
    ("shifts", "staff", "staff", "id"),
]
CARDS = {("actions", "customer"), ("visits", "customer")}
"""Where cards stand that no customer file knows."""


@pytest.mark.parametrize("child, column, parent, key", REFERENCES, ids=lambda v: v)
def test_every_reference_finds_its_row(tables, child, column, parent, key):
    asked = {r[column] for r in tables[child] if r[column]}
    lost = asked - {r[key] for r in tables[parent]}
    assert asked
    assert all(number.startswith("X") for number in lost) if (child, column) in CARDS else not lost


KEYS = {"orders": "order_no", "messages": "id", "actions": "id", "visits": "id", "campaigns": "id", "products": "code",
        "reviews": "id", "places": "place", "stores": "id", "staff": "id"}  # fmt: skip


@pytest.mark.parametrize("table, key", KEYS.items())
def test_every_row_has_a_number_of_its_own(tables, table, key):
    assert max(Counter(r[key] for r in tables[table]).values()) == 1


def test_nothing_happens_after_the_end(tables):
    columns = ("_at", "_on")
    later = ("ends_on", "expires_on", "scheduled_at", "counted_on", "ended_at")
    moments = [
        (name, column, value)
        for name, rows in tables.items()
        for row in rows
        for column, value in row.items()
        if column.endswith(columns) and column not in later and value
    ]
    known = {("campaigns", "created_at")}  # the one that is still to be sent
    assert [m for m in moments if m[2] > END and m[:2] not in known] == []


# ---------------------------------------------------------------- money


def test_amounts_add_up(tables):
    gross, net = Counter(), Counter()
    for item in tables["items"]:
        gross[item["order_no"]] += cents(item["list_price"])
        net[item["order_no"]] += cents(item["amount"])
        assert 0 <= cents(item["amount"]) <= cents(item["list_price"])
        assert 0 < cents(item["unit_cost"]) * int(item["quantity"]) < cents(item["list_price"])
    for order in tables["orders"]:
        it = {k: cents(order[k]) for k in ("subtotal", "discount", "tax", "shipping", "total", "refunded")}
        assert it["total"] == it["subtotal"] - it["discount"] + it["tax"] + it["shipping"]
        assert 0 <= it["refunded"] <= it["total"]
        if order["kind"] == "sale":
            assert (it["subtotal"], it["subtotal"] - it["discount"]) == (
                gross[order["order_no"]],
                net[order["order_no"]],
            )


def test_a_return_takes_back_no_more_than_was_bought(tables):
    sold = by(tables["orders"], "order_no")
    returns = [o for o in tables["orders"] if o["kind"] == "return"]
    assert len(returns) > 20
    for back in returns:
        first = sold[back["returned_order"]]
        assert first["channel"] == "retail"
        assert first["kind"] == "sale"
        assert cents(back["total"]) <= cents(first["total"])
        assert back["placed_at"] > first["placed_at"]
    for item in tables["items"]:
        assert 0 <= int(item["brought_back"]) <= int(item["quantity"])


def test_what_a_redemption_takes_off_is_the_order_s_discount(tables):
    parts = defaultdict(int)
    for order in tables["orders"]:
        if order["kind"] == "sale":
            parts[order["first_parcel"] or order["order_no"]] += cents(order["discount"])
    assert all(cents(r["amount"]) == parts[r["order"]] for r in tables["redemptions"])


# ---------------------------------------------------------------- order in time


def test_things_happen_in_order(tables):
    sent = by(tables["messages"], "id")
    for message in tables["messages"]:
        assert not message["delivered_at"] or message["delivered_at"] > message["sent_at"]
        assert bool(message["delivered_at"]) != bool(message["failed_reason"])
    for action in tables["actions"]:
        assert not action["message"] or action["event"] == "unsubscribed" or (
            action["acted_at"] > sent[action["message"]]["delivered_at"] > ""
        )  # fmt: skip
    placed = by(tables["orders"], "order_no")
    assert all(r["created_at"] > placed[r["order"]]["placed_at"] for r in tables["reviews"])
    for order in tables["orders"]:
        assert order["changed_at"] >= order["placed_at"]
        assert not order["canceled_at"] or order["canceled_at"] > order["placed_at"]
    visits = by(tables["visits"], "id")
    for order in (o for o in tables["orders"] if o["visit"] and not o["first_parcel"]):
        assert visits[order["visit"]]["started_at"] <= order["placed_at"]


def test_nobody_buys_before_they_are_known(tables):
    first = {}
    for record in tables["customers"]:
        number = record["customer_no"]
        first[number] = min(first.get(number, "9"), record["registered"])
    for order in tables["orders"]:
        assert first.get(order["customer_no"], "") <= order["placed_at"]


def test_a_stay_in_the_club_ends_before_the_next_begins(tables):
    stays = defaultdict(list)
    for stay in tables["members"]:
        stays[stay["customer"]].append((stay["joined_at"], stay["left_at"] or "9"))
    for dates in stays.values():
        assert all(begin < end for begin, end in dates)
        assert all(before[1] < after[0] for before, after in pairwise(sorted(dates)))


# ---------------------------------------------------------------- points and credits


def test_nobody_gives_back_more_than_there_is(tables):
    left = defaultdict(int)
    for row in tables["points"]:  # by moment
        left[row["customer"], row["unit"]] += int(row["quantity"])
        assert left[row["customer"], row["unit"]] >= 0


def test_points_belong_to_members(tables):
    stays = defaultdict(list)
    for stay in tables["members"]:
        stays[stay["customer"]].append((stay["joined_at"], stay["left_at"] or "9"))
    for row in (p for p in tables["points"] if p["unit"] == "points"):
        assert any(begin <= row["posted_at"] <= end for begin, end in stays[row["customer"]])


def test_kinds_of_points_have_their_sign(tables):
    signs = {"earn": 1, "boost": 1, "legacy": 1, "adjust": 1, "redeem": -1, "expire": -1}
    assert {r["kind"] for r in tables["points"]} == set(signs)
    assert all(int(r["quantity"]) * signs[r["kind"]] > 0 for r in tables["points"])


# ---------------------------------------------------------------- marketing


def test_fewer_at_every_step(tables):
    """Sent, delivered, read, clicked in one's own name, bought in that visit: by campaign."""
    delivered = {m["id"] for m in tables["messages"] if m["delivered_at"]}
    own = [a for a in tables["actions"] if a["is_machine"] == "no" and a["actor"] in ("", a["customer"])]
    read = {a["message"] for a in tables["actions"] if a["event"] in ("Open", "opened", "text_received")}
    clicked = {a["message"]: a["visit"] for a in own if a["visit"]}
    bought = {o["visit"] for o in tables["orders"]}
    placed = {message for message, visit in clicked.items() if visit in bought}
    assert len(tables["messages"]) > len(delivered) > len(read) > len(clicked) > len(placed) > 30
    assert placed <= set(clicked) <= read <= delivered


def test_messages_go_to_those_who_agreed(tables):
    """And to nobody who said no before it was sent."""
    said = defaultdict(list)
    for row in tables["consents"]:  # by moment
        said[row["customer"], row["channel"]].append((row["changed_at"], row["status"]))
    for message in tables["messages"]:
        before = [s for at, s in said[message["customer"], message["channel"]] if at <= message["sent_at"]]
        assert before[-1] == "in"


def test_campaigns_of_all_kinds(tables):
    assert {c["category"] for c in tables["campaigns"]} == {
        "Add Credits", "Add Points", "Send Coupon", "Email Broadcast", "SMS Broadcast", "SmartPush Email",
        "LINE Broadcast", "Facebook Broadcast", "WhatsApp Broadcast",
    }  # fmt: skip
    assert {c["status"] for c in tables["campaigns"]} == {
        "Sent successfully", "Partial successful", "Send failed", "Scheduled"
    }  # fmt: skip
    assert any(c["list"] for c in tables["campaigns"])
    assert any(c["tracked_from"] for c in tables["campaigns"])


def test_coupons_come_from_campaigns(tables):
    campaigns = by(tables["campaigns"], "id")
    used = [r for r in tables["redemptions"] if r["kind"] == "coupon"]
    assert {r["coupon"] for r in used} == {"WEEKEND10", "COMEBACK15", "FLASH20", "THANKS10"}
    assert all(campaigns[r["campaign"]]["coupon"] == r["coupon"] for r in used)


def test_some_links_are_handed_on(tables):
    clicks = [a for a in tables["actions"] if a["visit"]]
    on = [a for a in clicks if a["actor"] not in ("", a["customer"])]
    assert 0 < len(on) < len(clicks) / 10
    assert any(a["actor"].startswith("C") for a in on)
    assert any(a["actor"].startswith("X") for a in on)


# ---------------------------------------------------------------- people


def test_every_stage_of_a_customer_s_life(tables):
    """Before the first order, new, coming again and again, late, long gone, back after a long time."""
    who, days = person(tables), defaultdict(list)
    for order in (o for o in tables["orders"] if valid(o) and o["customer_no"] != "GUEST"):
        days[who(order["customer_no"])].append(datetime.fromisoformat(order["placed_at"]))
    end, month = datetime.fromisoformat(END), timedelta(30)
    known = {c["customer_no"] for c in tables["customers"] if not c["same_person_as"]}
    gaps = {c: [b - a for a, b in pairwise(sorted(d))] for c, d in days.items()}
    assert len(known - set(days)) > 10
    assert sum(min(d) > end - month for d in days.values()) > 10
    assert sum(len(d) >= 4 and max(d) > end - month for d in days.values()) > 20
    assert sum(2 * month < end - max(d) < 6 * month for d in days.values()) > 20
    assert sum(end - max(d) > 12 * month for d in days.values()) > 20
    assert sum(any(g > 6 * month for g in gaps[c]) and max(d) > end - 3 * month for c, d in days.items()) > 5


def test_people_who_are_not_simply_people(tables):
    records = tables["customers"]
    assert sum(c["guest"] == "yes" for c in records) > 5
    assert any(c["blocked"] == "yes" for c in records)
    assert any(c["closed_on"] for c in records)
    erased = [c for c in records if c["erased_at"]]
    assert erased
    assert not any(c["full_name"] or c["email"] or c["phone"] or c["birthday"] for c in erased)
    same = [c for c in records if c["same_person_as"]]
    assert len(same) > 3
    assert not {c["same_person_as"] for c in same} & {c["customer_no"] for c in same}
    assert any(o["customer_no"].startswith("W") for o in tables["orders"])


def test_some_cards_are_unknown_and_some_orders_have_none(tables):
    known = {c["customer_no"] for c in tables["customers"]}
    written = Counter("guest" if o["customer_no"] == "GUEST" else o["customer_no"] in known for o in tables["orders"])
    assert written["guest"] > 200
    assert 5 <= written[False] <= 40


def test_dirt(tables, shop):
    seen = Counter(c["customer_no"] for c in tables["customers"])
    assert sum(n == 2 for n in seen.values()) >= 5
    birthdays = [c["birthday"] for c in tables["customers"]]
    assert any(b and not re.fullmatch(r"\d{4}-(?!00)\d\d-\d\d", b) for b in birthdays)
    assert 0.3 < birthdays.count("") / len(birthdays) < 0.5
    assert 0.15 < [c["sex"] for c in tables["customers"]].count("") / len(birthdays) < 0.35
    assert "n/a" in {r["rating"] for r in tables["reviews"]}
    assert {"Open", "text_click", "text_received"} <= {a["event"] for a in tables["actions"]}
    assert {a["is_machine"] for a in tables["actions"]} == {"yes", "no"}
    assert (shop / "data" / "reviews.csv").read_text(encoding="utf-8").endswith("B0,5,2026-05-3\n")


def test_people_live_near_their_store(tables):
    stores = by(tables["stores"], "id")
    for record in tables["customers"]:
        home = next((p for p in tables["places"] if p["place"] == record["place"]), None)
        if home:
            assert abs(float(home["latitude"]) - float(stores[record["favourite_store"]]["latitude"])) < 0.12
    assert {p["town"] for p in tables["places"]} == {s["city"] for s in tables["stores"]}


# ---------------------------------------------------------------- when, where, by whom


def test_seasons_weekdays_and_closed_days(tables):
    orders = [datetime.fromisoformat(o["placed_at"]) for o in tables["orders"] if valid(o)]
    months = Counter(d.strftime("%Y-%m") for d in orders)
    assert months["2026-05"] > months["2026-02"] * 1.3
    assert months["2025-12"] > months["2026-01"] * 1.2
    weekdays = Counter(d.weekday() for d in orders)
    assert weekdays[5] == max(weekdays.values())
    assert weekdays[5] > weekdays[0] * 1.5


def test_no_day_stands_out(tables):
    """Neither end of the data gathers what would lie beyond."""
    days = Counter(o["placed_at"][:10] for o in tables["orders"])
    assert max(days.values()) < 5 * len(tables["orders"]) / 730
    assert (min(days), max(days)) == ("2024-06-01", "2026-05-31")


def test_orders_of_all_kinds(tables):
    told = Counter((o["channel"], o["state"]) for o in tables["orders"])
    assert {channel for channel, _ in told} == {"retail", "online", "social"}
    assert {state for _, state in told} == {"Paid", "Fulfilled", "Open", "Canceled", "Returned"}
    assert len({o["payment"] for o in tables["orders"]}) == 5
    assert any(o["first_parcel"] for o in tables["orders"])
    assert any(o["changed_at"] > o["placed_at"] and o["state"] == "Fulfilled" for o in tables["orders"])
    assert all(bool(o["store"]) == bool(o["seller"]) == (o["channel"] == "retail") for o in tables["orders"])


def test_sellers_work_in_their_store(tables):
    home = {s["id"]: s["store"] for s in tables["staff"]}
    assert all(home[o["seller"]] == o["store"] for o in tables["orders"] if o["seller"])
    assert {o["seller"] for o in tables["orders"]} - {""} == set(home)
    assert {r["rating"] for r in tables["reviews"]} == {"1", "2", "3", "4", "5", "n/a"}


def test_every_product_and_brand_is_sold(tables):
    assert {i["product"] for i in tables["items"]} == {p["code"] for p in tables["products"]}
    assert {p["category"] for p in tables["products"]} == {"Houseplants", "Seeds", "Pots", "Soil", "Tools", "Gifts"}
    assert len({p["brand"] for p in tables["products"]}) == 6
