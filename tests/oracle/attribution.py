"""Attribution: the six steps of section 12, one after the other."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from tests.oracle.canon import PLURAL
from tests.oracle.events import Happening, event_of, follows, happenings
from tests.oracle.moments import Moment, from_local
from tests.oracle.reading import Shop
from tests.oracle.rows import Row
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import Scope, elapsed, truth, value

_ADDED = {"require", "exclude"}


@dataclass(frozen=True, slots=True)
class Pair:
    """An order inside an action's window, and what the action earns of it."""

    order: Row
    action: Row
    weights: tuple[Fraction, ...] = ()
    place: int = -1

    def part(self, amount: Decimal, step: Decimal) -> Decimal:
        """The action's part of an amount, by largest remainder, earlier actions first."""
        if all(w == 1 for w in self.weights):
            return amount
        return largest_remainder(amount, self.weights, step)[self.place]


def largest_remainder(amount: Decimal, weights: Sequence[Fraction], step: Decimal) -> list[Decimal]:
    """Parts in whole steps (cents) that add up exactly to the amount."""
    units = int(amount / step)
    exact = [Fraction(units) * w / sum(weights) for w in weights]
    parts = [math.floor(e) for e in exact]
    left = units - sum(parts)
    order = sorted(range(len(parts)), key=lambda n: (-(exact[n] - parts[n]), n))
    for number in order[:left]:
        parts[number] += 1
    return [part * step for part in parts]


def clauses(shop: Shop, name: str) -> list[Node]:
    """All clauses, those of `extends` replaced by keyword, `require` and `exclude` added."""
    if name not in shop.project.declared.attributions:
        raise NotExpressible(f"attribution {name}")
    parent, own = shop.project.declared.attributions[name]
    inherited = clauses(shop, parent) if parent else []
    said = {_keyword(clause) for clause in own} - _ADDED
    return [clause for clause in inherited if _keyword(clause) not in said] + own


def _keyword(clause: Node) -> str:
    return "within" if clause[0] == "within_for" else str(clause[0])


def said(rules: Sequence[Node], keyword: str, default: object) -> object:
    """The value of a clause that is written once."""
    return next((clause[1] for clause in rules if clause[0] == keyword), default)


def dated_by(shop: Shop, name: str) -> str:
    return str(said(clauses(shop, name), "dated", "order"))


def influenced(shop: Shop, name: str) -> list[Pair]:
    """Steps 1 to 4: candidates, windows, orders, pairs."""
    key = ("influenced", name)
    if key not in shop.memory:
        rules = clauses(shop, name)
        orders = _conversions(shop, rules)
        shop.memory[key] = [pair for action in _candidates(shop, rules) for pair in _pairs(shop, rules, action, orders)]
    return shop.memory[key]


def _candidates(shop: Shop, rules: Sequence[Node]) -> list[Row]:
    """Step 1: listed kinds, with a customer, not by machines, the actor rule, `exclude`."""
    kinds = said(rules, "actions", ())
    found = []
    for action in shop.tables.get("actions", []):
        cells = action.cells
        if kinds != ("any",) and cells.get("kind") not in kinds:
            continue
        if cells.get("customer") is None or not isinstance(cells.get("acted_at"), Moment):
            continue
        if cells.get("is_machine") is True and said(rules, "machine", "ignore") == "ignore":
            continue
        if _own(cells, rules) and not _excluded(shop, rules, action):
            found.append(action)
    return found


def _own(cells: dict[str, object], rules: Sequence[Node]) -> bool:
    actor = cells.get("actor")
    return actor == cells["customer"] if actor is not None else said(rules, "unknown", "own") == "own"


def _excluded(shop: Shop, rules: Sequence[Node], action: Row) -> bool:
    return any(truth(c[1], Scope(shop, action)) for c in rules if c[0] == "exclude")


def _conversions(shop: Shop, rules: Sequence[Node]) -> dict[str, list[Happening]]:
    """Step 3: orders that meet `conversion`, by customer, in order of created_at and id."""
    name, condition = next((c[1:] for c in rules if c[0] == "conversion"), ("ordered", None))
    if event_of(shop, name)[1] != "orders":
        raise NotExpressible("a conversion is an event on orders")
    return {
        person: [h for h in mine if condition is None or truth(condition, Scope(shop, h.row))]
        for person, mine in happenings(shop, name).items()
    }


def _pairs(shop: Shop, rules: Sequence[Node], action: Row, orders: dict[str, list[Happening]]) -> list[Pair]:
    """Step 4: of the orders in the window the first, or all."""
    if said(rules, "finished", default=False) and not _over(shop, rules, action):
        return []
    mine = [h for h in orders.get(str(action.cells["customer"]), []) if _converts(shop, rules, action, h)]
    if said(rules, "counts", "first") == "first":
        mine = mine[:1]
    return [Pair(h.row, _with_fields(action, h.moment)) for h in mine]


def _with_fields(action: Row, ordered: Moment) -> Row:
    """`action.days_to_order`: whole days; date-only: the difference of local dates."""
    acted: Moment = action.cells["acted_at"]
    if acted.date_only or ordered.date_only:
        days = (ordered.date - acted.date).days
    else:
        days = (ordered.at - acted.at) // dt.timedelta(days=1)
    return Row("actions", action.id, {**action.cells, "days_to_order": days}, action.number)


def _converts(shop: Shop, rules: Sequence[Node], action: Row, order: Happening) -> bool:
    """Inside the window, and meeting `require` together with the action."""
    acted = Happening("action", action, action.cells["acted_at"], None)
    opened = replace(acted, moment=_opens(shop, rules, action))
    if not follows(acted, order, None, shop) or not follows(opened, order, window(shop, rules, action), shop):
        return False
    if not _until(shop, rules, action, order.moment):
        return False
    scope = Scope(shop, order.row, (action,))
    return all(truth(c[1], scope) for c in rules if c[0] == "require")


def _opens(shop: Shop, rules: Sequence[Node], action: Row) -> Moment:
    """At the action, or at the message's (else the campaign's) sent_at."""
    acted: Moment = action.cells["acted_at"]
    if said(rules, "starts", "action") == "action":
        return acted
    for table, column in (("messages", "message"), ("campaigns", "campaign")):
        row = shop.find(table, action.cells.get(column))
        if row is not None and isinstance(row.cells.get("sent_at"), Moment):
            return row.cells["sent_at"]
    return acted


def window(shop: Shop, rules: Sequence[Node], action: Row) -> Node | None:
    """Precedence: named campaign, the campaign's own column, channel, default."""
    overrides = [c for c in rules if c[0] == "within_for"]
    default = next((c for c in rules if c[0] == "within"), None)
    campaign = shop.find("campaigns", action.cells.get("campaign"))
    for _, reach, path, names in overrides:
        if path == ("campaign",) and campaign is not None and _is_named(shop, campaign, names):
            return reach
    if default is not None and default[2] and campaign is not None and campaign.cells.get(default[2]) is not None:
        return ("duration", ("lit", campaign.cells[default[2]]), "day")
    for _, reach, path, names in overrides:
        if path != ("campaign",) and value(("path", path), Scope(shop, action)) in [n[1] for n in names]:
            return reach
    if default is not None:
        return default[1]
    return None if said(rules, "until", None) else ("duration", ("lit", 14), "day")


def _is_named(shop: Shop, campaign: Row, names: Sequence[Node]) -> bool:
    known = {row.cells.get("name") for row in shop.tables[PLURAL["campaign"]]}
    return any((campaign.cells.get("name") if name in known else campaign.id) == name for _, name in names)


def _until(shop: Shop, rules: Sequence[Node], action: Row, ordered: Moment) -> bool:
    """The window also ends with this date or moment; where it is the only end it must be known."""
    node = said(rules, "until", None)
    end = value(node, Scope(shop, action)) if node else None
    if end is None:
        return node is None or window(shop, rules, action) is not None
    return ordered <= end if isinstance(end, Moment) and not end.date_only else ordered.date <= _day(end)


def _day(end: object) -> dt.date:
    return end.date if isinstance(end, Moment) else end


def _over(shop: Shop, rules: Sequence[Node], action: Row) -> bool:
    """Is the window over at `as of`?"""
    opened = _opens(shop, rules, action)
    reach = window(shop, rules, action)
    ends = []
    if reach is not None:
        length = elapsed(reach, shop)
        if opened.date_only:
            ends.append(
                _end_of(shop, opened.date + dt.timedelta(days=max(1, math.ceil(length.total_seconds() / 86400)) - 1))
            )
        else:
            ends.append(opened.at + length)
    node = said(rules, "until", None)
    end = value(node, Scope(shop, action)) if node else None
    if end is not None:
        ends.append(end.at if isinstance(end, Moment) and not end.date_only else _end_of(shop, _day(end)))
    return bool(ends) and min(ends) <= shop.as_of.at


def _end_of(shop: Shop, day: dt.date) -> dt.datetime:
    after = from_local(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()), shop.project.zone)
    return after.at - dt.timedelta(microseconds=1)


# ---------------------------------------------------------------- who earns


def picked(shop: Shop, name: str) -> list[Pair]:
    """Step 5: per order, who of its actions earns how much."""
    key = ("picked", name)
    if key not in shop.memory:
        rules = clauses(shop, name)
        by_order: dict[str, list[Pair]] = defaultdict(list)
        for pair in influenced(shop, name):
            by_order[pair.order.id].append(pair)
        shop.memory[key] = [pair for pairs in by_order.values() for pair in _pick(shop, rules, pairs)]
    return shop.memory[key]


def _pick(shop: Shop, rules: Sequence[Node], pairs: Sequence[Pair]) -> list[Pair]:
    kinds = said(rules, "actions", ())
    credit = next((c[1:] for c in rules if c[0] == "credit"), ("last",))
    ties = sorted(pairs, key=lambda p: _tie(shop, kinds, p.action))
    ordered = sorted(ties, key=lambda p: p.action.cells["acted_at"])
    if credit[0] == "last":
        ordered = sorted(ties, key=lambda p: p.action.cells["acted_at"], reverse=True)[:1]
    if credit[0] == "first":
        ordered = ordered[:1]
    weights = tuple(_weights(shop, credit, ordered))
    return [replace(pair, weights=weights, place=n) for n, pair in enumerate(ordered)]


def _tie(shop: Shop, kinds: tuple[str, ...], action: Row) -> tuple[object, ...]:
    """The kind named first, then the smaller campaign id, then the smaller action id."""
    kind = kinds.index(str(action.cells["kind"])) if action.cells["kind"] in kinds else 0
    campaign = action.cells.get("campaign")
    return (kind, campaign is None, shop.id_order("campaigns", campaign), shop.id_order("actions", action.id))


def _weights(shop: Shop, credit: Node, pairs: Sequence[Pair]) -> list[Fraction]:
    number = len(pairs)
    match credit:
        case ("position", first, middle, last):
            return _positions(number, Fraction(first, 100), Fraction(middle, 100), Fraction(last, 100))
        case ("equal",):
            return [Fraction(1, number)] * number
        case ("decay", reach):
            half = elapsed(reach, shop)
            powers = [2.0 ** -(_before(pair) / half) for pair in pairs]
            return [Fraction(p) / Fraction(sum(powers)) for p in powers]
    return [Fraction(1)] * number


def _before(pair: Pair) -> dt.timedelta:
    """How long before the order; a date-only moment counts as local 00:00."""
    return pair.order.cells["created_at"].at - pair.action.cells["acted_at"].at


def _positions(number: int, first: Fraction, middle: Fraction, last: Fraction) -> list[Fraction]:
    if number == 1:
        return [Fraction(1)]
    if number == 2:
        return [first + middle / 2, last + middle / 2]
    return [first, *[middle / (number - 2)] * (number - 2), last]
