"""The query phrase, periods, comparisons and subjects as they are written."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.printing import words as w
from patron.dsl.printing.layout import PARTS, soft
from patron.dsl.printing.values import IN_ATOM, call, condition, expr


def phrase(given: t.Phrase) -> str:
    """The parts in their order; `for`, `compare` and `mark` never begin a line."""
    parts = [w.listed(map(_item, given.items))]
    if given.by:
        parts.append(f"by {w.listed(map(dimension, given.by))}")
    if given.subject is not None:
        parts[-1] += f" {subject(given.subject)}"
    if given.during is not None:
        parts.append(f"during {period(given.during)}")
    if given.compare is not None:
        parts[-1] += f" compare to {comparison(given.compare)}"
    parts += _after_where(given)
    if given.marks:
        parts[-1] += "".join(f" mark {w.path(m)}" for m in given.marks)
    return soft(PARTS).join(parts)


def _after_where(given: t.Phrase) -> list[str]:
    parts = []
    if given.where is not None:
        parts.append(f"where {condition(given.where)}")
    if given.having is not None:
        parts.append(f"having {condition(given.having)}")
    if given.sort is not None:
        order = {None: "", True: " ascending", False: " descending"}[given.sort.ascending]
        parts.append(f"sorted by {w.path(given.sort.by)}{order}")
    if given.top is not None:
        of = "" if given.top.of is None else f" of {w.path(given.top.of)}"
        per = f" per {w.names(given.top.per)}" if given.top.per else ""
        parts.append(f"top {w.count(given.top.count)}{of}{per}")
    if given.rest is not None:
        parts.append(f"rest {w.text(given.rest)}")
    if given.total is not None:
        parts.append(f"total {w.text(given.total)}")
    return parts


def _item(given: t.Item) -> str:
    said = call(given.value) if isinstance(given.value, t.Call) else w.path(given.value)
    return said + (f" as {w.text(given.title)}" if given.title is not None else "")


def dimension(given: t.Dimension) -> str:
    of = "" if given.of is None else f" of {w.path(given.of)}"
    return w.path(given.path) + of + (f" as {w.text(given.title)}" if given.title is not None else "")


def subject(given: t.Subject) -> str:
    match given:
        case t.ForAudiences(names, each):
            kind = "each audience" if each else "audience" if len(names) == 1 else "audiences"
            return f"for {kind} " + ", ".join(map(w.name_or_param, names))
        case t.ForLists(lists, each):
            kind = "each list" if each else "list" if len(lists) == 1 else "lists"
            return f"for {kind} " + ", ".join(map(list_ref, lists))
        case _:
            return "for all records"


def list_ref(given: t.ListRef) -> str:
    return w.name_or_param(given.name) + ("" if given.version is None else f" version {given.version}")


def period(given: t.Period) -> str:
    match given:
        case t.LastPeriod(count, unit, full):
            return f"last {w.counted(count, unit, full)}"
        case t.ThisPeriod(unit):
            return f"this {unit}"
        case t.PreviousPeriod(unit):
            return f"previous {unit}"
        case t.ToDate(unit):
            return f"{unit} to date"
        case t.FixedPeriod(start, end):
            return expr(start, IN_ATOM) + ("" if end is None else f" to {expr(end, IN_ATOM)}")
        case _:
            return "all time"


def comparison(given: t.Comparison) -> str:
    match given:
        case t.PreviousComparison():
            return "previous period"
        case t.SamePeriodLast(unit):
            return f"same period last {unit}"
        case t.SameWeekdays():
            return "same weekdays last year"
        case t.NoComparison():
            return "nothing"
        case t.OtherAudience(name):
            return f"audience {w.name_or_param(name)}"
        case t.OtherList(other):
            return f"list {list_ref(other)}"
        case _:
            return period(given)
