"""`show facts`: fields of a list, and metrics, as name and value."""

from __future__ import annotations

from patron.dsl import tree
from patron.engine.model.binder import Scope
from patron.engine.model.phrases import bind_subject
from patron.engine.model.reports import ReportFrame
from patron.engine.report.context import Context
from patron.engine.results import EXPIRED, PENDING, Column, Result, Value
from patron.engine.types import MOMENT, TEXT, WHOLE, Format, Type

_TYPES: dict[str, tuple[Type, Format]] = {
    "name": (TEXT, Format("text")), "size": (WHOLE, Format("number")), "version": (WHOLE, Format("number")),
    "created_at": (MOMENT, Format("date")), "expires_at": (MOMENT, Format("date")), "erased": (WHOLE, Format("number")),
    "conditions": (TEXT, Format("text")),
}  # fmt: skip


def list_facts(frame: ReportFrame, node: tree.Show, context: Context) -> Result:
    """The fields asked, of the report's list; pending ones until it is taken."""
    assert node.phrase is not None
    subject = node.phrase.subject or frame.defaults.subject
    bound = bind_subject(frame.binder, Scope(""), subject)
    name = bound.names[0] if bound.kind == "lists" and bound.names else ""
    version = bound.versions[0] if bound.versions else None
    known = context.lists.facts(name, version, context.as_of.moment) if name and context.lists is not None else None
    columns, values, states = [], [], {}
    for place, item in enumerate(node.phrase.items):
        assert isinstance(item.value, tree.Path)
        field = item.value.parts[-1].key
        type_, shown = _TYPES.get(field, (TEXT, Format("text")))
        title = item.title or field.replace("_", " ").capitalize()
        value: Value = getattr(known, field, None) if known is not None else None
        if field == "name" and known is not None:
            value = getattr(known, "title", "") or known.name
        columns.append(Column(str(item.value), title, type_, "metric", str(item.value), shown))
        values.append(value)
        state = getattr(known, "state", PENDING)
        if value is None and state in (PENDING, EXPIRED):
            states[(0, place)] = state
    return Result(tuple(columns), (tuple(values),), states)
