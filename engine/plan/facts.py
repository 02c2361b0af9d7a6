"""Rule: rows of people that several parts of a plan read are found once.

A comparison and a total read the same orders of the same people, for other dates or by no dimension. They become one
step, as far back and forth as any of them looks. Who reads the rows of all dates has them from where they lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, Op, all_of, known
from patron.engine.plan.apart import Made
from patron.engine.plan.nodes import Expr, Filter, Join, Node, Plan, Project, Step, Temp, columns, walk
from patron.engine.plan.once import once_for_all
from patron.engine.plan.steps import fresh_names, reads, with_steps
from patron.engine.plan.united import filtered, united
from patron.engine.types import YESNO

Bounds: TypeAlias = dict[tuple[str, Expr], Lit]
"""The limits of columns: by `>=` or `<=`, and the column."""
AGAIN = "rows read again"
"""The note of such a step."""
WIDER = {">=": min, "<=": max}


@dataclass(frozen=True, slots=True)
class Reading:
    """Joined rows of which some are read: the numbers of the steps that read them, all conditions but bounds, and every
    place that reads them."""

    readers: tuple[int, ...]
    rows: Node
    where: frozenset[Expr]
    places: tuple[Project, ...]


def rows_once(plan: Plan) -> Plan:
    """Rows of people that are read again are a step."""
    made: list[tuple[int, Step]] = []
    instead: dict[Node, Node] = {}
    for reading, name in zip(_read_again(plan), fresh_names(plan, "rows"), strict=False):
        limits = [_bounds(p) for p in reading.places]
        reach = _reach(limits)
        rows, places = once_for_all(_kept(reading.rows, [*reading.where, *_conditions(reach)]), reading.places)
        made.append((min(reading.readers), Step(name, rows, AGAIN)))
        temp = Temp(name, columns(rows))
        for place, items, own in zip(reading.places, places, limits, strict=True):
            narrower = {k: v for k, v in own.items() if reach.get(k) != v}
            instead[place] = Project(_kept(temp, _conditions(narrower)), items, place.note)
    return with_steps(plan, made, instead)


def _read_again(plan: Plan) -> list[Reading]:
    """What is read in several places, and in one that needs less than they do."""
    every = _readings(plan)
    found = [r for r in every if _is_read_again(r)]
    free = Free(plan)
    for one in every:
        others = [r for r in found if r != one]
        wider = _with_less(others, one, free)
        found = wider if wider != others else found
    return found


def _with_less(found: list[Reading], less: Reading, free: Free) -> list[Reading]:
    """The readings, one of them with the place of another that reads the same rows with less beside them."""
    for place, one in enumerate(found):
        wider = _wider(one, less, free)
        if wider is not None:
            return [*found[:place], wider, *found[place + 1 :]]
    return found


def _wider(one: Reading, less: Reading, free: Free) -> Reading | None:
    readers, places = (*one.readers, *less.readers), (*one.places, *less.places)
    if one.where != less.where or _reach([*map(_bounds, places)]) != _reach([*map(_bounds, one.places)]):
        return None
    both = united(one.rows, less.rows, free.of(readers))
    return Reading(readers, both, one.where, places) if both is not None and joins(both) == joins(one.rows) else None


def joins(rows: Node) -> int:
    """How many joins there are in rows."""
    return sum(isinstance(n, Join) for n in walk(rows))


def _readings(plan: Plan) -> list[Reading]:
    """Everything that reads joined rows under conditions."""
    found: list[Reading] = []
    for number, step in enumerate((*plan.steps, *plan.outputs)):
        for node in walk(step.node):
            if isinstance(node, Project) and isinstance(filtered(node.input)[0], Join):
                found = _with_place(found, number, node)
    return found


def _with_place(found: list[Reading], number: int, node: Project) -> list[Reading]:
    rows, where = filtered(node.input)
    common = frozenset(c for c in where if bound(c) is None and c not in told_by(rows))
    for place, one in enumerate(found):
        alike = one.where == common and _bounds(one.places[0]).keys() == _bounds(node).keys()
        both = united(one.rows, rows) if alike else None
        if both is not None:
            wider = Reading((*one.readers, number), both, common, (*one.places, node))
            return [*found[:place], wider, *found[place + 1 :]]
    return [*found, Reading((number,), rows, common, (node,))]


class Free:
    """The steps that may be joined to rows that others read: those that are not made of these others."""

    def __init__(self, plan: Plan) -> None:
        self.steps = plan.steps
        self.before: dict[str, set[str]] = {}
        for step in plan.steps:
            own = reads(step.node)
            self.before[step.name] = own.union(*(self.before.get(n, ()) for n in own))

    def but(self, name: str) -> tuple[Step, ...]:
        """All but a step and those it is made of."""
        return tuple(s for s in self.steps if s.name not in {name, *self.before[name]})

    def of(self, numbers: Iterable[int]) -> Made:
        """For what steps of these numbers read."""
        readers = {self.steps[n].name for n in numbers if n < len(self.steps)}
        return {s.name: s.node for s in self.steps if not readers & {s.name, *self.before[s.name]}}


def told_by(rows: Node) -> list[Expr]:
    """What a join says of its rows: their key is known."""
    joined = isinstance(rows, Join) and rows.kind in ("inner", "semi") and not rows.missing_equal
    return [known(own) for own, _ in rows.on] if isinstance(rows, Join) and joined else []


def _is_read_again(reading: Reading) -> bool:
    """Whether some of the rows are read twice: parts of different dates read no row that another reads."""
    times = Counter(frozenset(_bounds(p).items()) for p in reading.places)
    return max(times.values()) > 1


def bound(condition: Expr) -> tuple[tuple[str, Expr], Lit] | None:
    """A condition read as the limit of a column."""
    if not isinstance(condition, Op) or condition.name not in WIDER:
        return None
    column, limit = condition.args
    if not isinstance(limit, Lit) or limit.value is None or isinstance(column, Lit):
        return None
    return (condition.name, column), limit


def _bounds(place: Project) -> Bounds:
    found: Bounds = {}
    for key, limit in filter(None, map(bound, filtered(place.input)[1])):
        narrower = min if WIDER[key[0]] is max else max
        found[key] = narrower(found.get(key, limit), limit, key=_value)
    return found


def _reach(limits: Sequence[Bounds]) -> Bounds:
    """The widest of the limits that all have."""
    return {
        key: WIDER[key[0]]((own[key] for own in limits), key=_value)
        for key in limits[0]
        if all(key in own for own in limits)
    }


def _value(limit: Lit) -> Any:
    return limit.value


def _conditions(bounds: Bounds) -> list[Expr]:
    return [Op(name, (column, limit), YESNO) for (name, column), limit in bounds.items()]


def _kept(rows: Node, conditions: Sequence[Expr]) -> Node:
    where = all_of(*conditions)
    return rows if where is None else Filter(rows, where)
