"""Notes of a report that are said only when a condition on metrics holds (docs: reports).

The condition is asked as the `having` of a question: its metrics, for the people, the period and the comparison of the
report. Sets of people that stand side by side are asked together.
"""

from __future__ import annotations

from dataclasses import replace

from patron.dsl import tree
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.functions import AGGREGATES
from patron.engine.model.phrases import Defaults, bind_phrase, compared_metric, nodes_in, paths_in
from patron.engine.model.queries import Query


def bind_note(b: Binder, defaults: Defaults, node: tree.Note) -> Query | None:
    """The question that tells whether a note is said; None for one that always is."""
    if node.when is None:
        return None
    _refuse_unnamed(b, node.when)
    paths = tuple(paths_in(node.when))
    asked = {metric.key: metric for metric in (_metric(b, path) for path in paths)}
    if not asked:
        raise b.fail("P0306", node.when.span, "a condition on metrics is expected",
                     "Compare a metric with something: `when total_orders < 10`.")  # fmt: skip
    phrase = tree.Phrase(
        tuple(tree.Item(p, span=p.span) for p in asked.values()), having=node.when, span=node.when.span
    )
    compared = any(path.key not in asked for path in paths)
    return bind_phrase(b, phrase, replace(defaults, subject=_together(defaults.subject),
                                          compare=defaults.compare if compared else None))  # fmt: skip


def _refuse_unnamed(b: Binder, when: tree.Expr) -> None:
    for said in nodes_in(when, tree.Call, tree.Has, tree.Narrowed, tree.Their):
        if not isinstance(said, tree.Call) or said.function.key in AGGREGATES:
            hint = "Give it a name first: `metric x = ...`."
            raise b.fail("P0306", said.span, "a note asks for metrics by their names", hint)


def _metric(b: Binder, path: tree.Path) -> tree.Path:
    """The metric that a path names, itself or by what it was before; P0201 for none."""
    base = compared_metric(str(path))
    if base and not b.has("metric", str(path)) and b.has("metric", base):
        return tree.Path(tuple(tree.Name(part, span=path.span) for part in base.split(".")), span=path.span)
    b.metric(str(path), path.span, Scope(""))
    return path


def _together(subject: tree.Subject | None) -> tree.Subject | None:
    return replace(subject, each=False) if isinstance(subject, tree.ForAudiences | tree.ForLists) else subject
