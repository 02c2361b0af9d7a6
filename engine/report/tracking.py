"""What a campaign led to that nobody could follow is not tracked, and not nothing (language reference, section 13)."""

from __future__ import annotations

from dataclasses import replace

from patron.dsl import tree
from patron.engine.model.binder import Scope
from patron.engine.model.measures import Agg, Measure, aggregates
from patron.engine.model.names import path_term
from patron.engine.model.queries import Query
from patron.engine.model.store import Store
from patron.engine.model.terms import CreditedRows, Field, Followed, Here, Lit, Op, Row, Rows, Term, walk
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Filter, Project, Step, columns
from patron.engine.plan.planner import Planner
from patron.engine.plan.tables import filled
from patron.engine.report.assemble import clean
from patron.engine.report.programs import Fetched
from patron.engine.results import NOT_TRACKED, Result
from patron.engine.types import WHOLE, YESNO

OUTPUT = "untracked"
SINCE = ("tracked_from", "tracked_channels")


def untracked(p: Planner, query: Query) -> Step | None:
    """One more output of a question: the campaigns of its rows, where none of a row is tracked."""
    dims = _of_campaigns(query)
    if not dims or not any(filled(p, "campaigns", name) for name in SINCE):
        return None
    tracked = path_term(p.b, Scope("campaigns", use="row"), tree.Path((tree.Name("tracked"),)))
    items = [*((f"d{place}", term) for place, term in dims.items()), ("tracked", tracked)]
    node = row_plans.evaluate(p, "campaigns", items)
    *keys, mark = columns(node)
    times = AggCall("count", WHOLE, where=mark)
    grouped = Aggregate(node, tuple((c.name, c) for c in keys), (("times", times),))
    none = Filter(grouped, Op("=", (Col("times", WHOLE), Lit(0, WHOLE)), YESNO))
    return Step(
        OUTPUT, Project(none, tuple((c.name, c) for c in keys), "campaigns that are not tracked"), "not tracked"
    )


def not_tracked(query: Query, fetched: Fetched, result: Result) -> Result:
    """The result with `not tracked` where a number of such a campaign would be 0."""
    if not fetched.get(OUTPUT):
        return result
    names = [query.dims[place].name for place in _of_campaigns(query)]
    places = [next(i for i, c in enumerate(result.columns) if c.name == name) for name in names]
    types = [result.columns[i].type for i in places]
    campaigns = {tuple(map(clean, row, types)) for row in fetched[OUTPUT]}
    led_to = {m.name for m in query.metrics if _follows(m.metric.measure)}
    cells = [i for i, c in enumerate(result.columns) if c.role != "dimension" and c.metric in led_to]
    rows, states = [list(row) for row in result.rows], dict(result.states)
    for number, row in enumerate(rows):
        if tuple(row[i] for i in places) not in campaigns:
            continue
        for cell in cells:
            if not row[cell] and (number, cell) not in states:
                row[cell], states[(number, cell)] = None, NOT_TRACKED
    return replace(result, rows=tuple(map(tuple, rows)), states=states)


def never_recorded(query: Query, store: Store, result: Result) -> Result:
    """The result with `not tracked` where a number would be 0 of a kind of action that no source ever records."""
    actions = store.tables.get("actions")
    kind = actions.columns.get("kind") if actions is not None and actions.rows else None
    if kind is None or kind.values is None:
        return result
    seen = set(kind.values)
    lost = {m.name for m in query.metrics if any(_kinds(a) - seen for a in aggregates(m.metric.measure))}
    cells = [i for i, c in enumerate(result.columns) if c.role in ("metric", "before") and (c.metric or c.name) in lost]
    zero = {(n, i): NOT_TRACKED for n, row in enumerate(result.rows) for i in cells if row[i] == 0}
    if not zero:
        return result
    titles = dict.fromkeys(result.columns[i].title for _, i in zero if result.columns[i].role == "metric")
    told = [m for m in query.metrics if m.title in titles]
    kinds = sorted({kind for m in told for a in aggregates(m.metric.measure) for kind in _kinds(a) - seen})
    never = ", ".join(f"`{kind}`" for kind in kinds)
    note = f"no source records {never}: map {'it' if len(kinds) == 1 else 'them'} to `actions.kind` to see "
    notes = (f"{note}{', '.join(titles)}",) if kinds else ()
    rows = tuple(tuple(None if (n, i) in zero else v for i, v in enumerate(row)) for n, row in enumerate(result.rows))
    return replace(result, rows=rows, states={**zero, **result.states}, notes=(*result.notes, *notes))


def _kinds(agg: Agg) -> set[str]:
    """The kind of action that an aggregate is about, if it is about one."""
    tests = [t for t in walk(agg.where) if isinstance(t, Op) and t.name == "="] if agg.rows == "actions" else []
    pairs = [t.args for t in tests if isinstance(t.args[0], Field) and t.args[0].column == "kind"]
    return {str(said.value) for _, said in pairs if isinstance(said, Lit)}


def _follows(measure: Measure) -> bool:
    """Whether a metric counts what campaigns led to: reactions, or orders that they earned."""
    return any(_led_to(agg.rows) for agg in aggregates(measure))


def _led_to(rows: Rows) -> bool:
    return rows == "actions" or isinstance(rows, CreditedRows)


def _of_campaigns(query: Query) -> dict[int, Term]:
    """The dimensions that a campaign has, as values of its row."""
    frame = next((f for rows, f in query.frames.items() if _led_to(rows)), None)
    found = {} if frame is None else {place: _there(term) for place, term in enumerate(frame.dims)}
    return {place: term for place, term in found.items() if term is not None}


def _there(term: Term | None) -> Term | None:
    """A value reached by way of a campaign, as its row has it."""
    if isinstance(term, Field):
        if term.column == "campaign" and term.type.table == "campaigns":
            return Field(Here(), "id", term.type)
        return replace(term, row=Here()) if _is_campaign(term.row) else None
    if isinstance(term, Op):
        args = [a if isinstance(a, Lit) else _there(a) for a in term.args]
        return None if any(a is None for a in args) else replace(term, args=tuple(args))  # type: ignore[arg-type]
    return None


def _is_campaign(row: Row) -> bool:
    return isinstance(row, Followed) and row.table == "campaigns"
