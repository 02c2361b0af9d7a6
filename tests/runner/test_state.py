"""The state: one writer at a time, whole or not at all, sealed rows, versions, and the errors of both databases."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, delete, text

from patron.engine.runner.config import Config, read_config
from patron.engine.runner.state import migrations, open_state
from patron.engine.runner.state.database import State
from patron.engine.runner.state.runs import runs
from patron.engine.runner.state.schema import moment_text, one, put, read_moment, rows
from patron.engine.runtime.errors import Busy, Damaged, IoFailed, UsageError
from tests.postgres_server import PASSWORD, Server, programs, server

NOON = dt.datetime(2026, 5, 6, 12, tzinfo=dt.UTC)


def row(key: str = "a", **other: object) -> dict[str, object]:
    return {
        "id": key, "task": "run nightly", "as_of": NOON, "spec_hash": "0" * 64, "state": "begun",
        "attempt": 1, "process": "me", "fence": 1, "begun_at": NOON, **other,
    }  # fmt: skip


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def config(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    made = Config(tmp_path, state_folder=tmp_path / ".patron")
    if request.param == "sqlite":
        return made
    running = request.getfixturevalue("postgres")
    monkeypatch.setenv("PATRON_STATE", f"postgresql://patron@/postgres?host={running.folder}")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return replace(made, state="env:PATRON_STATE", state_schema=f"shop {tmp_path.name}")


@pytest.fixture
def state(config: Config) -> Iterator[State]:
    with open_state(config) as made:
        yield made


def test_what_is_written_is_read(state: State, config: Config) -> None:
    with state.writing() as connection:
        put(connection, runs, row())
        put(connection, runs, row("b", due_at=NOON, said="Grüße 您好"))
        put(connection, runs, row(state="done"))
    with open_state(config) as again, again.reading() as connection:
        found = list(rows(connection, runs))
    assert [(r["id"], r["state"], r["due_at"], r["said"]) for r in found] == [
        ("a", "done", None, None), ("b", "begun", NOON, "Grüße 您好"),
    ]  # fmt: skip


def test_a_block_that_fails_leaves_nothing(state: State) -> None:
    def spoiled() -> None:
        with state.writing() as connection:
            put(connection, runs, row())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        spoiled()
    with state.reading() as connection:
        assert one(connection, runs) is None


def test_writers_take_turns_and_decide_by_what_they_read(state: State, config: Config) -> None:
    """Eight threads count up one number; nothing is lost, nobody is refused."""

    def count() -> None:
        with open_state(config) as mine:
            for _ in range(5):
                with mine.writing() as connection:
                    found = one(connection, runs)
                    put(connection, runs, row(attempt=(found["attempt"] if found else 0) + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with state.reading() as connection:
        assert (one(connection, runs) or {})["attempt"] == 40


def test_readers_see_one_picture(state: State, config: Config) -> None:
    with open_state(config) as other, state.reading() as connection:
        assert one(connection, runs) is None
        with other.writing() as writing:
            put(writing, runs, row())
        assert one(connection, runs) is None
    with state.reading() as connection:
        assert one(connection, runs) is not None


def test_who_waits_too_long_is_told(state: State, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patron.engine.runner.state.database.WAIT", 1)

    def also(other: State) -> None:
        with other.writing():
            pass

    with open_state(config) as other, state.writing(), pytest.raises(Busy) as caught:
        also(other)
    assert "another run" in caught.value.message


def test_a_row_that_somebody_changed_is_refused(state: State) -> None:
    with state.writing() as connection:
        put(connection, runs, row())
        connection.execute(text("UPDATE runs SET exit_code = 0"))
    with state.reading() as connection, pytest.raises(Damaged) as caught:
        one(connection, runs)
    assert "row a of runs" in caught.value.message


def test_a_newer_state_is_refused_with_both_numbers(state: State, config: Config) -> None:
    with state.writing() as connection:
        connection.execute(text("UPDATE about SET number = 99"))
    with pytest.raises(UsageError) as caught:
        open_state(config)
    assert "version 99" in caught.value.message and f"knows {migrations.VERSION}" in caught.value.message


def test_an_older_state_is_copied_and_changed_step_by_step(
    state: State, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with state.writing() as connection:
        put(connection, runs, row())
    taken: list[int] = []

    def step(connection: object) -> None:
        taken.append(2)
        connection.execute(text("ALTER TABLE runs ADD COLUMN more TEXT"))  # type: ignore[attr-defined]

    monkeypatch.setattr(migrations, "STEPS", {2: step})
    monkeypatch.setattr(migrations, "VERSION", 2)
    for _ in range(2):
        with open_state(config) as again, again.reading() as connection:
            assert connection.execute(text("SELECT more FROM runs")).all() == [(None,)]
    assert taken == [2]
    if state.file is not None:
        with sqlite3.connect(state.file.with_name("state.sqlite.version-1")) as copy:
            assert copy.execute("SELECT id FROM runs").fetchall() == [("a",)]


def test_a_step_that_fails_leaves_the_old_state(state: State, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(connection: object) -> None:
        connection.execute(delete(runs))  # type: ignore[attr-defined]
        raise ZeroDivisionError

    with state.writing() as connection:
        put(connection, runs, row())
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", {2: step})
        patch.setattr(migrations, "VERSION", 2)
        with pytest.raises(ZeroDivisionError):
            open_state(config)
    with open_state(config) as again, again.reading() as connection:
        assert one(connection, runs) is not None


def test_a_part_that_is_new_is_made(state: State, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    more = MetaData()
    for table in migrations.METADATA.sorted_tables:
        table.to_metadata(more)
    Table("newer", more, Column("id", Integer, primary_key=True))
    monkeypatch.setattr(migrations, "METADATA", more)
    with open_state(config) as again, again.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM newer")).scalar() == 0


def test_moments_are_texts_in_order() -> None:
    moments = [dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(1969, 7, 20, 20, 17, 40, 1, tzinfo=dt.UTC), NOON]
    texts = [moment_text(m) for m in moments]
    assert texts == sorted(texts) and texts[-1] == "2026-05-06T12:00:00.000000Z"
    assert [read_moment(t) for t in texts] == moments
    assert moment_text(NOON.astimezone(dt.timezone(dt.timedelta(hours=-6)))) == texts[-1]
    with pytest.raises(Damaged):
        read_moment("yesterday")


# ---------------------------------------------------------------- each database by itself


def sqlite(tmp_path: Path) -> Config:
    return Config(tmp_path, state_folder=tmp_path / ".patron")


def test_a_file_that_is_no_state(tmp_path: Path) -> None:
    config = sqlite(tmp_path)
    config.state_folder.mkdir()
    file = config.state_folder / "state.sqlite"
    file.write_bytes(b"no database at all, " * 100)
    with pytest.raises(Damaged):
        open_state(config)
    file.unlink()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(Damaged) as caught:
        open_state(config)
    assert "no state of Patron" in caught.value.message


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """To root nothing is forbidden but the system's own folders."""
    config = sqlite(tmp_path)
    if os.geteuid() == 0:
        config = replace(config, state_folder=Path("/proc/self"))
    else:
        config.state_folder.mkdir(mode=0o500)
    with pytest.raises(IoFailed):
        open_state(config)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    config = replace(sqlite(tmp_path), state=f"postgresql://patron@/postgres?host={tmp_path}")
    with pytest.raises(IoFailed) as caught:
        open_state(config)
    assert "cannot be reached" in caught.value.message


def test_the_password_is_never_said(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRON_STATE", f"postgresql://patron:wrong-s3cret@/postgres?host={postgres.folder}")
    with pytest.raises(IoFailed) as caught:
        open_state(replace(sqlite(tmp_path), state="env:PATRON_STATE"))
    assert "wrong-s3cret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "said, told",
    [
        ('state = "postgresql://me:secret@host/db"', "password may not be written"),
        ('state = "postgresql://host/db?password=secret"', "password may not be written"),
        ('state = "mysql://host/db"', "cannot be kept in mysql"),
        ('state = "somewhere"', "no address"),
        ('state = "env:NOT_SET_ANYWHERE"', "NOT_SET_ANYWHERE is not set"),
        ("state = 3", "a text is expected"),
    ],
)
def test_settings_that_name_no_state(tmp_path: Path, said: str, told: str) -> None:
    (tmp_path / "patron.toml").write_text(said)
    with pytest.raises(UsageError) as caught:
        open_state(read_config(tmp_path))
    assert told in caught.value.message and "secret@" not in caught.value.message


def test_checking_specs_never_imports_it(tmp_path: Path) -> None:
    (tmp_path / "shop.patron").write_text('language 1\nproject "S" {\n  timezone "UTC"\n  currency USD\n}\n')
    code = (
        "import sys\nfrom patron.engine.runner.project import open_project\n"
        "open_project('.').check()\nassert 'sqlalchemy' not in sys.modules and 'duckdb' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
