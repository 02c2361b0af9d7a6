"""Reports: what they say for all their shows, and the check of every part (language reference, section 14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import nearest
from patron.engine.catalog import Lacking, require_setting
from patron.engine.model import spans
from patron.engine.model.binder import Binder, ParamValue, Scope, Unbound
from patron.engine.model.exports import check_export
from patron.engine.model.files import Declaration
from patron.engine.model.layouts import laid_out, parts
from patron.engine.model.literals import length
from patron.engine.model.notes import bind_note
from patron.engine.model.phrases import Defaults, bind_phrase, bind_subject
from patron.engine.model.queries import Query
from patron.engine.model.terms import Lit
from patron.engine.types import TEXT

SHOW_NEEDS: Mapping[str, str] = {
    "card": "no dims", "cards": "no dims", "line": "time first", "bar": "dims", "pie": "one dim or rest", "table": "",
    "matrix": "two dims", "heatmap": "place or two dims", "funnel": "metrics", "facts": "fields",
    "conditions": "people",
}  # fmt: skip
SHARED_SETTINGS = ("rows_per_page", "smallest_group", "height", "width", "describe")


@dataclass(frozen=True, slots=True)
class ReportFrame:
    """A report's clauses, understood, and the binder in which its shows are read."""

    name: str
    title: str
    binder: Binder
    defaults: Defaults
    declaration: Declaration
    node: tree.ReportDecl
    """Its statement, with what it takes over from the one it is like."""
    params: Mapping[str, ParamValue] = field(default_factory=dict)
    membership: str = "fixed"
    attribution: str = ""


def bind_report(b: Binder, declaration: Declaration, given: Mapping[str, ParamValue] | None = None) -> ReportFrame:
    """The frame of a report: parameters, subject, period, comparison, attribution."""
    node = laid_out(b, declaration)
    scope = Scope("", prefix=declaration.prefix)
    params = {p.name.key: (given or {}).get(p.name.key) or read_param(b, scope, p.value) for p in node.params}
    inner = b.variant(params=params) if params else b
    clause = {type(c): c for c in node.clauses}
    as_of = clause.get(tree.ReportAsOf)
    if isinstance(as_of, tree.ReportAsOf):
        from patron.engine.model.audiences import as_of_term

        inner = inner.variant(as_of=as_of_term(inner, inner.value(scope, as_of.point), as_of.point.span))
    defaults = _defaults(inner, scope, declaration, node, clause)
    membership = clause.get(tree.Membership)
    attribution = clause.get(tree.ReportAttribution)
    name = ""
    if isinstance(attribution, tree.ReportAttribution):
        name = inner.attribution(str(attribution.path), attribution.path.span, scope).name
        inner = inner.variant(attribution=name)
    title = node.title or declaration.name.replace("_", " ").capitalize()
    return ReportFrame(declaration.name, title, inner, defaults, declaration, node, params,
                       membership.mode if isinstance(membership, tree.Membership) else "fixed", name)  # fmt: skip


def read_param(b: Binder, scope: Scope, node: tree.Expr) -> ParamValue:
    """A report parameter's value: a literal, or the name of an audience or list."""
    if isinstance(node, tree.Path):
        return ParamValue((Lit(str(node), TEXT),), node.span)
    return ParamValue((b.value(scope, node),), node.span)


def _defaults(
    b: Binder, scope: Scope, declaration: Declaration, node: tree.ReportDecl, clause: Mapping[type, tree.ReportClause]
) -> Defaults:
    subject, period = clause.get(tree.ReportSubject), clause.get(tree.ReportPeriod)
    compare, small = clause.get(tree.ReportCompare), clause.get(tree.SmallestGroup)
    if subject is None and not declaration.pack:  # a pack's is a layout, whoever is like it says for whom
        hint = "Add `for audience all_tracked_users` or `for all records`."
        b.problem("P0603", node.name.span, f"the report `{node.name.text}` does not say whom it is about", hint)
    elif isinstance(subject, tree.ReportSubject):
        bind_subject(b, scope, subject.subject)
    found = Defaults(
        subject.subject if isinstance(subject, tree.ReportSubject) else None,
        period.period if isinstance(period, tree.ReportPeriod) else None,
        compare.comparison if isinstance(compare, tree.ReportCompare) else None,
        tuple(c.condition for c in node.clauses if isinstance(c, tree.Only)),
        small.count if isinstance(small, tree.SmallestGroup) else None,
    )
    if isinstance(period, tree.ReportPeriod):
        _check_length(b, scope, period)
    return found


def _check_length(b: Binder, scope: Scope, clause: tree.ReportPeriod) -> None:
    span = spans.bind_period(b, scope, clause.period)
    if clause.at_most is None:
        return
    most = max(length(b, scope, clause.at_most), dt.timedelta(days=1)).days
    days = span.planned_days or span.days
    if days > most:
        hint = f"Write `last {most} days`, or a shorter period."
        raise b.fail("P0503", clause.period.span, f"the period has {days} days, at most {most} are allowed", hint)


# ---------------------------------------------------------------- checking


def check_report(b: Binder, declaration: Declaration) -> None:
    """Every problem of a report and its shows."""
    try:
        frame = bind_report(b, declaration)
    except Unbound:
        return
    node = frame.node
    titles = {p.title for p in parts(node.parts) if isinstance(p, tree.Show) and p.title}
    for part in parts(node.parts):
        try:
            if isinstance(part, tree.Show):
                check_show(frame, part)
            elif isinstance(part, tree.Note):
                bind_note(frame.binder, frame.defaults, part)
            elif isinstance(part, tree.Export):
                check_export(b, part, titles)
        except Unbound:
            continue


def check_show(frame: ReportFrame, node: tree.Show) -> Query | None:
    """The query of a show; P0801 for an unknown kind, P0802 for missing parts."""
    b = frame.binder
    needs = show_needs(b, node)
    _check_settings(b, node)
    if needs == "people":
        return None
    if node.phrase is None:
        raise b.fail("P0802", node.kind.span, f"`{node.kind.text}` needs something to show", "Add `of ...`.")
    if needs == "fields":
        for item in node.phrase.items:
            _check_field(b, item)
        return None
    query = bind_phrase(b, node.phrase, own_defaults(frame, node))
    _check_needs(b, node, needs, query)
    return query


def own_defaults(frame: ReportFrame, node: tree.Show) -> Defaults:
    """The report's defaults with what a show sets for itself."""
    own = next((s for s in node.settings if s.key.key == "smallest_group"), None)
    if own is not None and own.values and isinstance(own.values[0], tree.Number):
        return replace(frame.defaults, smallest_group=int(own.values[0].value))
    return frame.defaults


def show_needs(b: Binder, node: tree.Show) -> str:
    key = node.kind.key
    if key in SHOW_NEEDS:
        return SHOW_NEEDS[key]
    found = b.declared.catalog.shows.get(key)
    if found is not None:
        return found.needs
    known = [*SHOW_NEEDS, *b.declared.catalog.shows]
    near = nearest(key, known)
    hint = (f"Did you mean `{near}`? " if near else "") + f"Known: {', '.join(known)}."
    raise b.fail("P0801", node.kind.span, f"there is no show kind called `{node.kind.text}`", hint)


def _check_settings(b: Binder, node: tree.Show) -> None:
    offered = b.declared.catalog.shows.get(node.kind.key)
    specs = offered.settings if offered is not None else ()
    for setting in node.settings:
        if setting.key.key in SHARED_SETTINGS or any(s.name == setting.key.key for s in specs):
            continue
        lacking = require_setting(node.kind.text, specs, setting.key.text)
        if isinstance(lacking, Lacking):
            b.problems.append(lacking.at(setting.key.span))


LIST_FIELDS = ("name", "size", "version", "created_at", "expires_at", "erased", "conditions")


def _check_field(b: Binder, item: tree.Item) -> None:
    node = item.value
    if isinstance(node, tree.Path) and len(node.parts) == 2 and node.parts[0].key == "list":
        if node.parts[1].key in LIST_FIELDS:
            return
        hint = f"Fields: {', '.join(LIST_FIELDS)}."
        raise b.fail("P0203", node.parts[1].span, f"lists have no field `{node.parts[1].text}`", hint)
    if isinstance(node, tree.Path):
        b.metric(str(node), node.span, Scope(""))


def _check_needs(b: Binder, node: tree.Show, needs: str, query: Query) -> None:
    kind, dims = node.kind.text, query.dims
    shown = [m for m in query.metrics if not m.hidden]
    said = ""
    if needs == "no dims" and dims:
        said = f"`{kind}` needs metrics without `by`"
    elif needs == "time first" and not (dims and (dims[0].unit or dims[0].type.kind in ("date", "moment"))):
        said = f"`{kind}` needs a time dimension first"
    elif needs == "dims" and not dims:
        said = f"`{kind}` needs `by`"
    elif needs == "one dim or rest" and not (len(shown) == 1 and (len(dims) == 1 or (not dims and query.rest))):
        said = f"`{kind}` needs one metric by one dimension, or one ratio with `rest`"
    elif needs == "two dims" and len(dims) < 2:
        said = f"`{kind}` needs two dimensions"
    elif needs == "place or two dims" and not dims:
        said = f"`{kind}` needs two dimensions, or a place"
    if said:
        hints = {"no dims": "Use `show table`.", "time first": "Add `by day`.", "dims": "Add `by ...`.",
                 "one dim or rest": 'Add `by ...`, or `rest "..."`.', "two dims": "Add `by a, b`.",
                 "place or two dims": "Add `by weekday, hour_of_day`, or a cell or postcode."}  # fmt: skip
        raise b.fail("P0802", node.kind.span, said, hints.get(needs, ""))
