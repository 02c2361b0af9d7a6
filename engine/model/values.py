"""Rules for values: literals, arithmetic, choices, functions, aggregates over children."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.depth import parts_of
from patron.dsl.problems import suggest
from patron.engine.model import periods
from patron.engine.model.binder import Binder, Rule, Scope
from patron.engine.model.canonical import TABLES
from patron.engine.model.decided import decided
from patron.engine.model.digits import MOST_DIGITS, inexact
from patron.engine.model.doubling import refuse_doubling
from patron.engine.model.functions import AGGREGATES, FUNCTIONS, Function, aggregate_type, band_labels, common
from patron.engine.model.moments import local_date, local_hour
from patron.engine.model.names import path_term
from patron.engine.model.settings import agrees
from patron.engine.model.terms import Binned, Children, Field, Here, Lit, Numbered, Op, Previous, Term, constant
from patron.engine.types import (
    DATE,
    DURATION,
    MISSING,
    MOMENT,
    MONEY,
    NUMBER,
    TEXT,
    WHOLE,
    YESNO,
    Type,
    reference,
)  # fmt: skip

# ---------------------------------------------------------------- literals


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


# ---------------------------------------------------------------- arithmetic


def _negate(b: Binder, scope: Scope, node: tree.Negate) -> Term:
    inner = b.value(scope, node.value)
    if isinstance(inner, Lit) and isinstance(inner.value, (int, Decimal)) and not isinstance(inner.value, bool):
        return Lit(-inner.value, inner.type)
    if inner.type.kind not in ("number", "money", "missing"):
        raise b.fail("P0301", node.span, f"cannot take minus of {inner.type}")
    return Op("neg", (inner,), inner.type)


_VERBS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def arithmetic_type(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right`, or None when they do not go together."""
    kinds = (left.kind, right.kind)
    if "missing" in kinds:
        return left if kinds[0] != "missing" else right
    if kinds == ("number", "number"):
        return WHOLE if left.whole and right.whole and op != "/" else NUMBER
    if op in "+-" and kinds == ("money", "money"):
        return MONEY
    if op in "*/" and kinds == ("money", "number"):
        return MONEY
    if op == "*" and kinds == ("number", "money"):
        return MONEY
    if op == "/" and kinds == ("money", "money"):
        return NUMBER
    return None


def _binary(b: Binder, scope: Scope, node: tree.Binary) -> Term:
    left, right = b.value(scope, node.left), b.value(scope, node.right)
    type_ = arithmetic_type(node.op, left.type, right.type)
    if type_ is None:
        hint = ""
        if left.type.timely and right.type.timely and node.op == "-":
            hint = "Write `days_between(a, b)`."
        elif {left.type.kind, right.type.kind} == {"money", "number"}:
            hint = "An amount is written with its currency: `$5`."
        elif left.type.textual or right.type.textual:
            hint = "`number(text)` and `money(text)` read a text; `text_join` joins texts."
        raise b.fail("P0301", node.op_span, f"cannot {_VERBS[node.op]} {left.type} and {right.type}", hint)
    return Op(node.op, (left, right), type_)


def _choose(b: Binder, scope: Scope, node: tree.Choose) -> Term:
    condition = b.condition(scope, node.condition)
    then, otherwise = b.term(scope, node.then), b.term(scope, node.otherwise)
    decided = constant(condition)
    type_ = common([then.type, otherwise.type])
    if type_ is None:
        raise b.fail("P0301", node.otherwise.span, f"`then` gives {then.type}, `else` gives {otherwise.type}",
                     "Both must be of one type.")  # fmt: skip
    if decided is not None:
        return then if decided else otherwise
    return Op("if", (condition, then, otherwise), type_)


# ---------------------------------------------------------------- calls

LOCAL_DATES = frozenset(
    "year quarter month week day weekday start_of_month start_of_week start_of_year days_between months_between "
    "years_between age date add_days".split()
)


def _call(b: Binder, scope: Scope, node: tree.Call) -> Term:
    name = node.function.key
    if name in ROW_SEQUENCES:
        return _row_sequence(b, scope, node)
    if name in OVERALL:
        from patron.engine.model.overall import overall  # it knows metrics, which know this

        return overall(b, scope, node)
    if name == "nearest":
        from patron.engine.model.nearest import nearest

        return nearest(b, scope, node)
    if name == "bins_of":
        return _bins_of(b, scope, node)
    if name in AGGREGATES:
        return children(b, scope, node)
    if node.where is not None:
        raise b.fail("P0302", node.where.span, f"`{node.function}` takes no condition")
    function = FUNCTIONS.get(name)
    if function is None:
        return _plugin_call(b, scope, node)
    args = _arguments(b, scope, node)
    _check_arguments(b, node, function, args)
    type_ = function.result([t.type for t in args])
    return decided(name, args, type_) or _FUNCTION_TERMS.get(name, _plain)(b, name, args, type_)


def _check_arguments(b: Binder, node: tree.Call, function: Function, args: tuple[Term, ...]) -> None:
    """P0302 for arguments that a function does not take."""
    name, types = function.name, [t.type for t in args]
    wrong = function.accepts(types)
    if wrong is not None:
        span = node.args[wrong].span if wrong < len(node.args) else node.span
        said = f"not {types[wrong]}" if wrong < len(types) else f"not {len(types)} arguments"
        raise b.fail("P0302", span, f"`{name}` takes {function.signature}, {said}")
    for place in range(1, len(args)) if name in _COUNTING else ():
        arg = args[place]
        count = arg.value if isinstance(arg, Lit) else 0
        if isinstance(count, int) and abs(count) > MOST_COUNT:
            raise b.fail("P0302", node.args[place].span, f"`{name}` takes at most {MOST_COUNT:,}, not {count:,}")
    for place in function.literal:
        if place < len(args) and not isinstance(args[place], Lit):
            raise b.fail("P0302", node.args[place].span, f"`{name}` needs this written out", function.signature)
    if name == "nth" and not (isinstance(args[0], Lit) and isinstance(args[0].value, int)):
        raise b.fail("P0302", node.args[0].span, "which value it is is a whole number", function.signature)


_COUNTING = ("round", "left", "right", "part")
"""Functions whose further arguments are counts."""


def _arguments(b: Binder, scope: Scope, node: tree.Call) -> tuple[Term, ...]:
    args: list[Term] = []
    for arg in node.args:
        if isinstance(arg.value, tree.Param):
            args += b.param(scope, arg.value).values
        else:
            args.append(b.value(scope, arg.value))
    return tuple(args)


def _plain(b: Binder, name: str, args: tuple[Term, ...], type_: Type) -> Term:
    if name in LOCAL_DATES:
        args = tuple(local_date(a) if a.type.timely else a for a in args)
    if name == "hour":
        return local_hour(args[0])
    if name == "date":
        return args[0] if args[0].type.kind == "date" else Op(name, args, type_)
    return Op(name, args, type_)


def _age(b: Binder, name: str, args: tuple[Term, ...], type_: Type) -> Term:
    return Op("years_between", (local_date(args[0]), Lit(b.as_of.today, DATE)), type_)


def _band(b: Binder, name: str, args: tuple[Term, ...], type_: Type) -> Term:
    bounds = [Decimal(str(a.value)) for a in args[1:] if isinstance(a, Lit)]
    labels = band_labels(bounds, args[0].type.whole)
    return Op("band", args, Type("text", labels=labels))


_FUNCTION_TERMS = {"age": _age, "band": _band}


def _plugin_call(b: Binder, scope: Scope, node: tree.Call) -> Term:
    name = node.function.key
    found = b.declared.catalog.functions.get(name)
    if found is None:
        known = [*FUNCTIONS, *AGGREGATES, *b.declared.catalog.functions]
        raise b.fail("P0201", node.function.span, f"there is no function called `{node.function}`",
                     suggest(str(node.function), known))  # fmt: skip
    args = _arguments(b, scope, node)
    wrong = len(args) != len(found.arguments) or any(
        a.type.kind not in (k, "missing") and not (k == "text" and a.type.textual)
        for a, k in zip(args, found.arguments, strict=False)
    )
    if wrong:
        raise b.fail("P0302", node.span, f"`{name}` takes {name}({', '.join(found.arguments)})")
    return Op(name, args, found.result)


# ---------------------------------------------------------------- aggregates


def aggregate_table(b: Binder, scope: Scope, node: tree.Call) -> str:
    """The table an aggregate runs over: named at the beginning of its first path."""
    first = _first_path(node.args[0].value) if node.args else None
    if first is None:
        raise b.fail("P0302", node.args[0].span if node.args else node.span,
                     f"`{node.function}` takes {AGGREGATES[node.function.key]}")  # fmt: skip
    key = first.parts[0].key
    if key in TABLES:
        return key
    raise b.fail("P0201", first.parts[0].span, f"there is no table called `{first.parts[0].text}`",
                 suggest(first.parts[0].text, TABLES))  # fmt: skip


def _first_path(node: tree.Expr) -> tree.Path | None:
    if isinstance(node, tree.Path):
        return node
    for name in ("value", "left", "right", "then", "otherwise"):
        inner = getattr(node, name, None)
        if inner is not None and (found := _first_path(inner)):
            return found
    if isinstance(node, tree.Call):
        return next((f for a in node.args if (f := _first_path(a.value))), None)
    return None


def inner_aggregate(node: object) -> tree.Call | None:
    """An aggregate inside the arguments or condition of another."""
    if isinstance(node, tree.Call) and node.function.key in AGGREGATES:
        return node
    if isinstance(node, tree.Call) and node.function.key in OVERALL:
        return None
    for name in parts_of(type(node)):
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if found := inner_aggregate(item):
                return found
    return None


def refuse_nesting(b: Binder, node: tree.Call) -> None:
    """P0308 for an aggregate inside an aggregate."""
    for part in (*node.args, node.where):
        if part is not None and (inner := inner_aggregate(part)):
            raise b.fail("P0308", inner.span, "an aggregate inside an aggregate", "Make a trait or a metric of it.")


def aggregate_parts(
    b: Binder, scope: Scope, node: tree.Call, table: str
) -> tuple[Term | None, Term | None, Decimal | None]:
    """Value, condition and share (of percentile) of an aggregate, bound on a row of its table in `scope`."""
    func = node.function.key
    wanted = 2 if func == "percentile" else 1
    if len(node.args) != wanted:
        raise b.fail("P0302", node.span, f"`{func}` takes {AGGREGATES[func]}")
    first = node.args[0].value
    whole_table = isinstance(first, tree.Path) and len(first.parts) == 1
    if whole_table and func not in ("count", "unique"):
        raise b.fail("P0302", first.span, f"`{func}` takes a column, not a table", AGGREGATES[func])
    value = Field(scope.row, "id", reference(table)) if whole_table else b.value(scope, first)
    share = _share(b, scope, node.args[1]) if func == "percentile" else None
    where = b.condition(scope, node.where) if node.where is not None else None
    if func in ("sum", "average", "median", "percentile") and value.type.kind not in ("number", "money"):
        if not (func in ("median", "percentile", "average") and value.type.timely):
            raise b.fail("P0302", first.span, f"`{func}` takes a number or money, not {value.type}", AGGREGATES[func])
    if not scope.credited:  # there the weights of credit see to it that an order counts once
        refuse_doubling(b, node, table, value)
    return (None if whole_table and func == "count" else value), where, share


def _share(b: Binder, scope: Scope, arg: tree.Arg) -> Decimal:
    term = b.value(scope, arg.value)
    if isinstance(term, Lit) and isinstance(term.value, (int, Decimal)) and 0 <= term.value <= 1:
        return Decimal(term.value)
    raise b.fail("P0302", arg.span, "`percentile` takes a percent or a number from 0 to 1", "Write `90%` or `0.9`.")


def row_scope(scope: Scope, table: str) -> Scope:
    """The scope of a row inside an aggregate: the plural names it too (`orders.total`)."""
    inner = scope.inside(table)
    return Scope(inner.table, Here(), inner.outer, {table: (Here(), table)}, prefix=inner.prefix, use="row")


def default_order(b: Binder, table: str) -> tuple[Term, ...]:
    """The order of a table's rows: default date, then id."""
    date = default_date(b, table)
    ident = (Field(Here(), "id", reference(table)),) if TABLES[table].has_id else ()
    return (*((date,) if date is not None else ()), *ident)


def default_date(b: Binder, table: str) -> Term | None:
    """The default date of a table as a term on its rows."""
    path = TABLES[table].date
    if not path:
        return None
    names = tuple(tree.Name(p) for p in path)
    return path_term(b, Scope(table), tree.Path(names))


def children(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """An aggregate in a trait or filter: over the rows that refer to the row at hand."""
    refuse_nesting(b, node)
    table = aggregate_table(b, scope, node)
    if not scope.table:
        raise b.fail("P0302", node.span, f"`{node.function}` needs a table's row here")
    key = b.ways.key_to(table, scope.table)
    if key is None:
        raise b.fail("P0402", node.args[0].span, f"there is no way from {table} to {scope.table}",
                     f"{table} has no reference that leads to {scope.table}.")  # fmt: skip
    value, where, share = aggregate_parts(b, row_scope(scope, table), node, table)
    func = node.function.key
    order = default_order(b, table) if func in ("first", "last") else ()
    if func in ("first", "last") and not TABLES[table].date:
        raise b.fail("P0302", node.span, f"{table} has no date: there is no first and last", "Use `min` or `max`.")
    type_ = aggregate_type(func, value.type if value is not None else None)
    return Children(scope.row, table, key, func, type_, value, where, share=share, order=order)


# ---------------------------------------------------------------- over everybody

OVERALL = {
    "overall": "overall(aggregate or metric)",
    "overall_before": "overall_before(aggregate, date of its rows, date of this row)",
    "overall_for": "overall_for(aggregate, value of its rows, value of this row)",
}

# ---------------------------------------------------------------- rows in sequence

ROW_SEQUENCES = {
    "number_within": "number_within(reference where condition)",
    "previous_within": "previous_within(reference where condition)",
}


def _row_sequence(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """`number_within(customer where ...)`: 1, 2, 3 ... over a row's siblings by default date and id; the row before."""
    name = node.function.key
    if not scope.table or not TABLES[scope.table].date or len(node.args) != 1:
        raise b.fail("P0302", node.span, f"`{name}` takes {ROW_SEQUENCES[name]}, on a table with a date")
    own = Scope(scope.table, prefix=scope.prefix, use="row")
    key = b.value(own, node.args[0].value)
    where = b.condition(own, node.where) if node.where is not None else None
    order = default_order(b, scope.table)
    if name == "number_within":
        return Numbered(scope.row, scope.table, key, where, order)
    return Previous(scope.row, scope.table, key, where, order, reference(scope.table))


def _bins_of(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """`bins_of(value, n, "by_id" where condition)`: the n-tile of a row among its table's rows."""
    if not scope.table or len(node.args) != 3:
        raise b.fail("P0302", node.span, '`bins_of` takes bins_of(value, n, "together" or "by_id" where condition)')
    own = Scope(scope.table, prefix=scope.prefix, use="row")
    value, count, mode = (b.value(own, a.value) for a in node.args)
    where = b.condition(own, node.where) if node.where is not None else None
    if not (isinstance(count, Lit) and isinstance(count.value, int) and count.value >= 1):
        raise b.fail("P0302", node.args[1].span, "`bins_of` takes a whole number of bins")
    if not (isinstance(mode, Lit) and mode.value in ("together", "by_id")):
        raise b.fail("P0302", node.args[2].span, '`bins_of` takes "together" or "by_id"')
    return Binned(scope.row, scope.table, value, count.value, mode.value == "together", where)


RULES: Mapping[type, Rule] = {
    tree.Text: _text, tree.Number: _number, tree.Percent: _percent, tree.Money: _money, tree.Date: _date,
    tree.Moment: _moment, tree.Bool: _bool, tree.Missing: _missing, tree.Today: _today, tree.Now: _now,
    tree.Param: _param, tree.Duration: _duration, tree.Ago: _ago, tree.StartOf: _start_of, tree.Path: path_term,
    tree.Negate: _negate, tree.Binary: _binary, tree.Choose: _choose, tree.Call: _call,
}  # fmt: skip

__all__ = ["RULES", "children", "default_date", "default_order", "length", "whole_number"]
