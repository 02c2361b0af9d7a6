"""The rows behind a report: `order_details`, one row per order of its people and period, `people`, one each, and the
changes of a state that a pack follows (`lifecycle.changes`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.parse import parse_phrase
from patron.dsl.problems import Problem, by_place, suggest
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.exports import ORDER_DETAILS, PEOPLE, details
from patron.engine.model.moments import in_span
from patron.engine.model.names import path_term
from patron.engine.model.phrases import bind_phrase, bind_subject
from patron.engine.model.population import tracked
from patron.engine.model.queries import Query
from patron.engine.model.reports import ReportFrame, bind_report
from patron.engine.model.resolve import Model
from patron.engine.model.terms import CreditedRows, Field, Here, Lit, Term, all_of, compare, follow, known
from patron.engine.plan import rows as row_plans
from patron.engine.plan.bounds import bounded
from patron.engine.plan.nodes import (
    Col,
    Filter,
    Join,
    Node,
    Project,
    Sorted,
    SortKey,
    Step,
    WindowCall,
    columns,
)
from patron.engine.plan.planner import Planner
from patron.engine.plan.subjects import subject_people
from patron.engine.report.answers import list_reader
from patron.engine.report.assemble import clean
from patron.engine.report.context import Context
from patron.engine.report.expired import last_counted
from patron.engine.report.params import given_param
from patron.engine.report.programs import fetched
from patron.engine.results import Column, Result
from patron.engine.runtime.errors import SpecError
from patron.engine.types import CHOICE, NUMBER, TEXT, WHOLE, Format, Type, reference

ORDER, CUSTOMER, ACTION = reference("orders"), reference("customers"), reference("actions")
ATTRIBUTED = ("attributed_category", "attributed_name")
_TITLES = {
    "order": "Order", "customer": "Customer", "created_at": "Created", "status": "Status", "channel": "Channel",
    "value": "Value", "attributed_category": "Attributed to (type)", "attributed_name": "Attributed to",
    "email": "E-mail", "phone": "Phone", "country": "Country", "postcode": "Postcode",
    "changed_at": "Changed", "from_stage": "From", "to_stage": "To",
    "consent_email": "Consent to e-mail", "consent_sms": "Consent to SMS", "consent_ads": "Consent to advertising",
}  # fmt: skip
CONTACTS = ("email", "phone", "country", "postcode")
CONSENTS = ("email", "sms", "ads")


def detail(model: Model, name: str, table: str, params: Mapping[str, object], context: Context) -> Result:
    """The rows of a report's detail table. SpecError P0201 for another table, P0503 and P0504 as for its shows."""
    known = details(model.declared)
    if tree.fold(table) not in known:
        message = f"there is no detail called `{table}`"
        raise SpecError([Problem("P0201", tree.NOWHERE, message, suggest(table, known))])
    b = model.binder()
    try:
        declaration = b.find("report", name, tree.NOWHERE)
        frame = bind_report(b, declaration, {tree.fold(k): given_param(v) for k, v in params.items()})
        context = context.lists_seen_from(frame.binder.as_of)
        subject = bind_subject(frame.binder, Scope(""), frame.defaults.subject)
        then, _ = last_counted(model, subject, context)
        if then.as_of != model.as_of:
            return detail(then, name, table, params, context)
        p = Planner(frame.binder, context.store, list_reader(context))
        query = bounded(p, _rows_query(frame, tree.fold(table)))
    except Unbound:
        raise SpecError(problems=by_place(b.problems)) from None
    each = {PEOPLE: "customer", ORDER_DETAILS: "order"}.get(tree.fold(table), "change")
    if each == "change":
        node = changes(p, tree.fold(table), query)
    else:
        node = people(p, query) if each == "customer" else order_details(p, frame, query)
    asked = fetched(p, (Step("rows", node, f"one row per {each}"),), model, context)["rows"]
    found = columns(node)
    rows = tuple(tuple(clean(v, c.type) for v, c in zip(row, found, strict=True)) for row in asked)
    currency = model.declared.settings.currency
    return Result(tuple(_column(c.name, c.type, currency) for c in found), rows)


def _column(name: str, type_: Type, currency: str) -> Column:
    money = type_.kind == "money"
    form = Format("money", 2) if money else Format("date") if type_.timely else Format("text")
    return Column(name, _TITLES[name], type_, "metric" if money else "dimension", name if money else "", form,
                  unit=currency if money else "")  # fmt: skip


def _rows_query(frame: ReportFrame, table: str) -> Query:
    """The report's people, period and `only`, as they apply to orders; changes of a state know no `only`."""
    of_orders = table in (ORDER_DETAILS, PEOPLE)
    phrase, _ = parse_phrase("count(orders)" if of_orders else f"count({table})")
    assert phrase is not None
    only = frame.defaults.only if of_orders else ()
    return bind_phrase(frame.binder, phrase, replace(frame.defaults, compare=None, only=only))


def order_details(p: Planner, frame: ReportFrame, query: Query) -> Node:
    """The orders of a question, in order of their moment and id, each with what it is attributed to."""
    b, rows = p.b, query.frames["orders"]
    created = _path(b, "created_at")
    items: list[tuple[str, Term]] = [("order", Field(Here(), "id", ORDER))]
    items += [(name, _path(b, name)) for name in ("customer", "created_at", "status", "channel", "value")]
    if not b.ways.columns("orders")["status"].said:  # blank as other columns that no source fills
        items = [(name, Lit(None, CHOICE) if name == "status" else term) for name, term in items]
    where = all_of(rows.where, known(created), in_span(created, query.period))
    node = row_plans.evaluate(p, "orders", items, where)
    node = _attributed(p, _of_people(p, node, query), frame, query)
    return Sorted(node, (SortKey(Col("created_at", created.type)), SortKey(Col("order", ORDER))))


def people(p: Planner, query: Query) -> Node:
    """Who the report is about and how they may be reached, in order of their ids: never who was merged away, deleted
    or erased since, whatever a list kept. What no source fills has no column."""
    b = p.b
    columns_of, consents = b.ways.columns("customers"), b.ways.columns("consents")
    items: list[tuple[str, Term]] = [("customer", Field(Here(), "id", CUSTOMER))]
    items += [(name, _path(b, name, "customers")) for name in CONTACTS if columns_of[name].filled]
    if consents["customer"].filled and consents["status"].filled:
        items += [(f"consent_{channel}", _path(b, f"consent.{channel}", "customers")) for channel in CONSENTS]
    node = _of_people(p, row_plans.evaluate(p, "customers", items, tracked(b)), query)
    return Sorted(node, (SortKey(Col("customer", CUSTOMER)),))


def changes(p: Planner, table: str, query: Query) -> Node:
    """The changes of a question's people in its period, in order of their day and customer."""
    columns_of = p.b.ways.columns(table).values()
    items: list[tuple[str, Term]] = [(c.name, Field(Here(), c.name, c.type)) for c in columns_of]
    day = _path(p.b, "changed_at", table)
    node = _of_people(p, row_plans.evaluate(p, table, items, in_span(day, query.period)), query)
    return Sorted(node, (SortKey(Col("changed_at", day.type)), SortKey(Col("customer", CUSTOMER))))


def _of_people(p: Planner, node: Node, query: Query) -> Node:
    """The rows of the question's people."""
    people = subject_people(p, replace(query.subject, each=False))
    if people is None:
        return node
    members = Project(people.node, (("@person", Col("id", CUSTOMER)),))
    return Join(node, members, "semi", ((Col("customer", CUSTOMER), Col("@person", CUSTOMER)),),
                note="people of the report")  # fmt: skip


def _path(b: Binder, name: str, table: str = "orders") -> Term:
    return path_term(b, Scope(table), tree.Path(tuple(tree.Name(n) for n in name.split("."))))


def _attributed(p: Planner, node: Node, frame: ReportFrame, query: Query) -> Node:
    """Category and name of the campaign that earned each order; blank where none did."""
    shown = columns(node)
    if not frame.attribution:
        blank = [(name, Lit(None, TEXT)) for name in ATTRIBUTED]
        return Project(node, (*((c.name, c) for c in shown), *blank))
    credit = _picked_campaigns(p, frame.attribution, query)
    joined = Join(node, credit, "left", ((Col("order", ORDER), Col("@order", ORDER)),), note="what it is attributed to")
    return Project(joined, tuple((c.name, c) for c in (*shown, *(Col(name, TEXT) for name in ATTRIBUTED))))


def _picked_campaigns(p: Planner, attribution: str, query: Query) -> Node:
    """One row per credited order: of several picked actions the one with the largest share, of equal ones the last."""
    only_list = query.subject.kind == "lists" and len(query.subject.names) == 1
    pairs = CreditedRows(attribution, influenced=False, of_list=query.subject.names[0] if only_list else None)
    campaign = follow(follow(Here(), "action", "actions"), "campaign", "campaigns")
    items: list[tuple[str, Term]] = [
        ("@order", Field(Here(), "order", ORDER)), ("category", Field(campaign, "category", TEXT)),
        ("name", Field(campaign, "name", TEXT)), ("num", Field(Here(), "num", NUMBER)),
        ("seq", Field(Here(), "seq", WHOLE)), ("action", Field(Here(), "action", ACTION)),
    ]  # fmt: skip
    found = row_plans.evaluate(p, pairs, items)
    keys = (Col("num", NUMBER), Col("seq", WHOLE), Col("action", ACTION))
    largest = tuple(SortKey(k, descending=True) for k in keys)
    place = WindowCall("row_number", WHOLE, (), (Col("@order", ORDER),), largest)
    numbered = Project(found, (*((c.name, c) for c in columns(found)), ("place", place)))
    first = Filter(numbered, compare("=", Col("place", WHOLE), Lit(1, WHOLE)))
    shown = zip(ATTRIBUTED, ("category", "name"), strict=True)
    named = [("@order", Col("@order", ORDER)), *((attributed, Col(own, TEXT)) for attributed, own in shown)]
    return Project(first, tuple(named), "the campaign of each credited order")
