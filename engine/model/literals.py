"""Rules for values that are written out: literals, parameters, today, lengths of time."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping

from patron.dsl import tree
from patron.engine.model import periods
from patron.engine.model.binder import Binder, Rule, Scope
from patron.engine.model.digits import MOST_DIGITS, inexact
from patron.engine.model.settings import agrees
from patron.engine.model.terms import Lit, Term
from patron.engine.types import DATE, DURATION, MISSING, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO


def _text(b: Binder, scope: Scope, node: tree.Text) -> Term:
    return Lit(unicodedata.normalize("NFC", node.value), TEXT)


MOST_COUNT = 10_000_000


def _refuse_inexact(b: Binder, node: tree.Number | tree.Percent | tree.Money, whole: int = MOST_DIGITS) -> None:
    if said := inexact(node.value, whole):
        raise b.fail("P0302", node.span, said, "Write fewer digits.")


def _number(b: Binder, scope: Scope, node: tree.Number) -> Term:
    _refuse_inexact(b, node)
    if node.value == node.value.to_integral_value():
        return Lit(int(node.value), WHOLE)
    return Lit(node.value, NUMBER)


def _percent(b: Binder, scope: Scope, node: tree.Percent) -> Term:
    _refuse_inexact(b, node)
    return Lit(node.value / 100, NUMBER)


def _money(b: Binder, scope: Scope, node: tree.Money) -> Term:
    _refuse_inexact(b, node, 14)
    currency = b.settings.currency
    if currency and not agrees(node.currency, currency):
        raise b.fail("P0304", node.span, f"the project counts in {currency}, this is {node.currency}",
                     f"Write `{node.value} {currency}`, or convert the amount in the mapping.")  # fmt: skip
    return Lit(node.value, MONEY)


def read_date(b: Binder, node: tree.Date) -> dt.date:
    try:
        return dt.date.fromisoformat(node.text)
    except ValueError:
        raise b.fail("P0501", node.span, f"there is no {node.text}", "Dates are written 2026-05-31.") from None


def _date(b: Binder, scope: Scope, node: tree.Date) -> Term:
    return Lit(read_date(b, node), DATE)


def _moment(b: Binder, scope: Scope, node: tree.Moment) -> Term:
    try:
        local = dt.datetime.fromisoformat(node.text)
    except ValueError:
        raise b.fail("P0501", node.span, f"there is no {node.text}", "Moments are written 2026-05-31 06:00.") from None
    return Lit(periods.to_utc(local, b.settings.timezone), MOMENT)


def _bool(b: Binder, scope: Scope, node: tree.Bool) -> Term:
    return Lit(node.value, YESNO)


def _missing(b: Binder, scope: Scope, node: tree.Missing) -> Term:
    return Lit(None, MISSING)


def _today(b: Binder, scope: Scope, node: tree.Today) -> Term:
    return Lit(b.as_of.today, DATE)


def _now(b: Binder, scope: Scope, node: tree.Now) -> Term:
    return Lit(b.as_of.moment, MOMENT)


def _param(b: Binder, scope: Scope, node: tree.Param) -> Term:
    return b.param(scope, node).values[0]


def whole_number(b: Binder, scope: Scope, node: tree.Number | tree.Param, what: str) -> int:
    """A count, written out or by a parameter."""
    term = b.term(scope, node)
    if isinstance(term, Lit) and isinstance(term.value, int) and not isinstance(term.value, bool):
        if term.value > MOST_COUNT:
            raise b.fail("P0302", node.span, f"{what} takes at most {MOST_COUNT:,}, not {term.value:,}")
        return term.value
    raise b.fail("P0302", node.span, f"{what} takes a whole number, not {term.type}")


def length(b: Binder, scope: Scope, node: tree.Duration) -> dt.timedelta:
    """A duration of fixed length; months, quarters and years are P0305."""
    count = whole_number(b, scope, node.count, "a duration")
    if node.unit in periods.MONTHS:
        raise b.fail("P0305", node.span, f"a window cannot be counted in {node.unit}s: their length differs",
                     f"Write `{count * {'month': 30, 'quarter': 90, 'year': 365}[node.unit]} days`.")  # fmt: skip
    return periods.in_days(count, node.unit)


def _duration(b: Binder, scope: Scope, node: tree.Duration) -> Term:
    return Lit(length(b, scope, node), DURATION)


def _ago(b: Binder, scope: Scope, node: tree.Ago) -> Term:
    count, unit = whole_number(b, scope, node.duration.count, "`ago`"), node.duration.unit
    if unit in periods.ELAPSED:
        return Lit(b.as_of.moment - periods.in_days(count, unit), MOMENT)
    return Lit(periods.step(unit, b.as_of.today, -count), DATE)


def _start_of(b: Binder, scope: Scope, node: tree.StartOf) -> Term:
    start = periods.start_of(node.unit, b.as_of.today, b.settings.week_starts)
    return Lit(periods.step(node.unit, start, {"previous": -1, "last": -1, "next": 1}.get(node.which, 0)), DATE)


LITERALS: Mapping[type, Rule] = {
    tree.Text: _text, tree.Number: _number, tree.Percent: _percent, tree.Money: _money, tree.Date: _date,
    tree.Moment: _moment, tree.Bool: _bool, tree.Missing: _missing, tree.Today: _today, tree.Now: _now,
    tree.Param: _param, tree.Duration: _duration, tree.Ago: _ago, tree.StartOf: _start_of,
}  # fmt: skip
