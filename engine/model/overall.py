"""`overall(...)`: an aggregate or metric over all tracked users, the same for every row and every question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from patron.dsl import tree
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.canonical import TABLES
from patron.engine.model.child_rows import aggregate_parts, aggregate_table, default_order, refuse_nesting, row_scope
from patron.engine.model.functions import AGGREGATES, OVERALL, aggregate_type
from patron.engine.model.measures import Agg, Calc, Fixed, Measure
from patron.engine.model.moments import local_date
from patron.engine.model.population import tracked
from patron.engine.model.terms import Followed, Learnt, Lit, Op, Overall, Term, all_of, known, rebase, walk
from patron.engine.types import DATE, TEXT, reference

CUSTOMER = reference("customers")


def overall(b: Binder, scope: Scope, node: tree.Call) -> Term:
    """The meaning of `overall(...)` and `overall_before(...)`."""
    name = node.function.key
    if len(node.args) != (1 if name == "overall" else 3) or node.where is not None:
        raise b.fail("P0302", node.span, f"`{name}` takes {OVERALL[name]}")
    first = node.args[0].value
    if isinstance(first, tree.Call) and first.function.key in AGGREGATES:
        found = _aggregate(b, scope, first)
        return found if name == "overall" else _BESIDE[name](b, scope, node, found)
    if name == "overall" and isinstance(first, tree.Path):
        return _of_metric(b, node, b.metric(str(first), first.span, scope).measure)
    raise b.fail("P0302", first.span, f"`{name}` takes {OVERALL[name]}")


def _aggregate(b: Binder, scope: Scope, node: tree.Call) -> Overall:
    """An aggregate over the rows of tracked users, or over all rows of a table that leads to no customer."""
    refuse_nesting(b, node)
    func, table = node.function.key, aggregate_table(b, node)
    if func == "most_common":
        raise b.fail("P0302", node.span, "`overall` takes no `most_common`", "Make a metric of it.")
    if func in ("first", "last") and not TABLES[table].date:
        raise b.fail("P0302", node.span, f"{table} has no date: there is no first and last", "Use `min` or `max`.")
    inner = replace(row_scope(scope, table), outer=None)
    value, where, share = aggregate_parts(b, inner, node, table)
    order = default_order(b, table) if func in ("first", "last") else ()
    type_ = aggregate_type(func, value.type if value is not None else None)
    return Overall(table, func, type_, value, all_of(of_tracked(b, table), where), share, order)


def of_tracked(b: Binder, table: str) -> Term | None:
    """Whether a row is of a tracked user; None where every row is."""
    key, counted = b.ways.key_to(table, "customers"), tracked(b)
    if table == "customers" or counted is None or key is None:
        return counted if table == "customers" else None
    return all_of(known(key), rebase(counted, Followed(key, "customers")))


def _before(b: Binder, scope: Scope, node: tree.Call, found: Overall) -> Term:
    """The aggregate as it was when the month of a date of the row at hand began."""
    at, before = _both(b, scope, node, found)
    for arg, term in zip(node.args[1:], (at, before), strict=True):
        if not term.type.timely:
            raise b.fail("P0301", arg.span, f"a date or moment is expected, this is {term.type}")
    month = Op("start_of", (Lit("month", TEXT), local_date(before)), DATE)
    return replace(found, at=local_date(at), before=month)


def _alike(b: Binder, scope: Scope, node: tree.Call, found: Overall) -> Term:
    """The aggregate of the rows that have a value of the row at hand."""
    at, own = _both(b, scope, node, found)
    if at.type != own.type:
        raise b.fail("P0301", node.args[2].span, f"cannot look for {own.type} among {at.type}")
    return replace(found, at=at, before=own, alike=True)


def _both(b: Binder, scope: Scope, node: tree.Call, found: Overall) -> tuple[Term, Term]:
    """What its rows have, and what the row at hand has."""
    inner = replace(row_scope(scope, found.rows), outer=None)
    return b.value(inner, node.args[1].value), b.value(scope, node.args[2].value)


_BESIDE = {"overall_before": _before, "overall_for": _alike}


def _of_metric(b: Binder, node: tree.Call, measure: Measure) -> Term:
    """A metric over all tracked users and all time."""
    if isinstance(measure, Lit):
        return measure
    if isinstance(measure, Fixed):
        return measure.term
    if isinstance(measure, Calc):
        args = tuple(_of_metric(b, node, a) for a in measure.args)
        return Op("first_known" if measure.op == "if_empty" else measure.op, args, measure.type)
    if isinstance(measure, Agg) and isinstance(measure.rows, str) and measure.func != "most_common":
        where = all_of(of_tracked(b, measure.rows), measure.where)
        return Overall(measure.rows, measure.func, measure.type, measure.value, where, measure.share, measure.order)
    raise _not_for_all(b, node)


def _not_for_all(b: Binder, node: tree.Call) -> Unbound:
    return b.fail("P0302", node.args[0].span, "`overall` takes aggregates and metrics made of them",
                  "Shares, rates, credited, rolling and running numbers belong to a report's rows.")  # fmt: skip


def looks_at_no_row(term: Term) -> bool:
    """Whether a value is the same for every row: made of literals and of aggregates over everybody."""
    if isinstance(term, Op):
        return all(looks_at_no_row(a) for a in term.args)
    if isinstance(term, Learnt):
        return term.key is None
    return isinstance(term, Lit) or (isinstance(term, Overall) and term.before is None)


def overalls(term: object) -> Iterator[Overall]:
    """The aggregates over everybody that a value is made of, at its own level."""
    if isinstance(term, Overall):
        yield term
    elif isinstance(term, Op):
        for arg in term.args:
            yield from overalls(arg)


def numbers_learned(term: object) -> Iterator[Learnt]:
    """What a model says of everybody, in a value that looks at no row."""
    return (t for t in walk(term) if isinstance(t, Learnt) and t.key is None)


__all__ = ["looks_at_no_row", "numbers_learned", "overall", "overalls"]
