"""When something happened, as the rows of a load tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from patron.engine.backends.duckdb import connect
from patron.engine.contracts import Limits
from patron.engine.load.loaded import Loaded
from patron.engine.model.store import StoredTable
from patron.engine.sql.load import differing, staging

WHEN = (
    "created_at", "canceled_at", "returned_at", "acted_at", "sent_at", "delivered_at", "started_at", "joined_at",
    "left_at", "posted_at", "redeemed_at", "changed_at", "deleted_at", "erased_at", "@visible_at",
)  # fmt: skip
_LOAD = "looked_at"


def newest(tables: Iterable[StoredTable]) -> dt.datetime | None:
    """The latest moment at which anything happened."""
    return max((high for _, _, high in _ends(tables)), default=None)


def newest_until(loaded: Loaded, moment: dt.datetime, limits: Limits) -> dt.datetime | None:
    """The latest moment (UTC) up to another at which anything happened."""
    ends = list(_ends(loaded.store.tables.values()))
    found = [high for _, _, high in ends if high <= moment]
    later = [(table, column) for table, column, high in ends if high > moment]
    return max([*found, *_looked_up(loaded, later, moment, limits)], default=None)


def _ends(tables: Iterable[StoredTable]) -> Iterator[tuple[str, str, dt.datetime]]:
    for table in tables:
        for column in table.columns.values():
            if column.name in WHEN and isinstance(column.high, dt.datetime):
                yield table.name, column.name, column.high


def _looked_up(
    loaded: Loaded, columns: Iterable[tuple[str, str]], moment: dt.datetime, limits: Limits
) -> Iterator[dt.datetime]:
    """The latest moments of columns that also hold later ones."""
    assert loaded.path is not None
    queries = [differing.latest(differing.at(_LOAD, table), column, moment) for table, column in columns]
    if not queries:
        return
    connection = connect(":memory:", limits, loaded.path.with_suffix(".looked"))
    try:
        connection.execute(staging.render(staging.attach(loaded.path, _LOAD)))
        for query in queries:
            (value,) = connection.execute(staging.render(query)).fetchall()[0]
            if value is not None:
                yield value
    finally:
        connection.close()
