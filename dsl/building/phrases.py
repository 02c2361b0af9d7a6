"""Builders of the query phrase, periods, comparisons and subjects."""

from __future__ import annotations

from typing import Any

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Clause, Parts, builds, clause
from patron.dsl.building.values import unit


@builds("phrase")
def phrase(b: Builder, parts: Parts, start: int, end: int) -> t.Phrase:
    items, dims, *clauses = (p for p in parts)
    marks = tuple(c.value for c in clauses if c and c.word == "mark")
    said = b.said_once((c for c in clauses if c), repeat=("mark",))
    return t.Phrase(
        items, dims or (), said.get("for"), said.get("during"), said.get("compare"), said.get("where"),
        said.get("having"), said.get("sorted"), said.get("top"), said.get("rest"), said.get("total"), marks,
        span=b.span(start, end),
    )  # fmt: skip


@builds("item")
def item(b: Builder, parts: Parts, start: int, end: int) -> t.Item:
    return t.Item(parts[0], b.title(parts[1]), span=b.span(start, end))


@builds("by")
def by(_b: Builder, parts: Parts, _start: int, _end: int) -> tuple[t.Dimension, ...]:
    return tuple(parts)


@builds("dimension")
def dimension(b: Builder, parts: Parts, start: int, end: int) -> t.Dimension:
    return t.Dimension(parts[0], parts[1], b.title(parts[2]), span=b.span(start, end))


@builds("share_dimension")
def share_dimension(b: Builder, parts: Parts, start: int, end: int) -> t.Dimension:
    return t.Dimension(parts[0], parts[1], span=b.span(start, end))


for _rule, _word in (("phrase_during", "during"), ("phrase_compare", "compare"), ("phrase_where", "where"),
                     ("phrase_having", "having"), ("mark", "mark")):  # fmt: skip
    builds(_rule)(clause(_word))


@builds("sort")
def sort(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    ascending = None if parts[1] is None else parts[1].text == "ascending"
    return Clause("sorted", t.Sort(parts[0], ascending, span=b.span(start, end)), start, end)


@builds("top")
def top(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    count, of, per = parts
    return Clause("top", t.Top(count, of, per or (), span=b.span(start, end)), start, end)


@builds("rest")
def rest(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("rest", b.text(parts[0]), start, end)


@builds("total")
def total(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("total", b.text(parts[0]), start, end)


# ---------------------------------------------------------------- subjects


def _subject(value: t.Subject, start: int, end: int) -> Clause:
    return Clause("for", value, start, end)


@builds("for_audience")
def for_audience(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _subject(t.ForAudiences((parts[0],), span=b.span(start, end)), start, end)


@builds("for_audiences")
def for_audiences(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _subject(t.ForAudiences(parts[0], span=b.span(start, end)), start, end)


@builds("for_each_audience")
def for_each_audience(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _subject(t.ForAudiences(parts[0], each=True, span=b.span(start, end)), start, end)


@builds("for_list")
def for_list(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _subject(t.ForLists((parts[0],), span=b.span(start, end)), start, end)


@builds("for_lists")
def for_lists(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _subject(t.ForLists(_lists(parts[0]), span=b.span(start, end)), start, end)


@builds("for_each_list")
def for_each_list(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _subject(t.ForLists(_lists(parts[0]), each=True, span=b.span(start, end)), start, end)


def _lists(names: tuple[Any, ...]) -> tuple[t.ListRef, ...]:
    return tuple(t.ListRef(name, span=name.span) for name in names)


@builds("for_records")
def for_records(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return _subject(t.ForRecords(span=b.span(start, end)), start, end)


@builds("list_ref")
def list_ref(b: Builder, parts: Parts, start: int, end: int) -> t.ListRef:
    version = int(parts[1].text) if parts[1] else None
    return t.ListRef(parts[0], version, span=b.span(start, end))


# ---------------------------------------------------------------- periods and comparisons


@builds("last_period")
def last_period(b: Builder, parts: Parts, start: int, end: int) -> t.LastPeriod:
    count, full, token = parts
    return t.LastPeriod(count, unit(token), full is not None, span=b.span(start, end))


@builds("this_period")
def this_period(b: Builder, parts: Parts, start: int, end: int) -> t.ThisPeriod:
    return t.ThisPeriod(unit(parts[0]), span=b.span(start, end))


@builds("previous_period")
def previous_period(b: Builder, parts: Parts, start: int, end: int) -> t.PreviousPeriod:
    return t.PreviousPeriod(unit(parts[0]), span=b.span(start, end))


@builds("to_date")
def to_date(b: Builder, parts: Parts, start: int, end: int) -> t.ToDate:
    return t.ToDate(unit(parts[0]), span=b.span(start, end))


@builds("fixed_period")
def fixed_period(b: Builder, parts: Parts, start: int, end: int) -> t.FixedPeriod:
    return t.FixedPeriod(parts[0], parts[1], span=b.span(start, end))


@builds("all_time")
def all_time(b: Builder, _parts: Parts, start: int, end: int) -> t.AllTime:
    return t.AllTime(span=b.span(start, end))


@builds("previous_comparison")
def previous_comparison(b: Builder, _parts: Parts, start: int, end: int) -> t.PreviousComparison:
    return t.PreviousComparison(span=b.span(start, end))


@builds("same_period_last")
def same_period_last(b: Builder, parts: Parts, start: int, end: int) -> t.SamePeriodLast:
    return t.SamePeriodLast(unit(parts[0]), span=b.span(start, end))


@builds("same_weekdays")
def same_weekdays(b: Builder, parts: Parts, start: int, end: int) -> t.SameWeekdays:
    token = parts[0]
    if token.text != "year":
        b.report(
            "P0101", b.token_span(token), f"I did not expect `{token.text}` here", "Write `same weekdays last year`."
        )
    return t.SameWeekdays(span=b.span(start, end))


@builds("no_comparison")
def no_comparison(b: Builder, _parts: Parts, start: int, end: int) -> t.NoComparison:
    return t.NoComparison(span=b.span(start, end))


@builds("other_audience")
def other_audience(b: Builder, parts: Parts, start: int, end: int) -> t.OtherAudience:
    return t.OtherAudience(parts[0], span=b.span(start, end))


@builds("other_list")
def other_list(b: Builder, parts: Parts, start: int, end: int) -> t.OtherList:
    return t.OtherList(parts[0], span=b.span(start, end))
