"""Functions and aggregates (section 8)."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from tests.oracle.canon import DEFAULT_DATE, SINGULAR
from tests.oracle.moments import Moment, part, start_of
from tests.oracle.names import child_rows, look_up
from tests.oracle.rows import Row
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import HANDLERS, Scope, day_of, exact, six, truth, value


def call(node: Node, scope: Scope) -> object:
    """A function of section 8."""
    _, name, arguments = node
    if name == "first_known":
        return next((v for v in (value(a, scope) for a in arguments) if v is not None), None)
    given = [value(argument, scope) for argument in arguments]
    if name == "missing_if":
        return None if given[0] in given[1:] else given[0]
    if name in ("least", "greatest"):
        known = [v for v in given if v is not None]
        return (min if name == "least" else max)(known) if known else None
    if given and given[0] is None:
        return None
    for family in (_text, _number, _date):
        found = family(name, given, scope)
        if found is not NotImplemented:
            return found
    raise NotExpressible(f"function {name}")


def _text(name: str, given: Sequence[object], _: Scope) -> object:
    text = str(given[0]) if given else ""
    match name:
        case "lower":
            return text.lower()
        case "upper":
            return text.upper()
        case "trim":
            return text.strip()
        case "length":
            return len(text)
        case "left":
            return text[: int(given[1])]
        case "right":
            return text[-int(given[1]) :]
        case "replace":
            return text.replace(str(given[1]), str(given[2]))
    return NotImplemented


def _number(name: str, given: Sequence[object], _: Scope) -> object:
    match name:
        case "abs":
            return abs(given[0])
        case "floor":
            return math.floor(given[0])
        case "ceil":
            return math.ceil(given[0])
        case "band":
            return band(given[0], given[1:])
        case "number":
            return float(str(given[0]))
        case "round":
            digits = int(given[1]) if len(given) > 1 else 0
            return exact(given[0]).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return NotImplemented


def band_labels(bounds: Sequence[object], *, whole: bool) -> list[str]:
    """`under 18`, `18-24`, `25-34`, `35+`; for money and decimals `10 to <20`."""
    words = [f"{bound.normalize():f}" if isinstance(bound, Decimal) else str(bound) for bound in bounds]
    middle = [f"{low}-{int(high) - 1}" if whole else f"{low} to <{high}" for low, high in pairwise(words)]
    return [f"under {words[0]}", *middle, f"{words[-1]}+"]


def band(amount: object, bounds: Sequence[object]) -> str:
    """The text of a value's band; a bound belongs to the upper band."""
    labels = band_labels(bounds, whole=isinstance(amount, int))
    return labels[sum(1 for bound in bounds if amount >= bound)]


def _date(name: str, given: Sequence[object], scope: Scope) -> object:
    if any(v is None for v in given):
        return None
    days = [day_of(v) for v in given]
    if name in _BETWEEN:
        return _BETWEEN[name](days[0], scope.shop.today if name == "age" else days[1])
    if name.startswith("start_of_"):
        return start_of(days[0], name.removeprefix("start_of_"), scope.shop.week_starts)
    match name:
        case "date":
            return days[0]
        case "year" | "month":
            return getattr(days[0], name)
        case "weekday":
            return part(days[0], "weekday", scope.shop.week_starts)
        case "hour":
            return given[0].local.hour if isinstance(given[0], Moment) else 0
    return NotImplemented


def months_between(first: dt.date, second: dt.date) -> int:
    """The difference of calendar months."""
    return (second.year - first.year) * 12 + second.month - first.month


def years_between(first: dt.date, second: dt.date) -> int:
    """Completed years."""
    return second.year - first.year - ((second.month, second.day) < (first.month, first.day))


_BETWEEN = {
    "days_between": lambda first, second: (second - first).days,
    "months_between": months_between,
    "years_between": years_between,
    "age": years_between,
}

# ---------------------------------------------------------------- aggregates


def fold(name: str, values: Sequence[object], share: object = None) -> object:
    """An aggregate of known values; of none: 0 for sum, count and unique, else missing."""
    known = [v for v in values if v is not None]
    if name in _OF_NONE:
        return _OF_NONE[name](known)
    if name == "percentile":
        return percentile(known, float(share)) if known else None
    return _FOLDS[name](known) if known else None


def _most_common(known: Sequence[object]) -> object:
    """The highest count, then the smallest value."""
    counts = Counter(known)
    return min(known, key=lambda v: (-counts[v], v))


def _average(known: Sequence[object]) -> object:
    if isinstance(known[0], Decimal):
        return six(sum(known) / len(known))
    return sum(known) / len(known)


def percentile(known: Sequence[object], share: float) -> object:
    """Linear interpolation between the two nearest."""
    ordered = sorted(known)
    place = Decimal(str(share)) * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    if isinstance(ordered[0], Decimal):
        return six(ordered[low] + (ordered[high] - ordered[low]) * (place - low))
    return ordered[low] + (ordered[high] - ordered[low]) * float(place - low)


_OF_NONE = {"count": len, "unique": lambda known: len(set(known)), "sum": sum}
_FOLDS = {
    "min": min,
    "max": max,
    "average": _average,
    "median": lambda known: percentile(known, 0.5),
    "most_common": _most_common,
    "first": lambda known: known[0],
    "last": lambda known: known[-1],
}


def table_of(node: Node) -> str:
    """The table an aggregate counts: the plural that its argument begins with."""
    for inner in _walk(node[2]):
        if inner[0] == "path" and inner[1][0] in SINGULAR:
            return str(inner[1][0])
    raise NotExpressible(f"no table in {node}")


def _walk(nodes: Sequence[object]) -> list[Node]:
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, tuple):
            if node and isinstance(node[0], str):
                found.append(node)
            found.extend(_walk(node))
    return found


def date_of(row: Row, scope: Scope, path: tuple[str, ...] | None = None) -> object:
    """The date of a row: of the metric, else the default of its table (section 6)."""
    way = path or DEFAULT_DATE.get(row.table)
    return look_up(way, Scope(scope.shop, row)) if way else None


def rows_met(rows: Sequence[Row], node: Node, scope: Scope) -> list[Row]:
    """The rows that meet the aggregate's own condition."""
    condition = node[3]
    return [row for row in rows if condition is None or truth(condition, scope.at(row))]


def fold_rows(node: Node, rows: Sequence[Row], scope: Scope) -> object:
    """The aggregate over rows that meet its condition already."""
    _, name, arguments, _ = node
    share = value(arguments[1], scope) if len(arguments) > 1 else None
    if name in ("first", "last"):
        shop = scope.shop
        rows = sorted(rows, key=lambda r: (date_of(r, scope) is None, date_of(r, scope), shop.id_order(r.table, r.id)))
    if name == "count" and len(arguments[0][1]) == 1:
        return len(rows)
    return fold(name, [value(arguments[0], scope.at(row)) for row in rows], share)


def aggregate(node: Node, scope: Scope) -> object:
    """An aggregate inside a trait: over the children of the row."""
    rows = child_rows(scope, table_of(node))
    return fold_rows(node, rows_met(rows, node, scope), scope)


HANDLERS.update({"call": call, "aggregate": aggregate})
