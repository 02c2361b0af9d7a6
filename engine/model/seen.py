"""Values that a spec names and no row has (P0303): often they are misspelt."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from patron.dsl.problems import nearest, suggest
from patron.dsl.tree import Span, fold
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.canonical import ACTION_KINDS, TABLES
from patron.engine.model.terms import Field, Followed, Lit, Row, Term

Said = tuple[Term, Span]
"""A value and where it is written."""


def look_for(b: Binder, scope: Scope, asked: Term, values: Iterable[Said], *, only_near: bool = False) -> None:
    """Warn of values that a column never has. Nothing is said of columns with many values, nor before a load.

    `only_near`: a value may also be something else than this column's, so only misspelt ones are told.
    """
    if not isinstance(asked, Field):
        return
    table = _table_of(scope, asked.row)
    column = b.ways.columns(table).get(fold(asked.column)) if table in TABLES else None
    if column is None or column.seen is None:
        return
    for value, span in values:
        word = value.value if isinstance(value, Lit) else None
        if not isinstance(word, str) or word in column.seen or word in _known(table, column.name) or not _own(b, span):
            continue
        if only_near and nearest(word, column.seen) is None:
            continue
        hint = suggest(word, column.seen) if column.seen else "No row has a value there."
        b.problem("P0303", span, f'{table}.{column.name} has no value "{word}" in the data', hint)


def _table_of(scope: Scope, row: Row) -> str:
    if isinstance(row, Followed):
        return row.table
    level: Scope | None = scope
    for _ in range(row.up):
        level = level.outer if level is not None else None
    return level.table if level is not None else ""


def _known(table: str, column: str) -> Collection[str]:
    """Values that the language itself gives a meaning: a shop may do without them for now."""
    if (table, column) == ("actions", "kind"):
        return frozenset(ACTION_KINDS.values())
    known = TABLES[table].by_name.get(column)
    return known.choices if known is not None else ()


def _own(b: Binder, span: Span) -> bool:
    """Whether the project says it, or a phrase: packs name values that a shop may do without."""
    return not span.file or span.file in b.declared.sees
