"""What lies between two loads, as one file that leads from the later one back to the earlier one.

A file of changes is an archive, not packed again:

    changes.json              for every table that differs: its statement when that changed, and the description
    <table>.drop.parquet      rows of the later load that the earlier one has not
    <table>.back.parquet      rows of the earlier load that the later one has not; all of them when the table changed

Nothing here is checked: files of changes lie in `Kept`, which compares them with their hash at every reading.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.backends.duckdb import connect
from patron.engine.contracts import Limits
from patron.engine.load.loaded import Loaded, decode, encode
from patron.engine.runtime.errors import Damaged
from patron.engine.sql import build
from patron.engine.sql.load import differing, staging

if TYPE_CHECKING:
    import duckdb

_ABOUT = "changes.json"
_KEPT = "kept rows"
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The moment of every file in an archive, so that the same changes are the same bytes."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that lie in its rows; others are computed of them. `ids` when one of them is its id."""

    names: tuple[str, ...]

    @property
    def ids(self) -> bool:
        """Whether rows can be told apart by an id of their own."""
        return "id" in self.names


def columns_of(statement: str) -> Columns:
    """The columns of the table that a CREATE TABLE statement makes."""
    return Columns(differing.lying(statement))


def tables_of(connection: duckdb.DuckDBPyConnection, *databases: str) -> list[dict[str, str]]:
    """The statements that made the tables of each database, by name; DuckDB looks at all of them whatever is asked."""
    query = "SELECT database_name, table_name, sql FROM duckdb_tables() WHERE NOT temporary ORDER BY table_name"
    rows = connection.execute(query).fetchall()
    return [{table: said for database, table, said in rows if database == wanted} for wanted in databases]


# ---------------------------------------------------------------- writing


def write(before: Loaded, after: Loaded, scratch: Path, limits: Limits) -> Path | None:
    """The file of what leads from the load `after` back to `before`; None when they have the same rows."""
    assert after.path is not None
    connection = connect(":memory:", limits, scratch / "spilled")
    try:
        connection.execute(staging.render(staging.attach(after.path, "after")))
        return between(connection, before, after, "after", scratch / "changes")
    finally:
        connection.close()


def between(
    connection: duckdb.DuckDBPyConnection, before: Loaded, after: Loaded, opened: str, folder: Path
) -> Path | None:
    """The same, where the later load is open already as the database `opened`."""
    assert before.path is not None
    folder.mkdir()
    connection.execute(staging.render(staging.attach(before.path, "before")))
    were, are = tables_of(connection, "before", opened)
    empty = {t for t in were if differing.alike(were[t], are.get(t)) and not _rows(before, t) and not _rows(after, t)}
    some = (_Both(t, were[t], are.get(t), opened) for t in were if t not in empty)
    said = {both.table: found for both in some if (found := _difference(connection, both, folder))}
    gone = sorted(are.keys() - were.keys())
    return packed(before, said, gone, folder) if said or gone else None


def _rows(loaded: Loaded, table: str) -> int:
    found = loaded.store.tables.get(table)
    return found.rows if found is not None else -1


def packed(before: Loaded, said: Mapping[str, Mapping[str, Any]], gone: Sequence[str], folder: Path) -> Path:
    """The file of changes whose rows are in a folder already: `said` tells of each table how many went and came."""
    about = {"tables": said, "gone": gone, "load": encode(before)}
    (folder / _ABOUT).write_text(json.dumps(about, ensure_ascii=False, separators=(",", ":")), "utf-8")
    return _packed(folder, folder.with_suffix(".zip"))


@dataclass(frozen=True, slots=True)
class _Both:
    """A table of the earlier load and what became of it in the later one, which is open as `opened`."""

    table: str
    was: str
    now: str | None
    opened: str

    def places(self) -> tuple[Any, Any]:
        """Where it lies in both."""
        return differing.at("before", self.table), differing.at(self.opened, self.table)


def _difference(connection: duckdb.DuckDBPyConnection, both: _Both, folder: Path) -> Mapping[str, Any]:
    """What is said of one table, its rows written; nothing when it is the same."""
    columns, table = columns_of(both.was), both.table
    if not differing.alike(both.was, both.now):
        whole = differing.rows(both.places()[0], columns.names)
        return {"statement": both.was, "back": keep(connection, whole, folder / f"{table}.back.parquet")}
    if not columns.names or len({_content(connection, place, columns) for place in both.places()}) == 1:
        return {}
    before, after = (differing.rows(place, columns.names) for place in both.places())
    if columns.ids:
        ids = f"changed/{table}"
        changed = differing.changed_ids(*both.places(), columns.names)
        connection.execute(staging.render(staging.create(ids, changed)))
        before, after = (differing.of_ids(query, ids) for query in (before, after))
    drop, back = differing.only_in(after.copy(), before.copy()), differing.only_in(before, after)
    return {
        "drop": keep(connection, drop, folder / f"{table}.drop.parquet"),
        "back": keep(connection, back, folder / f"{table}.back.parquet"),
    }


def _content(connection: duckdb.DuckDBPyConnection, table: Any, columns: Columns) -> tuple[Any, ...]:
    found: tuple[Any, ...] = connection.execute(staging.render(differing.content(table, columns.names))).fetchall()[0]
    return found


def keep(connection: duckdb.DuckDBPyConnection, query: Any, path: Path) -> int:
    """How many rows a query has; they are written when there are any."""
    connection.execute(staging.render(staging.create(_KEPT, query)))
    rows = int(connection.execute(staging.render(differing.count(build.table(_KEPT)))).fetchall()[0][0])
    if rows:
        connection.table(f'"{_KEPT}"').write_parquet(str(path), compression="zstd")
    connection.execute(staging.render(staging.drop(_KEPT)))
    return rows


def _packed(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            with file.open("rb") as content, archive.open(zipfile.ZipInfo(file.name, _MOMENT), "w") as packed:
                shutil.copyfileobj(content, packed)
    return path


# ---------------------------------------------------------------- going back


@dataclass(frozen=True, slots=True)
class _Step:
    """The changes between one load and the next, unpacked."""

    folder: Path
    said: Mapping[str, Any]

    def file(self, table: str, kind: str) -> list[Path]:
        """The rows of a kind, when there are any."""
        found = self.said["tables"].get(table, {}).get(kind)
        return [self.folder / f"{table}.{kind}.parquet"] if found else []


def go_back(latest: Path, files: Sequence[Path], scratch: Path, limits: Limits) -> Loaded:
    """The load that these changes lead back to, in the scratch folder; those nearest to it come first."""
    path = scratch / "load.duckdb"
    shutil.copyfile(latest, path)
    steps = [_unpacked(file, scratch / str(i)) for i, file in enumerate(files)]
    connection = connect(path, limits, scratch / "spilled")
    try:
        connection.begin()
        for table in sorted({t for step in steps for t in (*step.said["tables"], *step.said["gone"])}):
            _restore(connection, table, steps)
        connection.commit()
        loaded = decode(steps[0].said["load"], path)
        _compare(connection, loaded)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    return loaded


def _unpacked(file: Path, folder: Path) -> _Step:
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    return _Step(folder, json.loads((folder / _ABOUT).read_text("utf-8")))


def _restore(connection: duckdb.DuckDBPyConnection, table: str, steps: Sequence[_Step]) -> None:
    """One table as it was. Where its statement changed, all rows of then are there, and later changes do not count."""
    whole = next((i for i, s in enumerate(steps) if "statement" in s.said["tables"].get(table, {})), None)
    gone = next((i for i, s in enumerate(steps) if table in s.said["gone"]), len(steps))
    if whole is None or gone < whole:
        if gone < len(steps):
            connection.execute(staging.render(staging.drop(table)))
            return
        statement, nearer = tables_of(connection, "load")[0][table], steps
    else:
        statement, nearer = steps[whole].said["tables"][table]["statement"], steps[:whole]
        connection.execute(staging.render(staging.drop(table)))
        connection.execute(statement)
        _insert(connection, table, columns_of(statement), steps[whole].file(table, "back"))
    _undo(connection, table, columns_of(statement), nearer)


def _undo(connection: duckdb.DuckDBPyConnection, table: str, columns: Columns, steps: Sequence[_Step]) -> None:
    """Rows that came since go, and rows that went since come back; each as often as it did."""
    drop, back = ([f for step in steps for f in step.file(table, kind)] for kind in ("drop", "back"))
    if not drop and not back:
        return

    def run(statement: Any) -> None:
        connection.execute(staging.render(statement))

    parts = [differing.rows(build.table(table), columns.names)]
    if columns.ids:
        touched = differing.together([differing.kept_rows([f], ["id"]) for f in (*drop, *back)])
        run(staging.create("touched", touched))
        parts = [differing.of_ids(parts[0], "touched")]
    if back:
        parts.append(differing.kept_rows(back, columns.names))
    left = differing.together(parts)
    run(staging.create("left", differing.only_in(left, differing.kept_rows(drop, columns.names)) if drop else left))
    run(differing.delete_ids(table, "touched") if columns.ids else differing.delete_all(table))
    run(differing.insert(table, columns.names, differing.rows(build.table("left"), columns.names)))
    for name in ("left", "touched"):
        run(staging.drop(name))


def _insert(connection: duckdb.DuckDBPyConnection, table: str, columns: Columns, files: Sequence[Path]) -> None:
    if files:
        query = differing.kept_rows(files, columns.names)
        connection.execute(staging.render(differing.insert(table, columns.names, query)))


def _compare(connection: duckdb.DuckDBPyConnection, loaded: Loaded) -> None:
    """As many rows as its description says; Damaged else."""
    for table in loaded.store.tables.values():
        found = connection.execute(staging.render(differing.count(build.table(table.name)))).fetchall()[0][0]
        if found != table.rows:
            raise Damaged(
                f"the load of {loaded.made_at} cannot be made again: {table.name} has {found} rows, not {table.rows}",
                "Put the state folder back from a backup.",
            )
