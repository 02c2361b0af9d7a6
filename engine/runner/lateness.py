"""Whether the lines of orders have come as far as the orders: until then exports would be half of the truth (P0806)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.model.mapping import SqlMapping, TableMapping

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


def late_lines(project: Project, span: tree.Span) -> Problem | None:
    """The refusal of an export, None when lines are there.

    Lines are late when sales of a later day have none, and, where both come from files, when theirs are older.
    """
    tables = project.loaded.store.tables
    orders, lines = tables["orders"], tables["lines"]
    if orders.reach is None or not lines.present:
        return None
    day = min(orders.reach, project.as_of.today)
    if lines.reach is not None and lines.reach >= day:
        return None
    written, ordered = (_written(project, t) for t in ("lines", "orders"))
    if written is not None and ordered is not None and written >= ordered:
        return None
    until = f"they end on {lines.reach}" if lines.reach is not None else "there are none"
    said = f"lines are older than orders: {until}; try again after those of {day} have come"
    return Problem("P0806", span, said, "No file is made until then; the numbers can be asked for.")


def _written(project: Project, table: str) -> int | None:
    """When the newest file behind a table was written; None when it does not come from files."""
    places = {place for m in project.bound.mappings if m.table == table for place in _read_by(m)}
    times = [f[2] for e in project.loaded.ledger if (e.source, e.table) in places for f in e.files]
    return max(times, default=None)


def _read_by(mapping: TableMapping | SqlMapping) -> tuple[tuple[str, str], ...]:
    return tuple(mapping.reads) if isinstance(mapping, SqlMapping) else ((mapping.source, mapping.source_table),)
