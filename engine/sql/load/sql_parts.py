"""Rows of an sql table as the part of a canonical table: its columns read into canonical types."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp

from patron.engine.model.mapping import SqlMapping
from patron.engine.model.mapping_schema import outputs
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.load.mapped_tables import ROW, Staged, finished
from patron.engine.sql.load.readings import Reader
from patron.engine.types import Type


def sql_part(
    mapping: SqlMapping, stage: Callable[[str, str], Staged], zone: str
) -> tuple[exp.Select, Mapping[str, Type]]:
    """The SELECT that reads an sql table's output, and the columns it gives."""
    readers = [stage(source, table).reader for source, table in mapping.reads]
    zones = {r.source_zone for r in readers}
    decimals = {r.decimal for r in readers}
    reader = Reader(zone, zones.pop() if len(zones) == 1 else None, decimals.pop() if len(decimals) == 1 else ".")
    wanted: list[tuple[E, str]] = []
    for source, (name, type_, _) in zip(mapping.columns, outputs(mapping), strict=True):
        r = finished(reader, reader.column(build.col(source.name, "q"), source.type, source.stored), type_)
        wanted.append((r.e, name))
        if type_.kind == "moment":
            wanted += [(r.zoned or exp.false(), name + "@z"), (r.day_only or exp.false(), name + "@d")]
        bad = r.fault_count()
        if bad is not None:
            wanted.append((bad, "@bad/" + name))
    wanted.append((exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=build.integer(1)), ROW))
    query = sqlglot.parse_one(mapping.sql, read="duckdb")
    select = exp.select(*[exp.alias_(e, n, quoted=True) for e, n in wanted])
    return select.from_(build.subquery(query, "q"), copy=False), {n: t for n, t, _ in outputs(mapping)}
