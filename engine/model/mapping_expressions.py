"""Values inside a `table` statement: source columns, arithmetic, calls, aggregates and lookups become terms.

A source column of text may stand where a number or money is needed: it is read as what its target is. A text written
in quotes may not.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.dsl.tree import fold
from patron.engine.model.functions import AGGREGATES, FUNCTIONS, TEXTUAL, Function, aggregate_type, common
from patron.engine.model.mapping import Aggregate, Converted, Lookup, MapTerm, OfRow
from patron.engine.model.mapping_scope import MapScope, fail
from patron.engine.model.settings import agrees
from patron.engine.model.terms import Field, Here, Lit, Op
from patron.engine.types import DATE, MISSING, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO, Type

_NOT_HERE = (tree.Today, tree.Now, tree.Ago, tree.StartOf)
_ONLY_QUERIES = (
    tree.Their, tree.Has, tree.InTop, tree.InAudience, tree.InList, tree.InBucket, tree.InRows, tree.Narrowed,
)  # fmt: skip
_CONDITIONS = (
    tree.Compare, tree.IsMissing, tree.OneOf, tree.Between, tree.Order, tree.DateIn, tree.Near, tree.TextTest, tree.And,
    tree.Or, tree.Not,
)  # fmt: skip


def value(expr: tree.Expr, scope: MapScope, want: Type | None = None, *, inside: bool = False) -> MapTerm:
    """The term of an expression; `want` is the type of the place it goes to, `inside` an aggregate's brackets.
    Raises Unbound."""
    if isinstance(expr, _CONDITIONS):
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
            return _call(expr, scope, want, inside)
    raise _refused(expr)


def _refused(expr: tree.Expr) -> Exception:
    if isinstance(expr, _NOT_HERE):
        return fail("P0302", expr.span, "a mapping is read once and kept: it cannot depend on today",
                    "use it in a trait, a filter or a metric")  # fmt: skip
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


def _is_literal(term: MapTerm) -> bool:
    return isinstance(term, Lit) and term.value is not None


def as_amount(term: MapTerm, want: Type | None, expr: tree.Expr) -> MapTerm:
    """A term where a number or money is needed: a text of the source is read as what is wanted."""
    kind = term.type.kind
    if kind in ("number", "money", "missing"):
        return term
    if kind in TEXTUAL and not _is_literal(term):
        return Converted(term, MONEY if want is not None and want.kind == "money" else NUMBER)
    raise fail("P0302", expr.span, f"a number is expected, this is {term.type}")


def _arithmetic(expr: tree.Binary, scope: MapScope, want: Type | None, inside: bool) -> MapTerm:
    sides = (expr.left, expr.right)
    terms = [value(s, scope, want if expr.op in "+-" else None, inside=inside) for s in sides]
    kinds = {t.type.kind for t in terms}
    if any(_is_literal(t) and t.type.textual for t in terms):
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


# ---------------------------------------------------------------- calls


def _call(call: tree.Call, scope: MapScope, want: Type | None, inside: bool) -> MapTerm:
    name = call.function.key
    if name == "lookup":
        return _lookup(call, scope, inside)
    if name in AGGREGATES:
        return _aggregate(call, name, scope, want, inside)
    if call.where is not None:
        raise fail("P0302", call.where.span, f"`{name}` is no aggregate: it takes no `where`")
    function = FUNCTIONS.get(name)
    if function is None:
        return _plugin_function(call, scope, inside)
    if name == "age":
        raise fail(
            "P0302", call.function.span, "a mapping is read once and kept: it cannot depend on today", "use a trait"
        )
    takes_want = name in ("first_known", "missing_if", "least", "greatest", "abs", "round")
    args = [_argument(a, scope, want if takes_want else None, inside) for a in call.args]
    return _applied(call, function, args, want)


def _argument(arg: tree.Arg, scope: MapScope, want: Type | None, inside: bool) -> MapTerm:
    if arg.name is not None:
        raise fail("P0302", arg.name.span, "only `lookup` takes named arguments")
    if isinstance(arg.value, _CONDITIONS):
        raise fail("P0307", arg.value.span, "a value is expected, this is a condition")
    return value(arg.value, scope, want, inside=inside)


def _applied(call: tree.Call, function: Function, args: list[MapTerm], want: Type | None) -> MapTerm:
    for i, term in enumerate(args):
        kinds = function.takes[min(i, len(function.takes) - 1)]
        fits = term.type.kind in kinds or term.type.kind == "missing"
        if not fits and term.type.textual and not _is_literal(term) and {"number", "money"} & kinds:
            args[i] = Converted(
                term, MONEY if want is not None and want.kind == "money" and "money" in kinds else NUMBER
            )
        elif not fits and term.type.textual and not _is_literal(term) and "date" in kinds:
            args[i] = Converted(term, MOMENT if "moment" in kinds else DATE)
        elif (
            not fits
            and term.type.kind in ("number", "money", "yesno")
            and kinds == TEXTUAL
            and function.name not in ("number", "money")
        ):
            args[i] = Converted(term, TEXT)
    at = function.accepts([a.type for a in args])
    if at is not None:
        span = call.args[at].value.span if at < len(args) else call.span
        found = f", not {args[at].type}" if at < len(args) else ""
        raise fail("P0302", span, f"`{function.name}` takes {function.signature}{found}", f"{function.signature}")
    for i in function.literal:
        if not isinstance(args[i], Lit):
            raise fail(
                "P0302", call.args[i].value.span, f"`{function.name}` needs this written out", function.signature
            )
    if function.name in ("parse_date", "parse_time"):
        _format(call, args[1])
    result = function.result([a.type for a in args])
    if function.name == "band":
        result = _band(call, args)
    return Op(function.name, tuple(args), result)  # type: ignore[arg-type]


def _format(call: tree.Call, term: MapTerm) -> None:
    """P0302 for a strptime letter that is not of ours."""
    text = str(term.value) if isinstance(term, Lit) else ""
    known = "Y y m d H I p M S f z b B %".split()
    for i, char in enumerate(text):
        if (
            char == "%"
            and (i == 0 or text[i - 1] != "%" or text[:i].count("%") % 2 == 0)
            and text[i + 1 : i + 2] not in known
        ):
            raise fail("P0302", call.args[1].value.span, f"`{text[i : i + 2]}` is no letter of a date's form",
                       "known: " + " ".join("%" + k for k in known))  # fmt: skip


def _band(call: tree.Call, args: list[MapTerm]) -> Type:
    from patron.engine.model.functions import band_labels

    bounds: list[Decimal] = []
    for arg, term in zip(call.args[1:], args[1:], strict=True):
        if not isinstance(term, Lit) or not isinstance(term.value, (int, Decimal)):
            raise fail("P0302", arg.value.span, "the bounds of `band` are numbers or money, written out")
        if bounds and Decimal(term.value) <= bounds[-1]:
            raise fail("P0302", arg.value.span, "the bounds of `band` rise")
        bounds.append(Decimal(term.value))
    return Type("text", labels=band_labels(bounds, args[0].type.whole))


def _plugin_function(call: tree.Call, scope: MapScope, inside: bool) -> MapTerm:
    found = scope.functions.get(call.function.key)
    if found is None:
        known = [*FUNCTIONS, *AGGREGATES, "lookup", *scope.functions]
        raise fail(
            "P0201",
            call.function.span,
            f"there is no function called `{call.function}`",
            suggest(str(call.function), known),
        )
    args = [_argument(a, scope, None, inside) for a in call.args]
    if len(args) != len(found.arguments):
        raise fail(
            "P0302", call.span, f"`{found.name}` takes {len(found.arguments)} arguments: {', '.join(found.arguments)}"
        )
    return Op(found.name, tuple(args), found.result)  # type: ignore[arg-type]


def _aggregate(call: tree.Call, name: str, scope: MapScope, want: Type | None, inside: bool) -> MapTerm:
    from patron.engine.model.mapping_conditions import condition

    if inside:
        raise fail("P0308", call.span, "an aggregate inside an aggregate", "make another column, or a trait of it")
    if not scope.grouped:
        raise fail("P0302", call.function.span, f"`{name}` needs `group by`: without it every row stands alone",
                   "add `group by column` as a clause of the table")  # fmt: skip
    where = condition(call.where, scope, inside=True) if call.where is not None else None
    if name == "count" and not call.args:
        return Aggregate("count", None, WHOLE, where)
    wanted = 2 if name == "percentile" else 1
    if len(call.args) != wanted:
        raise fail("P0302", call.span, f"`{name}` takes {'a value and a share' if wanted == 2 else 'one value'}")
    numeric = name in ("sum", "average", "median", "percentile")
    target = want if numeric and want is not None and want.kind in ("number", "money") else None
    term = value(call.args[0].value, scope, target, inside=True)
    if numeric:
        term = _amounts(term, target, call.args[0].value, name)
    share = _share(call, scope) if name == "percentile" else None
    return Aggregate(name, term, aggregate_type(name, term.type), where, share)


def _amounts(term: MapTerm, target: Type | None, expr: tree.Expr, name: str) -> MapTerm:
    """What is added up: each value becomes money before the first sum when money is wanted."""
    if term.type.timely and name in ("median", "percentile"):
        return term
    amount = as_amount(term, target, expr)
    if target is not None and target.kind == "money" and amount.type.kind == "number":
        return Converted(amount, MONEY)
    return amount


def _share(call: tree.Call, scope: MapScope) -> Decimal:
    term = value(call.args[1].value, scope)
    if isinstance(term, Lit) and isinstance(term.value, (int, Decimal)) and 0 <= term.value <= 1:
        return Decimal(term.value)
    raise fail("P0302", call.args[1].value.span, "the share is a percent or a number from 0 to 1", "percentile(x, 90%)")


def _lookup(call: tree.Call, scope: MapScope, inside: bool) -> MapTerm:
    """`lookup(source.table.column, key = value, ...)`."""
    first = call.args[0] if call.args else None
    if first is None or first.name is not None or not isinstance(first.value, tree.Path) or len(first.value.parts) != 3:
        raise fail(
            "P0302",
            call.span,
            "`lookup` takes source.table.column, then key = value",
            "lookup(files.rates.rate, currency = code)",
        )
    source, table, column = first.value.parts
    header = scope.lookup_header(source.text, table.text, source.span.to(table.span))
    found = _column_of(header, source, table, column)
    keys = []
    for arg in call.args[1:]:
        if arg.name is None:
            raise fail("P0302", arg.span, "a key of `lookup` has a name: `key = value`")
        key = _column_of(header, source, table, arg.name)
        keys.append((key.column, value(arg.value, scope, None, inside=inside)))
    if not keys:
        raise fail("P0302", call.span, "`lookup` needs a key", "lookup(files.rates.rate, currency = code)")
    return Lookup(fold(source.text), table.text, found.column, tuple(keys), found.type)


def _column_of(header: object, source: tree.Name, table: tree.Name, column: tree.Name) -> Field:
    if not isinstance(header, dict):
        return Field(Here(), column.text, TEXT)
    found = header.get(column.key)
    if found is None:
        scope = MapScope(source.text, table.text, header)
        raise scope.unknown_column(column.text, column.span)
    return Field(Here(), found.name, found.type)


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
