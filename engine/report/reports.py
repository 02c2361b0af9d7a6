"""Reports: every show asked, laid out as the spec says, with where the numbers came from. Knows no file format.

All shows of a report share one planner, so an audience or a credit that several of them need is computed once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

from patron.dsl import tree
from patron.dsl.format import format_expr, format_statement
from patron.dsl.problems import Problem, by_place
from patron.engine.model.binder import ParamValue, Scope, Unbound
from patron.engine.model.files import Declaration
from patron.engine.model.layouts import parts as report_parts
from patron.engine.model.notes import bind_note
from patron.engine.model.periods import Span
from patron.engine.model.phrases import Defaults, bind_phrase, bind_subject
from patron.engine.model.queries import Query, Subject
from patron.engine.model.reports import ReportFrame, bind_report, check_show, show_needs
from patron.engine.model.resolve import Model
from patron.engine.model.spans import bind_period, compared_span, period_words
from patron.engine.model.terms import Lit
from patron.engine.plan.bounds import bounded
from patron.engine.plan.nodes import Plan, Scan, Temp, walk
from patron.engine.plan.planner import Planner
from patron.engine.plan.query import plan_query
from patron.engine.plan.rules import among_others
from patron.engine.report import marking, provenance
from patron.engine.report.answers import list_reader, run_program, said, why_empty
from patron.engine.report.assemble import assemble
from patron.engine.report.context import Context, lowering
from patron.engine.report.doubts import doubts_of, with_doubts
from patron.engine.report.facts import list_facts
from patron.engine.report.funnels import steps_that_grow
from patron.engine.report.history import unstored
from patron.engine.report.holding import holds
from patron.engine.report.overlaps import overlap_notes, with_overlap
from patron.engine.report.subjects import pending, untaken
from patron.engine.report.tracking import not_tracked, with_tracking
from patron.engine.report.unowned import left_out_notes, with_left_out
from patron.engine.results import Conditions, Definition, Figure, Note, Part, Report, Result, Section
from patron.engine.runtime.errors import PatronError, SpecError
from patron.engine.sql.program import compile_plan
from patron.engine.types import DATE, NUMBER, TEXT, WHOLE


def make(model: Model, name: str, params: Mapping[str, object], context: Context) -> Report:
    """A report with all its figures. SpecError when its spec is wrong; a figure that fails alone says so."""
    b = model.binder()
    try:
        declaration = b.find("report", name, tree.NOWHERE)
        given = {tree.fold(k): given_param(v) for k, v in params.items()}
        frame = bind_report(b, declaration, given)
    except Unbound:
        raise SpecError(problems=by_place(b.problems)) from None
    stopping = by_place(p for p in b.problems if p.stops)
    if stopping:
        raise SpecError(problems=stopping)
    return _Maker(model, frame, context).report()


def given_param(value: object) -> ParamValue:
    """A report parameter given from outside."""
    span = tree.NOWHERE
    if isinstance(value, ParamValue):
        return value
    if isinstance(value, tree.Path):
        return ParamValue((Lit(str(value), TEXT),), span)
    if isinstance(value, tree.Text):
        return ParamValue((Lit(value.value, TEXT),), span)
    if isinstance(value, tree.Number):
        whole = value.value == value.value.to_integral_value()
        return ParamValue((Lit(int(value.value), WHOLE) if whole else Lit(value.value, NUMBER),), span)
    if isinstance(value, tree.Date):
        return ParamValue((Lit(dt.date.fromisoformat(value.text), DATE),), span)
    if isinstance(value, dt.date):
        return ParamValue((Lit(value, DATE),), span)
    if isinstance(value, (int, Decimal)):
        return ParamValue((Lit(value, WHOLE if isinstance(value, int) else NUMBER),), span)
    return ParamValue((Lit(str(value), TEXT),), span)


@dataclass
class _Maker:
    """One report being made."""

    model: Model
    frame: ReportFrame
    context: Context
    done: set[str] = field(default_factory=set)
    doubts: dict[str, Problem | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.planner = Planner(self.frame.binder, self.context.store, list_reader(self.context))

    def report(self) -> Report:
        frame, settings = self.frame, self.model.declared.settings
        node = frame.node
        self._check_all(node)
        parts = self._parts(node.parts, frame.name)
        defaults = frame.defaults
        source = provenance.of(self.model, frame, self.context, self.planner, self.done)
        return Report(
            frame.name, frame.title, settings.title, subject_words(frame, defaults.subject),
            self._period_words(defaults.period), self._comparison_words(defaults), parts, source,
            node.describe.value if node.describe else "", tuple(dict.fromkeys(self._warnings(source.people))),
        )  # fmt: skip

    def _warnings(self, people: int | None) -> Iterator[str]:
        """What the definitions warn of, how far back can be looked, and why nobody is in the report when nobody is."""
        told = filter(self.model.declared.concerns, self.frame.binder.problems)
        warnings = (p for p in by_place(told) if p.severity == "W")
        doubts = (p for p in self.doubts.values() if p is not None)
        yield from (said(p) for p in (*warnings, *unstored(self.frame.binder.as_of, self.context), *doubts))
        if people == 0:
            subject = bind_subject(self.frame.binder, Scope(""), self.frame.defaults.subject)
            yield from why_empty(self.model, subject, self.context)
            for name in untaken(subject, self.context):
                yield f"the list `{name}` has not been taken: `patron lists take {name}`, of another day with --as-of"

    def _check_all(self, node: tree.ReportDecl) -> None:
        """All problems of all shows at once, before anything runs."""
        b = self.frame.binder
        known = len(b.problems)
        for part in report_parts(node.parts):
            if isinstance(part, tree.Show):
                try:
                    check_show(self.frame, part)
                except Unbound:
                    continue
            elif isinstance(part, tree.Note):
                with suppress(Unbound):
                    bind_note(self.frame.binder, self.frame.defaults, part)
        stopping = by_place(p for p in b.problems[known:] if p.stops)
        if stopping:
            raise SpecError(problems=stopping)

    # ------------------------------------------------------------ layout

    def _parts(self, items: tuple[tree.Part, ...], address: str) -> tuple[Part, ...]:
        found: list[Part] = []
        for item in items:
            if isinstance(item, tree.Tab):
                inner = self._parts(item.parts, f"{address}/{item.title.value}")
                found.append(Section(item.title.value, inner, not item.section, item.collapsed))
            elif isinstance(item, tree.Note):
                found += self._note(item)
            elif isinstance(item, tree.Show):
                found.append(self._show(item, address))
        return tuple(found)

    def _note(self, node: tree.Note) -> Iterator[Note]:
        """The note, where its condition holds by numbers that may be shown."""
        text, when = node.text.value, format_expr(node.when) if node.when is not None else ""
        known = len(self.frame.binder.problems)
        try:
            query = bind_note(self.frame.binder, self.frame.defaults, node)
            if query is None or holds(self._answer(self._timed(query), [])[0]):
                yield Note(text, when)
        except Unbound:  # a member that a pack promises for later
            del self.frame.binder.problems[known:]
        except SpecError:
            raise
        except PatronError as error:
            yield Note(f"{text} (whether `{when}` could not be told: {error})", when)

    def _show(self, node: tree.Show, address: str) -> Figure | Conditions:
        title = node.title or _title_of(node)
        place = f"{address}/{title}"
        needs = show_needs(self.frame.binder, node)
        known = len(self.frame.binder.problems)
        try:
            if needs == "people":
                return self._conditions(node, title, place)
            if needs == "fields":
                found = list_facts(self.model, self.frame, node, self.context, self.planner, self.done)
                return Figure(node.kind.key, title, place, found)
            return self._figure(node, title, place)
        except Unbound:
            return Figure(node.kind.key, title, place, None, problem=self._told(known), awaited=self._awaited(known))
        except SpecError:
            raise
        except PatronError as error:
            return Figure(node.kind.key, title, place, None, problem=str(error))

    def _told(self, known: int) -> str:
        """Why a figure alone could not be made; names that share a reason are told together."""
        named: dict[str, list[str]] = {}
        for problem in self.frame.binder.problems[known:]:
            if problem.severity != "N":
                name, _, reason = problem.message.partition(" is not there yet: ")
                named.setdefault(reason, []).append(name)
        return "; ".join(_together(dict.fromkeys(names), reason) for reason, names in named.items())

    def _awaited(self, known: int) -> bool:
        """Whether nothing stops a figure but members that a pack promises for later."""
        return not any(p.stops for p in self.frame.binder.problems[known:])

    def _conditions(self, node: tree.Show, title: str, place: str) -> Conditions:
        subject = self.frame.defaults.subject
        name = _subject_name(self.frame, subject)
        from patron.engine.report.explain import tree_of, without_small_groups

        found = tree_of(self.model, name, self.context, self.frame.binder)
        smallest = self._own_defaults(node).smallest_group
        found = without_small_groups(
            found, self.model.declared.settings.smallest_group if smallest is None else smallest
        )
        return replace(found, title=title, address=place)

    # ------------------------------------------------------------ figures

    def _figure(self, node: tree.Show, title: str, place: str) -> Figure:
        assert node.phrase is not None
        b = self.frame.binder
        known = len(b.problems)
        defaults = self._own_defaults(node)
        query = self._timed(bind_phrase(b, node.phrase, defaults))
        notes = [p.message for p in by_place(b.problems[known:]) if p.severity == "N"]
        result, sql, tables = self._answer(query, notes)
        grown = steps_that_grow(result) if node.kind.key == "funnel" else ()
        trend = self._trend(node, defaults) if node.kind.key in ("card", "cards") else None
        marks = marking.marks(self.planner, self.model, node.phrase, query, self.context) if node.phrase.marks else ()
        return Figure(
            node.kind.key, title, place, result, settings_of(node), query.rest, marks, self._definitions(query),
            subject_words(self.frame, node.phrase.subject or defaults.subject), str(query.period),
            _compared_with(self.frame, query), _filter_words(node.phrase, defaults), sql, trend=trend,
            notes=grown, named=node.title is not None, tables=tables, sides=self._sides(query.subject),
        )  # fmt: skip

    def _timed(self, query: Query) -> Query:
        """The question within the bounds of its lists, of the people that the report's `membership` says."""
        return replace(bounded(self.planner, query), each_period=self.frame.membership == "each period")

    def _own_defaults(self, node: tree.Show) -> Defaults:
        own = next((s for s in node.settings if s.key.key == "smallest_group"), None)
        if own is not None and own.values and isinstance(own.values[0], tree.Number):
            return replace(self.frame.defaults, smallest_group=int(own.values[0].value))
        return self.frame.defaults

    def _answer(self, query: Query, notes: list[str]) -> tuple[Result, str, tuple[str, ...]]:
        """A question's answer, the SQL that computed it, and the tables it was computed from."""
        plan = with_tracking(self.planner, query, plan_query(self.planner, query))
        plan = with_overlap(self.planner, query, plan)
        plan = with_left_out(self.planner, query, plan)
        plan = with_doubts(self.planner, plan, self.doubts)
        rewritten = among_others(plan.plan)
        program = compile_plan(rewritten, lowering(self.model, self.context.store), frozenset(self.done))
        fetched = run_program(program, self.context)
        self.done |= {s.name for s in program.steps}
        self.doubts |= doubts_of(self.model, self.planner.b, fetched, self.doubts)
        extra = [*overlap_notes(query, fetched), *left_out_notes(fetched)]
        currency = self.model.declared.settings.currency
        result = assemble(query, plan, fetched, currency, [*notes, *extra], pending(query, self.context))
        return not_tracked(query, fetched, result), program.text(), tables_read(rewritten)

    def _sides(self, subject: Subject) -> dict[str, str]:
        """The titles of the people that stand side by side, by name."""
        return dict(zip(subject.names, _titles(self.frame, subject), strict=True)) if subject.each else {}

    def _trend(self, node: tree.Show, defaults: Defaults) -> Result | None:
        """The metrics of cards along time, for the small line under each value."""
        assert node.phrase is not None
        period = self.frame.binder
        known = len(period.problems)
        try:
            query = bind_phrase(
                period, replace(node.phrase, compare=tree.NoComparison()), replace(defaults, compare=None)
            )
            unit = "day" if query.period.days <= 92 else "week" if query.period.days <= 400 else "month"
            if not query.period.bounded or query.period.days < 3:
                return None
            along = replace(
                node.phrase, compare=tree.NoComparison(), by=(tree.Dimension(tree.Path((tree.Name(unit),))),)
            )
            bound = bounded(self.planner, bind_phrase(period, along, replace(defaults, compare=None)))
        except (Unbound, SpecError):
            return None
        finally:
            del period.problems[known:]
        return self._answer(bound, [])[0]

    def _definitions(self, query: Query) -> tuple[Definition, ...]:
        known = self.model.declared.known("metric")
        found = []
        for asked in query.metrics:
            if asked.hidden:
                continue
            declared = known.get(tree.fold(asked.name))
            text = _definition_text(declared) if declared is not None else asked.name
            found.append(Definition(asked.name, asked.title, text, asked.metric.describe))
        return tuple(found)

    def _period_words(self, period: tree.Period | None) -> str:
        if period is None:
            return "all time"
        return _dated(period_words(period), str(self._span(period)))

    def _comparison_words(self, defaults: Defaults) -> str:
        compare, period = defaults.compare, defaults.period
        if isinstance(compare, tree.OtherAudience):
            return subject_words(self.frame, tree.ForAudiences((compare.name,)))
        if isinstance(compare, tree.OtherList):
            return subject_words(self.frame, tree.ForLists((compare.list,)))
        words = comparison_words(compare)
        if not words or compare is None or period is None:
            return words
        return _dated(words, str(compared_span(self.frame.binder, Scope(""), compare, self._span(period))))

    def _span(self, period: tree.Period) -> Span:
        return bind_period(self.frame.binder, Scope(""), period)


def tables_read(plan: Plan) -> tuple[str, ...]:
    """The tables that a plan reads, also through what earlier steps stored."""
    steps = {step.name: step.node for step in plan.steps}
    waiting = [step.node for step in plan.outputs]
    found: set[str] = set()
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Scan):
                found.add(node.table)
            elif isinstance(node, Temp) and node.name in steps:
                waiting.append(steps.pop(node.name))
    return tuple(sorted(found))


def _dated(words: str, dates: str) -> str:
    """`last 30 days (2026-05-02 to 2026-05-31)`."""
    return f"{words} ({dates})" if words and words != dates else dates


def _definition_text(declared: Declaration) -> str:
    return format_statement(declared.statement).strip()


def _together(names: Iterable[str], reason: str) -> str:
    """Members that are not there yet, with the reason; other messages as they are."""
    told = list(names)
    if not reason:
        return "; ".join(told)
    return f"{', '.join(told)} {'is' if len(told) == 1 else 'are'} not there yet: {reason}"


def _title_of(node: tree.Show) -> str:
    """A title for a show that has none: its metrics."""
    if node.phrase is None:
        return node.kind.text.capitalize()
    names = [i.title or str(i.value if isinstance(i.value, tree.Path) else i.value.text) for i in node.phrase.items]
    words = [n.rpartition(".")[2].replace("_", " ") for n in names]
    first = ", ".join(words[:3]) + (", ..." if len(words) > 3 else "")
    if node.phrase.by:
        first += " by " + ", ".join(
            (d.title or str(d.path)).rpartition(".")[2].replace("_", " ") for d in node.phrase.by
        )
    return first[:1].upper() + first[1:]


def settings_of(node: tree.Show) -> dict[str, tuple[str, ...]]:
    """The settings of a show as texts."""
    return {s.key.key: tuple(_setting_text(v) for v in s.values) for s in node.settings}


def _setting_text(value: tree.SettingValue) -> str:
    if isinstance(value, tree.Text):
        return value.value
    if isinstance(value, (tree.Number, tree.Percent)):
        return format(value.value, "f")
    if isinstance(value, tree.EnvRef):
        return f'{value.function}("{value.name.value}")'
    return str(value) if isinstance(value, tree.Path) else format_expr(value)


def _subject_name(frame: ReportFrame, subject: tree.Subject | None) -> str:
    bound = bind_subject(frame.binder, Scope(""), subject)
    return bound.names[0] if bound.names else "all_tracked_users"


def subject_words(frame: ReportFrame, subject: tree.Subject | None) -> str:
    """Whom a report or figure is about, in words."""
    bound: Subject = bind_subject(frame.binder, Scope(""), subject)
    if bound.kind == "records":
        return "All records"
    return (" | " if bound.each else " and ").join(_titles(frame, bound))


def _titles(frame: ReportFrame, subject: Subject) -> list[str]:
    """The titles of audiences or lists."""
    declared = frame.binder.declared.known("audience" if subject.kind == "audiences" else "list")
    found = [declared[name] for name in subject.names]
    return [getattr(each.statement, "title", None) or each.name.replace("_", " ").capitalize() for each in found]


def comparison_words(node: tree.Comparison | None) -> str:
    """Which period a report is compared with, in words."""
    if node is None or isinstance(node, tree.NoComparison):
        return ""
    if isinstance(node, tree.PreviousComparison):
        return "previous period"
    if isinstance(node, tree.SamePeriodLast):
        return f"same period last {node.unit}"
    if isinstance(node, tree.SameWeekdays):
        return "same weekdays last year"
    assert not isinstance(node, (tree.OtherAudience, tree.OtherList))
    if isinstance(node, tree.FixedPeriod):
        return " to ".join(d.text for d in (node.start, node.end) if isinstance(d, tree.Date))
    return period_words(node)


def _compared_with(frame: ReportFrame, query: Query) -> str:
    if query.compare is None:
        return ""
    if query.compare.span is not None:
        return str(query.compare.span)
    other = query.compare.subject
    return " and ".join(_titles(frame, other)) if other is not None else ""


def _filter_words(phrase: tree.Phrase, defaults: Defaults) -> str:
    return " and ".join(format_expr(c) for c in (*defaults.only, phrase.where) if c is not None)
