"""A PostgreSQL server of our own: made in a new folder, reached through a socket there, gone when the test is over."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt", "/usr")
OWNER, PASSWORD = "patron", "s3cret p/w"


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`; Debian keeps them off the path."""
    beside = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    elsewhere = [p.parent for place in PLACES for p in sorted(Path(place).glob("*/bin/initdb"), reverse=True)]
    return next((p for p in (*beside, *elsewhere) if (p / "postgres").exists()), None)


@dataclass
class Server:
    """A server and its owner's way to it."""

    folder: Path
    programs: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> Mapping[str, str]:
        """How a source reaches it."""
        return {"host": str(self.folder), "port": "5432", "user": OWNER, "database": "postgres"}

    def connect(self, **other: Any) -> Any:
        import psycopg

        said = {"host": str(self.folder), "user": OWNER, "password": PASSWORD, "dbname": "postgres", **other}
        return psycopg.connect(**said, autocommit=True)

    def run(self, *statements: str, **other: Any) -> list[tuple[Any, ...]]:
        """The rows of the last of these statements."""
        with self.connect(**other) as connection:
            cursor = [connection.execute(s) for s in statements][-1]
            return cursor.fetchall() if cursor.description else []

    def alone(self) -> bool:
        """Whether nobody but who asks is connected, soon: the server learns a moment later that somebody has gone. Its
        own workers, whose name is the same, come and go."""
        clients = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        return _soon(lambda: self.run(f"{clients} AND pid <> pg_backend_pid()") == [(0,)])

    def start(self) -> None:
        if self.process is None:
            command = [self.programs / "postgres", "-D", self.folder / "data", "-k", self.folder]
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen([*command, "-c", "listen_addresses="], stderr=log, **_rights())
            self._wait()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends it as it likes, SIGQUIT at once and without a word to anybody."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def _wait(self) -> None:
        if not _soon(self._answers):
            raise TimeoutError((self.folder / "log").read_text(errors="replace"))

    def _answers(self) -> bool:
        import psycopg

        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True


def _soon(ask: Callable[[], bool]) -> bool:
    """Whether this is so within half a minute."""
    for _ in range(300):
        if ask():
            return True
        time.sleep(0.1)
    return False


def _rights() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def server() -> Iterator[Server]:
    """A running server; `programs()` says beforehand whether there can be one."""
    found = programs()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="patron-postgres-"))
    rights = _rights()
    try:
        (folder / "password").write_text(PASSWORD)
        if rights:
            for path in (folder, folder / "password"):
                os.chown(path, rights["user"], rights["group"])
        subprocess.run(
            [found / "initdb", "-D", folder / "data", "-U", OWNER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C",
             "--no-sync", "--pwfile", folder / "password"],
            check=True, capture_output=True, cwd=folder, **rights,
        )  # fmt: skip
        with (folder / "data" / "postgresql.conf").open("a") as conf:
            conf.write("fsync = off\nmax_connections = 20\nshared_buffers = 16MB\n")
        made = Server(folder, found)
        try:
            made.start()
            yield made
        finally:
            made.stop(signal.SIGQUIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
