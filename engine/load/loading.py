"""`load`: the stored load that fits, or a new one, built beside and moved into its place in one step."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb

from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem, by_place
from patron.engine.backends.duckdb import connect, memory_of
from patron.engine.contracts import FunctionType, Limits, SourceError
from patron.engine.load import changes, stored
from patron.engine.load.checks import checks
from patron.engine.load.derived import derive
from patron.engine.load.filling import Filler
from patron.engine.load.growth import Growth, Unsuited, growth
from patron.engine.load.happened import newest
from patron.engine.load.history import History, needed
from patron.engine.load.keys import FileFact, facts_of, key_of, maker_of, shape_of
from patron.engine.load.loaded import LedgerEntry, Loaded
from patron.engine.load.merging import BEFORE, Adding, AddingFiller
from patron.engine.load.reading import Place, Sources
from patron.engine.load.tables import Finisher
from patron.engine.model.mapping import Bound, TableMapping
from patron.engine.model.store import Store
from patron.engine.runtime.clock import SystemClock
from patron.engine.runtime.errors import IoFailed, LimitReached
from patron.engine.runtime.progress import SILENT, Progress
from patron.engine.runtime.scratch import working_folder
from patron.engine.sql.load import staging

STAGED = "staged"
_SMALL = 2
"""Sources whose files are so many times smaller than the memory are staged in memory."""


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
    known, led = stored.read(path), UNKNOWN
    if known is None or stored.outdated(path):
        known, led = _new(Making(bound, facts, path, progress, limits, functions or {}, now, keep is not None))
    if known.path is None:
        return known
    if keep is not None:
        entries = History(folder, shape_of(bound), limits).remember(known, now, keep, led)
        known = replace(known, known_from=entries[0].made_at, alone=len(entries) == 1)
    stored.found_good(path, now)
    if not known.reused:
        stored.prune(folder, path, needed(folder))
    return known


def newest_holds(bound: Bound, folder: Path) -> bool | None:
    """Whether what the sources give is stored; None where that can only be told by reading them."""
    facts = facts_of(bound)
    if not all(facts.values()):
        return None
    path = stored.place(folder, key_of(bound, facts))
    return stored.read(path) is not None and not stored.outdated(path)


def replayed(
    bound: Bound, folder: Path, moment: dt.datetime, limits: Limits | None = None, *, there: bool = False
) -> Loaded | None:
    """The load that answers as of a moment (UTC), or that was `there` at it, before the newest one; None when that is
    the newest. Damaged when it cannot be made again."""
    history = History(folder, shape_of(bound), limits)
    known = history.there_at(moment) if there else history.at(moment)
    if known is None:
        return None
    return replace(history.load(known), known_from=history.entries[0].made_at, alone=False)


@dataclass(frozen=True, slots=True)
class Making:
    """What a new load is made of, and where it will lie."""

    bound: Bound
    facts: Mapping[Place, tuple[FileFact, ...]]
    path: Path
    progress: Progress
    limits: Limits
    functions: Mapping[str, FunctionType]
    now: dt.datetime
    keep: bool = False

    @property
    def key(self) -> str:
        """The name of the load."""
        return self.path.stem


Led = tuple[str, str]
"""The key of the load before and the name of what leads back to it, where that is known."""
UNKNOWN: Led = ("", "")


def _new(making: Making) -> tuple[Loaded, Led]:
    """A new load: new rows added to the load before where that gives the same, else of all rows."""
    folder = making.path.parent
    with working_folder(folder) as scratch, working_folder(making.limits.temp_folder or folder) as spill:
        led = UNKNOWN
        maker = maker_of(making.bound)
        try:
            grown = growth(making.bound, making.facts, folder, maker)
            made, said = _add(making, grown, scratch, spill)
            if making.keep:
                led = (grown.before.store.key, _kept(making, grown.before, said, scratch / "changes"))
        except Unsuited as reason:
            made, led = _make(making, scratch, spill)
            made = replace(made, manner=f"all rows were read: {reason}")
            made = replace(made, whole=made.path.stat().st_size if made.path is not None else 0)
        made = replace(made, made_at=making.now.replace(microsecond=0), maker=maker)
        return (made if made.path is None else stored.write(made, making.path)), led


def _kept(making: Making, before: Loaded, said: Mapping[str, Mapping[str, int]], folder: Path) -> str:
    """The name of the changes that lead back to the load before."""
    told = {table: found for table, found in said.items() if any(found.values())}
    if not told:
        return ""
    history = History(making.path.parent, shape_of(making.bound), making.limits)
    return history.keep(changes.packed(before, told, (), folder))


def forget(folder: Path, sources: Sequence[str] = ()) -> None:
    """Have stored loads that read one of these sources (all when none is named) made again."""
    wanted = {s.casefold() for s in sources}
    for path in folder.glob("*.duckdb"):
        known = stored.read(path)
        if known is None or not wanted or wanted & {e.source.casefold() for e in known.ledger}:
            stored.outdate(path)


def _make(making: Making, scratch: Path, spill: Path) -> tuple[Loaded, Led]:
    """A new load of all rows, in the scratch folder; without a path when the data broke its contract."""
    path = scratch / "load.duckdb"
    path.unlink(missing_ok=True)
    with _writing(path, making.limits, spill) as connection:
        return _run(connection, making, scratch, _room(connection, making, scratch))


def _room(connection: duckdb.DuckDBPyConnection, making: Making, scratch: Path) -> str:
    """The name of a database for the parts of tables, in a file of its own where the sources are large: of temporary
    tables DuckDB keeps two bits for every value in memory, whatever it spills, and it spills them as wide as they are.
    What is read of a source is gone once its rows are mapped, and lies there nevertheless."""
    size = sum(size for facts in making.facts.values() for _, size, _, _ in facts)
    if size * _SMALL < memory_of(connection):
        return ""
    connection.execute(staging.render(staging.attach(scratch / f"{STAGED}.duckdb", STAGED, read_only=False)))
    connection.execute(f"SET search_path = 'load.main,{STAGED}.main'")
    return STAGED


@contextmanager
def _writing(path: Path, limits: Limits, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a file that is being made; what was begun is finished when the block ends well."""
    try:
        connection = connect(path, limits, spill / "spilled")
        try:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()
    except duckdb.OutOfMemoryException as error:
        raise LimitReached(
            "reading the sources needs more memory than it may use", "raise `memory` in patron.toml"
        ) from error
    except (duckdb.IOException, duckdb.TransactionException, duckdb.FatalException) as error:
        raise IoFailed(f"keeping the load failed: {str(error).splitlines()[0]}", "is the disk full?") from error


def _run(connection: duckdb.DuckDBPyConnection, making: Making, scratch: Path, room: str) -> tuple[Loaded, Led]:
    bound = making.bound
    sources = _sources(connection, making, scratch)
    filler = Filler(sources, bound, making.functions, room=room)
    try:
        finisher, store, notes = _tables(filler, making.key)
    except SourceError as error:
        place = next((p for p in bound.sources.values() if p.name in error.message), next(iter(bound.sources.values())))
        problem = Problem(error.code, place.span, error.message, error.hint)
        every = by_place((*sources.problems, *filler.problems, problem))
        return Loaded(None, Store(key=making.key), tuple(sources.ledger), every), UNKNOWN
    _unchanged(sources)
    found = [*sources.problems, *filler.problems, *finisher.problems]
    if any(p.stops for p in found):
        return Loaded(None, store, tuple(sources.ledger), by_place(found), notes), UNKNOWN
    connection.commit()
    connection.execute("CHECKPOINT")
    made = Loaded(scratch / "load.duckdb", store, tuple(sources.ledger), by_place(found), notes)
    return made, _led(connection, making, made, scratch / "led")


def _led(connection: duckdb.DuckDBPyConnection, making: Making, made: Loaded, folder: Path) -> Led:
    """What leads back from the load that is open to the one before; a damaged one is looked at by whoever remembers."""
    history = History(making.path.parent, shape_of(making.bound), making.limits)
    before = history.newest() if making.keep else None
    if before is None or before.store.key == making.key:
        return UNKNOWN
    try:
        file = changes.between(connection, before, made, "load", folder)
    except (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException):
        return UNKNOWN
    return before.store.key, history.keep(file) if file is not None else ""


def _sources(
    connection: duckdb.DuckDBPyConnection, making: Making, scratch: Path,
    grown: Mapping[Place, Sequence[Path]] | None = None,
) -> Sources:  # fmt: skip
    bound = making.bound
    lenient = partial(_lenient, bound)
    return Sources(connection, bound, scratch, making.facts, making.progress, lenient, grown=grown)


def _add(making: Making, grown: Growth, scratch: Path, spill: Path) -> tuple[Loaded, Mapping[str, Mapping[str, int]]]:
    """A new load of the one before and new rows, in the scratch folder, with how many rows came and went. Unsuited."""
    before, path, kept = grown.before, scratch / "load.duckdb", scratch / "changes"
    assert before.path is not None
    kept.mkdir()
    shutil.copyfile(before.path, path)
    if not stored.same(path, before.path):
        raise Unsuited("the load before it was damaged")
    with _writing(path, making.limits, spill) as connection:
        connection.execute(staging.render(staging.attach(before.path, BEFORE)))
        sources = _sources(connection, making, scratch, grown.files)
        filler = AddingFiller(sources, making.bound, making.functions, growth=grown)
        try:
            finisher, store, notes = _tables(filler, making.key, partial(Adding, growth=grown, kept=kept))
        except SourceError as error:
            raise Unsuited("new rows cannot be read") from error
        if sources.problems or filler.problems or finisher.problems:
            raise Unsuited("new rows have problems")
        _unchanged(sources)
        connection.commit()
        connection.execute("CHECKPOINT")
    rows = sum(sources.count_of(place) for place in grown.files)
    ledger = tuple(_grown_entry(e, making, sources) for e in before.ledger)
    manner = f"{rows} rows of new files were added to the load before"
    assert isinstance(finisher, Adding)
    return Loaded(path, store, ledger, (), notes, manner=manner, whole=before.whole), finisher.said


def _grown_entry(entry: LedgerEntry, making: Making, sources: Sources) -> LedgerEntry:
    """What a ledger says of a table that grew."""
    place = next(p for p in making.facts if (making.bound.sources[p[0]].name, p[1]) == (entry.source, entry.table))
    return replace(entry, rows=entry.rows + sources.count_of(place), files=making.facts[place])


def _tables(
    filler: Filler,
    key: str,
    finishing: Callable[[Filler, Bound], Finisher] = Finisher,
) -> tuple[Finisher, Store, tuple[str, ...]]:
    """All tables filled and stored, described, with sentences about what looks odd. SourceError."""
    try:
        filler.fill()
        derive(filler)
        filler.unify()
    finally:
        filler.sources.close()
    filler.sources.connection.begin()  # one commit for all small tables: each by itself would wait for the disk
    finisher = finishing(filler, filler.bound)
    finisher.finish()
    notes, more = checks(finisher)
    finisher.problems += more
    return finisher, Store(finisher.stored, newest(finisher.stored.values()), finisher.busiest(), key), notes


def _unchanged(sources: Sources) -> None:
    """Files are looked at more than once, and must be the same every time. IoFailed."""
    now = facts_of(sources.bound)
    for place, facts in sources.facts.items():
        if now[place] != facts:
            source = sources.bound.sources[place[0]].name
            raise IoFailed(f"files of {source}.{place[1]} changed while they were read", "load them again")


def _lenient(bound: Bound, place: Place) -> bool:
    """Whether every statement that reads a source table takes bad values as missing."""
    readers = [m for m in bound.mappings if isinstance(m, TableMapping) and (m.source, m.source_table) == place]
    return bool(readers) and all(m.bad_missing for m in readers)
