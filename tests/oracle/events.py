"""Events and the `has` phrase (section 8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.oracle.canon import PLURAL, REFERENCES
from tests.oracle.functions import fold
from tests.oracle.moments import Moment
from tests.oracle.names import look_up
from tests.oracle.periods import holds, spoken_span, unit_spans
from tests.oracle.reading import Shop, children, lead
from tests.oracle.rows import Row
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import HANDLERS, Scope, compare, elapsed, truth, value


@dataclass(frozen=True, slots=True)
class Happening:
    """One occurrence of an event: its row, its moment, the order it belongs to."""

    event: str
    row: Row
    moment: Moment
    order: str | None


def happenings(shop: Shop, name: str) -> dict[str, list[Happening]]:
    """All occurrences of an event up to `as of`, by customer, in order of time and id."""
    key = ("happenings", name)
    if key not in shop.memory:
        shop.memory[key] = _happenings(shop, name)
    return shop.memory[key]


def event_of(shop: Shop, name: str) -> Node:
    if name not in shop.project.declared.events:
        raise NotExpressible(f"event {name}")
    return shop.project.declared.events[name]


def _happenings(shop: Shop, name: str) -> dict[str, list[Happening]]:
    _, table, at, _, _, condition = event_of(shop, name)
    found: dict[str, list[Happening]] = defaultdict(list)
    for row in shop.tables.get(table, []):
        scope = Scope(shop, row)
        person = lead(shop, row, "customers")
        moment = look_up(at, scope)
        if person is None or not isinstance(moment, Moment) or moment > shop.as_of:
            continue
        if condition is None or truth(condition, scope):
            found[person.id].append(Happening(name, row, moment, _order(shop, row)))
    for mine in found.values():
        mine.sort(key=lambda h: (h.moment, shop.id_order(h.row.table, h.row.id)))
    return found


def _order(shop: Shop, row: Row) -> str | None:
    """The order itself, or that of its line or redemption."""
    if row.table not in ("orders", "lines", "redemptions"):
        return None
    found = row if row.table == "orders" else shop.find("orders", row.cells.get("order"))
    return found.id if found else None


# ---------------------------------------------------------------- has


def has(node: Node, scope: Scope) -> bool:
    """On customers an event or a sequence; on rows with children one of those."""
    steps = node[1]
    name = ".".join(steps[0][1])
    if name in PLURAL and name not in scope.shop.project.declared.events:
        return _has_child(steps[0], PLURAL[name], scope)
    if scope.row is None or scope.row.table != "customers":
        raise NotExpressible("events belong to customers")
    return _one(steps[0], scope) if len(steps) == 1 else _sequence(steps, scope)


def _has_child(step: Node, table: str, scope: Scope) -> bool:
    conditions = [said[1] for said in step[2] if said[0] == "where"]
    rows = children(scope.shop, table, scope.row)
    return any(all(truth(c, scope.at(row)) for c in conditions) for row in rows)


def matching(step: Node, scope: Scope) -> list[Happening]:
    """The occurrences for which object, when and where hold together."""
    _, name, said, _, _ = step
    mine = happenings(scope.shop, ".".join(name)).get(scope.row.id, [])
    return [h for h in mine if all(_part_holds(part, h, scope) for part in said)]


def _part_holds(part: Node, happening: Happening, scope: Scope) -> bool:
    shop, inner = scope.shop, scope.at(happening.row)
    match part:
        case ("where", condition):
            return truth(condition, inner)
        case ("object", path, wanted):
            return _is_object(shop, happening.row, path, wanted)
        case ("date_in", when):
            return holds(spoken_span(shop, when, lambda n: value(n, scope)), happening.moment)
        case ("in_period",):
            return scope.period is None or holds(scope.period, happening.moment)
        case ("since", point):
            return compare(">=", happening.moment, value(point, scope))
        case ("before", point):
            return compare("<", happening.moment, value(point, scope))
        case ("between", low, high):
            first, last = value(low, scope), value(high, scope)
            return compare(">=", happening.moment, first) and compare("<=", happening.moment, last)
        case ("within_of", reach, name):
            return _within_of(happening, reach, ".".join(name), scope)
    return True


def _is_object(shop: Shop, row: Row, path: tuple[str, ...], wanted: Sequence[str]) -> bool:
    """A column of the event's table or of one it refers to; a table's name is its name, or its id."""
    table = PLURAL.get(path[0])
    if len(path) == 1 and table and REFERENCES[row.table].get(path[0]) == table:
        names = {str(r.cells.get("name")) for r in shop.tables.get(table, [])}
        target = shop.find(table, row.cells.get(path[0]))
        return target is not None and any(_named(target, want, names) for want in wanted)
    return _object_value(shop, row, path) in wanted


def _named(target: Row, want: str, names: set[str]) -> bool:
    return target.cells.get("name") == want if want in names else target.id == want


def _object_value(shop: Shop, row: Row, path: tuple[str, ...]) -> object:
    if len(path) > 1 or path[0] in row.cells:
        return look_up(path, Scope(shop, row))
    for column, table in REFERENCES[row.table].items():
        sample = next(iter(shop.project.tables.get(table, [])), None)
        if sample is not None and path[0] in sample.cells:
            target = shop.find(table, row.cells.get(column))
            return target.cells.get(path[0]) if target else None
    raise NotExpressible(f"object {path}")


def _within_of(happening: Happening, reach: Node, name: str, scope: Scope) -> bool:
    """Not before the other event's first occurrence, at most D after it, and never that same row."""
    others = happenings(scope.shop, name).get(scope.row.id, [])
    return bool(others) and others[0].row is not happening.row and follows(others[0], happening, reach, scope.shop)


def follows(first: Happening, second: Happening, reach: Node | None, shop: Shop, *, strictly: bool = False) -> bool:
    """Is the second not earlier, and at most so much later? With a date-only side, dates decide (section 3)."""
    if first.moment.date_only or second.moment.date_only:
        gap = (second.moment.date - first.moment.date).days
        days = elapsed(reach, shop) / dt.timedelta(days=1) if reach else float("inf")
        return (gap > 0 if strictly else gap >= 0) and gap < max(1, days)
    away = second.moment.at - first.moment.at
    early = away <= dt.timedelta(0) if strictly else away < dt.timedelta(0)
    return not early and (reach is None or away <= elapsed(reach, shop))


def _one(step: Node, scope: Scope) -> bool:
    """One event: how often and how much over the matching rows."""
    rows = matching(step, scope)
    said = step[2]
    spans = [part for part in said if part[0] == "each_of"]
    if not spans:
        return _enough(step, rows, scope)
    _, number, unit, full = spans[0]
    units = unit_spans(scope.shop, int(value(number, scope)), unit, full=full)
    return all(_enough(step, [h for h in rows if holds(span, h.moment)], scope) for span in units)


def _enough(step: Node, rows: Sequence[Happening], scope: Scope) -> bool:
    event = event_of(scope.shop, ".".join(step[1]))
    groups = _counted(event, rows, scope.shop)
    bounds = [part for part in step[2] if part[0] in ("times", "once")] or [("times", "at least", ("lit", 1))]
    for bound in bounds:
        wanted = 1 if bound[0] == "once" else value(bound[2], scope)
        if not _bounded("exactly" if bound[0] == "once" else bound[1], len(groups), wanted):
            return False
    return all(_spent(part, event, groups, scope) for part in step[2] if part[0] == "spending")


def _counted(event: Node, rows: Sequence[Happening], shop: Shop) -> list[list[Happening]]:
    """Rows, or for an event declared `per order` the rows of each distinct order."""
    per = event[3]
    if per is None:
        return [[h] for h in rows]
    groups: dict[object, list[Happening]] = defaultdict(list)
    for happening in rows:
        groups[look_up(per, Scope(shop, happening.row))].append(happening)
    return list(groups.values())


def _spent(part: Node, event: Node, groups: Sequence[Sequence[Happening]], scope: Scope) -> bool:
    _, bound, amount, each = part
    wanted = value(amount, scope)
    sums = [fold("sum", [look_up(event[4], Scope(scope.shop, h.row)) for h in group]) for group in groups]
    if each:
        return all(_bounded(bound, spent, wanted) for spent in sums)
    return _bounded(bound, sum(sums), wanted)


def _bounded(bound: str, mine: object, wanted: object) -> bool:
    signs = {"at least": ">=", "at most": "<=", "more than": ">", "fewer than": "<", "exactly": "="}
    return compare(signs[bound], mine, wanted)


# ---------------------------------------------------------------- sequences


def _sequence(steps: Sequence[Node], scope: Scope) -> bool:
    """Some a followed by a later b, each step from the one before; no two steps in one order."""
    return any(_goes_on(steps, 1, (first,), scope) for first in matching(steps[0], scope))


def _goes_on(steps: Sequence[Node], number: int, taken: tuple[Happening, ...], scope: Scope) -> bool:
    if number == len(steps):
        return True
    return any(
        _next_step(steps[number], taken, happening, scope) and _goes_on(steps, number + 1, (*taken, happening), scope)
        for happening in matching(steps[number], scope)
    )


def _next_step(step: Node, taken: tuple[Happening, ...], happening: Happening, scope: Scope) -> bool:
    before = taken[-1]
    if any(h.row is happening.row or (h.order is not None and h.order == happening.order) for h in taken):
        return False
    if not follows(before, happening, step[3], scope.shop, strictly=before.event == happening.event):
        return False
    if step[4] is None:
        return True
    return not any(before.moment < c.moment < happening.moment for c in matching(step[4], scope))


HANDLERS["has"] = has
