"""Queries on DuckDB: the stored load opened read-only, everything else shut before the first statement.

The connection lives in memory; the load is attached under the name `load` and its tables are found by their bare
names. Temporary tables go to a throw-away database that may spill into the temp folder.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb

from patron.engine.contracts import Limits, Session
from patron.engine.runtime.errors import Damaged, InternalError, IoFailed, LimitReached, PatronError
from patron.engine.runtime.limits import deadline
from patron.engine.runtime.scratch import scratch_folder

if TYPE_CHECKING:
    import pyarrow

Answer = TypeVar("Answer")

LOAD = "load"
_READS = (duckdb.StatementType.SELECT,)
_STEPS = (duckdb.StatementType.CREATE, duckdb.StatementType.SELECT, duckdb.StatementType.DROP)
_STEP = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:CREATE\s+(?:OR\s+REPLACE\s+)?TEMP(?:ORARY)?\s+(?:TABLE|VIEW)|DROP\s+(?:TABLE|VIEW)|SELECT|WITH|FROM)\b",
    re.IGNORECASE | re.DOTALL,
)
MEMORY_OF_A_THREAD = 512 * 2**20
"""Little enough that a laptop does other things meanwhile, and enough that sorting and joining seldom spill."""
LEAST_OF_A_THREAD = 120 * 10**6
"""With less each, threads wait for what the others spill, or find no room: every one holds blocks of its own."""
_SIZES = {
    "BYTES": 1,
    "BYTE": 1,
    "KIB": 2**10,
    "MIB": 2**20,
    "GIB": 2**30,
    "TIB": 2**40,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
}
_LOCKED = {
    "enable_external_access": "false", "lock_configuration": "true", "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false", "TimeZone": "UTC",
}  # fmt: skip


def connect(
    path: Path | str, limits: Limits, spill: Path | None = None, *, read_only: bool = False, **more: object
) -> duckdb.DuckDBPyConnection:
    """A connection within limits that fetches nothing by itself; what does not fit in memory goes to `spill`."""
    config: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, **more}
    said = {"memory_limit": limits.memory, "threads": limits.threads, "temp_directory": spill and str(spill)}
    connection = duckdb.connect(str(path), read_only=read_only, config=config | {k: v for k, v in said.items() if v})
    connection.execute("SET enable_progress_bar = false")  # ours is another, and a prompt would get this one too
    if not limits.memory:
        _limit_memory(connection)
    elif not limits.threads:
        _limit_threads(connection)
    return connection


def _limit_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """What may be used when nobody says how much: so much a thread, never more than DuckDB itself would take."""
    found = connection.execute("SELECT current_setting('threads'), current_setting('memory_limit')").fetchall()[0]
    amount = min(int(found[0]) * MEMORY_OF_A_THREAD, _bytes(found[1]))
    connection.execute(f"SET memory_limit = '{int(amount)}B'")


def _limit_threads(connection: duckdb.DuckDBPyConnection) -> None:
    """How many threads may be used when only the memory is said: no more than can work in it."""
    threads = int(connection.execute("SELECT current_setting('threads')").fetchall()[0][0])
    connection.execute(f"SET threads = {max(1, min(threads, int(memory_of(connection) // LEAST_OF_A_THREAD)))}")


def memory_of(connection: duckdb.DuckDBPyConnection) -> float:
    """How many bytes a connection may use."""
    return _bytes(connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])


def open_session(path: Path, limits: Limits | None = None) -> Session:
    """A session on a stored load. Damaged when the file is not whole, InternalError when a lock did not take."""
    return DuckdbSession(path, limits or Limits())


class DuckdbSession:
    """One connection; statements run one at a time. Close it when done."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._scratch = scratch_folder(limits.temp_folder or Path(tempfile.gettempdir()))
        self._busy = threading.Lock()
        self._closed = False
        try:
            self._connection = self._open(path)
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise

    def _open(self, path: Path) -> duckdb.DuckDBPyConnection:
        connection = connect(
            ":memory:", self._limits, self._scratch, preserve_insertion_order=False,
            allow_community_extensions=False, allow_unsigned_extensions=False,
        )  # fmt: skip
        try:
            _attach(connection, path)
            for setting in ("TimeZone = 'UTC'", "enable_external_access = false", "lock_configuration = true"):
                connection.execute(f"SET {setting}")
            _read_back(connection, self._limits)
        except BaseException:
            connection.close()
            raise
        return connection

    # ------------------------------------------------------------ statements

    def run(self, name: str, sql: str) -> None:
        """Run one step that makes (or drops) a temporary table."""
        self._do(sql, _STEPS, name, lambda c: None)

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one SELECT."""
        return self._do(sql, _READS, "the query", lambda c: c.fetchall())

    def arrow(self, sql: str) -> pyarrow.Table:
        """The rows of one SELECT as an Arrow table."""
        return self._do(sql, _READS, "the query", lambda c: c.to_arrow_table())

    def columns(self, sql: str) -> Mapping[str, Any]:
        """The columns of one SELECT as numpy arrays."""
        import numpy  # noqa: F401 - which DuckDB needs for it, and not everybody has

        return self._do(sql, _READS, "the query", lambda c: c.fetchnumpy())

    def handed(self, name: str, sql: str, columns: Mapping[str, Any]) -> None:
        """Run one step that reads columns, numpy arrays, as a table of its own."""
        if self._closed:
            raise InternalError("this session is closed")
        self._connection.register("handed", dict(columns))
        try:
            self.run(name, sql)
        finally:
            self._connection.unregister("handed")

    def names(self, sql: str) -> list[str]:
        """The columns of one SELECT."""
        return self._do(
            f"SELECT * FROM ({sql}) LIMIT 0", _READS, "the query", lambda c: [d[0] for d in c.description or ()]
        )

    def cancel(self) -> None:
        """Stop what is running; it raises LimitReached where it was called."""
        if not self._closed:
            self._connection.interrupt()

    def close(self) -> None:
        """Let go of the load and of everything temporary."""
        if not self._closed:
            self._closed = True
            self._connection.close()
            shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(
        self, sql: str, kinds: tuple[Any, ...], what: str, take: Callable[[duckdb.DuckDBPyConnection], Answer]
    ) -> Answer:
        if self._closed:
            raise InternalError("this session is closed")
        with self._busy, _told(what), deadline(self._limits.seconds, self.cancel, what):
            statement = _gate(self._connection, sql, kinds)
            return take(self._connection.execute(statement))


def _attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """The load under its name, its tables before others."""
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(f"ATTACH '{quoted}' AS \"{LOAD}\" (READ_ONLY)")
        connection.execute(f"SET search_path = '{LOAD}.main,temp.main'")
    except duckdb.Error as error:
        raise Damaged(
            f"the stored load cannot be opened: {path.name}", f"delete it, it is made anew: {path}"
        ) from error


def _read_back(connection: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Settings are believed when the engine repeats them."""
    asked = {**_LOCKED, **({"threads": str(limits.threads)} if limits.threads else {})}
    names = [*asked, "memory_limit"]
    found = connection.execute("SELECT " + ", ".join(f"current_setting('{n}')" for n in names)).fetchall()[0]
    for name, value in zip(names, found, strict=True):
        if name == "memory_limit":
            took = not limits.memory or _bytes(str(value)) <= _bytes(limits.memory) * 1.01
        else:
            took = str(value).lower() == asked[name].lower()
        if not took:
            raise InternalError(f"the query engine did not take the setting {name}", key=f"duckdb-{name}")


def _bytes(text: str) -> float:
    """An amount of memory as DuckDB writes it: `953.6 MiB`."""
    number, unit = re.fullmatch(r"\s*([0-9.]+)\s*([A-Za-z%]+)\s*", text).groups()  # type: ignore[union-attr]
    return float(number) * _SIZES.get(unit.upper(), 1) if unit != "%" else float("inf")


def _gate(connection: duckdb.DuckDBPyConnection, sql: str, kinds: tuple[Any, ...]) -> duckdb.Statement:
    """Exactly one statement, of the kinds that are expected here."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type not in kinds or not _STEP.match(sql):
        raise InternalError(
            "a step must be exactly one statement that reads or makes a temporary table", key="duckdb-gate"
        )
    return statements[0]


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What the engine says, in Patron's errors."""
    try:
        yield
    except PatronError:
        raise
    except duckdb.InterruptException as error:
        raise LimitReached(f"{what} was stopped") from error
    except duckdb.OutOfMemoryException as error:
        raise LimitReached(
            f"{what} needs more memory than it may use", "narrow the period, or raise `memory` in patron.toml"
        ) from error
    except duckdb.IOException as error:
        if "could not write" in str(error).lower():
            full = "is the disk of `temp_folder` full?"
            raise IoFailed(f"{what} failed: {str(error).splitlines()[0]}", full) from error
        raise Damaged(
            f"{what} cannot read the stored load: {str(error).splitlines()[0]}", "run `patron doctor`"
        ) from error
    except duckdb.OutOfRangeException as error:
        raise LimitReached(f"{what} makes a number that is too large: {str(error).splitlines()[0]}") from error
