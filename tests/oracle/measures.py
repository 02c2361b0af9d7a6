"""The value of a measure in one group, and the groups that occur (sections 10, 13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.oracle.facts import ANY, TIME_UNITS, Asked, Fact, fold_facts, is_time, leaf_groups
from tests.oracle.moments import back, start_of
from tests.oracle.periods import Span, buckets, last_date
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import Scope, truth, value

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure with the date of its metric and the conditions that `where` added to it."""

    node: Node
    date: Node | None = None
    conditions: tuple[Node, ...] = ()

    def of(self, node: Node) -> Reading:
        return replace(self, node=node)


def _leaves(reading: Reading, asked: Asked) -> list[Reading]:
    """The plain parts a measure is made of."""
    node = reading.node
    match node:
        case ("path", path):
            return _leaves(_named(reading, ".".join(path), asked), asked)
        case ("narrowed", inner, condition):
            return _leaves(replace(reading, node=inner, conditions=(*reading.conditions, condition)), asked)
        case ("arith", _, left, right):
            return _leaves(reading.of(left), asked) + _leaves(reading.of(right), asked)
        case ("rolling", _, _, inner) | ("running", inner, _) | ("share", inner, _):
            return _leaves(reading.of(inner), asked)
        case ("if", condition, first, second):
            return _leaves(reading.of(first if truth(condition, Scope(asked.shop)) else second), asked)
        case ("attributed" | "influenced", inner, name) if inner[0] != "aggregate":
            return [reading.of((node[0], leaf.node, name)) for leaf in _leaves(reading.of(inner), asked)]
        case ("lit" | "param" | "negate", _):
            return []
    return [reading]


def _named(reading: Reading, name: str, asked: Asked) -> Reading:
    declared = asked.shop.project.declared
    if name not in declared.metrics:
        raise NotExpressible(f"metric {name}")
    _, measure, date, _ = declared.metrics[name]
    return replace(reading, node=measure, date=date or reading.date)


def occurring(node: Node, asked: Asked) -> set[Key]:
    """The groups that occur among the rows that meet the measure's own condition."""
    found: set[Key] = set()
    for leaf in _leaves(Reading(node), asked):
        groups = leaf_groups(leaf.node, leaf.date, leaf.conditions, asked)
        found |= {key for key, facts in groups.items() if _meets(leaf.node, facts)}
    return found


def _meets(leaf: Node, facts: Sequence[Fact]) -> bool:
    """The rows of `how many` are those that were converted."""
    return leaf[0] != "how_many" or any(fact.extra for fact in facts)


def people_behind(node: Node, key: Key, asked: Asked) -> set[str]:
    """The customers that a value is computed from."""
    found = set()
    for leaf in _leaves(Reading(node), asked):
        for fact in _facts(leaf, key, asked):
            if fact.person is not None:
                found.add(fact.person)
    return found


def _facts(leaf: Reading, key: Key, asked: Asked) -> list[Fact]:
    groups = leaf_groups(leaf.node, leaf.date, leaf.conditions, asked)
    if key in groups:
        return groups[key]
    timeless = tuple(ANY if is_time(dim) else part for dim, part in zip(asked.dims, key, strict=True))
    return groups.get(timeless, [])


def adds_up(node: Node, asked: Asked) -> bool:
    """Is it one sum or count, whose parts add up to the whole?"""
    leaves = _leaves(Reading(node), asked)
    return len(leaves) == 1 and leaves[0].node[:2] in (("aggregate", "sum"), ("aggregate", "count"))


def measured(node: Node, key: Key, asked: Asked) -> object:
    """The value of a metric, or of an aggregate, in one group."""
    return _value(Reading(node), key, asked)


def _value(reading: Reading, key: Key, asked: Asked) -> object:
    node = reading.node
    match node:
        case ("path", path):
            return _metric(reading, ".".join(path), key, asked)
        case ("narrowed", inner, condition):
            return _value(replace(reading, node=inner, conditions=(*reading.conditions, condition)), key, asked)
        case ("arith", sign, left, right):
            first, second = _value(reading.of(left), key, asked), _value(reading.of(right), key, asked)
            return value(("arith", sign, ("lit", first), ("lit", second)), Scope(asked.shop))
        case ("lit" | "param", _):
            return value(node, Scope(asked.shop))
        case ("if", condition, first, second):
            return _value(reading.of(first if truth(condition, Scope(asked.shop)) else second), key, asked)
        case ("attributed" | "influenced", inner, name) if inner[0] != "aggregate":
            return _value(reading.of(_spread(node[0], inner, name)), key, asked)
    if node[0] in ("share", "rolling", "running"):
        return _over(reading, key, asked)
    return fold_facts(node, _facts(reading, key, asked), asked.shop)


def _over(reading: Reading, key: Key, asked: Asked) -> object:
    match reading.node:
        case ("share", inner, within):
            return _share(reading.of(inner), within, key, asked)
        case ("rolling", number, unit, inner):
            return _rolling(reading.of(inner), int(value(number, Scope(asked.shop))), unit, key, asked)
    _, inner, unit = reading.node
    return _running(reading.of(inner), unit, key, asked)


def _spread(kind: str, inner: Node, name: str) -> Node:
    if inner[0] == "arith":
        return ("arith", inner[1], _spread(kind, inner[2], name), _spread(kind, inner[3], name))
    if inner[0] == "aggregate":
        return (kind, inner, name)
    raise NotExpressible(f"{kind} of {inner[0]}")


def _metric(reading: Reading, name: str, key: Key, asked: Asked) -> object:
    inner = _named(reading, name, asked)
    found = _value(inner, key, asked)
    empty = asked.shop.project.declared.metrics[name][3]
    return value(empty, Scope(asked.shop)) if found is None and empty is not None else found


# ---------------------------------------------------------------- share, rolling, running


def _share(reading: Reading, within: Sequence[Node], key: Key, asked: Asked) -> object:
    """m divided by the same m without the other dimensions."""
    wanted = [_same(dim[2]) for dim in within]
    kept = [n for n, dim in enumerate(asked.dims) if _same(dim[2]) in wanted]
    if len(kept) != len(wanted):
        raise NotExpressible("share within a dimension that is not asked")
    whole = replace(asked, dims=tuple(asked.dims[n] for n in kept))
    below = _value(reading, tuple(key[n] for n in kept), whole)
    return value(("arith", "/", ("lit", _value(reading, key, asked)), ("lit", below)), Scope(asked.shop))


def _same(whole: Node) -> Node:
    """`month of customer.first_order_at` and `customer.first_order_month` are the same."""
    if whole[0] != "part":
        return whole
    return ("path", (*whole[2][:-1], f"{whole[2][-1].rpartition('_')[0]}_{whole[1]}"))


def time_place(asked: Asked) -> tuple[int, str]:
    """Which dimension is a time with buckets, and its unit."""
    for number, dim in enumerate(asked.dims):
        if is_time(dim) and dim[2][1][0] in TIME_UNITS:
            return number, dim[2][1][0]
    raise NotExpressible("a time dimension is needed")


def _without(key: Key, place: int) -> Key:
    return (*key[:place], *key[place + 1 :])


def _rolling(reading: Reading, number: int, unit: str, key: Key, asked: Asked) -> object:
    """m recomputed over the N units ending with the bucket's last date."""
    place, bucket_unit = time_place(asked)
    end = last_date(key[place], bucket_unit)
    span = Span(back(end, number, unit) + dt.timedelta(days=1), end, until=asked.shop.as_of.at)
    return _value(reading, _without(key, place), replace(asked, span=span, dims=_without(asked.dims, place)))


def _running(reading: Reading, unit: str | None, key: Key, asked: Asked) -> object:
    """The buckets added up from the period's start, or from the start of a unit."""
    place, bucket_unit = time_place(asked)
    here = key[place]
    span = asked.span
    if unit is not None:
        span = replace(span, first=start_of(here, unit, asked.shop.week_starts), last=span.last or asked.shop.today)
    wide = replace(asked, span=span)
    firsts = buckets(span, bucket_unit, asked.shop) or sorted({k[place] for k in occurring(reading.node, asked)})
    total: object = None
    for first in firsts:
        if first <= here:
            part = _value(reading, (*key[:place], first, *key[place + 1 :]), wide)
            total = part if total is None else total if part is None else total + part
    return total
