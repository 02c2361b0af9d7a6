"""Checks of `run` and `test` statements (language reference, section 15)."""

from __future__ import annotations

from collections.abc import Iterator

from patron.dsl import tree
from patron.engine.catalog import Lacking
from patron.engine.model.binder import Binder, Scope, Unbound
from patron.engine.model.files import Declaration
from patron.engine.model.measures import Measure
from patron.engine.model.metrics import measure
from patron.engine.model.phrases import bind_subject
from patron.engine.model.spans import bind_period


def check_run(b: Binder, declaration: Declaration) -> None:
    """Every name a run uses is declared."""
    node = declaration.statement
    assert isinstance(node, tree.RunDecl)
    titles = {t.title.value for t in b.declared.tests}
    for step in node.steps:
        for kind, name, span in _names(step):
            try:
                b.find(kind, name, span, declaration.prefix)
            except Unbound:
                continue
        if isinstance(step, tree.RunTests):
            for title in step.titles:
                if title.value not in titles:
                    hint = f"Tests: {', '.join(sorted(titles)) or 'none'}."
                    b.problem("P0201", title.span, f'there is no test called "{title.value}"', hint)
        elif isinstance(step, tree.RunSend):
            call = step.target.call
            found = b.declared.catalog.require_target(str(call.function))
            if isinstance(found, Lacking):
                b.problems.append(found.at(call.function.span))
        elif isinstance(step, tree.RunReports):
            for path in step.formats:
                lacking = b.declared.catalog.require_exporter(str(path))
                if isinstance(lacking, Lacking):
                    b.problems.append(lacking.at(path.span))


def _names(step: tree.RunStep) -> Iterator[tuple[str, str, tree.Span]]:
    if isinstance(step, tree.RunReports):
        yield from (("report", str(m.report), m.report.span) for m in step.reports)
    elif isinstance(step, tree.RunCheck):
        yield from (("report", str(p), p.span) for p in step.names)
    elif isinstance(step, tree.RunLists):
        yield from (("list", str(p), p.span) for p in step.names)
    elif isinstance(step, tree.RunRefresh):
        yield from (("source", str(p), p.span) for p in step.names)


def check_test(b: Binder, node: tree.TestDecl) -> None:
    """Every expectation can be asked."""
    for expect in node.expects:
        scope = Scope("")
        try:
            if isinstance(expect, tree.ExpectMember):
                b.audience(expect.audience, scope)
                continue
            bind_expect(b, scope, expect)
        except Unbound:
            continue


def bind_expect(b: Binder, scope: Scope, node: tree.Expect) -> tuple[str, Measure, Measure]:
    """An expectation as a comparison of two measures: the operator and both sides."""
    if node.subject is not None:
        bind_subject(b, scope, node.subject)
    if node.during is not None:
        bind_period(b, scope, node.during)
    condition = node.condition
    if isinstance(condition, tree.Compare):
        return condition.op, measure(b, scope, condition.left), measure(b, scope, condition.right)
    raise b.fail("P0306", condition.span, "an expectation compares numbers", "Write `expect total_orders >= 10`.")
