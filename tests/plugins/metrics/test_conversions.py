import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from patron.dsl.tree import NOWHERE
from patron.engine.model.binder import Scope


def in_person(action):
    return not action["is_machine"] and action["actor"] in (None, action["customer"])


def people(shop, kind, campaign):
    mine = [a for a in shop.actions if a["kind"] == kind and a["campaign"] == campaign]
    return {a["customer"] for a in mine if kind == "received" or in_person(a)}


def test_sent_opened_clicked_are_people(shop):
    rows = shop.rows("conversions.sent, conversions.opened, conversions.clicked by campaign where campaign is known")
    assert len(rows) == len(shop.campaigns)
    for campaign, *found in rows:
        assert found == [len(people(shop, kind, campaign)) for kind in ("received", "opened", "clicked")]


def test_rates_and_deliveries(shop):
    names = "conversions.open_rate, conversions.click_rate, conversions.deliveries"
    for campaign, *found in shop.rows(f"{names} by campaign where campaign is known"):
        sent = len(people(shop, "received", campaign))
        rates = [len(people(shop, kind, campaign)) / sent for kind in ("opened", "clicked")]
        count = sum(a["kind"] == "received" and a["campaign"] == campaign for a in shop.actions)
        assert found == [*map(pytest.approx, rates), count]


def pairs(shop):
    """(action, its first order): reactions of the recipient, 14 days or the campaign's own, both ends in."""
    days = {c["id"]: c["attribution_window"] or 14 for c in shop.campaigns}
    for action in shop.actions:
        if action["kind"] == "unsubscribed" or not in_person(action):
            continue
        end = action["acted_at"] + dt.timedelta(days=days[action["campaign"]])
        inside = [o for o in shop.orders_of(action["customer"]) if action["acted_at"] <= o["created_at"] <= end]
        if inside:
            yield action, inside[0]


def credited(shop):
    """The action that earns each order: the latest."""
    found = {}
    for action, order in pairs(shop):
        if order["id"] not in found or found[order["id"]][0]["acted_at"] < action["acted_at"]:
            found[order["id"]] = (action, order)
    return list(found.values())


def test_conversions_and_revenue_are_credited(shop):
    expected = {}
    for action, order in credited(shop):
        expected.setdefault(action["campaign"], []).append(order["total"])
    rows = shop.rows("conversions.conversions, conversions.revenue by campaign")
    assert {c: found for c, *found in rows} == {c: [len(t), sum(t)] for c, t in expected.items()}


def test_influenced_orders_count_for_every_campaign(shop):
    expected = {}
    for action, order in pairs(shop):
        expected.setdefault(action["campaign"], set()).add(order["id"])
    assert shop.by("conversions.influenced by campaign") == {c: len(ids) for c, ids in expected.items()}


def test_cost_is_the_campaigns(shop):
    def began(campaign):
        return (campaign["sent_at"] or campaign["created_at"]).date()

    since = [c for c in shop.campaigns if began(c) >= dt.date(2026, 1, 1)]
    expected = sum((c["cost"] or Decimal(0)) for c in since)
    assert shop.row("conversions.cost during 2026-01-01 to 2026-03-31") == (expected,)


def test_what_a_message_and_a_dollar_bring(shop):
    revenue = sum(order["total"] for _, order in credited(shop))
    cost = sum(c["cost"] or Decimal(0) for c in shop.campaigns)
    count = sum(a["kind"] == "received" for a in shop.actions)
    found = shop.row("conversions.revenue_per_message, conversions.return_on_cost")
    assert [float(f) for f in found] == pytest.approx([float(revenue) / count, float((revenue - cost) / cost)])
    (column,) = shop.project.query("conversions.revenue_per_message").columns
    assert column.title == "Revenue per message delivered"
    assert "`Sent` counts people" in column.describe


def test_a_campaign_without_a_cost_costs_its_messages(open_shop):
    tables = {
        "orders": [{"id": "o1", "customer": "c1", "created_at": "2026-01-05", "total": 100}],
        "campaigns": [{"id": "a", "name": "A", "sent_at": "2026-01-01"}],
        "messages": [
            {
                "id": f"m{n}",
                "campaign": "a",
                "customer": "c1",
                "sent_at": "2026-01-01",
                "delivered_at": at,
                "cost": "0.25",
            }
            for n, at in enumerate(("2026-01-01", None))
        ],
    }
    shop = open_shop(tables, ["conversions"])
    assert shop.row("conversions.cost, conversions.sent, conversions.revenue") == (Decimal("0.50"), 1, 100)


PRESETS = {"aiq.conversions": "conversions.aiq", "shopline.attributed": "conversions.attributed",
           "shopline.performance": "conversions.performance"}  # fmt: skip


@pytest.fixture(scope="module")
def presets(shop, open_shop):
    return open_shop(shop.tables, ["conversions", "aiq", "shopline"]).project.model.binder()


@pytest.mark.parametrize("preset, ours", PRESETS.items())
def test_the_presets_say_the_same(presets, preset, ours):
    one, other = (presets.attribution(name, NOWHERE, Scope("")) for name in (preset, ours))
    assert dataclasses.replace(one, name=other.name, title=other.title) == other
