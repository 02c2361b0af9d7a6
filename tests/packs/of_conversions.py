"""The packs `conversions`, `aiq` and `shopline` (language reference, sections 12 and 16), calculated."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests.packs.members import metric, trait
from tests.packs.plain import Row, ratio, total, within

# ---------------------------------------------------------------- sendings and reactions


@trait("actions", "conversions.in_person")
def in_person(_, action):
    return not action.is_machine and action.get("actor") in (None, action.customer)


def people(view, kind):
    """Who reacted like this, themselves; to receive takes no doing."""
    mine = [a for a in view.rows("actions") if a.kind == kind and (kind == "received" or in_person(view.shop, a))]
    return {a.customer for a in mine}


@metric("conversions.sent")
def sent(view):
    return len(people(view, "received"))


@metric("conversions.deliveries")
def deliveries(view):
    return sum(a.kind == "received" for a in view.rows("actions"))


@metric("conversions.received_rate")
def received_rate(view):
    mine = view.rows("messages")
    return ratio(len({m.customer for m in mine if m.delivered_at is not None}), len({m.customer for m in mine}))


@metric("conversions.opened")
def opened(view):
    return len(people(view, "opened"))


@metric("conversions.clicked")
def clicked(view):
    return len(people(view, "clicked"))


@metric("conversions.open_rate")
def open_rate(view):
    return ratio(opened(view), sent(view))


@metric("conversions.click_rate")
def click_rate(view):
    return ratio(clicked(view), sent(view))


@metric("conversions.activities")
def activities(view):
    return len(view.undated("campaigns"))


# ---------------------------------------------------------------- who earns an order


@dataclass(frozen=True)
class Rule:
    """How credit goes: the preset `aiq`, or with `clicks` those of `shopline`."""

    kinds: tuple = ("clicked", "opened", "received", "reviewed")
    days: int | None = 14
    own_days: bool = True
    every: bool = False
    same_visit: bool = False
    of_list: str | None = None
    until: dt.datetime | None = None


AIQ = Rule()
PERFORMANCE = Rule(("clicked",), None, own_days=False, every=True, same_visit=True)


def pairs(shop, rule, people=None):
    """Every action with the orders it precedes: qualify first (steps 1 to 4 of section 12)."""
    found = []
    for action in shop.rows("actions"):
        if action.kind not in rule.kinds or not in_person(shop, action):
            continue
        if people is not None and action.customer not in people:
            continue
        campaign = shop.row("campaigns", action.campaign)
        if rule.of_list and (campaign is None or campaign.get("list") != rule.of_list):
            continue
        days = campaign.get("attribution_window") if rule.own_days and campaign else None
        inside = [o for o in shop.orders_of.get(action.customer, ()) if fits(rule, action, o, days or rule.days)]
        found += [Row(action=action, order=o, created_at=o.created_at) for o in inside[: None if rule.every else 1]]
    return found


def fits(rule, action, order, days):
    if days is not None and not within(action.acted_at, order.created_at, days):
        return False
    if days is None and order.created_at < action.acted_at:
        return False
    if rule.until is not None and order.created_at.at > rule.until:
        return False
    return not rule.same_visit or (action.session is not None and action.session == order.session)


def picked(shop, rule, found):
    """Of the actions before an order the latest; at one moment the kind named first, the smaller campaign, the smaller
    action (step 5)."""
    best = {}
    for pair in found:
        held = best.get(pair.order)
        if held is None or rank(rule, pair.action) > rank(rule, held.action):
            best[pair.order] = pair
    return list(best.values())


def rank(rule, action):
    names = [(*(-ord(letter) for letter in name), 0) for name in (action.campaign or "\uffff", action.id)]
    return action.acted_at, -rule.kinds.index(action.kind), *names


def influenced_in(view, rule=AIQ):
    return _of_view(view, rule, "pairs", lambda: pairs(view.shop, rule, view.people))


def credited_in(view, rule=AIQ):
    return _of_view(view, rule, "pairs", lambda: picked(view.shop, rule, pairs(view.shop, rule, view.people)), "picked")


def _of_view(view, rule, table, make, how="all"):
    """Pairs as rows of a table of their own, dated by the order."""
    from tests.packs.plain import View

    key = (rule, how, view.people)
    shop = view.shop.kept(("shop of", key), lambda: _with_pairs(view.shop, make()))
    mine = View(shop, None, view.period, view.group).undated(table)
    return [pair for pair in mine if view.inside(pair.created_at.day)]


def _with_pairs(shop, rows):
    from dataclasses import replace

    return replace(shop, tables={**shop.tables, "pairs": rows}, memory={})


@metric("conversions.conversions")
def conversions(view):
    return len(credited_in(view))


@metric("conversions.revenue")
def revenue(view):
    return sum(view.shop.value(p.order) for p in credited_in(view))


@metric("conversions.converted_people")
def converted_people(view):
    return len({p.order.customer for p in credited_in(view)})


@metric("conversions.influenced")
def influenced(view):
    return len({p.order for p in influenced_in(view)})


@metric("conversions.revenue_per_message")
def revenue_per_message(view):
    return ratio(revenue(view), deliveries(view))


# ---------------------------------------------------------------- what they cost


@trait("campaigns", "conversions.began_at")
def began_at(_, campaign):
    return campaign.sent_at or campaign.get("scheduled_at") or campaign.get("created_at")


@trait("campaigns", "conversions.spent")
def spent(shop, campaign):
    """The campaign's own cost, else that of its messages."""
    if campaign.get("cost") is not None:
        return campaign.cost
    mine = shop.kept("messages of", lambda: _by_campaign(shop))
    return total(mine.get(campaign.id, []), "cost")


def _by_campaign(shop):
    found = {}
    for message in shop.rows("messages"):
        found.setdefault(message.campaign, []).append(message)
    return found


@metric("conversions.cost")
def cost(view):
    began = [(c, began_at(view.shop, c)) for c in view.undated("campaigns")]
    return sum(spent(view.shop, c) for c, at in began if at is not None and view.inside(at.day))


@metric("conversions.return_on_cost")
def return_on_cost(view):
    return ratio(revenue(view) - cost(view), cost(view))


# ---------------------------------------------------------------- who came by the link and bought


def in_the_visit(view):
    """Orders of the visit that a click began."""
    view.shop.rows("sessions")
    return influenced_in(view, view.shop.settings.get("list_rule", PERFORMANCE))


def placed(view, paid):
    """People who paid so in such an order."""
    return {p.order.customer for p in in_the_visit(view) if any(paid(p, r) for r in redeemed_in(view, p))}


def redeemed_in(view, pair):
    mine = view.shop.kept("redemptions of", lambda: _by_order(view.shop))
    return mine.get(pair.order.id, [])


def _by_order(shop):
    found = {}
    for redemption in shop.rows("redemptions"):
        found.setdefault(redemption.order, []).append(redemption)
    return found


@metric("conversions.placed_order")
def placed_order(view):
    return len({p.order.customer for p in in_the_visit(view)})


@metric("conversions.placed_with_coupon")
def placed_with_coupon(view):
    def paid(pair, redemption):
        campaign = view.shop.row("campaigns", pair.action.campaign)
        return campaign is not None and redemption.coupon is not None and redemption.coupon == campaign.coupon

    return len(placed(view, paid))


@metric("conversions.placed_with_points")
def placed_with_points(view):
    return len(placed(view, lambda _, redemption: redemption.kind == "points"))


@metric("conversions.placed_with_credits")
def placed_with_credits(view):
    return len(placed(view, lambda _, redemption: redemption.kind == "credits"))
