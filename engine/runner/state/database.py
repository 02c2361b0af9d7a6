"""The database behind the state: opening it, one writer at a time, and what its errors mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.pool import NullPool

from patron.engine.runner.state.migrations import bring_up_to_date
from patron.engine.runner.state.schema import ADVICE
from patron.engine.runtime.errors import Busy, Damaged, IoFailed, PatronError, UsageError
from patron.engine.runtime.extras import absent
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import io_errors, publishing
from patron.engine.runtime.secrets import EnvSecret

if TYPE_CHECKING:
    from patron.engine.runner.config import Config

FILE = "state.sqlite"
WAIT = 4
"""Seconds that a writer waits for another; losers answer within five."""
_BEGIN = "patron_begin"
_CODES: dict[int, tuple[type[PatronError], str]] = {  # sqlite.org/rescode.html
    5: (Busy, "another run writes the state of this project"),
    6: (Busy, "another run writes the state of this project"),
    8: (IoFailed, "the state may not be written"),
    10: (IoFailed, "the state could not be read or written"),
    11: (Damaged, "the state is damaged"),
    13: (IoFailed, "the state could not be written: the disk is full"),
    14: (IoFailed, "the state cannot be opened"),
    26: (Damaged, "the state is damaged: this is no SQLite file"),
}


class State:
    """The state of a project: in a `file`, or in a `schema` of PostgreSQL. `place` says in words where it is."""

    def __init__(self, engine: Engine, place: str, file: Path | None, schema: str | None) -> None:
        self._engine, self.place, self.file, self.schema = engine, place, file, schema
        self._open: tuple[int, Connection] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Everything in the block happens or nothing does. No other writer is at work meanwhile, so the block may
        decide by what it reads; it is short, and no other `writing` is inside it."""
        with _told(self.place), self._connected("BEGIN IMMEDIATE") as connection:
            if self.file is None:
                self._wait_for_turn(connection)
            yield connection
            point("state.before commit")
            connection.commit()
            point("state.after commit")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One picture of everything."""
        with _told(self.place), self._connected("BEGIN") as connection:
            if self.file is None:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield connection

    @contextmanager
    def at_hand(self) -> Iterator[None]:
        """While the block runs something of the state stays open: when SQLite closes the last, it tidies the file up,
        which takes longer than most transactions. Those of this thread happen on it: to open a file takes as long."""
        before = self._open
        with _told(self.place), self._engine.connect() as connection:
            self._open = (get_ident(), connection) if self.file is not None else None
            try:
                yield
            finally:
                self._open = before

    @contextmanager
    def _connected(self, begin: str) -> Iterator[Connection]:
        thread, connection = self._open or (0, None)
        if connection is None or thread != get_ident() or connection.in_transaction():
            with self._engine.connect() as connection:
                connection.execution_options(**{_BEGIN: begin}).begin()
                yield connection
            return
        try:
            try:
                connection.execution_options(**{_BEGIN: begin}).begin()
                yield connection
            finally:
                connection.rollback()  # of what was not committed
        except Exception:
            raise
        except BaseException:  # told to stop in the midst of it: nobody knows how it stands
            self._open = None
            connection.invalidate()
            raise

    def _wait_for_turn(self, connection: Connection) -> None:
        """Writers take turns on PostgreSQL as they do on SQLite: no transaction ever has to be begun again."""
        connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _lock_key(self.schema or "")})

    def back_up(self, path: Path) -> None:
        """A copy of the whole state as one file; PostgreSQL has its own ways, and none is made."""
        if self.file is None:
            return
        import sqlite3

        with (
            publishing(path) as beside,
            closing(sqlite3.connect(self.file)) as here,
            closing(sqlite3.connect(beside)) as copy,
        ):
            here.backup(copy)


def opened(config: Config) -> State:
    """The state that a project's settings name, brought up to date."""
    said = _address(config.state)
    state = _sqlite(config.state_folder) if said is None else _postgres(said, config.state_schema)
    try:
        bring_up_to_date(state)
    except BaseException:
        state.close()
        raise
    return state


# ---------------------------------------------------------------- SQLite


def _sqlite(folder: Path) -> State:
    with io_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    return State(_sqlite_engine(str(file)), str(file), file, None)


@lru_cache(maxsize=8)
def _sqlite_engine(file: str) -> Engine:
    """One for a file, whoever opens it: it holds nothing open, but knows the texts of all statements."""
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool, connect_args={"timeout": WAIT})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say when a transaction begins
    for said in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {said}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


# ---------------------------------------------------------------- PostgreSQL


def _address(said: str | None) -> str | None:
    """The address of the database: as it is said, or from the environment when `env:NAME` is."""
    if said is None:
        return None
    if said.startswith("env:"):
        return EnvSecret(said.removeprefix("env:")).fetch().reveal()
    return said


def _postgres(address: str, schema: str) -> State:
    try:
        url = make_url(address)
    except exc.ArgumentError:
        raise UsageError("patron.toml: state is no address of a database", _FORMS) from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise UsageError(f"patron.toml: the state cannot be kept in {url.get_backend_name()}", _FORMS)
    if absent(("psycopg",)):
        raise UsageError("a state in PostgreSQL needs psycopg", "pip install 'patron[postgres]'")
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"), poolclass=NullPool, hide_parameters=True,
        connect_args={"connect_timeout": 10, "application_name": "patron"},
    )  # fmt: skip

    def prepare(connection: Any, _record: object) -> None:
        quoted = '"' + schema.replace('"', '""') + '"'
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {quoted}")
        connection.commit()

    event.listen(engine, "connect", prepare)
    return State(engine, f"{url.render_as_string()}, schema {schema}", None, schema)


_FORMS = (
    'Write `state = "env:PATRON_STATE"`, or `state = "postgresql://user@host/database"`; without it SQLite is used.'
)


def _lock_key(schema: str) -> int:
    return int.from_bytes(hashlib.sha256(f"patron state {schema}".encode()).digest()[:8], "big", signed=True)


# ---------------------------------------------------------------- errors


@contextmanager
def _told(place: str) -> Iterator[None]:
    """Turn what the database says into a sentence, with the exit code it deserves."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _meaning(error, place) from error


def _meaning(error: exc.DBAPIError, place: str) -> Exception:
    said: Any = error.orig
    code = getattr(said, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in _CODES:
        kind, words = _CODES[code & 0xFF]
        return kind(f"{words} ({place})", _advice(kind))
    state = getattr(said, "sqlstate", None) or ""
    if state in ("55P03", "40P01", "40001"):
        return Busy(f"another run writes the state of this project ({place})", _advice(Busy))
    if state[:2] == "XX":
        return Damaged(f"the state is damaged ({place}): {_first_line(said)}", ADVICE)
    if isinstance(error, exc.OperationalError):
        return IoFailed(f"the state cannot be reached ({place}): {_first_line(said)}", "What was kept is unchanged.")
    return error


def _first_line(said: object) -> str:
    return next(iter(str(said).splitlines()), "")[:200]


def _advice(kind: type[PatronError]) -> str:
    if kind is Busy:
        return "Wait until it ends and try again; `patron status` tells who it is."
    return ADVICE if kind is Damaged else "What was kept is unchanged."
