"""Classes of columns, `public`, `internal`, `pii` and `sensitive`, and what is shown instead of those a role may not
see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from patron.dsl.tree import fold
from patron.engine.model.canonical import TABLES
from patron.engine.model.schema import Schema, SchemaColumn
from patron.engine.model.store import Store, StoredTable

Column = tuple[str, str]
"""A column by folded table and name."""

PUBLIC, INTERNAL, PII, SENSITIVE = "public", "internal", "pii", "sensitive"

_PERSONAL = frozenset(
    {
        *((t.name, c.name) for t in TABLES.values() for c in t.columns if c.personal),
        ("customers", "birth_date"), ("customers", "postcode"), ("locations", "latitude"), ("locations", "longitude"),
        ("locations", "postcode"), ("actions", "url"),
    }
)  # fmt: skip
"""Canonical columns that tell of one person."""

OF_NOBODY = frozenset({"products", "stores", "staff", "shifts", "campaigns", "census", "stock"})
"""Tables whose rows are about no customer: columns of their own that nobody has classed are internal there."""

NULL, PSEUDONYM, YEAR, AREA = "null", "pseudonym", "year", "area"
"""What stands for a value: nothing; a text that is the same for the same value; the first day of its year; the tenth of
a degree, or the first two characters of a postcode."""

WORDS = {NULL: "nothing", PSEUDONYM: "pseudonyms", YEAR: "years", AREA: "areas"}

_INSTEAD: Mapping[Column, str] = {
    ("customers", "email"): PSEUDONYM, ("customers", "phone"): PSEUDONYM, ("customers", "birth_date"): YEAR,
    ("customers", "postcode"): AREA, ("locations", "postcode"): AREA, ("locations", "latitude"): AREA,
    ("locations", "longitude"): AREA,
}  # fmt: skip


def class_of(table: str, column: SchemaColumn, said: Mapping[Column, str]) -> str:
    """A column's class: what the policy says, else what the canonical tables say; what nobody knows is personal."""
    key = (table, fold(column.name))
    if key in said:
        return said[key]
    if key in _PERSONAL or column.personal:
        return PII
    return INTERNAL if column.canonical or table in OF_NOBODY else PII


def classes(schema: Schema, said: Mapping[Column, str]) -> Mapping[Column, str]:
    """The class of every column of a project."""
    return {
        (name, fold(column.name)): class_of(name, column, said)
        for name, table in schema.tables.items()
        for column in table.columns.values()
    }


def masks(schema: Schema, said: Mapping[Column, str], sees: Callable[[str], bool]) -> Mapping[Column, str]:
    """What is shown instead of each column that may not be seen. Ids stay: rows are joined by them."""
    found = {}
    for column, kind in classes(schema, said).items():
        table, name = column
        type_ = schema.tables[table].columns[name].type
        if not sees(kind) and type_.kind != "reference":
            found[column] = _INSTEAD.get(column, NULL) if kind == PII else NULL
    return found


def unseen(schema: Schema, masked: Mapping[Column, str]) -> Schema:
    """The schema without the values that a load saw in masked columns: hints would name them."""
    tables = {}
    for name, table in schema.tables.items():
        hidden = {k: replace(c, seen=None) for k, c in table.columns.items() if (name, k) in masked}
        tables[name] = replace(table, columns={**table.columns, **hidden})
    return replace(schema, tables=tables)


def unknown(store: Store, masked: Mapping[Column, str]) -> Store:
    """The store without what is known of the values of masked columns: a comparison would be decided by them."""

    def without(name: str, table: StoredTable) -> StoredTable:
        hidden = {
            k: replace(c, values=None, low=None, high=None)
            for k, c in table.columns.items()
            if (name, fold(k.partition("@")[0])) in masked
        }
        return replace(table, columns={**table.columns, **hidden})

    return replace(store, tables={name: without(name, table) for name, table in store.tables.items()})
