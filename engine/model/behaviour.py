"""Rules for what customers do: events, `has`, sequences, `their` (language reference, section 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.engine.model import periods
from patron.engine.model.binder import Binder, Rule, Scope
from patron.engine.model.canonical import SINGULAR, TABLES
from patron.engine.model.child_rows import offered
from patron.engine.model.conditions import comparable, window_span
from patron.engine.model.elsewhere import unmapped_table
from patron.engine.model.files import Declaration
from patron.engine.model.literals import length, whole_number
from patron.engine.model.measures import Agg, Calc, Fixed, Measure
from patron.engine.model.moments import in_span, local_date, within_after
from patron.engine.model.names import path_term, resolve
from patron.engine.model.seen import look_for
from patron.engine.model.terms import (
    Children,
    CreditedRows,
    Field,
    Followed,
    FollowRows,
    Here,
    Lit,
    NextStep,
    Occurrence,
    Op,
    Row,
    Rows,
    Term,
    all_of,
    any_of,
    compare,
    known,
    negated,
    rebase,
    walk,
)  # fmt: skip
from patron.engine.model.terms import (
    Sequence as Steps,
)
from patron.engine.types import WHOLE, YESNO, reference

CUSTOMERS = reference("customers")


# ---------------------------------------------------------------- events


def define_event(b: Binder, declaration: Declaration, span: tree.Span) -> Occurrence:
    """The meaning of an `event` statement."""
    return b.define("event", declaration, span, lambda: _event(b, declaration))  # type: ignore[no-any-return]


def _event(b: Binder, declaration: Declaration) -> Occurrence:
    node = declaration.statement
    assert isinstance(node, tree.EventDecl)
    table = statement_table(b, node.table)
    scope = Scope(table, prefix=declaration.prefix)
    at = path_term(b, scope, node.at)
    if not at.type.timely:
        raise b.fail("P0301", node.at.span, f"an event happens at a date or moment, this is {at.type}")
    customer = b.ways.key_to(table, "customers")
    if customer is None:
        raise b.fail("P0402", node.table.span, f"there is no way from {table} to customers",
                     "An event is something customers do.")  # fmt: skip
    counted = path_term(b, scope, node.per) if node.per else None
    worth = path_term(b, scope, node.worth) if node.worth else None
    where = all_of(known(at), b.condition(scope, node.where) if node.where is not None else None)
    return Occurrence(declaration.name, table, at, customer, where, order_of(b, table), counted, worth)


def order_of(b: Binder, table: str) -> Term | None:
    """The order that a row is, or belongs to."""
    if table == "orders":
        return Field(Here(), "id", reference("orders"))
    column = b.ways.columns(table).get("order")
    return Field(Here(), "order", column.type) if column is not None else None


def statement_table(b: Binder, path: tree.Path) -> str:
    """The table a statement is `on`."""
    if path.key in TABLES:
        return offered(b, path.key, path.span)
    hint = unmapped_table(b, path.parts[0]) or suggest(str(path), TABLES)
    raise b.fail("P0201", path.span, f"there is no table called `{path}`", hint)


def with_condition(event: Occurrence, *more: Term | None) -> Occurrence:
    return replace(event, where=all_of(event.where, *more))


# ---------------------------------------------------------------- has


def _has(b: Binder, scope: Scope, node: tree.Has) -> Term:
    child = _child_table(b, scope, node)
    if child is not None:
        found = _has_child(b, scope, node, child)
    elif scope.table != "customers":
        raise b.fail("P0309", node.word_span, f"`has` needs customers, this is {scope.table or 'no table'}",
                     f"Ask about the rows of one {TABLES[scope.table].singular}: `has line where (...)`, or of its "
                     "customer." if scope.table else "")  # fmt: skip
    else:
        event = b.event(str(node.event), node.event.span, scope)
        found = _has_event(b, scope, node, event)
    return negated(found) if node.negated else found


def _child_table(b: Binder, scope: Scope, node: tree.Has) -> str | None:
    """The child table a `has` names by its singular, when the row at hand can have such children."""
    key = node.event.key
    table = SINGULAR.get(key)
    if table is not None:
        offered(b, table, node.event.span)
    if table is None or not scope.table or (scope.table == "customers" and b.has("event", key, scope.prefix)):
        return None
    return table if b.ways.key_to(table, scope.table) is not None or _siblings(b, table, scope.table) else None


def _siblings(b: Binder, table: str, other: str) -> bool:
    """Whether rows of both tables belong to customers: `has membership where (...)` on orders."""
    return (
        other != "customers"
        and table != "customers"
        and all(b.ways.key_to(t, "customers") is not None for t in (table, other))
    )


def _has_child(b: Binder, scope: Scope, node: tree.Has, table: str) -> Term:
    key, row = b.ways.key_to(table, scope.table), scope.row
    if key is None:
        key, own = b.ways.key_to(table, "customers"), b.ways.key_to(scope.table, "customers")
        assert own is not None
        row = Followed(rebase(own, scope.row), "customers")
    assert key is not None
    inner = scope.inside(table)
    where: list[Term] = []
    times = None
    for qualifier in node.qualifiers:
        if isinstance(qualifier, tree.Where):
            where.append(b.condition(inner, qualifier.condition))
        elif isinstance(qualifier, tree.Object):
            where.append(_object(b, inner, table, qualifier))
        elif isinstance(qualifier, tree.Times):
            times = qualifier
        else:
            raise b.fail("P0302", qualifier.span, f"`has {node.event}` takes `where (...)` and `at least n times`")
    count = Children(row, table, key, "count", WHOLE, None, all_of(*where))
    return _times(b, scope, times, count)


def _has_event(b: Binder, scope: Scope, node: tree.Has, event: Occurrence) -> Term:
    if node.steps:
        return _sequence(b, scope, node, event)
    matched, times, spending, each = _qualified(b, scope, event, node.qualifiers)
    if each is not None:
        spans = periods.each_of(whole_number(b, scope, each.count, "a period"), each.unit, each.full, b.as_of,
                                b.settings.week_starts)  # fmt: skip
        parts = [_amounts(b, scope, with_condition(matched, in_span(matched.at, s)), times, spending) for s in spans]
        found = all_of(*parts)
        assert found is not None
        return found
    return _amounts(b, scope, matched, times, spending)


def _amounts(
    b: Binder, scope: Scope, event: Occurrence, times: tree.Times | None, spending: tree.Spending | None
) -> Term:
    found = all_of(_times(b, scope, times, event_count(event, scope.row)), _spending(b, scope, event, spending))
    assert found is not None
    return found


def event_count(event: Occurrence, row: Row) -> Children:
    """How often it happened to a customer: rows, or distinct values of what it counts."""
    if event.counted is None or event.counted == Field(Here(), "id", reference(event.table)):
        return Children(row, event.table, event.customer, "count", WHOLE, None, event.where)
    return Children(row, event.table, event.customer, "unique", WHOLE, event.counted, event.where)


_OPERATORS = {"at least": ">=", "at most": "<=", "more than": ">", "fewer than": "<", "exactly": "="}


def _times(b: Binder, scope: Scope, times: tree.Times | None, count: Children) -> Term:
    if times is None:
        return compare(">", count, Lit(0, WHOLE))
    if times.amount is None:
        return compare("=", count, Lit(1, WHOLE))
    amount = b.value(scope, times.amount)
    if amount.type.kind != "number":
        raise b.fail("P0302", times.amount.span, f"how often is a number, not {amount.type}")
    return compare(_OPERATORS[times.op], count, amount)


def _spending(b: Binder, scope: Scope, event: Occurrence, node: tree.Spending | None) -> Term | None:
    if node is None:
        return None
    if event.worth is None:
        raise b.fail("P0302", node.span, f"`{event.name}` has no worth", "Declare the event with `worth column`.")
    amount = b.value(scope, node.amount)
    if not comparable(amount.type, event.worth.type):
        raise b.fail("P0301", node.amount.span, f"cannot compare {event.worth.type} and {amount.type}",
                     "An amount is written with its currency: `$5`.")  # fmt: skip
    op = _OPERATORS[node.op]

    def total(func: str) -> Term:
        each = event.counted if func != "sum" else None
        return compare(op, Children(scope.row, event.table, event.customer, func, event.worth.type,  # type: ignore[union-attr]
                                    event.worth, event.where, each), amount)  # fmt: skip

    if not node.each:
        return total("sum")
    if op == "=":
        return all_of(total("least_sum"), total("greatest_sum"))
    return total("least_sum" if op in (">=", ">") else "greatest_sum")


Qualified = tuple[Occurrence, tree.Times | None, tree.Spending | None, tree.InEach | None]


def _qualified(b: Binder, scope: Scope, event: Occurrence, qualifiers: Sequence[tree.Qualifier]) -> Qualified:
    """The event narrowed by its object, when and where; and what is counted of it."""
    inner = scope.inside(event.table)
    where: list[Term | None] = []
    times = spending = each = None
    for qualifier in qualifiers:
        if isinstance(qualifier, tree.Times):
            times = qualifier
        elif isinstance(qualifier, tree.Spending):
            spending = qualifier
        elif isinstance(qualifier, tree.InEach):
            each = qualifier
        elif isinstance(qualifier, tree.Where):
            where.append(b.condition(inner, qualifier.condition))
        elif isinstance(qualifier, tree.Object):
            where.append(_object(b, inner, event.table, qualifier))
        elif isinstance(qualifier, tree.WithinOf):
            where.append(_within_of(b, scope, event, qualifier))
        else:
            where.append(window_condition(b, scope, event.at, qualifier))
    return with_condition(event, *where), times, spending, each


def window_condition(b: Binder, scope: Scope, at: Term, window: tree.Qualifier) -> Term | None:
    """Whether a moment lies in the window of a `has` or `their`."""
    if isinstance(window, tree.InPeriod):
        if not b.in_metric:
            raise b.fail("P0309", window.span, "`in the period` is known in metrics and queries only",
                         "Write `in the last ... days`, or `between ... and ...`.")  # fmt: skip
        b.period_read[0] = True
        return in_span(at, b.period) if b.period is not None else None
    if isinstance(window, tree.Since):
        return _edge(b, scope, at, window.point, ">=")
    if isinstance(window, tree.BeforePoint):
        return _edge(b, scope, at, window.point, "<")
    if isinstance(window, tree.BetweenPoints):
        return all_of(_edge(b, scope, at, window.start, ">="), _edge(b, scope, at, window.end, "<="))
    return in_span(at, window_span(b, scope, window))


def _edge(b: Binder, scope: Scope, at: Term, node: tree.Expr, op: str) -> Term:
    point = b.value(scope, node)
    if not point.type.timely:
        raise b.fail("P0301", node.span, f"a date or moment is expected, this is {point.type}")
    if point.type.kind == "date":
        return compare(op, local_date(at), point)
    if at.type.kind == "date":
        return compare(op, at, local_date(point))
    return compare(op, at, point)


def _object(b: Binder, inner: Scope, table: str, node: tree.Object) -> Term:
    """`category "Edibles"`: the name on the event's table, else on the one table it refers to that has it."""
    said = [
        (t, v.span)
        for v in node.values
        for t in (b.param(inner, v).values if isinstance(v, tree.Param) else (b.value(inner, v),))
    ]
    asked = Scope(table, prefix=inner.prefix, use="row")
    found, equal = _object_found(b, asked, table, node, [t for t, _ in said])
    look_for(b, asked, found, said, only_near=any(isinstance(t, Op) and t.name == "named" for t in walk(equal)))
    return equal


def _object_found(b: Binder, asked: Scope, table: str, node: tree.Object, values: Sequence[Term]) -> tuple[Term, Term]:
    """What is compared, and the comparison."""
    first = node.path.parts[0]
    if len(node.path.parts) == 1:
        places = _object_places(b, table, first.key)
        if len(places) > 1:
            names = [t for t, _ in places]
            raise b.fail("P0310", first.span, f"`{first.text}` is in {' and in '.join(names)}",
                         f"Write `{TABLES[names[0]].singular}.{first.text}`.")  # fmt: skip
        if places:
            return places[0][1], _object_equals(places[0][1], values)
        target = SINGULAR.get(first.key)
        if target is not None:
            found = resolve(b, asked, node.path.parts) if first.key in b.ways.columns(table) else resolve(
                b, replace(asked, chains=True), node.path.parts)  # fmt: skip
            return _named_row(b, found, target, values)
    found = resolve(b, asked, node.path.parts)
    if isinstance(found, tuple) or (found.type.kind == "reference" and found.type.table in TABLES):
        return _named_row(b, found, found[1] if isinstance(found, tuple) else found.type.table, values)
    return found, _object_equals(found, values)


def _object_places(b: Binder, table: str, key: str) -> list[tuple[str, Term]]:
    """Where a bare object name is found: on the event's own table alone, else on each table it refers to."""
    if key in SINGULAR:
        return []
    own = b.ways.columns(table).get(key)
    if (own is not None and own.filled) or key in b.members.get(table, {}):
        return [(table, resolve(b, Scope(table, use="row"), (tree.Name(key),)))]  # type: ignore[list-item]
    found: list[tuple[str, Term]] = []
    for column, target, filled in b.ways.references(table):
        if not filled or target not in TABLES or SINGULAR.get(column) != target:
            continue
        there = b.ways.columns(target).get(key)
        if (there is not None and there.filled) or key in b.members.get(target, {}):
            found.append((target, resolve(b, Scope(table, use="row"), (tree.Name(column), tree.Name(key)))))  # type: ignore[arg-type]
    return found


def _object_equals(value: Term, values: Sequence[Term]) -> Term:
    if len(values) == 1:
        return compare("=", value, values[0])
    return Op("one_of", (value, *values), YESNO)


def _named_row(b: Binder, found: object, target: str, values: Sequence[Term]) -> tuple[Term, Term]:
    """A table as object: its name is compared, or its id where no row has that name."""
    row = found[0] if isinstance(found, tuple) else Followed(found, target)  # type: ignore[arg-type]
    key = row.key if isinstance(row, Followed) else Field(row, "id", reference(target))
    name = b.ways.columns(target).get("name")
    if name is None or not name.filled:
        return key, _object_equals(key, values)
    label = Field(row, "name", name.type)
    parts = [Op("named", (label, key, Lit(target, name.type), v), YESNO) for v in values]
    return label, any_of(*parts)


def _within_of(b: Binder, scope: Scope, event: Occurrence, node: tree.WithinOf) -> Term:
    """Not before the other event's first occurrence, at most D after it, and never that same row."""
    other = b.event(str(node.event), node.event.span, scope)
    customer: Row = Followed(event.customer, "customers")
    ident = Field(Here(), "id", reference(other.table))
    order = (other.at, ident)
    first = Children(customer, other.table, other.customer, "min", other.at.type, other.at, other.where)
    inside = within_after(first, event.at, length(b, scope, node.duration))
    if other.table != event.table or not TABLES[other.table].has_id:
        return inside
    first_id = Children(customer, other.table, other.customer, "first", ident.type, ident, other.where, order=order)
    found = all_of(inside, negated(compare("=", ident, first_id)))
    assert found is not None
    return found


# ---------------------------------------------------------------- sequences


def _sequence(b: Binder, scope: Scope, node: tree.Has, event: Occurrence) -> Term:
    def only_when(found: Qualified, where: Sequence[tree.Qualifier]) -> Occurrence:
        occurrence, times, spending, each = found
        extra = times or spending or each
        if extra is not None:
            raise b.fail("P0302", extra.span, "a step of a sequence happens or not: it is not counted",
                         "Count in a condition of its own.")  # fmt: skip
        return occurrence

    first = only_when(_qualified(b, scope, event, node.qualifiers), node.qualifiers)
    steps, before = [], event.name
    for step in node.steps:
        following = b.event(str(step.event), step.event.span, scope)
        matched = only_when(_qualified(b, scope, following, step.qualifiers), step.qualifiers)
        without = None
        if step.without is not None:
            barred = b.event(str(step.without), step.without.span, scope)
            without = only_when(_qualified(b, scope, barred, step.without_qualifiers), step.without_qualifiers)
        within = length(b, scope, step.within) if step.within is not None else None
        steps.append(NextStep(matched, within, without, following.name == before))
        before = following.name
    return Steps(Field(scope.row, "id", CUSTOMERS), first, tuple(steps))


# ---------------------------------------------------------------- their


def _their(b: Binder, scope: Scope, node: tree.Their) -> Term:
    if scope.table != "customers":
        raise b.fail("P0309", node.span, f"`their` needs customers, this is {scope.table or 'no table'}",
                     "Write the condition about the row itself, or about its customer.")  # fmt: skip
    metric = b.metric(str(node.metric), node.metric.span, scope)

    def per_customer(measure: Measure) -> Term:
        if isinstance(measure, Lit):
            return measure
        if isinstance(measure, Fixed):
            return measure.term
        if isinstance(measure, Calc):
            args = tuple(per_customer(a) for a in measure.args)
            return Op(measure.op, args, measure.type)
        if isinstance(measure, Agg):
            return _own_rows(b, scope, node, measure)
        raise b.fail("P0407", node.metric.span, f"{metric.name} cannot be taken per customer",
                     "Shares, rolling and running numbers belong to a report's rows.")  # fmt: skip

    return per_customer(metric.measure)


def _own_rows(b: Binder, scope: Scope, node: tree.Their, agg: Agg) -> Term:
    """An aggregate over one customer's rows."""
    key = customer_key(b, agg.rows)
    if key is None:
        table = rows_table(agg.rows)
        raise b.fail("P0407", node.metric.span, f"{node.metric} cannot be taken per customer",
                     f"It counts {table}, which do not lead to customers.")  # fmt: skip
    where: list[Term | None] = [agg.where]
    inner = row_scope_of(scope, agg.rows)
    for window in node.windows:
        if isinstance(window, tree.Where):
            where.append(b.condition(inner, window.condition))
        elif agg.date is not None:
            where.append(window_condition(b, scope, agg.date, window))
    func = agg.func
    value = agg.value
    if agg.once is not None and func == "count":
        func, value = "unique", agg.once
    return Children(scope.row, agg.rows, key, func, agg.type, value, all_of(*where), share=agg.share, order=agg.order)


def rows_table(rows: Rows) -> str:
    """The table whose rows these are, for messages and names."""
    if isinstance(rows, str):
        return rows
    return rows.start.table if isinstance(rows, FollowRows) else "orders"


def customer_key(b: Binder, rows: Rows) -> Term | None:
    """The customer of a row, as a term on it."""
    if isinstance(rows, str):
        return b.ways.key_to(rows, "customers")
    if isinstance(rows, FollowRows):
        return rows.start.customer
    order = Followed(Field(Here(), "order", reference("orders")), "orders")
    return Field(order, "customer", CUSTOMERS)


def pair_roots() -> Mapping[str, tuple[Row, str]]:
    """The rows of a credited pair by name."""
    order = Followed(Field(Here(), "order", reference("orders")), "orders")
    action = Followed(Field(Here(), "action", reference("actions")), "actions")
    campaign = Followed(Field(action, "campaign", reference("campaigns")), "campaigns")
    customer = Followed(Field(order, "customer", CUSTOMERS), "customers")
    return {
        "order": (order, "orders"), "action": (action, "actions"), "campaign": (campaign, "campaigns"),
        "customer": (customer, "customers"),
    }  # fmt: skip


def row_scope_of(scope: Scope, rows: Rows, fan_out: str = "P0404", use: str = "row") -> Scope:
    """The scope of a condition on the rows of an aggregate; any table the row reaches may begin a path."""
    if isinstance(rows, CreditedRows):
        roots = pair_roots()
        return Scope("orders", roots["order"][0], None, roots, chains=True, credited=True,
                     prefix=scope.prefix, fan_out=fan_out, use=use)  # fmt: skip
    return Scope(rows_table(rows), chains=True, prefix=scope.prefix, fan_out=fan_out, use=use)


RULES: Mapping[type, Rule] = {tree.Has: _has, tree.Their: _their}
