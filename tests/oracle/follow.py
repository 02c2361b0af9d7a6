"""`rate` and `how many from a to b within D` (section 10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from tests.oracle.events import Happening, follows, happenings
from tests.oracle.names import look_up
from tests.oracle.reading import Shop
from tests.oracle.speak import Node
from tests.oracle.values import Scope, elapsed, truth


def first_events(shop: Shop, node: Node) -> list[tuple[str, Happening, bool]]:
    """Every a with its customer, and whether at least one b belongs to it."""
    key = ("follow", node[1:])
    if key not in shop.memory:
        shop.memory[key] = _first_events(shop, node)
    return shop.memory[key]


def _first_events(shop: Shop, node: Node) -> list[tuple[str, Happening, bool]]:
    _, first, second, reach, path, finished = node
    found = []
    seconds = happenings(shop, second[0])
    for person, mine in happenings(shop, first[0]).items():
        starts = _meeting(shop, mine, first[1])
        won = set()
        for follower in _meeting(shop, seconds.get(person, []), second[1]):
            start = _belongs(shop, starts, follower, path)
            if start is not None and follows(start, follower, reach, shop):
                won.add(start.row.id)
        found += [(person, a, a.row.id in won) for a in starts if not finished or _is_over(shop, a, reach)]
    return found


def _meeting(shop: Shop, rows: Sequence[Happening], condition: Node | None) -> list[Happening]:
    return [h for h in rows if condition is None or truth(condition, Scope(shop, h.row))]


def _belongs(
    shop: Shop, starts: Sequence[Happening], follower: Happening, path: tuple[str, ...] | None
) -> Happening | None:
    """The latest a not later than b (same event: strictly earlier), never the same row; of several the larger id."""
    fit = [
        a
        for a in starts
        if a.row is not follower.row
        and follows(a, follower, None, shop, strictly=a.event == follower.event)
        and (path is None or _matches(shop, a, follower, path))
    ]
    return fit[-1] if fit else None


def _matches(shop: Shop, start: Happening, follower: Happening, path: tuple[str, ...]) -> bool:
    mine = look_up(path, Scope(shop, start.row))
    return mine is not None and mine == look_up(path, Scope(shop, follower.row))


def _is_over(shop: Shop, start: Happening, reach: Node) -> bool:
    """Its window is over at `as of`."""
    length = elapsed(reach, shop)
    if start.moment.date_only:
        return start.moment.date + length - dt.timedelta(days=1) <= shop.today
    return start.moment.at + length <= shop.as_of.at
