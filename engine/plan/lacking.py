"""What a number or dimension needs and no source fills: a table (`reviews`) or a column (`orders.discount`)."""

from __future__ import annotations

from collections.abc import Iterator

from patron.engine.model.canonical import MADE, TABLES
from patron.engine.model.measures import Agg, Measure, aggregates
from patron.engine.model.queries import Query
from patron.engine.model.terms import (
    Children,
    CreditedRows,
    Field,
    Followed,
    Learnt,
    Lit,
    Nearest,
    Op,
    Overall,
    Rows,
    Term,
)
from patron.engine.plan.credit import attribution_of
from patron.engine.plan.learned import apart, question_of
from patron.engine.plan.planner import Planner
from patron.engine.plan.tables import filled

MET = frozenset(("customers", "products", "stores", "staff"))
"""Tables whose rows are also met as ids elsewhere: there are some to count without a source of their own."""


def of_measure(p: Planner, measure: Measure) -> tuple[str, ...]:
    """What the aggregates of a metric lack."""
    return tuple(dict.fromkeys(name for agg in aggregates(measure) for name in _of_aggregate(p, agg)))


def of_dimension(p: Planner, query: Query, place: int) -> tuple[str, ...]:
    """What a dimension lacks in the rows of every metric."""
    terms = [(rows, term) for rows, frame in query.frames.items() if (term := frame.dims[place]) is not None]
    found = [tuple(_of_value(p, rows, term)) for rows, term in terms]
    return found[0] if found and all(found) else ()


def _of_aggregate(p: Planner, agg: Agg) -> Iterator[str]:
    if isinstance(agg.rows, str):
        yield from _of_table(p, agg.rows)
    elif isinstance(agg.rows, CreditedRows):
        yield from _of_table(p, "actions")
        yield from attribution_of(p, agg.rows.attribution).lacks
    yield from _of_condition(p, agg.rows, agg.where)
    yield from _of_value(p, agg.rows, agg.value)


def _of_table(p: Planner, name: str) -> Iterator[str]:
    own = MADE.get(name, name)
    table = p.store.tables.get(own)
    if table is None or not (table.present or name in MET):
        yield own


def _of_condition(p: Planner, rows: Rows, where: Term | None) -> Iterator[str]:
    """The tables of what rows must have: `has membership` where nobody tells of memberships; the columns of what they
    must say, other than what is taken for granted: `status is "returned"` where nobody tells the status of orders."""
    if isinstance(where, Op) and where.name == "and":
        for part in where.args:
            yield from _of_condition(p, rows, part)
    elif isinstance(where, Op) and where.name == "or":
        either = [tuple(_of_condition(p, rows, part)) for part in where.args]
        yield from either[0] if all(either) else ()
    elif isinstance(where, Op) and where.name in ("=", "one_of") and isinstance(where.args[0], Field):
        yield from _of_default(p, rows, where.args[0], where.args[1:])
    elif isinstance(where, Op) and where.name in (">", ">=") and isinstance(where.args[0], Children):
        if isinstance(where.args[0].rows, str):
            yield from _of_table(p, where.args[0].rows)


def _of_value(p: Planner, rows: Rows, term: Term | None) -> Iterator[str]:
    """What a value lacks; `first_known` needs one of its values, `if` what it chooses from, and what it is missing
    without."""
    if isinstance(term, Field):
        yield from _of_column(p, rows, term)
    elif isinstance(term, (Children, Overall)) and isinstance(term.rows, str):
        yield from _of_table(p, term.rows)
    elif isinstance(term, Learnt):
        yield from _of_learned(p, term.table)
    elif isinstance(term, Nearest):
        yield from _of_table(p, term.of)
        for own in (term.latitude, term.longitude):
            yield from _of_value(p, term.table, own)
    elif isinstance(term, Op):
        parts = [tuple(_of_value(p, rows, a)) for a in (_chosen_from(term) if term.name == "if" else term.args)]
        if term.name == "first_known":
            yield from parts[0] if all(parts) else ()
        else:
            for part in parts:
                yield from part


def _of_learned(p: Planner, table: str) -> Iterator[str]:
    """What the phrase that a model learns from lacks."""
    own = apart(p)
    query = question_of(own, table)
    for metric in query.metrics:
        yield from of_measure(own, metric.metric.measure)
    for place in range(len(query.dims)):
        yield from of_dimension(own, query, place)


def _chosen_from(term: Op) -> tuple[Term, ...]:
    """What an `if` chooses from; `if (x is missing) then missing else ...` has nothing where nobody tells of x."""
    asked, then, *_ = term.args
    without = isinstance(asked, Op) and asked.name == "is_missing" and isinstance(then, Lit) and then.value is None
    return (*asked.args, *term.args[1:]) if isinstance(asked, Op) and without else term.args[1:]


def _of_default(p: Planner, rows: Rows, field: Field, wanted: tuple[Term, ...]) -> Iterator[str]:
    """A column that nobody tells, and that would have to be something else than its default."""
    table = _table_of(rows, field)
    if not isinstance(table, str):
        return
    column = p.b.ways.columns(table).get(field.column)
    if column is None or column.said or not column.filled:
        return
    default = TABLES[table].by_name[field.column].default
    if not any(isinstance(w, Lit) and w.value == default for w in wanted):
        yield f"{table}.{field.column}"


def _table_of(rows: Rows, field: Field) -> Rows:
    return field.row.table if isinstance(field.row, Followed) else rows


def _of_column(p: Planner, rows: Rows, field: Field) -> Iterator[str]:
    table = _table_of(rows, field)
    if not isinstance(table, str) or field.column == "id" or filled(p, table, field.column):
        return
    absent = tuple(_of_table(p, table))
    yield from absent or (f"{table}.{field.column}",)
