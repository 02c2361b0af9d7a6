"""What the shop sent, what people did with it, and the visits that came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from patron.engine.runner.demo import days, words
from patron.engine.runner.demo.draws import Draws
from patron.engine.runner.demo.sales import Visit
from patron.engine.runner.demo.shop import Customer, Shop

KINDS = {
    "sms": ("text_received", "text_click"),
    "email": ("Open", "email_click"),
    "whatsapp": ("opened", "clicked"),
}
"""The first and second reaction as the tools of each channel spell them."""


@dataclass(frozen=True, slots=True)
class Campaign:
    id: str
    name: str
    category: str
    channel: str
    sent_at: dt.datetime
    window: int
    coupon: str
    cost: int


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    campaign: Campaign
    customer: Customer
    sent_at: dt.datetime
    delivered_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Action:
    """`actor`: who really did it, where known; `session`: the visit of the web shop that a click opened."""

    id: str
    message: Message
    kind: str
    acted_at: dt.datetime
    session: str = ""
    actor: str = ""
    is_machine: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    customer: str
    channel: str
    status: str
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Marketing:
    """All of it, with the visits that clicks led to."""

    campaigns: tuple[Campaign, ...]
    consents: tuple[Consent, ...]
    messages: tuple[Message, ...]
    actions: tuple[Action, ...]
    visits: tuple[Visit, ...]


def advertise(seed: int, shop: Shop) -> Marketing:
    """A campaign every three weeks, to those who agreed and have registered by then."""
    campaigns = tuple(_campaigns(seed))
    consents = tuple(_consents(seed, shop))
    agreed = {(c.customer, c.channel) for c in consents if c.status == "in"}
    messages = tuple(_messages(seed, shop, campaigns, agreed))
    actions: list[Action] = []
    visits: list[Visit] = []
    for message in messages:
        _react(Draws(seed, f"reaction {message.id}"), message, actions, visits)
    return Marketing(campaigns, consents, messages, tuple(actions), tuple(visits))


def _campaigns(seed: int) -> Iterator[Campaign]:
    draws = Draws(seed, "campaigns")
    for place, number in enumerate(range(12, days.DAYS - 6, 21)):
        name, category, channel, window, coupon = words.CAMPAIGNS[place % len(words.CAMPAIGNS)]
        when = dt.datetime.combine(days.day(number), dt.time(10, draws.below(60)))
        title = f"{name} {when:%b %Y}" if place < 30 else f"{name} {when:%d %b %Y}"
        yield Campaign(f"K{place + 1:03}", title, category, channel, when, window, coupon, draws.between(40, 160) * 100)


def _consents(seed: int, shop: Shop) -> Iterator[Consent]:
    draws = Draws(seed, "consents")
    for customer in shop.customers:
        for channel, share in (("email", 64), ("sms", 46), ("whatsapp", 22)):
            status = draws.weighted(("in", "out", "pending", ""), (share, 14, 4, 82 - share))
            if status:
                yield Consent(customer.id, channel, status, customer.registered)


def _messages(
    seed: int, shop: Shop, campaigns: tuple[Campaign, ...], agreed: set[tuple[str, str]]
) -> Iterator[Message]:
    for campaign in campaigns:
        draws = Draws(seed, f"messages {campaign.id}")
        share = draws.between(35, 70)
        for customer in shop.customers:
            if (
                (customer.id, campaign.channel) in agreed
                and customer.registered < campaign.sent_at
                and draws.chance(share)
            ):
                sent = campaign.sent_at + dt.timedelta(seconds=draws.below(1_800))
                delivered = sent + dt.timedelta(seconds=draws.between(2, 90)) if draws.chance(96) else None
                yield Message(f"{campaign.id}-{customer.id}", campaign, customer, sent, delivered)


def _react(draws: Draws, message: Message, actions: list[Action], visits: list[Visit]) -> None:
    """Read, perhaps click, perhaps buy a few days later."""
    if message.delivered_at is None or not draws.chance(55):
        return
    first, second = KINDS[message.campaign.channel]
    read = days.later(message.delivered_at, draws, 1, 2_000)
    actions.append(Action(f"A{len(actions) + 1}", message, first, read, is_machine=draws.chance(3)))
    if not draws.chance(38):
        return
    session = f"VL{len(actions) + 1}"
    clicked = days.later(read, draws, 0, 30)
    actor = f"C9{draws.between(100, 140)}" if draws.chance(4) else message.customer.id if draws.chance(70) else ""
    actions.append(Action(f"A{len(actions) + 1}", message, second, clicked, session, actor))
    if draws.chance(34):
        visits.append(_visit(draws, message, clicked, session))


def _visit(draws: Draws, message: Message, clicked: dt.datetime, session: str) -> Visit:
    """At once through the link, or some days later in the shop."""
    campaign = message.campaign
    coupon = campaign.coupon if draws.chance(70) else ""
    if draws.chance(45):
        when = days.later(clicked, draws, 3, 25)
        return Visit(when, message.customer, online=True, session=session, coupon=coupon, campaign=campaign.id)
    when = days.later(clicked, draws, 600, 17_000)
    open_hours = when.replace(hour=9 + when.hour % 12)
    return Visit(open_hours, message.customer, message.customer.online, coupon=coupon, campaign=campaign.id)
