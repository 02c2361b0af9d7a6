"""Builders of conditions and of the parts of `has`."""

from __future__ import annotations

from decimal import Decimal

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Parts, Token, builds
from patron.dsl.building.values import hang, unit
from patron.dsl.tree import Span


def _between_tokens(b: Builder, first: Token, last: Token) -> Span:
    return b.span(first.start, last.end)


@builds("or_")
def or_(b: Builder, parts: Parts, start: int, end: int) -> t.Or:
    return t.Or(tuple(parts), span=b.span(start, end))


@builds("and_")
def and_(b: Builder, parts: Parts, start: int, end: int) -> t.And:
    return t.And(tuple(parts), span=b.span(start, end))


@builds("not_")
def not_(b: Builder, parts: Parts, start: int, end: int) -> t.Not:
    node = t.Not(parts[0], span=b.span(start, end))
    hang(b, node, parts[0])
    return node


@builds("compare")
def compare(b: Builder, parts: Parts, start: int, end: int) -> t.Compare | t.IsMissing:
    left, op, right = parts
    if isinstance(right, t.Missing) and op.text in ("=", "!="):
        return t.IsMissing(left, op.text == "!=", span=b.span(start, end))
    return t.Compare(op.text, left, right, op_span=b.token_span(op), span=b.span(start, end))


@builds("compare_is")
def compare_is(b: Builder, parts: Parts, start: int, end: int) -> t.Compare | t.IsMissing:
    left, word, right = parts
    if isinstance(right, t.Missing):
        return t.IsMissing(left, span=b.span(start, end))
    return t.Compare("=", left, right, words=True, op_span=b.token_span(word), span=b.span(start, end))


@builds("compare_is_not")
def compare_is_not(b: Builder, parts: Parts, start: int, end: int) -> t.Compare | t.IsMissing:
    left, first, last, right = parts
    if isinstance(right, t.Missing):
        return t.IsMissing(left, negated=True, span=b.span(start, end))
    op_span = _between_tokens(b, first, last)
    return t.Compare("!=", left, right, words=True, op_span=op_span, span=b.span(start, end))


@builds("is_known")
def is_known(b: Builder, parts: Parts, start: int, end: int) -> t.IsMissing:
    return t.IsMissing(parts[0], negated=True, span=b.span(start, end))


@builds("one_of")
def one_of(b: Builder, parts: Parts, start: int, end: int) -> t.OneOf:
    return t.OneOf(parts[0], parts[-1], span=b.span(start, end))


@builds("not_one_of")
def not_one_of(b: Builder, parts: Parts, start: int, end: int) -> t.OneOf:
    return t.OneOf(parts[0], parts[-1], negated=True, span=b.span(start, end))


@builds("between")
def between(b: Builder, parts: Parts, start: int, end: int) -> t.Between:
    return t.Between(parts[0], parts[3], parts[5], span=b.span(start, end))


@builds("order_of")
def order_of(b: Builder, parts: Parts, start: int, end: int) -> t.Order:
    left, word, op, right = parts
    return t.Order(op.text, left, right, op_span=_between_tokens(b, word, op), span=b.span(start, end))


@builds("in_top")
def in_top(b: Builder, parts: Parts, start: int, end: int) -> t.InTop:
    return t.InTop(parts[0], parts[4].text, parts[5], span=b.span(start, end))


@builds("in_top_of")
def in_top_of(b: Builder, parts: Parts, start: int, end: int) -> t.InTop:
    return t.InTop(parts[0], parts[4].text, parts[5], parts[8], span=b.span(start, end))


@builds("date_in")
def date_in(b: Builder, parts: Parts, start: int, end: int) -> t.DateIn:
    return t.DateIn(parts[0], parts[2], span=b.span(start, end))


@builds("near")
def near(b: Builder, parts: Parts, start: int, end: int) -> t.Near:
    return t.Near(parts[0], parts[3], parts[5], span=b.span(start, end))


@builds("text_test")
def text_test(b: Builder, parts: Parts, start: int, end: int) -> t.TextTest:
    value, op, pattern = parts
    return t.TextTest(op.text, value, pattern, op_span=b.token_span(op), span=b.span(start, end))


@builds("text_test_with")
def text_test_with(b: Builder, parts: Parts, start: int, end: int) -> t.TextTest:
    value, op, word, pattern = parts
    op_span = _between_tokens(b, op, word)
    return t.TextTest(op.text, value, pattern, op_span=op_span, span=b.span(start, end))


@builds("text_matches")
def text_matches(b: Builder, parts: Parts, start: int, end: int) -> t.TextTest:
    value, op, pattern = parts
    return t.TextTest("matches", value, b.text(pattern), op_span=b.token_span(op), span=b.span(start, end))


@builds("in_audience")
def in_audience(b: Builder, parts: Parts, start: int, end: int) -> t.InAudience:
    return t.InAudience(parts[2], span=b.span(start, end))


@builds("in_list")
def in_list(b: Builder, parts: Parts, start: int, end: int) -> t.InList:
    return t.InList(parts[2], span=b.span(start, end))


@builds("in_list_version")
def in_list_version(b: Builder, parts: Parts, start: int, end: int) -> t.InList:
    return t.InList(parts[2], int(parts[4].text), span=b.span(start, end))


@builds("bucket_numbers")
def bucket_numbers(b: Builder, parts: Parts, start: int, end: int) -> tuple[Parts, Span]:
    return parts, b.span(start, end)


@builds("in_bucket")
def in_bucket(b: Builder, parts: Parts, start: int, end: int) -> t.InBucket:
    (low, high, of), place = parts[2]
    return t.InBucket(low, high, of, b.text(parts[4]), numbers_span=place, span=b.span(start, end))


@builds("in_rows")
def in_rows(b: Builder, parts: Parts, start: int, end: int) -> t.InRows:
    return t.InRows(parts[3], b.text(parts[4]), None, span=b.span(start, end))


@builds("in_rows_where")
def in_rows_where(b: Builder, parts: Parts, start: int, end: int) -> t.InRows:
    return t.InRows(parts[3], b.text(parts[4]), parts[7], span=b.span(start, end))


# ---------------------------------------------------------------- has

_RANK: dict[type, int] = {t.Object: 0, t.Times: 1, t.Spending: 2, t.Where: 4}


def _canonical(qualifiers: Parts) -> tuple[t.Qualifier, ...]:
    """Object, how often, how much, when, where; those of one kind stay as written."""
    return tuple(sorted(qualifiers, key=lambda q: _RANK.get(type(q), 3)))


@builds("has_word")
def has_word(b: Builder, parts: Parts, start: int, end: int) -> tuple[bool, Span]:
    return parts[1] is not None, b.span(start, end)


@builds("has")
def has(b: Builder, parts: Parts, start: int, end: int) -> t.Has:
    (negated, word), event, *rest = parts
    steps = tuple(p for p in rest if isinstance(p, t.Step))
    qualifiers = _canonical(rest[: len(rest) - len(steps)])
    return t.Has(event, qualifiers, steps, negated, word_span=word, span=b.span(start, end))


@builds("step")
def step(b: Builder, parts: Parts, start: int, end: int) -> t.Step:
    """The parts are: event, qualifiers, a duration or nothing, an event or nothing, its qualifiers."""
    cut = next(n for n, part in enumerate(parts) if n and (part is None or isinstance(part, t.Duration)))
    within, without = parts[cut : cut + 2]
    return t.Step(
        parts[0], _canonical(parts[1:cut]), within, without, _canonical(parts[cut + 2 :]), span=b.span(start, end)
    )


@builds("object")
def object_(b: Builder, parts: Parts, start: int, end: int) -> t.Object:
    return t.Object(parts[0], (b.text(parts[1]),), span=b.span(start, end))


@builds("object_any")
def object_any(b: Builder, parts: Parts, start: int, end: int) -> t.Object:
    return t.Object(parts[0], parts[1], many=True, span=b.span(start, end))


@builds("times")
def times(b: Builder, parts: Parts, start: int, end: int) -> t.Times:
    bound, amount = parts
    whole = isinstance(amount, t.Number) and amount.value == amount.value.to_integral_value()
    if not whole and not isinstance(amount, t.Param):
        b.report("P0101", amount.span, "times are counted with a whole number", "Write `at least 2 times`.")
        amount = t.Number(Decimal(1), span=amount.span)
    return t.Times(bound.text, amount, span=b.span(start, end))


@builds("once")
def once(b: Builder, _parts: Parts, start: int, end: int) -> t.Times:
    return t.Times("once", None, span=b.span(start, end))


@builds("spending")
def spending(b: Builder, parts: Parts, start: int, end: int) -> t.Spending:
    bound, amount, each = parts
    return t.Spending(bound.text, amount, each is not None, span=b.span(start, end))


@builds("where")
def where(b: Builder, parts: Parts, start: int, end: int) -> t.Where:
    return t.Where(parts[0], span=b.span(start, end))


@builds("within_of")
def within_of(b: Builder, parts: Parts, start: int, end: int) -> t.WithinOf:
    return t.WithinOf(parts[0], parts[1], span=b.span(start, end))


@builds("in_last")
def in_last(b: Builder, parts: Parts, start: int, end: int) -> t.InLast:
    count, full, token = parts[-3:]
    return t.InLast(count, unit(token), full is not None, span=b.span(start, end))


@builds("in_next")
def in_next(b: Builder, parts: Parts, start: int, end: int) -> t.InNext:
    return t.InNext(parts[-2], unit(parts[-1]), span=b.span(start, end))


@builds("in_this")
def in_this(b: Builder, parts: Parts, start: int, end: int) -> t.InThis:
    return t.InThis(unit(parts[0]), span=b.span(start, end))


@builds("in_previous")
def in_previous(b: Builder, parts: Parts, start: int, end: int) -> t.InPrevious:
    return t.InPrevious(unit(parts[0]), span=b.span(start, end))


@builds("in_each")
def in_each(b: Builder, parts: Parts, start: int, end: int) -> t.InEach:
    count, full, token = parts
    return t.InEach(count, unit(token), full is not None, span=b.span(start, end))


@builds("in_period")
def in_period(b: Builder, _parts: Parts, start: int, end: int) -> t.InPeriod:
    return t.InPeriod(span=b.span(start, end))


@builds("since")
def since(b: Builder, parts: Parts, start: int, end: int) -> t.Since:
    return t.Since(parts[0], span=b.span(start, end))


@builds("before_point")
def before_point(b: Builder, parts: Parts, start: int, end: int) -> t.BeforePoint:
    return t.BeforePoint(parts[0], span=b.span(start, end))


@builds("between_points")
def between_points(b: Builder, parts: Parts, start: int, end: int) -> t.BetweenPoints:
    return t.BetweenPoints(parts[0], parts[1], span=b.span(start, end))


@builds("group")
def group(b: Builder, parts: Parts, start: int, end: int) -> t.Group:
    return t.Group(parts[0].text, tuple(parts[1:]), span=b.span(start, end))


@builds("everyone")
def everyone(b: Builder, _parts: Parts, start: int, end: int) -> t.Everyone:
    return t.Everyone(span=b.span(start, end))
