"""The database the demo is made in, by the scripts of `sql`; no spec is compiled, so no backend takes part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from patron.engine.runtime.errors import IoFailed

_WANT_OF_ROOM = (duckdb.IOException, duckdb.OutOfMemoryException)


class Ground:
    """What the scripts make, and the files that are written from it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def settle(self, **numbers: int) -> None:
        """Set the numbers that the scripts read; large ones, so that no product overflows."""
        for name, number in numbers.items():
            self._connection.execute(f"SET VARIABLE {name} = {number}::BIGINT")

    def run(self, *scripts: str) -> None:
        """Run scripts, one after the other."""
        for script in scripts:
            self._connection.execute((files(__package__) / "sql" / f"{script}.sql").read_text(encoding="utf-8"))

    def files(self, schema: str) -> tuple[str, ...]:
        """The views of a schema: what becomes a file each."""
        asked = "SELECT view_name FROM duckdb_views() WHERE schema_name = ? ORDER BY view_name"
        return tuple(row[0] for row in self._connection.execute(asked, [schema]).fetchall())

    def write(self, view: str, path: Path, *, header: bool) -> None:
        """The rows of a view as delimited text."""
        said = "'" + str(path).replace("'", "''") + "'"
        self._connection.execute(f"COPY (FROM {view}) TO {said} (FORMAT csv, HEADER {header})")


@contextmanager
def ground(scratch: Path) -> Iterator[Ground]:
    """A database of little memory; what finds no room in it goes to the scratch folder. IoFailed when that is full."""
    try:
        with duckdb.connect(config={"memory_limit": "1GB", "threads": 2, "temp_directory": str(scratch)}) as connection:
            connection.execute("SET enable_progress_bar = false")  # ours is another
            yield Ground(connection)
    except _WANT_OF_ROOM as error:
        raise IoFailed(f"making the shop failed: {str(error).splitlines()[0]}", "Is the disk full?") from error
