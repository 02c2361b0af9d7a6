"""Periods and comparisons (section 3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from tests.oracle.moments import MONTHS_IN, Moment, back, next_start, start_of
from tests.oracle.reading import Shop
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible

_ELAPSED = {"hour", "minute", "second"}


@dataclass(frozen=True, slots=True)
class Span:
    """Local dates, both ends included; or the moments after `after`; cut at `until`. No dates: all time."""

    first: dt.date | None = None
    last: dt.date | None = None
    after: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def bounded(self) -> bool:
        return self.first is not None


ALL_TIME = Span()


def holds(span: Span, value: Moment | dt.date | object | None) -> bool:
    """Does the span hold this moment or date? A missing date is in no period, `all time` included."""
    if value is None:
        return False
    day = value.date if isinstance(value, Moment) else value
    if span.first is not None and not span.first <= day <= span.last:
        return False
    if not isinstance(value, Moment):
        return True
    if span.after is not None and value.at < span.after:
        return False
    return span.until is None or value.at <= span.until


def spoken_span(shop: Shop, when: Node, number: Callable[[Node], object]) -> Span:
    """`last 3 full months`, `this month`, `previous week`, `next 30 days`, `dates`, `to_date`, `all_time`."""
    today, cut = shop.today, shop.as_of.at
    match when:
        case ("all_time",):
            return Span(until=cut)
        case ("last", count, unit, full):
            return _last(shop, int(number(count)), unit, full=full)
        case ("next", count, unit, False):
            return Span(today, back(today, -int(number(count)), unit) - dt.timedelta(days=1))
        case ("this" | "to_date", unit):
            return Span(start_of(today, unit, shop.week_starts), today, until=cut)
        case ("previous", unit):
            return _full(shop, 1, unit)
        case ("dates", first, last):
            return Span(_day(shop, first, number), _day(shop, last, number), until=cut)
    raise NotExpressible(str(when))


def _day(shop: Shop, node: Node, number: Callable[[Node], object]) -> dt.date:
    return shop.today if node == ("today",) else number(node)


def _last(shop: Shop, count: int, unit: str, *, full: bool) -> Span:
    if unit in _ELAPSED:
        return Span(after=shop.as_of.at - dt.timedelta(**{f"{unit}s": count}), until=shop.as_of.at)
    if full:
        return _full(shop, count, unit)
    return Span(back(shop.today, count, unit) + dt.timedelta(days=1), shop.today, until=shop.as_of.at)


def _full(shop: Shop, count: int, unit: str) -> Span:
    now = start_of(shop.today, unit, shop.week_starts)
    return Span(back(now, count, unit), now - dt.timedelta(days=1), until=shop.as_of.at)


def before(shop: Shop, comparison: Node, period: Node, span: Span, number: Callable[[Node], object]) -> Span:
    """The other side of a comparison."""
    if comparison[0] == "period":
        return spoken_span(shop, comparison[1], number)
    if span.after is not None:
        return _hours_before(comparison, span)
    if span.first is None or span.last is None:
        raise NotExpressible("comparing all time")
    match comparison:
        case ("previous_period",) if period[0] in ("this", "to_date"):
            return _same_stretch(shop, span, period[1])
        case ("previous_period",) if _months_of(period):
            return _units_before(shop, span, period, number)
        case ("previous_period",):
            length = span.last - span.first + dt.timedelta(days=1)
            return Span(span.first - length, span.last - length)
        case ("same_last", unit):
            return Span(back(span.first, 1, unit), back(span.last, 1, unit))
        case ("same_weekdays",):
            return Span(span.first - dt.timedelta(days=364), span.last - dt.timedelta(days=364))
    raise NotExpressible(str(comparison))


def _months_of(period: Node) -> str:
    """The unit of a period that is counted in months, quarters or years."""
    unit = {"last": 2, "previous": 1}.get(period[0])
    return period[unit] if unit and period[unit] in MONTHS_IN else ""


def _units_before(shop: Shop, span: Span, period: Node, number: Callable[[Node], object]) -> Span:
    """As many months, quarters or years just before."""
    unit = _months_of(period)
    count = 1 if period[0] == "previous" else int(number(period[1]))
    if period[0] == "last" and not period[3]:
        first, last = back(shop.today, 2 * count, unit), back(shop.today, count, unit)
        return Span(first + dt.timedelta(days=1), last)
    return Span(back(span.first, count, unit), span.first - dt.timedelta(days=1))


def _hours_before(comparison: Node, span: Span) -> Span:
    """The hours just before, or each end moved back 364 days."""
    if comparison[0] not in ("previous_period", "same_weekdays"):
        raise NotExpressible("hours of last year")
    away = span.until - span.after if comparison[0] == "previous_period" else dt.timedelta(days=364)
    return Span(after=span.after - away, until=span.until - away)


def _same_stretch(shop: Shop, span: Span, unit: str) -> Span:
    """The same stretch of the unit before, and the same time of day."""
    last = back(span.last, 1, unit)
    local = dt.datetime.combine(last, shop.as_of.local.time())
    until = local.replace(tzinfo=shop.project.zone).astimezone(dt.UTC)
    return Span(back(span.first, 1, unit), last, until=until)


def buckets(span: Span, unit: str, shop: Shop) -> list[dt.date]:
    """Every first date of the unit in a bounded span; hours are not listed."""
    if span.first is None or span.last is None:
        return []
    found = [start_of(span.first, unit, shop.week_starts)]
    last = min(span.last, shop.today)
    while (following := next_start(found[-1], unit)) <= last:
        found.append(following)
    return found


def last_date(bucket: dt.date, unit: str) -> dt.date:
    """The last date of the bucket."""
    return next_start(bucket, unit) - dt.timedelta(days=1)


def unit_spans(shop: Shop, count: int, unit: str, *, full: bool) -> list[Span]:
    """The units of `in each of the last N [full] units`, each by itself."""
    spans = []
    for number in range(count):
        if full:
            first = back(start_of(shop.today, unit, shop.week_starts), number + 1, unit)
            spans.append(Span(first, last_date(first, unit)))
        else:
            end, start = back(shop.today, number, unit), back(shop.today, number + 1, unit)
            spans.append(Span(start + dt.timedelta(days=1), end))
    return spans
