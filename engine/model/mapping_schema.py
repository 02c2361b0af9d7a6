"""The schema that mappings give: which columns every canonical table will have, and what fills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from patron.dsl.tree import fold
from patron.engine.model.canonical import MADE, TABLES
from patron.engine.model.mapping import AnyMapping, Converted, MapColumnTerm, SqlMapping, TableMapping
from patron.engine.model.schema import Schema, SchemaColumn, TableSchema
from patron.engine.types import TEXT, Type

TAKEN_ALONG: Mapping[tuple[str, str], tuple[str, ...]] = {("lines", "staff"): ("order", "staff")}
"""References that a load copies from another row where the table has none of its own."""


def agreed(mappings: tuple[AnyMapping, ...]) -> tuple[AnyMapping, ...]:
    """The mappings with extra columns of one name given one type where stacked tables disagree: text."""
    types: dict[tuple[str, str], set[Type]] = {}
    for mapping in mappings:
        for name, type_, canonical in outputs(mapping):
            if not canonical:
                types.setdefault((mapping.table, fold(name)), set()).add(replace(type_, whole=False, labels=()))
    torn = {key for key, kinds in types.items() if len(kinds) > 1}
    return tuple(_as_text(m, torn) if isinstance(m, TableMapping) else m for m in mappings) if torn else mappings


def _as_text(mapping: TableMapping, torn: set[tuple[str, str]]) -> TableMapping:
    def fixed(column: MapColumnTerm) -> MapColumnTerm:
        if column.canonical or (mapping.table, fold(column.name)) not in torn or column.type == TEXT:
            return column
        return replace(column, type=TEXT, value=Converted(column.value, TEXT))

    return replace(mapping, columns=tuple(fixed(c) for c in mapping.columns))


def outputs(mapping: AnyMapping) -> list[tuple[str, Type, bool]]:
    """Name, type and whether canonical, of every column a mapping fills."""
    if isinstance(mapping, SqlMapping):
        known = TABLES[mapping.table].by_name
        return [
            (known[fold(c.name)].name, known[fold(c.name)].type, True) if fold(c.name) in known else (c.name, c.type,
                                                                                                      False)
            for c in mapping.columns
        ]  # fmt: skip
    return [(c.name, c.type, c.canonical) for c in mapping.columns]


def schema_of(mappings: tuple[AnyMapping, ...], on_trust: frozenset[str] = frozenset()) -> Schema:
    """All canonical tables; those on trust (their source could not be opened) are taken to have every column."""
    filled: dict[str, dict[str, SchemaColumn]] = {}
    for mapping in mappings:
        columns = filled.setdefault(mapping.table, {})
        for name, type_, canonical in outputs(mapping):
            differs = not canonical and fold(name) in columns and columns[fold(name)].type != type_
            columns[fold(name)] = SchemaColumn(name, TEXT if differs else type_, canonical=canonical)
    present = {*filled, *on_trust}
    made = _made(filled, present)
    return Schema(
        {t: _table(t, filled.get(t, {}), t in present or t in made, t in on_trust, made.get(t, ())) for t in TABLES}
    )


def _made(filled: Mapping[str, Mapping[str, SchemaColumn]], present: set[str]) -> Mapping[str, tuple[str, ...]]:
    """Columns that are computed from other tables; tables that are made of others."""

    def has(table: str, column: str) -> bool:
        return column in filled.get(table, {})

    made: dict[str, tuple[str, ...]] = {}
    if "orders" in present:
        made["orders"] = ("net_sales",) if has("orders", "total") else ()
        if has("orders", "canceled_at") or has("orders", "returned_at"):
            made["orders"] += ("status",)
        if has("redemptions", "coupon") and has("redemptions", "order"):
            made["orders"] += ("coupon",)
        if "customers" not in present:
            made["customers"] = ("id",)
    for table in ("lines", "points", "redemptions"):
        if table in present:
            made[table] = ("id",)
    made |= {table: tuple(TABLES[table].by_name) for table, of in MADE.items() if of in present}
    if "lines" in present and has("orders", "staff"):
        made["lines"] += ("staff",)
    if has("messages", "delivered_at"):
        made["actions"] = ("id", "customer", "campaign", "kind", "acted_at", "message")
        made["actions"] += ("channel",) if has("messages", "channel") else ()
    return made


def _table(
    name: str, filled: Mapping[str, SchemaColumn], present: bool, trusted: bool, made: tuple[str, ...]
) -> TableSchema:
    columns: dict[str, SchemaColumn] = {}
    for c in TABLES[name].columns:
        said = c.name in filled or trusted or (present and c.name in made)
        gets = said or (present and c.default is not None)
        along = () if c.name in filled else TAKEN_ALONG.get((name, c.name), ())
        columns[c.name] = SchemaColumn(c.name, c.type, gets, said, personal=c.personal, taken_along=along)
    columns |= {key: c for key, c in filled.items() if not c.canonical}
    return TableSchema(name, columns, present)
