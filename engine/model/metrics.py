"""Metrics: measures bound to aggregates, with their dates and formats (language reference, section 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from patron.dsl import tree
from patron.engine.model.behaviour import pair_roots, row_scope_of, rows_table, with_condition
from patron.engine.model.binder import Binder, Rule, Scope
from patron.engine.model.canonical import TABLES
from patron.engine.model.child_rows import (
    aggregate_parts,
    aggregate_table,
    default_date,
    default_order,
    refuse_nesting,
    row_scope,
)
from patron.engine.model.files import Declaration
from patron.engine.model.functions import AGGREGATES, aggregate_type, common
from patron.engine.model.literals import length, whole_number
from patron.engine.model.measures import (
    Agg,
    Balance,
    Calc,
    Fixed,
    Measure,
    Metric,
    Rolled,
    RunningTotal,
    ShareOf,
    aggregates,
    change_aggregates,
)  # fmt: skip
from patron.engine.model.names import path_term
from patron.engine.model.overall import looks_at_no_row
from patron.engine.model.population import counted_people
from patron.engine.model.sizes import refuse_large
from patron.engine.model.terms import (
    CreditedRows,
    Field,
    Followed,
    FollowRows,
    Here,
    Lit,
    Occurrence,
    Term,
    all_of,
    compare,
    constant,
    rebase,
)  # fmt: skip
from patron.engine.model.values import arithmetic_type
from patron.engine.types import NUMBER, WHOLE, YESNO, Format, reference

MeasureRule = Callable[[Binder, Scope, tree.Measure], Measure]


def define_metric(b: Binder, declaration: Declaration, span: tree.Span) -> Metric:
    """The meaning of a `metric` statement."""
    return b.define("metric", declaration, span, lambda: _metric(b, declaration))  # type: ignore[no-any-return]


def _metric(b: Binder, declaration: Declaration) -> Metric:
    node = declaration.statement
    assert isinstance(node, tree.MetricDecl)
    scope = Scope("", prefix=declaration.prefix, use=declaration.name)
    if node.value is None:
        raise b.fail("P0101", node.name.span, f"the metric `{declaration.name}` has no value", "Add `value sum(...)`.")
    bound = measure(b, scope, node.value)
    refuse_large(b, node.name, bound)
    if node.date is not None:
        bound = _dated(b, scope, bound, node.date)
    if node.empty is not None:
        default = b.value(scope, node.empty.value)
        type_ = common([bound.type, default.type])
        if type_ is None:
            raise b.fail("P0301", node.empty.span, f"the metric gives {bound.type}, this is {default.type}")
        assert isinstance(default, Lit)
        bound = Calc("if_empty", (bound, default), bound.type)
    good = node.good.direction if node.good else ""
    title = node.title or declaration.name.rpartition(".")[2].replace("_", " ").capitalize()
    return Metric(declaration.name, title, bound, bound.type, metric_format(b, node.format, bound), good,
                  node.describe.value if node.describe else "")  # fmt: skip


_FORMATS = ("money", "number", "percent", "days", "date")


def metric_format(b: Binder, node: tree.MetricFormat | None, bound: Measure) -> Format:
    """The format said, or the default: money 2, number 0 for counts, percent 1 for ratios of one grain, number 2."""
    if node is not None:
        if node.kind.key not in _FORMATS:
            raise b.fail("P0302", node.kind.span, f"there is no format `{node.kind.text}`",
                         f"Formats: {', '.join(_FORMATS)}.")  # fmt: skip
        digits = node.digits if node.digits is not None else {"money": 2, "percent": 1}.get(node.kind.key, 0)
        return Format(node.kind.key, digits)
    return default_format(bound)


def default_format(bound: Measure) -> Format:
    kind = bound.type.kind
    if kind == "money":
        return Format("money", 2)
    if kind in ("date", "moment"):
        return Format("date")
    if kind != "number":
        return Format("text")
    if isinstance(bound, ShareOf):
        return Format("percent", 1)
    if bound.type.whole:
        return Format("number", 0)
    if isinstance(bound, Calc) and bound.op == "/" and _is_share(bound):
        return Format("percent", 1)
    return Format("number", 2)


def _is_share(bound: Calc) -> bool:
    left, right = bound.args
    if left.type.kind == "money":
        return True
    grains = [{_grain(a) for a in aggregates(side)} for side in (left, right)]
    return grains[0] == grains[1] and len(grains[0]) == 1


def _grain(agg: Agg) -> str:
    """What an aggregate counts: unique customers of orders are people, as members are."""
    if agg.func == "unique" and agg.value is not None and agg.value.type.kind == "reference":
        return agg.value.type.table
    return rows_table(agg.rows)


# ---------------------------------------------------------------- measures


def measure(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    """The meaning of a measure."""
    rule = MEASURES.get(type(node))
    if rule is not None:
        return rule(b, scope, node)
    term = b.value(scope, node)  # type: ignore[arg-type]
    if looks_at_no_row(term):
        return as_measure(term)
    raise b.fail("P0302", node.span, "a metric is made of aggregates and metrics",
                 "Write `sum(table.column)`, `count(table)` or the name of a metric.")  # fmt: skip


def as_measure(term: Term) -> Measure:
    """A value that looks at no row, as a measure."""
    return term if isinstance(term, Lit) else Fixed(term, term.type)


def _path(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Path)
    name = str(node)
    if len(node.parts) > 1 and node.parts[0].key in TABLES and not b.has("metric", name):
        raise b.fail("P0302", node.span, f"`{name}` is a column: a metric needs an aggregate", f"Write `sum({name})`.")
    return b.metric(name, node.span, scope).measure


def _call(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Call)
    if node.function.key in AGGREGATES:
        return aggregate(b, scope, node)
    if node.function.key in ("balance", "opening_balance"):
        if len(node.args) != 1 or node.where is not None:
            raise b.fail("P0302", node.span, f"`{node.function}` takes {node.function}(metric)")
        inner = measure(b, scope, node.args[0].value)
        return Balance(inner, node.function.key == "opening_balance", inner.type)
    if node.function.key in ("round", "abs"):
        inner = measure(b, scope, node.args[0].value)
        digits = [b.value(scope, a.value) for a in node.args[1:]]
        return Calc(node.function.key, (inner, *[d for d in digits if isinstance(d, Lit)]), inner.type)
    term = b.value(scope, node)
    if looks_at_no_row(term):
        return as_measure(term)
    raise b.fail(
        "P0302", node.span, f"a metric is made of aggregates, this is {term.type}", "Put it inside `sum(...)`."
    )


def aggregate(b: Binder, scope: Scope, node: tree.Call) -> Agg:
    """An aggregate of a metric over the rows of its table."""
    refuse_nesting(b, node)
    table = aggregate_table(b, node)
    inner = row_scope(scope, table)
    value, where, share = aggregate_parts(b, replace(inner, outer=None), node, table)
    func = node.function.key
    order = default_order(b, table) if func in ("first", "last") else ()
    type_ = aggregate_type(func, value.type if value is not None else None)
    if table == "customers":
        where = all_of(counted_people(b), where)
    return Agg(table, func, type_, value, where, share, order, default_date(b, table))


def _literal(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    term = b.value(scope, node)  # type: ignore[arg-type]
    assert isinstance(term, Lit)
    return term


def _binary(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Binary)
    left, right = measure(b, scope, node.left), measure(b, scope, node.right)
    type_ = arithmetic_type(node.op, left.type, right.type)
    if type_ is None:
        verb = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}[node.op]
        raise b.fail("P0301", node.op_span, f"cannot {verb} {left.type} and {right.type}",
                     "An amount is written with its currency: `$5`.")  # fmt: skip
    return Calc(node.op, (left, right), type_)


def _negate(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Negate)
    inner = measure(b, scope, node.value)
    return Calc("neg", (inner,), inner.type)


def _choose(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    """`if (condition on params) then m1 else m2`: decided before compiling; both must be of one type."""
    assert isinstance(node, tree.Choose)
    condition = b.condition(scope, node.condition)
    decided = constant(condition)
    if decided is None and looks_at_no_row(condition):
        return as_measure(b.value(scope, node))
    if decided is None:
        raise b.fail("P0302", node.condition.span, "`if` in a metric asks parameters only",
                     "Put conditions on rows inside the aggregate: `sum(... where ...)`.")  # fmt: skip
    then, otherwise = measure(b, scope, node.then), measure(b, scope, node.otherwise)
    if common([then.type, otherwise.type]) is None:
        raise b.fail("P0301", node.otherwise.span, f"`then` gives {then.type}, `else` gives {otherwise.type}")
    return then if decided else otherwise


def _narrowed(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Narrowed)
    base = b.metric(str(node.metric), node.metric.span, scope)
    return narrow(b, scope, base.measure, node.condition, base.name)


def narrow(b: Binder, scope: Scope, base: Measure, condition: tree.Expr, name: str) -> Measure:
    """A measure with a condition added to each of its aggregates; P0402 where one cannot reach it."""

    def add(agg: Agg) -> Agg:
        inner = row_scope_of(scope, agg.rows, "P0402", name)
        return replace(agg, where=all_of(agg.where, b.condition(inner, condition)))

    return change_aggregates(base, add)


# ---------------------------------------------------------------- credited numbers


def _credited(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Credited)
    attribution = b.attribution(str(node.attribution), node.attribution.span, scope)
    rows = CreditedRows(attribution.name, node.influenced)
    date = attribution.date

    def credit(inner: tree.Expr) -> Measure:
        if isinstance(inner, tree.Call) and inner.function.key in AGGREGATES:
            return _credited_aggregate(b, scope, inner, rows, date)
        if isinstance(inner, tree.Binary):
            left, right = credit(inner.left), credit(inner.right)
            type_ = arithmetic_type(inner.op, left.type, right.type)
            if type_ is None:
                raise b.fail("P0301", inner.op_span, f"cannot combine {left.type} and {right.type}")
            return Calc(inner.op, (left, right), type_)
        if isinstance(inner, (tree.Path, tree.Narrowed)):
            return change_aggregates(measure(b, scope, inner), lambda a: _credit_agg(b, a, rows, date, inner.span))
        return measure(b, scope, inner)

    return credit(node.value)


_ENTITIES = {"orders": "order", "actions": "action", "customers": "customer", "campaigns": "campaign"}


def _credited_aggregate(b: Binder, scope: Scope, node: tree.Call, rows: CreditedRows, date: Term) -> Agg:
    refuse_nesting(b, node)
    table = aggregate_table(b, node)
    if table not in _ENTITIES:
        raise b.fail(
            "P0402", node.args[0].span, f"credited numbers count orders, actions, customers or campaigns, not {table}"
        )
    roots = dict(pair_roots())
    entity = roots[_ENTITIES[table]]
    bare = roots["order"] if table != "actions" else roots["action"]
    inner = Scope(bare[1], bare[0], None, {**roots, table: entity}, chains=True, credited=True,
                  prefix=scope.prefix, use="row")  # fmt: skip
    asked = inner if table == "orders" else replace(inner, table=table, row=entity[0])
    value, where, share = aggregate_parts(b, asked, node, table)
    type_ = aggregate_type(node.function.key, value.type if value is not None else None)
    once = entity[0].key if isinstance(entity[0], Followed) else None
    order = (date, Field(Here(), "order", reference("orders"))) if node.function.key in ("first", "last") else ()
    split = not rows.influenced and node.function.key == "sum" and table == "orders"
    return Agg(rows, node.function.key, type_, value, where, share, order, date, once, split)


def _credit_agg(b: Binder, agg: Agg, rows: CreditedRows, date: Term, span: tree.Span) -> Agg:
    """An aggregate of a metric over orders, counted over credited orders instead."""
    if agg.rows != "orders":
        raise b.fail("P0402", span, f"credited numbers count orders, this counts {rows_table(agg.rows)}")
    order = pair_roots()["order"][0]
    assert isinstance(order, Followed)
    return replace(agg, rows=rows, value=rebase(agg.value, order), where=rebase(agg.where, order), date=date,
                   order=tuple(rebase(o, order) for o in agg.order), once=order.key,
                   split=not rows.influenced and agg.func == "sum")  # fmt: skip


# ---------------------------------------------------------------- rates


def _follow(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Follow)
    start, to = _event_phrase(b, scope, node.start), _event_phrase(b, scope, node.to)
    within = length(b, scope, node.within)
    matching = []
    for path in node.matching:
        sides = [path_term(b, Scope(e.table, chains=True, prefix=scope.prefix, use="row"), path)
                 for e in (start, to)]  # fmt: skip
        matching.append((sides[0], sides[1]))
    rows = FollowRows(start, to, within, tuple(matching), within if node.finished_only else None)
    converted = compare("=", Field(Here(), "converted", YESNO), Lit(True, YESNO))
    counted = Agg(rows, "count", WHOLE, None, converted, date=start.at)
    if not node.rate:
        return counted
    return Calc("/", (counted, Agg(rows, "count", WHOLE, date=start.at)), NUMBER)


def _event_phrase(b: Binder, scope: Scope, node: tree.EventPhrase) -> Occurrence:
    event = b.event(str(node.event), node.event.span, scope)
    if node.where is None:
        return event
    inner = Scope(event.table, prefix=scope.prefix)
    return with_condition(event, b.condition(inner, node.where))


# ---------------------------------------------------------------- along time, shares


def _rolling(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Rolling)
    inner = measure(b, scope, node.value)
    count = whole_number(b, scope, node.count, "`rolling`")
    if count < 1 or node.unit in ("second", "minute", "hour"):
        raise b.fail(
            "P0302",
            node.span,
            "`rolling` takes days, weeks, months, quarters or years",
            "Write `rolling 7 days of ...`.",
        )
    return Rolled(inner, count, node.unit, inner.type)


def _running(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Running)
    inner = measure(b, scope, node.value)
    return RunningTotal(inner, node.restart, inner.type)


def _share(b: Binder, scope: Scope, node: tree.Measure) -> Measure:
    assert isinstance(node, tree.Share)
    inner = measure(b, scope, node.value)
    return ShareOf(inner, tuple(dimension_key(d) for d in node.within), NUMBER)


def dimension_key(node: tree.Dimension) -> str:
    """One spelling per dimension: `month of customer.first_order_at` is `customer.first_order_month`."""
    if node.of is None:
        return node.path.key
    base = node.of.key
    part = {"day": "date", "hour_of_day": "hour"}.get(node.path.key, node.path.key)
    for ending in ("_at", "_on"):
        if base.endswith(ending):
            return f"{base.removesuffix(ending)}_{part}"
    return f"{node.path.key} of {base}"


def _dated(b: Binder, scope: Scope, bound: Measure, node: tree.MetricDate) -> Measure:
    """The measure by another date: a path on each aggregate's rows."""

    def change(agg: Agg) -> Agg:
        parts = node.path.parts
        table = rows_table(agg.rows)
        inner = row_scope_of(scope, agg.rows)
        if parts[0].key == table and len(parts) > 1:
            parts = parts[1:]
        date = path_term(b, inner, tree.Path(parts, span=node.path.span))
        if not date.type.timely:
            raise b.fail("P0301", node.path.span, f"a date or moment is expected, this is {date.type}")
        return replace(agg, date=date)

    return change_aggregates(bound, change)


MEASURES: Mapping[type, MeasureRule] = {
    tree.Path: _path, tree.Call: _call, tree.Binary: _binary, tree.Negate: _negate, tree.Choose: _choose,
    tree.Narrowed: _narrowed, tree.Credited: _credited, tree.Follow: _follow, tree.Rolling: _rolling,
    tree.Running: _running, tree.Share: _share, tree.Number: _literal, tree.Money: _literal, tree.Percent: _literal,
}  # fmt: skip


def _narrowed_term(b: Binder, scope: Scope, node: tree.Narrowed) -> Term:
    raise b.fail("P0302", node.span, f"`{node.metric} where (...)` belongs to metrics",
                 f"Write `their {node.metric} where (...)` for one customer's number.")  # fmt: skip


RULES: Mapping[type, Rule] = {tree.Narrowed: _narrowed_term}
