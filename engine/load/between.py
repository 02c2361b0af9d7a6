"""States between two loads, in each of which one more cause of change has happened. They are made to be asked once."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.engine.backends.duckdb import connect
from patron.engine.contracts import Limits
from patron.engine.load.changes import columns_of, tables_of
from patron.engine.load.loaded import Loaded
from patron.engine.model.canonical import TABLES
from patron.engine.sql import build
from patron.engine.sql.load import differing, staging, stepping

if TYPE_CHECKING:
    import duckdb

Run = tuple["duckdb.DuckDBPyConnection", Mapping[str, str], Mapping[str, str]]


def merged(was: Loaded, now: Loaded, folder: Path, limits: Limits) -> Loaded:
    """The earlier load with the customers who were merged since as who they are now."""

    def change(connection: Any, mine: Mapping[str, str], other: Mapping[str, str]) -> None:
        if "merged_into" not in columns_of(other["customers"]).names:
            return
        known = "merged_into" in columns_of(mine["customers"]).names
        _do(connection, staging.create("merged", stepping.merged_since(known=known)))
        for name, statement in mine.items():
            lying = columns_of(statement).names
            people = (
                c.name for c in TABLES[name].columns if c.type.kind == "reference" and c.type.table == "customers"
            )
            for column in (c for c in people if c in lying and c not in ("id", "merged_into")):
                _do(connection, stepping.become(name, column))
        if known:
            _do(connection, stepping.merge())

    return _changed(was, now, folder / "merged.duckdb", limits, change)


def without_late(was: Loaded, now: Loaded, folder: Path, limits: Limits) -> Loaded:
    """The later load without the rows that came since; lines of orders that were there belong to these."""

    def change(connection: Any, mine: Mapping[str, str], other: Mapping[str, str]) -> None:
        for name in mine:
            columns = columns_of(mine[name])
            if name == "lines" and "order" in columns.names:
                _do(connection, stepping.only_known(name, "order", "orders"))
            elif columns.ids:
                _do(connection, stepping.only_known(name, "id", name))
            elif mine[name] == other.get(name):
                _only_both(connection, name, columns.names)

    return _changed(now, was, folder / "restated.duckdb", limits, change)


def dated(now: Loaded, folder: Path, limits: Limits, since: dt.datetime, until: dt.datetime) -> Loaded:
    """The later load as if it had been known at once which orders were cancelled or returned in between."""

    def change(connection: Any, mine: Mapping[str, str], _: Mapping[str, str]) -> None:
        lying = columns_of(mine["orders"]).names
        for column in ("canceled_at", "returned_at"):
            if column in lying:
                _do(connection, stepping.known_at(column, since, until))

    return _changed(now, now, folder / "dated.duckdb", limits, change)


def _changed(
    base: Loaded, other: Loaded, path: Path, limits: Limits,
    change: Callable[[Any, Mapping[str, str], Mapping[str, str]], None],
) -> Loaded:  # fmt: skip
    """A copy of a load with something changed, the other one at hand."""
    assert base.path is not None
    assert other.path is not None
    shutil.copyfile(base.path, path)
    connection = connect(path, limits, path.with_suffix(".spilled"))
    try:
        connection.execute(staging.render(staging.attach(other.path, stepping.OTHER)))
        change(connection, *tables_of(connection, path.stem, stepping.OTHER))
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    return replace(base, path=path, store=replace(base.store, key=""))


def _only_both(connection: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...]) -> None:
    """Of a table without ids the rows that are in both, as often as in that which has fewer."""
    mine, other = (
        differing.rows(build.table(table), columns),
        differing.rows(differing.at(stepping.OTHER, table), columns),
    )
    _do(connection, staging.create("came", differing.only_in(mine, other)))
    left = differing.only_in(mine.copy(), differing.rows(build.table("came"), columns))
    _do(connection, staging.create("left", left))
    _do(connection, differing.delete_all(table))
    _do(connection, differing.insert(table, columns, differing.rows(build.table("left"), columns)))
    for name in ("came", "left"):
        _do(connection, staging.drop(name))


def _do(connection: duckdb.DuckDBPyConnection, statement: Any) -> None:
    connection.execute(staging.render(statement))
