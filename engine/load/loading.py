"""`load`: the stored load that fits, or a new one, built beside and moved into its place in one step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from patron.dsl.problems import Problem, by_place
from patron.engine.backends.duckdb import connect
from patron.engine.contracts import FunctionType, Limits, SourceError
from patron.engine.load import stored
from patron.engine.load.checks import checks
from patron.engine.load.derived import derive
from patron.engine.load.filling import Filler
from patron.engine.load.history import History, needed
from patron.engine.load.keys import FileFact, facts_of, key_of, shape_of
from patron.engine.load.loaded import Loaded
from patron.engine.load.reading import Place, Sources
from patron.engine.load.tables import Finisher
from patron.engine.model.mapping import Bound, TableMapping
from patron.engine.model.store import Store
from patron.engine.runtime.clock import SystemClock
from patron.engine.runtime.errors import IoFailed, LimitReached
from patron.engine.runtime.progress import SILENT, Progress
from patron.engine.runtime.scratch import working_folder
from patron.engine.sql.load import describing


def load(
    bound: Bound, folder: Path, progress: Progress = SILENT, limits: Limits | None = None,
    functions: Mapping[str, FunctionType] | None = None, *, now: dt.datetime | None = None,
    keep: dt.timedelta | None = None,
) -> Loaded:  # fmt: skip
    """The canonical tables of a project, stored in `folder`; nothing is read when nothing changed.

    Problems of the data are in the answer, not raised. IoFailed when a file cannot be read or written. `keep` is how
    long former loads can be made again; None when they are not kept.
    """
    facts = facts_of(bound)
    key = key_of(bound, facts)
    path = stored.place(folder, key)
    now = now or SystemClock().now()
    limits = limits or Limits()
    known = stored.read(path)
    if known is None or stored.outdated(path):
        known = _new(bound, facts, path, progress, limits, functions or {}, now)
    if known.path is None:
        return known
    if keep is not None:
        known = _remembered(bound, known, limits, now, keep)
    stored.found_good(path, now)
    if not known.reused:
        stored.prune(folder, path, needed(folder))
    return known


def replayed(bound: Bound, folder: Path, moment: dt.datetime, limits: Limits | None = None) -> Loaded | None:
    """The load that tells what was known at a moment (UTC) before the newest one; None when that is the newest, or when
    no load is as old as that. Damaged when it cannot be made again."""
    history = History(folder, shape_of(bound), limits)
    known = history.at(moment)
    if known is None:
        return None
    return replace(history.load(known), known_from=history.entries[0].made_at)


def _remembered(bound: Bound, known: Loaded, limits: Limits, now: dt.datetime, keep: dt.timedelta) -> Loaded:
    assert known.path is not None
    entries = History(known.path.parent, shape_of(bound), limits).remember(known, now, keep)
    return replace(known, known_from=entries[0].made_at)


def _new(
    bound: Bound, facts: Mapping[Place, tuple[FileFact, ...]], path: Path, progress: Progress, limits: Limits,
    functions: Mapping[str, FunctionType], now: dt.datetime,
) -> Loaded:  # fmt: skip
    folder = path.parent
    with working_folder(folder) as scratch, working_folder(limits.temp_folder or folder) as spill:
        made = _make(bound, facts, path.stem, scratch, spill, progress, limits, functions)
        made = replace(made, made_at=now.replace(microsecond=0))
        return made if made.path is None else stored.write(made, path)


def forget(folder: Path, sources: Sequence[str] = ()) -> None:
    """Have stored loads that read one of these sources (all when none is named) made again."""
    wanted = {s.casefold() for s in sources}
    for path in folder.glob("*.duckdb"):
        known = stored.read(path)
        if known is None or not wanted or wanted & {e.source.casefold() for e in known.ledger}:
            stored.outdate(path)


def _make(
    bound: Bound, facts: Mapping[Place, tuple[FileFact, ...]], key: str, scratch: Path, spill: Path,
    progress: Progress, limits: Limits, functions: Mapping[str, FunctionType],
) -> Loaded:  # fmt: skip
    """A new load, in the scratch folder; without a path when the data broke its contract."""
    beside = scratch / "load.duckdb"
    try:
        connection = connect(beside, limits, spill / "spilled")
        try:
            connection.execute("SET TimeZone = 'UTC'")
            made = _run(connection, bound, facts, key, scratch, progress, functions)
            if made.path is not None:
                connection.commit()
                connection.execute("CHECKPOINT")
        finally:
            connection.close()
    except duckdb.OutOfMemoryException as error:
        raise LimitReached(
            "reading the sources needs more memory than it may use", "raise `memory` in patron.toml"
        ) from error
    except (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException) as error:
        raise IoFailed(f"keeping the load failed: {str(error).splitlines()[0]}", "is the disk full?") from error
    return made


def _run(
    connection: duckdb.DuckDBPyConnection, bound: Bound, facts: Mapping[Place, tuple[FileFact, ...]], key: str,
    scratch: Path, progress: Progress, functions: Mapping[str, FunctionType],
) -> Loaded:  # fmt: skip
    sources = Sources(connection, bound, scratch, facts, progress, lambda place: _lenient(bound, place))
    filler = Filler(sources, bound, functions)
    try:
        finisher, store, notes = _tables(filler, key)
    except SourceError as error:
        place = next((p for p in bound.sources.values() if p.name in error.message), next(iter(bound.sources.values())))
        problem = Problem(error.code, place.span, error.message, error.hint)
        return Loaded(
            None, Store(key=key), tuple(sources.ledger), by_place((*sources.problems, *filler.problems, problem))
        )
    _unchanged(sources)
    found = [*sources.problems, *filler.problems, *finisher.problems]
    stops = any(p.stops for p in found)
    return Loaded(None if stops else scratch / "load.duckdb", store, tuple(sources.ledger), by_place(found), notes)


def _tables(filler: Filler, key: str) -> tuple[Finisher, Store, tuple[str, ...]]:
    """All tables filled and stored, described, with sentences about what looks odd. SourceError."""
    try:
        filler.fill()
        derive(filler)
        filler.unify()
    finally:
        filler.sources.close()
    filler.sources.connection.begin()  # one commit for all tables: each by itself would wait for the disk
    finisher = Finisher(filler, filler.bound)
    finisher.finish()
    notes, more = checks(finisher)
    finisher.problems += more
    busiest = int((finisher.run(describing.busiest())[0][0] or 0) if finisher.stored["actions"].rows else 0)
    return finisher, Store(finisher.stored, newest(finisher), busiest, key), notes


def _unchanged(sources: Sources) -> None:
    """Files are looked at more than once, and must be the same every time. IoFailed."""
    now = facts_of(sources.bound)
    for place, facts in sources.facts.items():
        if now[place] != facts:
            source = sources.bound.sources[place[0]].name
            raise IoFailed(f"files of {source}.{place[1]} changed while they were read", "load them again")


_WHEN = (
    "created_at", "canceled_at", "returned_at", "acted_at", "sent_at", "delivered_at", "started_at", "joined_at",
    "left_at", "posted_at", "redeemed_at", "changed_at", "deleted_at", "erased_at", "@visible_at",
)  # fmt: skip


def newest(finisher: Finisher) -> dt.datetime | None:
    """The latest moment at which anything happened."""
    columns = [c for t in finisher.stored.values() for c in t.columns.values() if c.name in _WHEN]
    return max((c.high for c in columns if isinstance(c.high, dt.datetime)), default=None)


def _lenient(bound: Bound, place: Place) -> bool:
    """Whether every statement that reads a source table takes bad values as missing."""
    readers = [m for m in bound.mappings if isinstance(m, TableMapping) and (m.source, m.source_table) == place]
    return bool(readers) and all(m.bad_missing for m in readers)
