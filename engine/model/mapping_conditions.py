"""Conditions inside a `table` statement: two-valued, over columns of the source."""

from __future__ import annotations

from patron.dsl import tree
from patron.engine.model.mapping import Converted, MapTerm
from patron.engine.model.mapping_expressions import value
from patron.engine.model.mapping_scope import MapScope, fail
from patron.engine.model.patterns import KNOWN, unreadable
from patron.engine.model.terms import Lit, Op, all_of, any_of, compare, negated
from patron.engine.types import DATE, MOMENT, YESNO, Type


def condition(expr: tree.Expr, scope: MapScope, *, inside: bool = False) -> MapTerm:
    """The term of a condition. Raises Unbound; P0306 when it is a value."""
    match expr:
        case tree.And():
            return all_of(*(condition(i, scope, inside=inside) for i in expr.items)) or Lit(True, YESNO)  # type: ignore[arg-type]
        case tree.Or():
            return any_of(*(condition(i, scope, inside=inside) for i in expr.items))  # type: ignore[arg-type]
        case tree.Not():
            return negated(condition(expr.item, scope, inside=inside))  # type: ignore[arg-type]
        case tree.Compare():
            return _compare(expr, scope, inside)
        case tree.IsMissing():
            missing = Op("is_missing", (value(expr.value, scope, inside=inside),), YESNO)  # type: ignore[arg-type]
            return negated(missing) if expr.negated else missing
        case tree.OneOf():
            return _one_of(expr, scope, inside)
        case tree.Between():
            return _between(expr, scope, inside)
        case tree.Order():
            return _order(expr, scope, inside)
        case tree.TextTest():
            return _text_test(expr, scope, inside)
        case tree.DateIn() | tree.Near():
            hint = "compare with a date: `is after 2026-05-31`"
            raise fail("P0302", expr.span, "a mapping is read once and kept: it cannot depend on today", hint)
    term = value(expr, scope, inside=inside)
    if term.type.kind == "yesno":
        return term
    raise fail("P0306", expr.span, f"a condition is expected, this is {term.type}", "compare it with something")


def _comparable(left: Type, right: Type) -> bool:
    if "missing" in (left.kind, right.kind) or left.kind == right.kind:
        return True
    return (left.textual and right.textual) or (left.timely and right.timely)


def _cannot(span: tree.Span, left: Type, right: Type) -> Exception:
    hint = '`"5"` is a text, `5` a number; `$5` is money'
    if (left.textual and right.timely) or (left.timely and right.textual):
        hint = "read the text first: `date(x)`, `parse_date(x, ...)`"
    elif left.textual != right.textual:
        hint += "; `number(x)` reads a text as a number"
    return fail("P0301", span, f"cannot compare {left} and {right}", hint)


def aligned(left: MapTerm, right: MapTerm) -> tuple[MapTerm, MapTerm]:
    """A date compared with a moment compares local dates."""
    kinds = {left.type.kind, right.type.kind}
    if kinds == {"date", "moment"}:
        return tuple(Converted(t, DATE) if t.type == MOMENT else t for t in (left, right))  # type: ignore[return-value]
    return left, right


def _compare(expr: tree.Compare, scope: MapScope, inside: bool) -> MapTerm:
    left, right = value(expr.left, scope, inside=inside), value(expr.right, scope, inside=inside)
    if not _comparable(left.type, right.type):
        raise _cannot(expr.op_span, left.type, right.type)
    if "missing" in (left.type.kind, right.type.kind) and expr.op in ("=", "!="):
        asked = left if right.type.kind == "missing" else right
        missing = Op("is_missing", (asked,), YESNO)  # type: ignore[arg-type]
        return missing if expr.op == "=" else negated(missing)
    left, right = aligned(left, right)
    if expr.op == "!=":
        return negated(compare("=", left, right))  # type: ignore[arg-type]
    return compare(expr.op, left, right)  # type: ignore[arg-type]


def _one_of(expr: tree.OneOf, scope: MapScope, inside: bool) -> MapTerm:
    term = value(expr.value, scope, inside=inside)
    options: list[MapTerm] = []
    for option in expr.options:
        found = value(option, scope, inside=inside)
        if not _comparable(term.type, found.type):
            raise _cannot(option.span, term.type, found.type)
        options.append(found)
    test = Op("one_of", (term, *options), YESNO)  # type: ignore[arg-type]
    return negated(test) if expr.negated else test


def _between(expr: tree.Between, scope: MapScope, inside: bool) -> MapTerm:
    term, low, high = (value(e, scope, inside=inside) for e in (expr.value, expr.low, expr.high))
    for side, written in ((low, expr.low), (high, expr.high)):
        if not _comparable(term.type, side.type):
            raise _cannot(written.span, term.type, side.type)
    return all_of(compare(">=", *aligned(term, low)), compare("<=", *aligned(term, high))) or Lit(True, YESNO)  # type: ignore[arg-type]


def _order(expr: tree.Order, scope: MapScope, inside: bool) -> MapTerm:
    left, right = value(expr.left, scope, inside=inside), value(expr.right, scope, inside=inside)
    for side, written in ((left, expr.left), (right, expr.right)):
        if not (side.type.timely or side.type.kind == "missing"):
            hint = "read the text first: `date(x)`, `parse_date(x, ...)`"
            raise fail("P0301", written.span, f"`is {expr.op}` compares dates and moments, this is {side.type}", hint)
    return compare("<" if expr.op == "before" else ">", *aligned(left, right))  # type: ignore[arg-type]


def _text_test(expr: tree.TextTest, scope: MapScope, inside: bool) -> MapTerm:
    term, pattern = value(expr.value, scope, inside=inside), value(expr.pattern, scope, inside=inside)
    if term.type.kind == "texts" and expr.op == "contains" and pattern.type.textual:
        return Op("has_text", (term, pattern), YESNO)  # type: ignore[arg-type]
    for side, written in ((term, expr.value), (pattern, expr.pattern)):
        if not (side.type.textual or side.type.kind == "missing"):
            raise fail("P0301", written.span, f"`{expr.op}` looks at texts, this is {side.type}")
    if expr.op == "matches":
        _check_pattern(expr, pattern)
    return Op(expr.op, (term, pattern), YESNO)  # type: ignore[arg-type]


def _check_pattern(expr: tree.TextTest, pattern: MapTerm) -> None:
    text = pattern.value if isinstance(pattern, Lit) else None
    said = unreadable(text) if isinstance(text, str) else "this is not written out"
    if said:
        raise fail("P0302", expr.pattern.span, f"`matches` takes a regular expression; {said}", KNOWN)


__all__ = ["MOMENT", "aligned", "condition"]
