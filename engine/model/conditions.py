"""Rules for conditions: comparisons, membership, dates, texts, ranks, buckets. All are two-valued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.slip_dates import dates_meant
from patron.engine.model import periods
from patron.engine.model.binder import Binder, Rule, Scope, Unbound
from patron.engine.model.literals import length, whole_number
from patron.engine.model.moments import in_span, local_date, near
from patron.engine.model.names import path_term
from patron.engine.model.patterns import KNOWN, unreadable
from patron.engine.model.population import tracked
from patron.engine.model.seen import Said, look_for
from patron.engine.model.terms import (
    NO,
    YES,
    BehindRows,
    Children,
    Field,
    Here,
    Listed,
    Lit,
    Member,
    Op,
    Ranked,
    Term,
    all_of,
    any_of,
    compare,
    negated,
    rebase,
    walk,
)
from patron.engine.types import TEXT, WHOLE, YESNO, Type, reference


def comparable(left: Type, right: Type) -> bool:
    """Whether two types may be compared."""
    if "missing" in (left.kind, right.kind):
        return True
    if left.textual and right.textual:
        return True
    if left.timely and right.timely:
        return True
    return left.kind == right.kind and left.kind != "texts"


def aligned(left: Term, right: Term) -> tuple[Term, Term]:
    """Both sides in the form in which they are compared: a date against a moment compares local dates."""
    if left.type.timely and right.type.timely and "date" in (left.type.kind, right.type.kind):
        return local_date(left), local_date(right)
    return left, right


def _cannot_compare(b: Binder, span: tree.Span, left: Type, right: Type, written: tree.Expr) -> Exception:
    """P0301; `written` is the side that may be meant otherwise."""
    hint = ""
    kinds = {left.kind, right.kind}
    if kinds == {"money", "number"}:
        own = b.settings.currency
        hint = f"An amount is written with its currency: {'`$5`, ' if own == 'USD' else ''}`5 {own}`."
    elif "number" in kinds and (left.textual or right.textual):
        hint = '`"5"` is a text, `5` a number; `number(x)` reads a text.'
    elif "money" in kinds:
        hint = '`"5"` is a text, `$5` is money.'
    elif left.timely or right.timely:
        hint = dates_meant(_date_of_another_form(written)) or "A date is written 2026-05-31."
    elif "texts" in kinds:
        hint = 'A set of texts is asked with `contains "x"`.'
    return b.fail("P0301", span, f"cannot compare {left} and {right}", hint)


def _date_of_another_form(written: tree.Expr) -> str:
    """The date that a text spells, or a division of divisions: `05/06/1998`."""
    match written:
        case tree.Text(value):
            return value
        case tree.Binary("/" | "-" as op, tree.Binary(inner, tree.Number(a), tree.Number(b)), tree.Number(c)):
            return f"{a}{op}{b}{op}{c}" if inner == op else ""
    return ""


def _compare(b: Binder, scope: Scope, node: tree.Compare) -> Term:
    left, right = b.term(scope, node.left), b.term(scope, node.right)
    if not comparable(left.type, right.type):
        raise _cannot_compare(b, node.op_span, left.type, right.type, node.right)
    if node.op in ("=", "!=") and "missing" in (left.type.kind, right.type.kind):
        asked = left if right.type.kind == "missing" else right
        missing = Op("is_missing", (asked,), YESNO)
        return missing if node.op == "=" else negated(missing)
    if left.type.kind == "yesno" and node.op not in ("=", "!="):
        raise b.fail("P0301", node.op_span, "yes and no have no order", "Write `is` or `is not`.")
    left, right = aligned(left, right)
    if node.op in ("=", "!="):
        look_for(b, scope, left, [(right, node.right.span)])
        look_for(b, scope, right, [(left, node.left.span)])
    if node.op == "!=":
        return negated(compare("=", left, right))
    return compare(node.op, left, right)


def _is_missing(b: Binder, scope: Scope, node: tree.IsMissing) -> Term:
    missing = Op("is_missing", (b.term(scope, node.value),), YESNO)
    return negated(missing) if node.negated else missing


def _one_of(b: Binder, scope: Scope, node: tree.OneOf) -> Term:
    value = b.term(scope, node.value)
    options: list[Term] = []
    said: list[Said] = []
    for option in node.options:
        terms = b.param(scope, option).values if isinstance(option, tree.Param) else (b.term(scope, option),)
        for term in terms:
            if not comparable(value.type, term.type):
                raise _cannot_compare(b, option.span, value.type, term.type, option)
            options.append(term)
            said.append((term, option.span))
    look_for(b, scope, value, said)
    if any(o.type.timely for o in options):
        found = any_of(*(compare("=", *aligned(value, o)) for o in options))
    else:
        found = Op("one_of", (value, *options), YESNO)
    return negated(found) if node.negated else found


def _between(b: Binder, scope: Scope, node: tree.Between) -> Term:
    value, low, high = b.term(scope, node.value), b.term(scope, node.low), b.term(scope, node.high)
    for side, written in ((low, node.low), (high, node.high)):
        if not comparable(value.type, side.type):
            raise _cannot_compare(b, written.span, value.type, side.type, written)
    found = all_of(compare(">=", *aligned(value, low)), compare("<=", *aligned(value, high)))
    assert found is not None
    return found


def _order(b: Binder, scope: Scope, node: tree.Order) -> Term:
    left, right = b.term(scope, node.left), b.term(scope, node.right)
    for side, written in ((left, node.left), (right, node.right)):
        if not (side.type.timely or side.type.kind == "missing"):
            hint = "Write a date as 2026-05-31."
            raise b.fail("P0301", written.span, f"`is {node.op}` compares dates and moments, this is {side.type}", hint)
    return compare("<" if node.op == "before" else ">", *aligned(left, right))


def window_span(b: Binder, scope: Scope, window: tree.Qualifier) -> periods.Span:
    """The period of `in the last 30 days` and its kind."""
    starts = b.settings.week_starts
    if isinstance(window, tree.InLast):
        return periods.last(_positive(b, scope, window), window.unit, window.full, b.as_of, starts)
    if isinstance(window, tree.InNext):
        return periods.following(_positive(b, scope, window), window.unit, b.as_of)
    if isinstance(window, tree.InThis):
        this = periods.this(window.unit, b.as_of, starts)
        return this if this.start is None else replace(this, end=periods.step(window.unit, this.start, 1) - periods.DAY)
    if isinstance(window, tree.InPrevious):
        return periods.previous(window.unit, b.as_of, starts)
    raise b.fail("P0501", window.span, "this is not a period of a condition")


def _positive(b: Binder, scope: Scope, window: tree.InLast | tree.InNext | tree.InEach) -> int:
    count = whole_number(b, scope, window.count, "a period")
    if count < 1:
        raise b.fail("P0501", window.span, "this is not a period: it has no days", "Write a number from 1.")
    return count


def _date_in(b: Binder, scope: Scope, node: tree.DateIn) -> Term:
    value = b.term(scope, node.value)
    if not value.type.timely:
        raise b.fail("P0301", node.value.span, f"a date is expected, this is {value.type}")
    span = window_span(b, scope, node.window)
    if isinstance(node.window, tree.InNext) and isinstance(value, Field) and value.column == "birth_date":
        return _anniversary(value, span)
    if span.elapsed and value.type.kind == "date":
        raise b.fail("P0301", node.window.span, "hours are counted for moments, this is a date")
    return in_span(value, span) or YES


def _anniversary(value: Term, span: periods.Span) -> Term:
    """Whether month and day of a date fall into a period; 29 February falls on the 28th in other years."""
    assert span.start is not None and span.end is not None
    if (span.end - span.start).days >= 365:
        return negated(Op("is_missing", (value,), YESNO))
    days = [span.start + dt.timedelta(days=i) for i in range((span.end - span.start).days + 1)]
    numbers = {d.month * 100 + d.day for d in days} - {229}
    leap = any((d.month, d.day) == (2, 29) or ((d.month, d.day) == (2, 28) and not _is_leap(d.year)) for d in days)
    if leap:
        numbers.add(229)
    number = Op("month_and_day", (value,), WHOLE)
    return Op("one_of", (number, *(Lit(n, WHOLE) for n in sorted(numbers))), YESNO)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _near(b: Binder, scope: Scope, node: tree.Near) -> Term:
    value, other = b.term(scope, node.value), path_term(b, scope, node.other)
    for side, span in ((value, node.value.span), (other, node.other.span)):
        if not side.type.timely:
            raise b.fail("P0301", span, f"a date is expected, this is {side.type}")
    return near(value, other, length(b, scope, node.duration))


# ---------------------------------------------------------------- texts

_UNSUPPORTED = r"\(\?(?!:)|\\[1-9]|\\[kgAZzbBGQEpPX]"


def _text_test(b: Binder, scope: Scope, node: tree.TextTest) -> Term:
    value, pattern = b.term(scope, node.value), b.term(scope, node.pattern)
    if value.type.kind == "texts":
        if node.op != "contains" or not pattern.type.textual:
            raise b.fail("P0301", node.op_span, 'a set of texts is asked with `contains "x"`')
        return Op("has_text", (value, pattern), YESNO)
    for side, span in ((value, node.value.span), (pattern, node.pattern.span)):
        if not (side.type.textual or side.type.kind == "missing"):
            raise b.fail("P0301", span, f"`{node.op}` looks at texts, this is {side.type}")
    if node.op == "matches":
        _check_pattern(b, node, pattern)
    return Op(node.op, (value, pattern), YESNO)


def _check_pattern(b: Binder, node: tree.TextTest, pattern: Term) -> None:
    known = isinstance(pattern, Lit) and isinstance(pattern.value, str)
    said = unreadable(str(pattern.value)) if known else "this is not written out"  # type: ignore[union-attr]
    if said:
        raise b.fail("P0302", node.pattern.span, f"`matches` takes a regular expression; {said}", KNOWN)


# ---------------------------------------------------------------- membership


def customer_of(b: Binder, scope: Scope, span: tree.Span) -> Term:
    """The customer of the row at hand."""
    if scope.table == "customers":
        return Field(scope.row, "id", reference("customers"))
    key = b.ways.key_to(scope.table, "customers") if scope.table else None
    if key is None:
        raise b.fail("P0402", span, f"there is no way from {scope.table or 'here'} to customers")
    return rebase(key, scope.row)  # type: ignore[no-any-return]


def _in_audience(b: Binder, scope: Scope, node: tree.InAudience) -> Term:
    b.audience(node.audience, scope)
    return Member(customer_of(b, scope, node.span), node.audience.key)


def _in_list(b: Binder, scope: Scope, node: tree.InList) -> Term:
    b.find("list", node.list.text, node.list.span, scope.prefix)
    return Listed(customer_of(b, scope, node.span), node.list.key, node.version)


def _in_bucket(b: Binder, scope: Scope, node: tree.InBucket) -> Term:
    low = whole_number(b, scope, node.low, "a bucket")
    high = low if node.high is None else whole_number(b, scope, node.high, "a bucket")
    of = whole_number(b, scope, node.of, "a bucket")
    if not 0 <= low <= high < of:
        raise b.fail(
            "P0613",
            node.numbers_span,
            f"buckets go from 0 to {of - 1}",
            f"Write `in bucket 0 to {max(of - 1, 0)} of {of}`.",
        )
    key = customer_of(b, scope, node.span)
    bucket = Op("bucket", (key, Lit(of, WHOLE), Lit(node.salt.value, TEXT)), WHOLE)
    found = all_of(compare(">=", bucket, Lit(low, WHOLE)), compare("<=", bucket, Lit(high, WHOLE)))
    assert found is not None
    return found


def _in_rows(b: Binder, scope: Scope, node: tree.InRows) -> Term:
    key = customer_of(b, scope, node.span)
    return BehindRows(key, node.report.key, node.title.value, type(b).define_rows(b, scope, node))


def _in_top(b: Binder, scope: Scope, node: tree.InTop) -> Term:
    here = Scope(scope.table, prefix=scope.prefix, use="row")
    value = b.value(here, node.value)
    if value.type.kind not in ("number", "money", "date", "moment"):
        raise b.fail("P0302", node.value.span, f"a rank is made of numbers, money or dates, not {value.type}")
    count, share = top_amount(b, scope, node.amount)
    audience = None
    if node.audience is not None:
        b.audience(node.audience, scope)
        audience = node.audience.key
    active = activity(value)
    if scope.table == "customers" and audience is None:
        active = all_of(tracked(b), active)
    return Ranked(scope.row, scope.table, value, node.end == "top", count, share, active, audience)


def top_amount(
    b: Binder, scope: Scope, node: tree.Number | tree.Percent | tree.Param
) -> tuple[int | None, Decimal | None]:
    """`top 100` as a count, `top 20%` as a share."""
    if isinstance(node, tree.Percent):
        return None, node.value / 100
    term = b.term(scope, node)
    if isinstance(term, Lit) and isinstance(term.value, int):
        return term.value, None
    if isinstance(term, Lit) and isinstance(term.value, Decimal) and 0 < term.value <= 1:
        return None, term.value
    raise b.fail("P0302", node.span, "a rank takes a number of people or a percent")


def activity(value: Term) -> Term | None:
    """For `their ...`: at least one row behind it. None when the value is no aggregate of children."""
    groups = [t for t in walk(value) if isinstance(t, Children) and t.row == Here()]
    if not groups:
        return None
    counts = [replace(g, func="count", type=WHOLE, value=None, each=None, share=None, order=()) for g in groups]
    return any_of(*dict.fromkeys(compare(">", c, Lit(0, WHOLE)) for c in counts))


# ---------------------------------------------------------------- combinations


def _and(b: Binder, scope: Scope, node: tree.And) -> Term:
    found = all_of(*_all(b, scope, node.items))
    return found if found is not None else YES


def _or(b: Binder, scope: Scope, node: tree.Or) -> Term:
    return any_of(*_all(b, scope, node.items)) if node.items else NO


def _all(b: Binder, scope: Scope, items: tuple[tree.Expr, ...]) -> list[Term]:
    """Every item bound, so that all problems of a condition are told at once."""
    found, failed = [], None
    for item in items:
        try:
            found.append(b.condition(scope, item))
        except Unbound as error:
            failed = error
    if failed is not None:
        raise failed
    return found


def _not(b: Binder, scope: Scope, node: tree.Not) -> Term:
    return negated(b.condition(scope, node.item))


RULES: Mapping[type, Rule] = {
    tree.Compare: _compare, tree.IsMissing: _is_missing, tree.OneOf: _one_of, tree.Between: _between,
    tree.Order: _order, tree.DateIn: _date_in, tree.Near: _near, tree.TextTest: _text_test, tree.InTop: _in_top,
    tree.InAudience: _in_audience, tree.InList: _in_list, tree.InBucket: _in_bucket, tree.InRows: _in_rows,
    tree.And: _and, tree.Or: _or, tree.Not: _not,
}  # fmt: skip
