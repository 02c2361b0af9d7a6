"""Bands of values, and years of age: to a written day both are comparisons with days."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import Expr
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.forms.form import Form
from patron.engine.sql.forms.times import month_and_day

if TYPE_CHECKING:
    from patron.engine.sql.expressions import Expressions


def _band_place(x: Expressions, op: Op) -> E:
    """How many bounds a value has reached."""
    return _banded(x, op, [build.integer(i) for i in range(len(op.args))])


def _band(x: Expressions, op: Op) -> E:
    """The name of the band a value is in."""
    return _banded(x, op, [build.text(label) for label in op.type.labels])


def _banded(x: Expressions, op: Op, names: Sequence[E]) -> E:
    value, *bounds = op.args
    if isinstance(value, Op) and value.name == "years_between" and isinstance(value.args[1], Lit):
        return _aged(x, value, bounds, names)
    inner = x.value(value)
    ifs = [(build.binary(exp.LT, inner.copy(), x.value(b)), name) for b, name in zip(bounds, names, strict=False)]
    return _first_or_last(inner, ifs, names)


def _aged(x: Expressions, years: Op, bounds: Sequence[Expr], names: Sequence[E]) -> E:
    """Bands of completed years up to a written date: younger than n is born after the day n years before."""
    start, end = years.args
    assert isinstance(end, Lit) and isinstance(end.value, dt.date)
    born = x.value(start)
    ifs = []
    for bound, name in zip(bounds, names, strict=False):
        assert isinstance(bound, Lit) and isinstance(bound.value, (int, Decimal))
        edge = build.date(_years_before(end.value, int(-(-bound.value // 1))))
        ifs.append((build.binary(exp.GT, born.copy(), edge), name))
    return _first_or_last(born, ifs, names)


def _first_or_last(value: E, ifs: Sequence[tuple[E, E]], names: Sequence[E]) -> E:
    """The first band that holds, else the last one; none for a missing value."""
    return build.case(ifs, build.case([(build.not_(build.is_null(value.copy())), names[-1])]))


def _years_before(day: dt.date, years: int) -> dt.date:
    """The last birth date of somebody who has completed so many years; 29 February falls on the 28th."""
    year = max(1, day.year - years)
    if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year) and calendar.isleap(year):
        return dt.date(year, 2, 29)
    return dt.date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def _years_between(x: Expressions, op: Op) -> E:
    """Completed years; to a written date in one comparison of month and day."""
    start, end = op.args
    if not (isinstance(end, Lit) and isinstance(end.value, dt.date)):
        return x.function(op)
    until = end.value
    edge = until.month * 100 + until.day
    if edge == 228 and not calendar.isleap(until.year):
        edge = 229
    day = x.value(start)
    late = build.case(
        [(build.binary(exp.GT, month_and_day(day), build.integer(edge)), build.integer(1))], build.integer(0)
    )
    years = build.binary(exp.Sub, build.integer(until.year), exp.Year(this=day.copy()))
    return build.cast(build.binary(exp.Sub, years, late), "BIGINT")


BANDS: Mapping[str, Form] = {"band_place": _band_place, "band": _band, "years_between": _years_between}
