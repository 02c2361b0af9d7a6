"""Values inside a `table` statement: source columns, arithmetic, calls, aggregates and lookups become terms.

A source column of text may stand where a number or money is needed: it is read as what its target is. A text written
in quotes may not.
"""

from __future__ import annotations

import datetime as dt

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.engine.model.digits import inexact
from patron.engine.model.functions import TEXTUAL, common
from patron.engine.model.mapping import Converted, MapTerm, OfRow
from patron.engine.model.mapping_scope import MapScope, fail
from patron.engine.model.settings import agrees
from patron.engine.model.terms import Field, Here, Lit, Op
from patron.engine.types import DATE, MISSING, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO, Type

_NOT_HERE = (tree.Today, tree.Now, tree.Ago, tree.StartOf)
_ONLY_QUERIES = (
    tree.Their, tree.Has, tree.InTop, tree.InAudience, tree.InList, tree.InBucket, tree.InRows, tree.Narrowed,
)  # fmt: skip
CONDITIONS = (
    tree.Compare, tree.IsMissing, tree.OneOf, tree.Between, tree.Order, tree.DateIn, tree.Near, tree.TextTest, tree.And,
    tree.Or, tree.Not,
)  # fmt: skip


def value(expr: tree.Expr, scope: MapScope, want: Type | None = None, *, inside: bool = False) -> MapTerm:
    """The term of an expression; `want` is the type of the place it goes to, `inside` an aggregate's brackets.
    Raises Unbound."""
    if isinstance(expr, CONDITIONS):
        from patron.engine.model.mapping_conditions import condition

        return condition(expr, scope, inside=inside)
    if isinstance(
        expr, (tree.Text, tree.Number, tree.Percent, tree.Money, tree.Date, tree.Moment, tree.Bool, tree.Missing)
    ):
        return literal(expr, scope)
    match expr:
        case tree.Param():
            return _param(expr, scope)
        case tree.Path():
            return _path(expr, scope)
        case tree.Negate():
            inner = as_amount(value(expr.value, scope, want, inside=inside), want, expr.value)
            return Op("neg", (inner,), inner.type)  # type: ignore[arg-type]
        case tree.Binary():
            return _arithmetic(expr, scope, want, inside)
        case tree.Choose():
            return _choose(expr, scope, want, inside)
        case tree.Call():
            from patron.engine.model.mapping_calls import call_term

            return call_term(expr, scope, want, inside=inside)
    raise _refused(expr)


def _refused(expr: tree.Expr) -> Exception:
    if isinstance(expr, _NOT_HERE):
        hint = "use it in a trait, a filter or a metric"
        return fail("P0302", expr.span, "a mapping is read once and kept: it cannot depend on today", hint)
    if isinstance(expr, tree.Narrowed):
        return fail("P0109", expr.span, "`where` must be the first clause of a table", "move it up")
    if isinstance(expr, _ONLY_QUERIES):
        return fail(
            "P0309",
            expr.span,
            "this asks about customers; a mapping sees rows of its source",
            "use it in an audience or trait",
        )
    return fail("P0302", expr.span, "this cannot stand in a mapping")


# ---------------------------------------------------------------- literals, parameters, names


def literal(expr: tree.Expr, scope: MapScope) -> Lit:
    """A value as written."""
    if isinstance(expr, (tree.Number, tree.Percent, tree.Money)) and (said := inexact(expr.value)):
        raise fail("P0302", expr.span, said, "Write fewer digits.")
    match expr:
        case tree.Text():
            return Lit(expr.value, TEXT)
        case tree.Number():
            whole = expr.value == expr.value.to_integral_value()
            return Lit(int(expr.value), WHOLE) if whole else Lit(expr.value, NUMBER)
        case tree.Percent():
            return Lit(expr.value / 100, NUMBER)
        case tree.Money():
            if scope.currency and not agrees(expr.currency, scope.currency):
                raise fail("P0304", expr.span, f"the project counts in {scope.currency}, this is {expr.currency}")
            return Lit(expr.value, MONEY)
        case tree.Date():
            return Lit(_written(dt.date, expr), DATE)
        case tree.Moment():
            return Lit(_written(dt.datetime, expr), MOMENT)
        case tree.Bool():
            return Lit(expr.value, YESNO)
    return Lit(None, MISSING)


def _written(kind: type[dt.date], expr: tree.Date | tree.Moment) -> dt.date:
    try:
        return kind.fromisoformat(expr.text)
    except ValueError:
        raise fail(
            "P0501", expr.span, f"there is no {expr.text}", "Write it as 2026-05-31 or 2026-05-31 06:00."
        ) from None


def _param(expr: tree.Param, scope: MapScope) -> Lit:
    found = scope.params.get(expr.name.key)
    if found is None:
        raise fail(
            "P0211", expr.span, f"there is no parameter `{expr.name.text}`", suggest(expr.name.text, scope.params)
        )
    return found


def _path(path: tree.Path, scope: MapScope) -> MapTerm:
    """A column of the source, or a value behind a reference of the row being filled."""
    first = path.parts[0]
    if len(path.parts) == 1:
        if scope.header is None:
            return Field(Here(), first.text, TEXT)
        column = scope.header.get(first.key)
        if column is None:
            raise scope.unknown_column(first.text, first.span)
        return Field(Here(), column.name, column.type)
    table = scope.references.get(first.key)
    if table is None:
        raise scope.unknown_column(first.text, first.span)
    return _followed(path, table, scope)


def _followed(path: tree.Path, table: str, scope: MapScope) -> OfRow:
    at = table
    for i, name in enumerate(path.parts[1:], 1):
        type_ = scope.canonical(at, name.key)
        if type_ is None:
            raise fail("P0203", name.span, f"{at} has no column `{name.text}`")
        if i == len(path.parts) - 1:
            return OfRow(path.parts[0].key, tuple(p.key for p in path.parts[1:]), at, type_)
        if type_.kind != "reference" or name.key == "id":
            raise fail(
                "P0203", path.parts[i + 1].span, f"`{name.text}` is a value, it has no `{path.parts[i + 1].text}`"
            )
        at = type_.table
    raise fail("P0203", path.span, f"{path} leads nowhere")


# ---------------------------------------------------------------- arithmetic


def is_literal(term: MapTerm) -> bool:
    return isinstance(term, Lit) and term.value is not None


def as_amount(term: MapTerm, want: Type | None, expr: tree.Expr) -> MapTerm:
    """A term where a number or money is needed: a text of the source is read as what is wanted."""
    kind = term.type.kind
    if kind in ("number", "money", "missing"):
        return term
    if kind in TEXTUAL and not is_literal(term):
        return Converted(term, MONEY if want is not None and want.kind == "money" else NUMBER)
    raise fail("P0302", expr.span, f"a number is expected, this is {term.type}")


def _arithmetic(expr: tree.Binary, scope: MapScope, want: Type | None, inside: bool) -> MapTerm:
    sides = (expr.left, expr.right)
    terms = [value(s, scope, want if expr.op in "+-" else None, inside=inside) for s in sides]
    kinds = {t.type.kind for t in terms}
    if any(is_literal(t) and t.type.textual for t in terms):
        raise _cannot(expr, terms)
    money = "money" in kinds or (
        expr.op in "+-" and kinds <= {*TEXTUAL, "missing"} and want is not None and want.kind == "money"
    )
    aim = MONEY if money and expr.op in "+-" else NUMBER
    terms = [Converted(t, aim) if t.type.textual else t for t in terms]
    left, right = (t.type for t in terms)
    result = _result(expr.op, left, right)
    if result is None:
        raise _cannot(expr, terms)
    return Op(expr.op, tuple(terms), result)  # type: ignore[arg-type]


def _result(op: str, left: Type, right: Type) -> Type | None:
    """The type of an arithmetic operation, None when there is none."""
    a, b = left.kind, right.kind
    if "missing" in (a, b):
        other = right if a == "missing" else left
        return other if other.kind in ("number", "money", "missing") else None
    if a == b == "number":
        return WHOLE if left.whole and right.whole and op != "/" else NUMBER
    if op in "+-":
        return MONEY if a == b == "money" else None
    if op == "*":
        return MONEY if {a, b} == {"money", "number"} else None
    if a == "money":
        return {"money": NUMBER, "number": MONEY}.get(b)
    return None


def _cannot(expr: tree.Binary, terms: list[MapTerm]) -> Exception:
    words = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}[expr.op]
    a, b = (str(t.type) for t in terms)
    hint = (
        '`"5"` is a text, `5` a number; `$5` is money'
        if {"text", "number", "money"} & {t.type.kind for t in terms}
        else ""
    )
    return fail("P0301", expr.op_span, f"cannot {words} {a} and {b}", hint)


def _choose(expr: tree.Choose, scope: MapScope, want: Type | None, inside: bool) -> MapTerm:
    from patron.engine.model.mapping_conditions import condition

    test = condition(expr.condition, scope, inside=inside)
    then = value(expr.then, scope, want, inside=inside)
    otherwise = value(expr.otherwise, scope, want, inside=inside)
    type_ = common((then.type, otherwise.type))
    if type_ is None:
        if want is None:
            raise fail(
                "P0301", expr.span, f"one branch is {then.type}, the other {otherwise.type}", "both need one type"
            )
        then, otherwise, type_ = converted(then, want, expr.then), converted(otherwise, want, expr.otherwise), want
    return Op("if", (test, then, otherwise), type_)  # type: ignore[arg-type]


# ---------------------------------------------------------------- towards the target


def converted(term: MapTerm, target: Type, expr: tree.Expr) -> MapTerm:
    """The term as a value of the column's type; P0301 when no reading leads there."""
    have, want = term.type, target
    if have.kind in ("missing", want.kind) or (have.textual and want.textual):
        return term
    if want.textual and have.kind not in ("texts", "duration"):
        return Converted(term, TEXT)
    if have.textual:
        return Converted(term, want)
    fits = {("number", "money"), ("date", "moment"), ("moment", "date"), ("number", "yesno")}
    if (have.kind, want.kind) in fits:
        return Converted(term, want)
    raise fail("P0301", expr.span, f"{want} is expected here, this is {have}", _hint(have, want))


def _hint(have: Type, want: Type) -> str:
    if have.kind == "money" and want.kind == "number":
        return "`number(...)` makes a number of it"
    return ""
