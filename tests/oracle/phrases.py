"""A phrase answered: rows, columns, comparison, order, top, rest, total, suppression (section 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.oracle.canon import PLURAL, REFERENCES
from tests.oracle.facts import ANY, TIME_UNITS, Asked, is_time
from tests.oracle.functions import band_labels
from tests.oracle.measures import Key, adds_up, measured, occurring, people_behind
from tests.oracle.names import TRAIT_REFERENCES
from tests.oracle.people import audience
from tests.oracle.periods import before, buckets, spoken_span
from tests.oracle.reading import Shop
from tests.oracle.speak import Node
from tests.oracle.speak_phrase import Phrase, phrase
from tests.oracle.tokens import NotExpressible
from tests.oracle.values import Scope, compare, value


@dataclass(slots=True)
class Answer:
    """Columns by name, rows in order, the kind of each row, and what is suppressed."""

    columns: list[str]
    rows: list[list[object]]
    kinds: list[str] = field(default_factory=list)
    suppressed: set[tuple[int, str]] = field(default_factory=set)


def ask(shop: Shop, text: str) -> Answer:
    """Answer a phrase."""
    said = phrase(text)
    sides = _subjects(shop, said)
    if said.subject[0] != "each":
        return _answer(shop, said, sides[0][1])
    whole = Answer([], [])
    for name, people in sides:
        one = _answer(shop, said, people)
        whole.columns = ["audience", *one.columns]
        whole.rows += [[name, *row] for row in one.rows]
        whole.kinds += one.kinds
    return whole


def _subjects(shop: Shop, said: Phrase) -> list[tuple[str, frozenset[str] | None]]:
    if said.subject == ("all",):
        return [("", None)]
    kind, names = said.subject
    groups = [(name, frozenset(audience(shop, name))) for name in names]
    union = frozenset().union(*(people for _, people in groups))
    return [*groups, ("all", union)] if kind == "each" else [("", union)]


def _answer(shop: Shop, said: Phrase, people: frozenset[str] | None) -> Answer:
    span = spoken_span(shop, said.period, lambda n: value(n, Scope(shop)))
    asked = Asked(shop, said.dims, span, people, said.where)
    other = _other_side(shop, said, asked)
    keys = _keys(said, asked, other)
    if said.having is not None:
        keys = [key for key in keys if _having(said.having, key, asked)]
    keys = _sorted(keys, said, asked)
    kept = _top(keys, said, asked)
    rows = [_row(said, key, key, asked, other) for key in kept]
    answer = Answer(_columns(said, other), rows, ["" for _ in rows])
    _rest_and_total(answer, said, kept, keys, asked, other)
    _suppress(answer, said, kept, asked)
    return answer


def _columns(said: Phrase, other: Asked | None) -> list[str]:
    names = [item[1] for item in said.metrics]
    after = [f"{name}{ending}" for name in names for ending in ("_before", "_change")] if other else []
    return [dim[1] for dim in said.dims] + names + after


def _other_side(shop: Shop, said: Phrase, asked: Asked) -> Asked | None:
    if said.comparison is None:
        return None
    if said.comparison[0] == "people":
        return replace(asked, people=frozenset(audience(shop, said.comparison[1])))
    span = before(shop, said.comparison, said.period, asked.span, lambda n: value(n, Scope(shop)))
    return replace(asked, span=span)


# ---------------------------------------------------------------- rows


def _bucketed(asked: Asked) -> tuple[int, str] | None:
    """The time dimension whose every bucket is there in a bounded period."""
    if not asked.span.bounded:
        return None
    places = [(n, d[2][1][0]) for n, d in enumerate(asked.dims) if is_time(d) and d[2][1][0] in TIME_UNITS]
    if len(places) > 1 or (places and places[0][1] == "hour"):
        raise NotExpressible("which buckets of several time dimensions are there")
    return places[0] if places else None


def _keys(said: Phrase, asked: Asked, other: Asked | None) -> list[Key]:
    """Every combination that occurs, on either side; along a time every bucket of a bounded period."""
    if not asked.dims:
        return [()]
    found = {key for _, _, node in said.metrics for key in occurring(node, asked)}
    if other is not None:
        found |= {_aligned(key, other, asked) for _, _, node in said.metrics for key in occurring(node, other)}
    place = _bucketed(asked)
    if place is None:
        return [key for key in found if ANY not in key]
    number, unit = place
    others = {(*key[:number], *key[number + 1 :]) for key in found} if len(asked.dims) > 1 else {()}
    firsts = buckets(asked.span, unit, asked.shop)
    return [(*rest[:number], first, *rest[number:]) for rest in others for first in firsts if ANY not in rest]


def _aligned(key: Key, theirs: Asked, ours: Asked) -> Key:
    """Time dims are aligned by position."""
    place = _bucketed(ours)
    if place is None or theirs.span == ours.span:
        return key
    number, unit = place
    if key[number] is ANY:
        return key
    mine, other = (buckets(a.span, unit, a.shop) for a in (ours, theirs))
    at = other.index(key[number])
    return (*key[:number], mine[at] if at < len(mine) else ANY, *key[number + 1 :])


def _row(said: Phrase, shown: Key, key: Key, asked: Asked, other: Asked | None) -> list[object]:
    now = [measured(item[2], key, asked) for item in said.metrics]
    if other is None:
        return [*shown, *now]
    theirs = _aligned(key, asked, other) if key else key
    then = [measured(item[2], theirs, other) for item in said.metrics]
    pairs = [part for mine, old in zip(now, then, strict=True) for part in (old, change(mine, old))]
    return [*shown, *now, *pairs]


def change(now: object, then: object) -> object:
    """(now - before) / |before|, missing when before is 0."""
    if now is None or then is None or then == 0:
        return None
    return float(now - then) / abs(float(then))


def _having(node: Node, key: Key, asked: Asked) -> bool:
    """A condition over metrics of the result row."""
    match node:
        case ("and", left, right):
            return _having(left, key, asked) and _having(right, key, asked)
        case ("or", left, right):
            return _having(left, key, asked) or _having(right, key, asked)
        case ("not", inner):
            return not _having(inner, key, asked)
        case ("compare", sign, left, ("missing",)):
            return (measured(left, key, asked) is None) == (sign == "=")
        case ("compare", sign, left, right):
            return compare(sign, measured(left, key, asked), measured(right, key, asked))
        case ("between", left, low, high):
            mine = measured(left, key, asked)
            return compare(">=", mine, measured(low, key, asked)) and compare("<=", mine, measured(high, key, asked))
    raise NotExpressible(f"having {node[0]}")


# ---------------------------------------------------------------- order


def _dim_order(dim: Node, part: object, asked: Asked) -> tuple[object, ...]:
    """Missing last; ids as their table sorts, bands by their bounds, else by value."""
    if part is None:
        return (1,)
    table = _id_table(dim, asked)
    if table:
        return (0, asked.shop.id_order(table, part))
    labels = _labels(dim, asked.shop)
    return (0, labels.index(str(part)) if labels else part)


def _id_table(dim: Node, asked: Asked) -> str | None:
    """The table whose ids a dimension shows."""
    whole = dim[2]
    if whole[0] == "part":
        return None
    path = whole[1]
    if len(path) == 1:
        return PLURAL.get(path[0])
    table = PLURAL.get(path[0], "")
    for name in path[1:-1]:
        table = REFERENCES.get(table, {}).get(name) or TRAIT_REFERENCES.get((table, name), "")
    if path[-1] == "id":
        return table
    return REFERENCES.get(table, {}).get(path[-1]) or TRAIT_REFERENCES.get((table, path[-1]))


def _labels(dim: Node, shop: Shop) -> list[str]:
    if dim[2][0] != "path" or len(dim[2][1]) != 2:
        return []
    head, name = dim[2][1]
    node = shop.project.declared.traits.get((PLURAL.get(head, ""), name))
    if node is None or node[:2] != ("call", "band"):
        return []
    bounds = [value(bound, Scope(shop)) for bound in node[2][1:]]
    return [
        label for pair in zip(*(band_labels(bounds, whole=w) for w in (True, False)), strict=True) for label in pair
    ]


def _sorted(keys: list[Key], said: Phrase, asked: Asked) -> list[Key]:
    keys.sort(key=lambda key: tuple(_dim_order(d, p, asked) for d, p in zip(asked.dims, key, strict=True)))
    if said.sort or not said.top:
        return _by_metric(keys, said.sort, said, asked) if said.sort else keys
    ranked = _by_metric(keys, (said.top[1] or said.metrics[0][2][1], True), said, asked)
    per = _per(said)  # each value's best rows stand together: conformance, northwind/best_categories_per_staff
    return sorted(ranked, key=lambda key: tuple(_dim_order(asked.dims[n], key[n], asked) for n in per))


def _per(said: Phrase) -> list[int]:
    """The places of the dimensions that `top n of m per dim` names."""
    named = [path[2] for path in said.top[2]] if said.top and said.top[2] else []
    return [n for n, dim in enumerate(said.dims) if dim[2] in named]


def _by_metric(keys: list[Key], by: Node, said: Phrase, asked: Asked) -> list[Key]:
    path, down = by
    dims = [dim[1] for dim in said.dims]
    if ".".join(path) in dims:
        place = dims.index(".".join(path))
        known = [k for k in keys if k[place] is not None]
        known.sort(key=lambda k: _dim_order(said.dims[place], k[place], asked), reverse=down)
        return known + [k for k in keys if k[place] is None]
    worth = {key: measured(("path", path), key, asked) for key in keys}
    known = [k for k in keys if worth[k] is not None]
    known.sort(key=lambda k: worth[k], reverse=down)
    return known + [k for k in keys if worth[k] is None]


def _top(keys: list[Key], said: Phrase, asked: Asked) -> list[Key]:
    """The first n rows by the metric; with `per` n rows for each value of that dimension."""
    if said.top is None:
        return keys
    count, path, _ = said.top
    number = int(value(count, Scope(asked.shop)))
    ranked = _by_metric(_by_dims(keys, asked), (path or said.metrics[0][2][1], True), said, asked)
    places = _per(said)
    seen: dict[Key, int] = {}
    kept = set()
    for key in ranked:
        group = tuple(key[n] for n in places)
        seen[group] = seen.get(group, 0) + 1
        if seen[group] <= number:
            kept.add(key)
    return [key for key in keys if key in kept]


def _by_dims(keys: list[Key], asked: Asked) -> list[Key]:
    return sorted(keys, key=lambda key: tuple(_dim_order(d, p, asked) for d, p in zip(asked.dims, key, strict=True)))


def _rest_and_total(
    answer: Answer, said: Phrase, kept: Sequence[Key], keys: Sequence[Key], asked: Asked, other: Asked | None
) -> None:
    """One row for everything cut off, one for everything; recomputed from rows."""
    blank = (None,) * (len(said.dims) - 1)
    cut = frozenset(keys) - frozenset(kept)
    if said.rest is not None and cut:
        limited = [replace(a, dims=(), only=(asked.dims, cut)) if a else None for a in (asked, other)]
        answer.rows.append(_row(said, (said.rest, *blank), (), limited[0], limited[1]))
        answer.kinds.append("rest")
    if said.total is not None:
        limited = [replace(a, dims=()) if a else None for a in (asked, other)]
        answer.rows.append(_row(said, (said.total, *blank), (), limited[0], limited[1]))
        answer.kinds.append("total")


# ---------------------------------------------------------------- small groups


def _suppress(answer: Answer, said: Phrase, keys: Sequence[Key], asked: Asked) -> None:
    """Values computed from 1 to n - 1 people; if exactly one of a column, the next smallest too."""
    least = int(asked.shop.project.setting("smallest_group", "0"))
    if not least:
        return
    for _, name, node in said.metrics:
        place = answer.columns.index(name)
        counts = [len(people_behind(node, key, asked)) for key in keys]
        hidden = {n for n, count in enumerate(counts) if 0 < count < least}
        if len(hidden) == 1 and len(keys) > 1 and adds_up(node, asked):
            rest = [n for n in range(len(keys)) if n not in hidden and answer.rows[n][place] is not None]
            hidden |= set(sorted(rest, key=lambda n: counts[n])[:1])
        for number in hidden:
            answer.rows[number][place] = None
            answer.suppressed.add((number, name))
