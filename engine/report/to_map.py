"""What to write so that a table or column is filled: `table` statements to complete, by those who keep the specs."""

from __future__ import annotations

from collections.abc import Sequence

from patron.engine.model.canonical import TABLES


def to_map(names: Sequence[str]) -> str:
    """The statements for tables (`memberships`) and columns (`orders.tip`); the right sides are to be chosen."""
    asked: dict[str, list[str]] = {}
    for name in names:
        table, _, column = name.partition(".")
        asked.setdefault(table, []).extend([column] if column else ["", *_required(table)])
    return "\n\n".join(_statement(table, tuple(dict.fromkeys(columns))) for table, columns in asked.items())


def _required(table: str) -> list[str]:
    known = TABLES.get(table)
    return [c.name for c in known.columns if c.required] if known is not None else []


def _statement(table: str, columns: Sequence[str]) -> str:
    """A statement of a table's own, or what to add to the one that is there."""
    head = f"table {table} from source.file {{" if "" in columns else f"table {table} … {{  # add to it"
    wide = max(map(len, columns))
    return "\n".join([head, *(f"  {column.ljust(wide)} = …" for column in columns if column), "}"])
