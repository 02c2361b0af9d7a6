"""Values and conditions of one row (sections 2, 7 and 8)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from tests.oracle.moments import Moment, back, from_local, next_start, start_of
from tests.oracle.periods import Span, holds, spoken_span
from tests.oracle.reading import Shop
from tests.oracle.rows import Row
from tests.oracle.speak import Node
from tests.oracle.tokens import NotExpressible


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression is read: the row, the rows around it, and the period of the query asked."""

    shop: Shop
    row: Row | None = None
    outer: tuple[Row, ...] = ()
    period: Span | None = None

    def at(self, row: Row | None) -> Scope:
        """The inner row of a nested `where`."""
        around = (self.row, *self.outer) if self.row is not None else self.outer
        return replace(self, row=row, outer=around)


HANDLERS: dict[str, Callable[[Node, Scope], object]] = {}
"""Words that live in modules of their own: has, their, rank, in_audience, aggregate, call."""
SIX = Decimal("0.000001")


# ---------------------------------------------------------------- conditions


def truth(node: Node, scope: Scope) -> bool:
    """A condition: there is no third truth value (section 2)."""
    match node:
        case ("and", left, right):
            return truth(left, scope) and truth(right, scope)
        case ("or", left, right):
            return truth(left, scope) or truth(right, scope)
        case ("not", inner):
            return not truth(inner, scope)
        case ("all_of", lines):
            return all(truth(line, scope) for line in lines)
        case ("any_of", lines):
            return any(truth(line, scope) for line in lines)
        case ("none_of", lines):
            return not any(truth(line, scope) for line in lines)
        case ("known", inner):
            return value(inner, scope) is not None
        case ("compare", sign, left, ("missing",)) if sign in ("=", "!="):
            return (value(left, scope) is None) == (sign == "=")
    return value(node, scope) is True


def _condition(node: Node, scope: Scope) -> bool | None:
    match node:
        case ("compare", sign, left, right):
            return compare(sign, value(left, scope), value(right, scope))
        case ("one_of", left, wanted):
            mine = value(left, scope)
            return any(compare("=", mine, value(each, scope)) for each in wanted)
        case ("between", left, low, high):
            mine = value(left, scope)
            return compare(">=", mine, value(low, scope)) and compare("<=", mine, value(high, scope))
        case ("before", left, right):
            return compare("<", value(left, scope), value(right, scope))
        case ("after", left, right):
            return compare(">", value(left, scope), value(right, scope))
        case ("contains" | "starts" | "ends" | "matches", left, right):
            return _text_test(node[0], value(left, scope), value(right, scope))
        case ("date_in", left, when):
            return _date_in(value(left, scope), when, scope, yearly=left[1][-1] == "birth_date")
        case ("near", left, reach, right):
            return near(value(left, scope), value(right, scope), reach, scope.shop)
        case ("bucket", first, last, size, salt):
            low, high, of = (int(value(n, scope)) for n in (first, last, size))
            return low <= bucket(salt, scope.row.id, of) <= high if scope.row else False
    return None


def compare(sign: str, left: object, right: object) -> bool:
    """Two known values; a comparison with a missing one is false, and `!=` the complement of `=`."""
    if sign == "!=":
        return not compare("=", left, right)
    if left is None or right is None:
        return False
    left, right = _alike(left, right)
    match sign:
        case "=":
            return left == right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right


def _alike(left: object, right: object) -> tuple[object, object]:
    """A date compared with a moment compares local dates."""
    if isinstance(left, Moment) != isinstance(right, Moment):
        return day_of(left), day_of(right)
    return left, right


def day_of(value_: object) -> object:
    return value_.date if isinstance(value_, Moment) else value_


def _text_test(how: str, left: object, right: object) -> bool:
    if left is None or right is None:
        return False
    if isinstance(left, tuple):
        return right in left
    text, other = str(left), str(right)
    match how:
        case "contains":
            return other in text
        case "starts":
            return text.startswith(other)
        case "ends":
            return text.endswith(other)
    return re.search(other, text) is not None


def _date_in(mine: object, when: Node, scope: Scope, *, yearly: bool) -> bool:
    if mine is None:
        return False
    span = spoken_span(scope.shop, when, lambda node: value(node, scope))
    if yearly and when[0] == "next":
        return any(holds(span, birthday(mine, year)) for year in range(span.first.year, span.last.year + 1))
    return holds(span, mine)


def birthday(born: dt.date, year: int) -> dt.date:
    """For birth_date only month and day count; 29 February falls on 28 February in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return dt.date(year, 2, 28)


def near(left: object, right: object, reach: Node, shop: Shop) -> bool:
    """At most that far apart, whichever comes first; if either is date-only, dates decide."""
    if left is None or right is None:
        return False
    dated = [not isinstance(v, Moment) or v.date_only for v in (left, right)]
    length = elapsed(reach, shop)
    if any(dated):
        first, second = sorted((day_of(left), day_of(right)))
        return (second - first).days < max(1, length / dt.timedelta(days=1))
    return abs(left.at - right.at) <= length


def elapsed(reach: Node, shop: Shop) -> dt.timedelta:
    """A window as elapsed time: 14 days are 14 x 24 hours."""
    _, number, unit = reach
    count = float(value(number, Scope(shop)))
    if unit not in ("second", "minute", "hour", "day", "week"):
        raise NotExpressible("windows in months")
    return dt.timedelta(**{f"{unit}s": count})


def bucket(salt: str, key: str, size: int) -> int:
    """md5 of `salt:id`, its first 8 hex digits as a whole number, modulo the size."""
    return int(hashlib.md5(f"{salt}:{key}".encode()).hexdigest()[:8], 16) % size


# ---------------------------------------------------------------- values


def value(node: Node, scope: Scope) -> object:
    """The value of an expression; conditions give yes or no."""
    kind = node[0]
    if kind in ("and", "or", "not", "all_of", "any_of", "none_of", "known"):
        return truth(node, scope)
    if kind == "compare" and node[3] == ("missing",):
        return truth(node, scope)
    if kind in HANDLERS:
        return HANDLERS[kind](node, scope)
    decided = _condition(node, scope)
    return decided if decided is not None else _plain(node, scope)


def _plain(node: Node, scope: Scope) -> object:
    match node:
        case ("lit", literal):
            return literal
        case ("percent", share):
            return float(share)
        case ("missing",):
            return None
        case ("param", name):
            return scope.shop.params[name]
        case ("arith", sign, left, right):
            return arithmetic(sign, value(left, scope), value(right, scope))
        case ("negate", inner):
            mine = value(inner, scope)
            return None if mine is None else -mine
        case ("if", condition, first, second):
            return value(first if truth(condition, scope) else second, scope)
    return _time(node, scope)


def _time(node: Node, scope: Scope) -> object:
    shop = scope.shop
    match node:
        case ("today",):
            return shop.today
        case ("now",):
            return shop.as_of
        case ("moment", local):
            return from_local(local, shop.project.zone)
        case ("ago", ("duration", number, unit)):
            return _ago(shop, value(number, scope), unit)
        case ("start_of", which, unit):
            first = start_of(shop.today, unit, shop.week_starts)
            if which == "next":
                return next_start(first, unit)
            return back(first, 1, unit) if which == "previous" else first
    raise NotExpressible(str(node))


def _ago(shop: Shop, number: object, unit: str) -> object:
    """`14 days ago` is a date, `3 hours ago` a moment."""
    if unit in ("hour", "minute", "second"):
        at = shop.as_of.at - dt.timedelta(**{f"{unit}s": float(number)})
        return Moment(at, at.astimezone(shop.project.zone).replace(tzinfo=None))
    return back(shop.today, int(number), unit)


def six(amount: Decimal) -> Decimal:
    """Six decimals, half away from zero."""
    return amount.quantize(SIX, ROUND_HALF_UP)


def exact(number: object) -> Decimal:
    return number if isinstance(number, Decimal) else Decimal(str(number))


def arithmetic(sign: str, left: object, right: object) -> object:
    """Money stays exact; number ÷ number and money ÷ money are numbers (section 2, Exactness)."""
    if left is None or right is None:
        return None
    money = isinstance(left, Decimal), isinstance(right, Decimal)
    match sign:
        case "+" | "-":
            if any(money):
                left, right = exact(left), exact(right)
            return left + right if sign == "+" else left - right
        case "*":
            return six(exact(left) * exact(right)) if any(money) else left * right
    return _divide(left, right, money)


def _divide(left: object, right: object, money: tuple[bool, bool]) -> object:
    """Only money divides money: a sum of no rows, a plain 0, counts as money there."""
    if right == 0:
        return None
    if money[1] or not any(money):
        return float(left) / float(right)
    return six(exact(left) / exact(right))
