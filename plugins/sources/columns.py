"""Column types of sources that have some: from DuckDB's names to ours."""

from __future__ import annotations

from patron.engine.contracts import SourceColumn
from patron.engine.types import DATE, MOMENT, NUMBER, TEXT, TEXTS, WHOLE, YESNO, Type

_WHOLE = "TINYINT UTINYINT SMALLINT USMALLINT INTEGER UINTEGER BIGINT".split()
_LARGE = ("UBIGINT", "HUGEINT", "UHUGEINT")


def typed(name: str, stored: str) -> SourceColumn:
    """A column by DuckDB's name of its type; whatever is nested or odd is handed on as text."""
    kind = stored.upper()
    if kind in _WHOLE:
        return SourceColumn(name, WHOLE, kind)
    if kind in ("FLOAT", "DOUBLE", *_LARGE) or kind.startswith("DECIMAL"):
        return SourceColumn(name, NUMBER, kind)
    if kind.startswith("TIMESTAMP"):
        zoned = "TIME ZONE" in kind
        return SourceColumn(name, MOMENT, "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP")
    simple: dict[str, Type] = {"DATE": DATE, "BOOLEAN": YESNO, "VARCHAR": TEXT, "VARCHAR[]": TEXTS}
    if kind in simple:
        return SourceColumn(name, simple[kind], kind)
    return SourceColumn(name, TEXT, kind)
