"""Calls inside a `table` statement: functions, aggregates over groups, lookups in other source tables."""

from __future__ import annotations

from decimal import Decimal

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.dsl.tree import fold
from patron.engine.model.decided import FOLDED
from patron.engine.model.functions import AGGREGATES, FUNCTIONS, TEXTUAL, Function, aggregate_type
from patron.engine.model.mapping import Aggregate, Converted, Lookup, MapTerm
from patron.engine.model.mapping_expressions import CONDITIONS, as_amount, is_literal, value
from patron.engine.model.mapping_scope import MapScope, fail
from patron.engine.model.terms import Field, Here, Lit, Op
from patron.engine.types import DATE, MOMENT, MONEY, NUMBER, TEXT, WHOLE, Type


def call_term(call: tree.Call, scope: MapScope, want: Type | None, *, inside: bool) -> MapTerm:
    """The term of a call. Raises Unbound."""
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
    if name in FOLDED:
        raise fail("P0302", call.function.span, f"`{name}` is not for mappings", "use a trait")
    takes_want = name in ("first_known", "missing_if", "least", "greatest", "abs", "round")
    args = [_argument(a, scope, want if takes_want else None, inside) for a in call.args]
    return _applied(call, function, args, want)


def _argument(arg: tree.Arg, scope: MapScope, want: Type | None, inside: bool) -> MapTerm:
    if arg.name is not None:
        raise fail("P0302", arg.name.span, "only `lookup` takes named arguments")
    if isinstance(arg.value, CONDITIONS):
        raise fail("P0307", arg.value.span, "a value is expected, this is a condition")
    return value(arg.value, scope, want, inside=inside)


def _applied(call: tree.Call, function: Function, args: list[MapTerm], want: Type | None) -> MapTerm:
    for i, term in enumerate(args):
        kinds = function.takes[min(i, len(function.takes) - 1)]
        fits = term.type.kind in kinds or term.type.kind == "missing"
        if not fits and term.type.textual and not is_literal(term) and {"number", "money"} & kinds:
            args[i] = Converted(
                term, MONEY if want is not None and want.kind == "money" and "money" in kinds else NUMBER
            )
        elif not fits and term.type.textual and not is_literal(term) and "date" in kinds:
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
            hint = "known: " + " ".join("%" + k for k in known)
            raise fail("P0302", call.args[1].value.span, f"`{text[i : i + 2]}` is no letter of a date's form", hint)


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
        hint = "add `group by column` as a clause of the table"
        raise fail("P0302", call.function.span, f"`{name}` needs `group by`: without it every row stands alone", hint)
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
