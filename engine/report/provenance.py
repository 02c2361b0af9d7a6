"""Where a report's numbers come from: what every report prints about itself."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from patron.dsl import tree
from patron.dsl.format import format_statement
from patron.engine.model.binder import Scope
from patron.engine.model.list_rules import Length, interval, later, list_rules
from patron.engine.model.periods import to_local
from patron.engine.model.phrases import bind_subject
from patron.engine.model.reports import ReportFrame
from patron.engine.model.resolve import Model
from patron.engine.model.settings import WEEKDAYS
from patron.engine.model.terms import Field, Here, Lit, Op, Term
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Col, Filter, Join, Node, Project, Step, columns
from patron.engine.plan.parts import LABEL
from patron.engine.plan.planner import Planner
from patron.engine.plan.subjects import subject_people
from patron.engine.plan.tables import filled
from patron.engine.report.context import Context
from patron.engine.report.programs import Fetched
from patron.engine.results import Coverage, Provenance, SourceFact
from patron.engine.types import WHOLE, YESNO, reference

PEOPLE = "people"
DEMOGRAPHIC = ("gender", "birth_date", "age_band", "city", "postcode", "country")


def of(model: Model, frame: ReportFrame, context: Context, planner: Planner, rows: Fetched) -> Provenance:
    """The provenance of a report: spec, moment, rules, people, sources, coverage."""
    from patron import __version__

    settings = model.declared.settings
    people, *known = rows[PEOPLE][0]
    coverage = tuple(
        Coverage(f"customer.{c}", c.replace("_", " ").capitalize(), (n / people) if people else None)
        for c, n in zip(_known_of(planner), known, strict=True)
    )
    smallest = frame.defaults.smallest_group
    as_of = frame.binder.as_of
    local = to_local(as_of.moment, settings.timezone)
    said = f"end of {as_of.today}" if as_of.whole_day else local.strftime("%Y-%m-%d %H:%M")
    return Provenance(
        spec_hash(model), said, settings.timezone, settings.currency, settings.order_rule, settings.sales, people,
        _sources(context), coverage, __version__, WEEKDAYS[settings.week_starts - 1],
        settings.smallest(smallest), _fresh_until(frame, context),
    )  # fmt: skip


def _fresh_until(frame: ReportFrame, context: Context) -> dt.datetime | None:
    """When the report is older than its `refresh` allows; one that looks back stays."""
    own = next((interval(c.every) for c in frame.node.clauses if isinstance(c, tree.Refresh)), None)
    as_of, every = frame.binder.as_of, own or _refresh_of_list(frame)
    back = as_of.whole_day or as_of != context.as_of
    return None if every is None or back else later(as_of.moment, every).replace(tzinfo=dt.UTC)


def _refresh_of_list(frame: ReportFrame) -> Length | None:
    """How often the list of a report is to be refreshed."""
    subject = bind_subject(frame.binder, Scope(""), frame.defaults.subject)
    if subject.kind != "lists":
        return None
    decl = frame.binder.declared.known("list")[subject.names[0]].statement
    assert isinstance(decl, tree.ListDecl)
    return list_rules(decl).every


def spec_hash(model: Model) -> str:
    """A name for what the specs say: spacing and comments do not change it."""
    digest = hashlib.sha256()
    for document in sorted(model.declared.documents, key=lambda d: d.file):
        for statement in document.statements:
            digest.update(format_statement(statement).encode())
    for name, value in sorted(model.declared.overrides.items()):
        digest.update(f"{name}={value}".encode())
    return digest.hexdigest()[:12]


def people_step(frame: ReportFrame, planner: Planner) -> Step:
    """How many people the report is about, and how many of them have each demographic value."""
    subject = bind_subject(frame.binder, Scope(""), frame.defaults.subject)
    people = subject_people(planner, subject)
    asked = _known_of(planner)
    ident = reference("customers")
    terms: list[tuple[str, Term]] = [("id", Field(Here(), "id", ident))]
    types = {c: planner.b.ways.columns("customers")[c].type for c in asked}
    terms += [(c, Field(Here(), c, types[c])) for c in asked]
    node: Node = row_plans.evaluate(planner, "customers", terms)
    if people is not None:
        members = people.node
        if people.labels:
            everybody = Op("=", (Col(LABEL, WHOLE), Lit(len(people.labels) - 1, WHOLE)), YESNO)
            members = Filter(members, everybody)
        side = Project(members, (("@member", Col("id", ident)),))
        node = Join(node, side, "semi", ((Col("id", ident), Col("@member", ident)),))
    own = {c.name: c for c in columns(node)}
    calls = [("people", AggCall("count", WHOLE)), *((c, AggCall("count", WHOLE, own[c])) for c in asked)]
    return Step(PEOPLE, Aggregate(node, (), tuple(calls), "people of the report"), "people of the report")


def _known_of(planner: Planner) -> list[str]:
    """What is there of people: demographic columns that something fills."""
    return [c for c in DEMOGRAPHIC if filled(planner, "customers", c)]


def _newest(files: Sequence[tuple[str, int, int, str]]) -> dt.datetime | None:
    """When the youngest file behind a source table was written."""
    times = [written for _, _, written, _ in files]
    return dt.datetime.fromtimestamp(max(times) // 1_000_000_000, dt.UTC) if times else None


def _sources(context: Context) -> tuple[SourceFact, ...]:
    found = []
    for entry in context.sources:
        found.append(SourceFact(entry.source, entry.table, entry.rows, entry.rejected, _newest(entry.files)))  # type: ignore[attr-defined]
    if found:
        return tuple(found)
    return tuple(SourceFact("", n, t.rows, 0, None) for n, t in sorted(context.store.tables.items()) if t.present)
