"""What `in rows of report "Title" where (...)` means: the show, its first metric, a condition on that metric's rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import suggest
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.files import Declaration
from patron.engine.model.layouts import parts
from patron.engine.model.measures import Agg, Balance, Measure, aggregates, needs_time
from patron.engine.model.moments import time_part
from patron.engine.model.queries import Query
from patron.engine.model.reports import ReportFrame, bind_report, check_show
from patron.engine.model.terms import Term


@dataclass(frozen=True, slots=True)
class ShownRows:
    """A show of a report and the first aggregate of its first metric, whose rows are the facts behind it."""

    frame: ReportFrame
    query: Query
    agg: Agg

    @property
    def cut(self) -> bool:
        """Whether the show leaves rows out by their values."""
        return self.query.top is not None or self.query.having is not None


def shown_rows(b: Binder, report: str, title: str) -> ShownRows:
    """A show that a condition names, once that condition is understood."""
    declaration = b.declared.known("report")[report]
    return _shown(b, declaration, tree.InRows(tree.Name(report), tree.Text(title)))


def condition(b: Binder, scope: Scope, node: tree.InRows) -> Term | None:
    """The condition on the rows behind the show; None when all its rows count."""
    declaration = b.find("report", node.report.text, node.report.span, scope.prefix)
    with _once(b, declaration, node):
        shown = _shown(b, declaration, node)
    if node.condition is None:
        return None
    asked = replace(Scope("", prefix=scope.prefix), terms=_dimensions(shown))
    return b.condition(asked, node.condition)


@contextmanager
def _once(b: Binder, declaration: Declaration, node: tree.InRows) -> Iterator[None]:
    """P0207 when a report is about people who are found in its own rows."""
    if declaration.name in b.shown:
        ring = [*b.shown[b.shown.index(declaration.name) :], declaration.name]
        hint = "Its people are found in its own rows."
        raise b.fail("P0207", node.report.span, f"`{declaration.name}` is defined by itself: {' → '.join(ring)}", hint)
    b.shown.append(declaration.name)
    try:
        yield
    finally:
        b.shown.pop()


def _shown(b: Binder, declaration: Declaration, node: tree.InRows) -> ShownRows:
    frame = bind_report(b, declaration)
    shows = {s.title: s for s in _shows(frame.node) if s.title}
    show = shows.get(node.title.value)
    if show is None:
        hint = suggest(node.title.value, shows) or "Name the show by its title."
        raise b.fail("P0201", node.title.span, f'`{declaration.name}` has no show called "{node.title.value}"', hint)
    query = check_show(frame, show)
    agg = next(aggregates(query.metrics[0].metric.measure), None) if query is not None else None
    if query is None or agg is None:
        raise b.fail("P0802", node.title.span, f'"{node.title.value}" shows no metric, so nobody is behind its rows')
    shown = ShownRows(frame, query, agg)
    _check(b, shown, node)
    return shown


def _shows(node: tree.ReportDecl) -> Iterator[tree.Show]:
    yield from (p for p in parts(node.parts) if isinstance(p, tree.Show))


def _check(b: Binder, shown: ShownRows, node: tree.InRows) -> None:
    query, agg, metric = shown.query, shown.agg, shown.query.metrics[0]
    if query.frames[agg.rows].customer is None:
        raise b.fail("P0402", node.title.span, f"there is no way from the rows of `{metric.name}` to customers")
    if agg.date is None and any(d.unit for d in query.dims):
        hint = "Name a show whose first metric has a date."
        raise b.fail("P0405", node.title.span, f"`{metric.name}` has no date, so its facts belong to no row", hint)
    if shown.cut and looks_back(metric.metric.measure):
        raise b.fail("P0302", node.title.span, f"`{metric.name}` looks back: the facts behind the rows that `top` or "
                     "`having` keep cannot be told apart", "Name a show without `top` and `having`.")  # fmt: skip


def looks_back(measure: Measure) -> bool:
    """Whether the facts behind a row have other dates than the row says."""
    return bool(needs_time(measure)) or isinstance(measure, Balance)


def _dimensions(shown: ShownRows) -> dict[str, Term]:
    """The dimensions of the show as terms of the rows behind its first metric."""
    agg, found = shown.agg, {}
    back = looks_back(shown.query.metrics[0].metric.measure)
    for dim, term in zip(shown.query.dims, shown.query.frames[agg.rows].dims, strict=True):
        if term is not None:
            found[dim.name.casefold()] = term
        elif agg.date is not None and not back:
            found[dim.name.casefold()] = time_part(agg.date, dim.unit, dim.type)
    return found
