"""What stands over and beside figures: titles, people, periods, conditions, definitions, why one is not there."""

from __future__ import annotations

from collections.abc import Iterable

from patron.dsl import tree
from patron.dsl.format import format_expr, format_statement
from patron.dsl.problems import Problem
from patron.engine.model.binder import Scope
from patron.engine.model.files import Declaration
from patron.engine.model.periods import Span
from patron.engine.model.phrases import bind_subject
from patron.engine.model.queries import Query, QueryMetric, Subject
from patron.engine.model.reports import ReportFrame
from patron.engine.model.resolve import Model
from patron.engine.model.spans import bind_period, compared_span, period_words
from patron.engine.results import Definition


def _dated(words: str, dates: str) -> str:
    """`last 30 days (2026-05-02 to 2026-05-31)`."""
    return f"{words} ({dates})" if words and words != dates else dates


def definitions(model: Model, query: Query) -> tuple[Definition, ...]:
    """What the metrics shown mean, as the specs say it."""
    known = model.declared.known("metric")
    return tuple(_definition(asked, known.get(tree.fold(asked.name))) for asked in query.metrics if not asked.hidden)


def _definition(asked: QueryMetric, declared: Declaration | None) -> Definition:
    text = format_statement(declared.statement).strip() if declared is not None else asked.name
    return Definition(asked.name, asked.title, text, asked.metric.describe)


def period_said(frame: ReportFrame) -> str:
    """The period of a report, with its dates."""
    period = frame.defaults.period
    return "all time" if period is None else _dated(period_words(period), str(_span(frame, period)))


def comparison_said(frame: ReportFrame) -> str:
    """What a report is compared with, with its dates."""
    compare, period = frame.defaults.compare, frame.defaults.period
    if isinstance(compare, tree.OtherAudience):
        return subject_words(frame, tree.ForAudiences((compare.name,)))
    if isinstance(compare, tree.OtherList):
        return subject_words(frame, tree.ForLists((compare.list,)))
    words = _comparison_words(compare)
    if not words or compare is None or period is None:
        return words
    return _dated(words, str(compared_span(frame.binder, Scope(""), compare, _span(frame, period))))


def _span(frame: ReportFrame, period: tree.Period) -> Span:
    return bind_period(frame.binder, Scope(""), period)


def why_not(problems: Iterable[Problem]) -> str:
    """Why a figure alone could not be made; names that share a reason are told together."""
    named: dict[str, list[str]] = {}
    for problem in problems:
        if problem.severity != "N":
            name, _, reason = problem.message.partition(" is not there yet: ")
            named.setdefault(reason, []).append(name)
    return "; ".join(_together(list(dict.fromkeys(names)), reason) for reason, names in named.items())


def _together(names: list[str], reason: str) -> str:
    """Members that are not there yet, with the reason; other messages as they are."""
    if not reason:
        return "; ".join(names)
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} not there yet: {reason}"


def title_of(node: tree.Show) -> str:
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


def subject_name(frame: ReportFrame, subject: tree.Subject | None) -> str:
    """The first audience or list of a subject."""
    bound = bind_subject(frame.binder, Scope(""), subject)
    return bound.names[0] if bound.names else "all_tracked_users"


def subject_words(frame: ReportFrame, subject: tree.Subject | None) -> str:
    """Whom a report or figure is about, in words."""
    bound: Subject = bind_subject(frame.binder, Scope(""), subject)
    if bound.kind == "records":
        return "All records"
    return (" | " if bound.each else " and ").join(titles(frame, bound))


def titles(frame: ReportFrame, subject: Subject) -> list[str]:
    """The titles of audiences or lists."""
    declared = frame.binder.declared.known("audience" if subject.kind == "audiences" else "list")
    found = [declared[name] for name in subject.names]
    return [getattr(each.statement, "title", None) or each.name.replace("_", " ").capitalize() for each in found]


def _comparison_words(node: tree.Comparison | None) -> str:
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


def compared_with(frame: ReportFrame, query: Query) -> str:
    """The dates or people beside which a figure stands, if any of its numbers does."""
    if query.compare is None or query.alone.issuperset(m.name for m in query.metrics if not m.hidden):
        return ""
    if query.compare.span is not None:
        return str(query.compare.span)
    other = query.compare.subject
    return " and ".join(titles(frame, other)) if other is not None else ""


def filter_words(frame: ReportFrame, phrase: tree.Phrase) -> str:
    """The conditions on a figure's rows."""
    return " and ".join(format_expr(c) for c in (*frame.defaults.only, phrase.where) if c is not None)
