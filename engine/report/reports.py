"""Reports: every show asked, laid out as the spec says, with where the numbers came from. Knows no file format.

All shows are planned before one runs, so that an audience or a credit that several of them need is computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from patron.dsl import tree
from patron.dsl.format import format_expr
from patron.dsl.problems import Problem, by_place
from patron.engine.model.binder import Scope, Unbound
from patron.engine.model.layouts import parts as report_parts
from patron.engine.model.measures import timeless
from patron.engine.model.notes import bind_note
from patron.engine.model.phrases import bind_phrase, bind_subject
from patron.engine.model.queries import Query, Subject
from patron.engine.model.reports import ReportFrame, bind_report, check_show, own_defaults, show_needs
from patron.engine.model.resolve import Model
from patron.engine.plan.bounds import bounded
from patron.engine.plan.planner import Planner
from patron.engine.report import captions, marking, provenance
from patron.engine.report.answers import list_reader, said, why_empty
from patron.engine.report.context import Context
from patron.engine.report.doubts import doubts, doubts_told
from patron.engine.report.expired import last_counted, last_known
from patron.engine.report.facts import facts_shown, list_facts
from patron.engine.report.funnels import steps_that_grow
from patron.engine.report.history import unstored
from patron.engine.report.holding import holds
from patron.engine.report.hours import without_hours
from patron.engine.report.params import given_param
from patron.engine.report.programs import Answered, Fetched, Together
from patron.engine.report.questions import answer, question
from patron.engine.report.subjects import taken_later, untaken
from patron.engine.results import Conditions, Figure, Note, Part, Report, Result, Section
from patron.engine.runtime.errors import PatronError, SpecError


def make(model: Model, name: str, params: Mapping[str, object], context: Context) -> Report:
    """A report with all its figures. SpecError when its spec is wrong; a figure that fails alone says so."""

    def framed(of: Model) -> ReportFrame:
        return _frame(of, name, params)

    frame = framed(model)
    context = context.lists_seen_from(frame.binder.as_of)
    subject = bind_subject(frame.binder, Scope(""), frame.defaults.subject)
    then, told = last_counted(model, subject, context)
    report = _Maker(then, frame if then is model else framed(then), context, framed).report()
    return replace(report, notes=(*told, *report.notes))


def _frame(model: Model, name: str, params: Mapping[str, object]) -> ReportFrame:
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
    return frame


Planned: TypeAlias = Callable[[], Part | None]
"""A part of a report that is planned, to be made after all are; None where it is not to be seen."""
Asked: TypeAlias = Callable[[], tuple[Result, Answered]]
"""A question that is planned, to be answered after all are."""


@dataclass(frozen=True, slots=True)
class _Understood:
    """A show or note: its question, None where it has none or none that can be asked, and what was met on the way."""

    query: Query | None
    problems: Sequence[Problem]
    failed: bool = False


class _Maker:
    """One report being made."""

    def __init__(
        self, model: Model, frame: ReportFrame, context: Context, framed: Callable[[Model], ReportFrame]
    ) -> None:
        self.model, self.frame, self.context, self.framed = model, frame, context, framed
        self.planner = Planner(frame.binder, context.store, list_reader(context))
        self.together = Together(self.planner, model, context)
        self.understood: dict[int, _Understood] = {}

    def report(self) -> Report:
        frame, node = self.frame, self.frame.node
        self._understand_all(node)
        planned = self._parts(node.parts, frame.name)
        about = self.together.ask([provenance.people_step(frame, self.planner), *doubts(self.planner)])
        parts = _made(planned)
        known = self.together.answered(about).rows
        source = provenance.of(self.model, frame, self.context, self.planner, known)
        return Report(
            frame.name, frame.title, self.model.declared.settings.title,
            captions.subject_words(frame, frame.defaults.subject), captions.period_said(frame),
            captions.comparison_said(frame), parts, source, node.describe.value if node.describe else "",
            tuple(dict.fromkeys(self._warnings(source.people, known))),
        )  # fmt: skip

    def _warnings(self, people: int | None, known: Fetched) -> Iterator[str]:
        """What the definitions warn of, how far back can be looked, and why nobody is in the report when nobody is."""
        told = filter(self.model.declared.concerns, self.frame.binder.problems)
        warnings = (p for p in by_place(told) if p.severity == "W")
        uncertain = doubts_told(self.model, self.frame.binder, known)
        yield from (said(p) for p in (*warnings, *unstored(self.frame.binder.as_of, self.context), *uncertain))
        yield from self._of_later_lists()
        if people == 0:
            subject = bind_subject(self.frame.binder, Scope(""), self.frame.defaults.subject)
            yield from why_empty(self.model, subject, self.context)
            for name in untaken(subject, self.context):
                yield f"the list `{name}` has not been taken: `patron lists take {name}`, of another day with --as-of"

    def _of_later_lists(self) -> Iterator[str]:
        """What was photographed after the moment that the report looks from."""
        asked = {id(f.query): f.query.subject for f in self.understood.values() if f.query is not None}
        own = bind_subject(self.frame.binder, Scope(""), self.frame.defaults.subject)
        for subject in (own, *asked.values()):
            yield from taken_later(subject, self.context)

    # ------------------------------------------------------------ understanding

    def _understand_all(self, node: tree.ReportDecl) -> None:
        """All problems of all shows at once, before anything is planned."""
        known = len(self.frame.binder.problems)
        for part in report_parts(node.parts):
            if isinstance(part, (tree.Show, tree.Note)):
                self.understood[id(part)] = self._understand(part)
        stopping = by_place(p for p in self.frame.binder.problems[known:] if p.stops)
        if stopping:
            raise SpecError(problems=stopping)

    def _understand(self, part: tree.Show | tree.Note) -> _Understood:
        b = self.frame.binder
        known = len(b.problems)
        try:
            if isinstance(part, tree.Show):
                query = check_show(self.frame, part)
            else:
                query = bind_note(b, self.frame.defaults, part)
        except Unbound:
            return _Understood(None, b.problems[known:], failed=True)
        return _Understood(query, b.problems[known:])

    # ------------------------------------------------------------ layout

    def _parts(self, items: tuple[tree.Part, ...], address: str) -> list[Planned]:
        return [self._part(item, address) for item in items if isinstance(item, (tree.Tab, tree.Note, tree.Show))]

    def _part(self, item: tree.Tab | tree.Note | tree.Show, address: str) -> Planned:
        if isinstance(item, tree.Note):
            return self._note(item)
        if isinstance(item, tree.Show):
            return self._show(item, address)
        inner = self._parts(item.parts, f"{address}/{item.title.value}")
        return lambda: Section(item.title.value, _made(inner), not item.section, item.collapsed)

    def _note(self, node: tree.Note) -> Planned:
        """The note, where its condition holds by numbers that may be shown."""
        found = self.understood[id(node)]
        if found.failed:  # a member that a pack promises for later
            return lambda: None
        if found.query is None or node.when is None:
            return lambda: Note(node.text.value)
        note, asked = Note(node.text.value, format_expr(node.when)), self._asked(self._timed(found.query))

        def doubted(error: PatronError) -> Part:
            return replace(note, text=f"{note.text} (whether `{note.when}` could not be told: {error})")

        return partial(_or_else, lambda: note if holds(asked()[0]) else None, doubted)

    def _show(self, node: tree.Show, address: str) -> Planned:
        """A show; what goes wrong with it alone stands in its place."""
        title = node.title or captions.title_of(node)
        blank = Figure(node.kind.key, title, f"{address}/{title}", None)
        known = len(self.frame.binder.problems)

        def failed(error: PatronError) -> Part:
            return replace(blank, problem=str(error), exit_code=error.exit_code)

        try:
            return partial(_or_else, self._planned(node, blank), failed)
        except Unbound:
            problems = (*self.understood[id(node)].problems, *self.frame.binder.problems[known:])
            awaited = not any(p.stops for p in problems)
            code = 0 if awaited else SpecError.exit_code
            return partial(replace, blank, problem=captions.why_not(problems), awaited=awaited, exit_code=code)
        except SpecError:
            raise
        except PatronError as error:
            return partial(failed, error)

    def _planned(self, node: tree.Show, blank: Figure) -> Planned:
        found = self.understood[id(node)]
        if found.failed:
            raise Unbound
        if found.query is not None:
            over = self._of_lists_that_are_over(node, blank, found.query)
            return over or self._figure(node, blank, found.query, found.problems)
        if show_needs(self.frame.binder, node) == "people":
            conditions = self._conditions(node, blank)  # asks by itself, so it does before tables of others are there
            return lambda: conditions
        facts = list_facts(self.frame, node, self.context, self.planner)
        number = self.together.ask(facts.outputs)
        return lambda: replace(blank, result=facts_shown(facts, self.together.answered(number).rows))

    def _of_lists_that_are_over(self, node: tree.Show, blank: Figure, query: Query) -> Planned | None:
        """A show about lists of its own whose time is over, as of their end; it asks by itself, before tables of others
        are there."""
        then, told = last_counted(self.model, query.subject, self.context)
        if then.as_of == self.model.as_of:
            return None
        maker = _Maker(then, self.framed(then), self.context, self.framed)
        found = maker._understand(node)
        if found.query is None:
            return None
        made = maker._figure(node, blank, found.query, found.problems)()
        assert isinstance(made, Figure)
        assert made.result is not None
        last = last_known(made.result)
        return lambda: replace(made, result=replace(last, notes=(*told, *last.notes)))

    def _conditions(self, node: tree.Show, blank: Figure) -> Conditions:
        from patron.engine.report.explain import tree_of, without_small_groups

        name = captions.subject_name(self.frame, self.frame.defaults.subject)
        found = tree_of(self.model, name, self.context, self.frame.binder)
        most_hidden = self.model.declared.settings.smallest(own_defaults(self.frame, node).smallest_group)
        return replace(without_small_groups(found, most_hidden), title=blank.title, address=blank.address)

    # ------------------------------------------------------------ figures

    def _figure(self, node: tree.Show, blank: Figure, query: Query, problems: Sequence[Problem]) -> Planned:
        assert node.phrase is not None
        frame, query = self.frame, self._timed(query)
        asked = self._asked(query, [p.message for p in by_place(problems) if p.severity == "N"])
        trend = self._trend(node, query) if node.kind.key in ("card", "cards") else None
        marks = marking.marks(self.planner, self.model, node.phrase, query, self.context) if node.phrase.marks else ()
        told = replace(
            blank, settings=captions.settings_of(node), rest=query.rest, marks=marks,
            definitions=captions.definitions(self.model, query),
            subject=captions.subject_words(frame, node.phrase.subject or frame.defaults.subject),
            period=str(query.period), comparison=captions.compared_with(frame, query),
            filter=captions.filter_words(frame, node.phrase), named=node.title is not None,
            sides=self._sides(query.subject),
        )  # fmt: skip

        def figure() -> Figure:
            result, found = asked()
            grown = steps_that_grow(result) if told.kind == "funnel" else ()
            small = trend()[0] if trend is not None else None
            result = without_hours(told.kind, result)
            return replace(told, result=result, sql=found.sql, tables=found.tables, trend=small, notes=grown)

        return figure

    def _timed(self, query: Query) -> Query:
        """The question within the bounds of its lists, of the people that the report's `membership` says. How things
        stand now is no news beside itself: another period has nothing to show there."""
        each_period = self.frame.membership == "each period"
        found = replace(bounded(self.planner, query), each_period=each_period)
        if query.compare is None or query.compare.span is None or query.compare.subject is not None or each_period:
            return found
        then = {m.name: m.metric.measure for m in (query.before or query).metrics}
        same = (m for m in query.metrics if then.get(m.name) == m.metric.measure)
        return replace(found, alone=frozenset(m.name for m in same if timeless(m.metric.measure)))

    def _asked(self, query: Query, notes: Sequence[str] = ()) -> Asked:
        """A question, and later its answer with where it comes from."""
        asked = question(self.planner, query)
        number = self.together.ask(asked.outputs)

        def answered() -> tuple[Result, Answered]:
            found = self.together.answered(number)
            return answer(asked, found.rows, notes, self.context), found

        return answered

    def _sides(self, subject: Subject) -> dict[str, str]:
        """The titles of the people that stand side by side, by name."""
        return dict(zip(subject.names, captions.titles(self.frame, subject), strict=True)) if subject.each else {}

    def _trend(self, node: tree.Show, whole: Query) -> Asked | None:
        """The metrics of cards along time, for the small line under each value."""
        assert node.phrase is not None
        if not whole.period.bounded or whole.period.days < 3:
            return None
        unit = "day" if whole.period.days <= 92 else "week" if whole.period.days <= 400 else "month"
        by = (tree.Dimension(tree.Path((tree.Name(unit),))),)
        along = replace(node.phrase, compare=tree.NoComparison(), by=by)
        b = self.frame.binder
        known = len(b.problems)
        try:
            query = bind_phrase(b, along, replace(own_defaults(self.frame, node), compare=None))
            return self._asked(bounded(self.planner, query))
        except (Unbound, SpecError):
            return None
        finally:
            del b.problems[known:]


def _made(planned: Sequence[Planned]) -> tuple[Part, ...]:
    """The parts that are to be seen."""
    return tuple(part for part in (each() for each in planned) if part is not None)


def _or_else(planned: Planned, failed: Callable[[PatronError], Part]) -> Part | None:
    """A planned part, or in its place what went wrong; a spec that is wrong stops the report."""
    try:
        return planned()
    except SpecError:
        raise
    except PatronError as error:
        return failed(error)
