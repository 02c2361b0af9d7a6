"""A store imagined from the schema, for showing plans and SQL where no data has been read."""

from __future__ import annotations

from patron.engine.model.schema import Schema
from patron.engine.model.store import Store, StoredColumn, StoredTable

_STORAGE = {
    "text": "text", "choice": "text", "reference": "text", "number": "double", "money": "money", "date": "date",
    "moment": "moment", "yesno": "yesno", "texts": "texts",
}  # fmt: skip


def imagined(schema: Schema) -> Store:
    """Every mapped table with its columns; nothing is known of its values."""
    tables = {}
    for name, table in schema.tables.items():
        columns = {
            c.name: StoredColumn(c.name, c.type, _STORAGE.get(c.type.kind, "text"), c.filled)
            for c in table.columns.values()
        }
        tables[name] = StoredTable(name, columns, 0, table.present)
    return Store(tables)
