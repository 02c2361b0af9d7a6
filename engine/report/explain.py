"""Audiences explained: the tree with the people left after every line, and why one customer is in or not."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import replace
from typing import Any, cast

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem, by_place
from patron.dsl.tree import NOWHERE
from patron.engine.model.audiences import CUSTOMER_ID
from patron.engine.model.binder import Binder, Unbound
from patron.engine.model.periods import AsOf, to_local
from patron.engine.model.resolve import Model
from patron.engine.model.terms import Lit, Term, compare
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import AggCall, Aggregate, Node, Step
from patron.engine.plan.planner import Planner
from patron.engine.report.answers import list_reader
from patron.engine.report.assemble import clean
from patron.engine.report.clauses import EXCLUDE, Clauses, clauses_of, holds
from patron.engine.report.conditions import audiences_in, findings_of
from patron.engine.report.context import Context
from patron.engine.report.findings import Known, Told
from patron.engine.report.foretold import explained
from patron.engine.report.made_of import why_trait
from patron.engine.report.programs import fetched
from patron.engine.report.speech import Speaker, counted
from patron.engine.report.turning import Outlook
from patron.engine.results import SUPPRESSED, ConditionLine, Conditions, Why, WhyLine
from patron.engine.runtime.errors import SpecError
from patron.engine.types import WHOLE, reference

# ---------------------------------------------------------------- the tree


def tree_of(model: Model, name: str, context: Context, binder: Binder | None = None) -> Conditions:
    """Every line of an audience with the people left after it; of a list, the lines as they were when it was taken.

    `binder` is that of a report with parameters of its own.
    """
    b = binder or model.binder()
    if not b.has("audience", name) and b.has("list", name):
        return list_tree(model, name, None, context)
    found = clauses_of(b, name)
    left = people_left(model, found, context)
    lines = tuple(ConditionLine(c.words, c.depth, n) for c, n in zip(found.lines, left, strict=True))
    return Conditions(found.audience.title, found.audience.name, lines, _last(found, left))


def _last(found: Clauses, left: list[int]) -> int:
    """The people left at the end: after the last line of the outermost level."""
    return next(n for c, n in zip(reversed(found.lines), reversed(left), strict=True) if c.depth == 0)


def list_tree(model: Model, name: str, version: int | None, context: Context) -> Conditions:
    """The conditions that a version of a list was taken with; without counts while it is pending."""
    declared = model.declared.known("list")[tree.fold(name)]
    node = declared.statement
    assert isinstance(node, tree.ListDecl)
    title = node.title or declared.name
    stored = context.lists.get(name, version) if context.lists is not None else None
    if stored is not None:
        return Conditions(title, declared.name, stored.conditions, stored.size)
    assert node.source is not None
    found = clauses_of(model.binder(), node.source.text)
    return Conditions(title, declared.name, tuple(ConditionLine(c.words, c.depth) for c in found.lines))


def without_small_groups(found: Conditions, smallest: int) -> Conditions:
    """The tree with counts of 1 to `smallest` - 1 people suppressed."""

    def hidden(count: int | None) -> bool:
        return count is not None and 0 < count < smallest

    lines = tuple(replace(c, left=None, state=SUPPRESSED) if hidden(c.left) else c for c in found.lines)
    shown = replace(found, lines=lines)
    return replace(shown, total=None, state=SUPPRESSED) if hidden(found.total) else shown


def people_left(model: Model, found: Clauses, context: Context) -> list[int]:
    """One pass: a yes/no column for every condition, then one count for every line."""
    p = Planner(found.binder, context.store, list_reader(context))
    node = row_plans.evaluate(p, "customers", [("id", CUSTOMER_ID), *found.columns.items()])
    formulas = {c.left: f"n{i}" for i, c in enumerate(found.lines)}
    calls = tuple((name, AggCall("count", WHOLE, None, formula)) for formula, name in formulas.items())
    left = Step("left", Aggregate(node, (), calls), "people left after every line")
    (row,) = fetched(p, (left,), model, context)["left"]
    numbers = dict(zip(formulas, row, strict=True))
    return [int(numbers[c.left]) for c in found.lines]


def _is_audience(model: Model, name: str) -> bool:
    return model.binder().has("audience", name)


# ---------------------------------------------------------------- why


def why(model: Model, customer_id: str, name: str, context: Context) -> Why:
    """Each clause for one customer, with the values and rows that decided, and the nearest change."""
    if any("\ud800" <= c <= "\udfff" for c in customer_id):  # bytes that are no text: no id has them
        raise _nobody(customer_id)
    customer_id = unicodedata.normalize("NFC", customer_id)
    if not _is_audience(model, name) and model.binder().has("list", name):
        return _why_listed(model, customer_id, name, context)
    if not _is_audience(model, name) and model.binder().has("trait", name):
        found = why_trait(model, customer_id, name, context)
        if found is None:
            raise _nobody(customer_id)
        return found
    asked = _ask(model, customer_id, clauses_of(model.binder(), name), context)
    nearest, learned = asked.outlook.nearest(asked.member), explained(model, customer_id, asked.clauses, context)
    return Why(customer_id, asked.clauses.audience.name, asked.member, asked.lines, nearest, learned)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is known about one customer and the lines of an audience."""

    clauses: Clauses
    member: bool
    lines: tuple[WhyLine, ...]
    outlook: Outlook


def _ask(model: Model, customer_id: str, found: Clauses, context: Context) -> _Answer:
    b = found.binder
    known_problems = len(b.problems)
    try:
        told = findings_of(found)
    except Unbound:
        raise SpecError(problems=by_place(b.problems[known_problems:])) from None
    others = dict.fromkeys(name for finding in told.findings.values() for name in audiences_in(finding))
    inner = {name: _ask(model, customer_id, clauses_of(b, name), context) for name in others}
    known = replace(
        _known(model, customer_id, found, told, context), inner={name: a.outlook for name, a in inner.items()}
    )
    outlook = Outlook(found, told, known)

    def truth(column: str) -> bool | None:
        return known.truths[column]

    lines: list[WhyLine] = []
    for clause in found.lines:
        is_true = bool(holds(clause.truth, truth))
        detail = outlook.detail(clause)
        if clause.side == EXCLUDE and clause.depth == 0 and is_true:
            detail = "; ".join(d for d in (detail, "this leaves them out") if d)
        lines.append(WhyLine(clause.depth, clause.words, is_true, detail))
        for name in audiences_in(outlook.told_of(clause)):
            lines += _within(inner[name].lines, clause.depth + 1)
    return _Answer(found, bool(holds(found.member, truth)), tuple(lines), outlook)


def _within(lines: tuple[WhyLine, ...], depth: int) -> list[WhyLine]:
    """The lines of an audience that another refers to; that they are looked at at all was said."""
    shown = lines[1:] if lines[0].holds else lines
    return [replace(line, depth=line.depth + depth) for line in shown]


def _known(model: Model, customer_id: str, found: Clauses, told: Told, context: Context) -> Known:
    """The truth of every condition, the values behind it and the rows behind those, of one customer."""
    p = Planner(found.binder, context.store, list_reader(context))
    who = Lit(customer_id, reference("customers"))
    asks: dict[Term, str] = {t: f"v{i}" for i, t in enumerate(told.asks)}
    items = [("id", CUSTOMER_ID), *found.columns.items(), *((n, t) for t, n in asks.items())]
    values = row_plans.evaluate(p, "customers", items, compare("=", CUSTOMER_ID, who))
    outputs: list[tuple[str, Node]] = [("values", values)]
    rows_of = {asked: f"rows{i}" for i, asked in enumerate(told.rows)}
    outputs += [(name, asked.plan(p, who)) for asked, name in rows_of.items()]
    found_rows = fetched(p, (Step(n, node, n) for n, node in outputs), model, context)
    if not found_rows["values"]:
        raise _nobody(customer_id)
    row = dict(zip((n for n, _ in items), found_rows["values"][0], strict=True))
    speaker = Speaker(found.binder.settings.currency, found.binder.settings.timezone)
    return Known(
        customer_id, speaker, found.binder, {n: bool(row[n]) for n in found.columns},
        {t: clean(row[n], t.type) for t, n in asks.items()}, {a: a.read(found_rows[n]) for a, n in rows_of.items()},
    )  # fmt: skip


def _nobody(customer_id: str) -> SpecError:
    message = f"there is no customer `{customer_id}`"
    return SpecError([Problem("P0201", NOWHERE, message, "Write the id as it stands in customers; capitals count.")])


# ---------------------------------------------------------------- lists


def _why_listed(model: Model, customer_id: str, name: str, context: Context) -> Why:
    """Membership as it was frozen, and the conditions as of then."""
    declared = model.declared.known("list")[tree.fold(name)]
    node = declared.statement
    assert isinstance(node, tree.ListDecl)
    assert node.source is not None
    stored = context.lists.get(name) if context.lists is not None else None
    if stored is None:
        _ask(model, customer_id, clauses_of(model.binder(), node.source.text), context)  # somebody we know?
        line = WhyLine(0, f"in list {declared.name}", False, "the list has not been taken yet")
        return Why(customer_id, declared.name, False, (line,))
    inside = customer_id in context.lists.members(stored.name, stored.version)
    then = replace(model, as_of=_as_of_then(model, stored.created_at))
    asked = None
    if _is_audience(model, stored.audience):
        asked = _ask(then, customer_id, clauses_of(then.binder(), stored.audience), context)
    lines = [WhyLine(0, f"in list {declared.name} version {stored.version}", inside, _photograph(model, stored))]
    if asked is not None:
        lines[0] = replace(lines[0], detail=lines[0].detail + _since(asked, stored, inside))
        lines += [replace(line, depth=line.depth + 1) for line in asked.lines]
    return Why(customer_id, declared.name, inside, tuple(lines))


def _as_of_then(model: Model, moment: dt.datetime) -> AsOf:
    """The moment of a photograph; the last microsecond of a local date stands for that whole date."""
    zone = model.declared.settings.timezone
    then = AsOf.at(moment, zone)
    end = AsOf.end_of(then.today, zone)
    return end if end.moment == then.moment else then


def _photograph(model: Model, stored: Any) -> str:
    then = _as_of_then(model, stored.created_at)
    local = to_local(then.moment, then.zone)
    at = f"at the end of {then.today}" if then.whole_day else f"on {then.today} at {local:%H:%M}"
    return f"taken {at} with {counted(stored.size, 'person', 'people')}"


def _since(asked: _Answer, stored: Any, inside: bool) -> str:
    """What changed since the photograph: the conditions, or the data about that day."""
    before = [(c.words, c.depth) for c in cast("tuple[ConditionLine, ...]", stored.conditions)]
    if before and before != [(c.words, c.depth) for c in asked.clauses.lines]:
        return "; the conditions have changed since, below are today's, read as of then"
    if asked.member != inside:
        return "; what is known about that day has changed since"
    return ""
