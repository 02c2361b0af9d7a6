"""Whether a load can be made by adding to the one before: which files are new, and that nothing else changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from patron.dsl.nodes import dataclass
from patron.engine.contracts import Growing
from patron.engine.load import stored
from patron.engine.load.keys import FileFact, read_by
from patron.engine.load.loaded import Loaded
from patron.engine.load.reading import Place
from patron.engine.model.mapping import Bound, Lookup, OfRow, TableMapping, every_part

SPREAD, ROOM = 1.25, 1 << 24
"""How much larger than one of all rows a file may become by adding; small ones have room for more."""


class Unsuited(Exception):
    """Adding would not give what reading everything gives, or nobody can tell; `args` say why."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The load before, the new files of source tables that only grew, and how many rows of them were read before."""

    before: Loaded
    files: Mapping[Place, tuple[Path, ...]]
    rows: Mapping[Place, int]

    def grown(self, mapping: object) -> bool:
        """Whether a statement has new rows to read."""
        return isinstance(mapping, TableMapping) and (mapping.source, mapping.source_table) in self.files


def growth(bound: Bound, facts: Mapping[Place, Sequence[FileFact]], folder: Path, maker: str) -> Growth:
    """What is new since the newest load of this maker. Unsuited."""
    before = _newest(folder, maker)
    if before is None:
        raise Unsuited("there is no load before it")
    if before.problems:
        raise Unsuited("the load before it had problems")
    if _size(before) > SPREAD * before.whole + ROOM:
        raise Unsuited("its file has grown much; rows are put in order again")
    known = {_place(bound, e.source, e.table): e for e in before.ledger}
    files: dict[Place, tuple[Path, ...]] = {}
    for place, now in facts.items():
        name = f"{bound.sources[place[0]].name}.{place[1]}"
        if place not in known or not now:
            raise Unsuited(f"{name} has no files to be known by")
        was = [_content(f) for f in known[place].files]
        if [_content(f) for f in now[: len(was)]] != was:
            raise Unsuited(f"files of {name} changed, went, or came before others")
        if len(now) > len(was):
            files[place] = tuple(Path(f[0]) for f in now[len(was) :])
            if not isinstance(bound.sources[place[0]].opened, Growing):
                raise Unsuited(f"{name} cannot be read in part")
    _simple(bound, files)
    return Growth(before, files, {place: entry.rows for place, entry in known.items()})


def _newest(folder: Path, maker: str) -> Loaded | None:
    """The newest stored load of a maker that nobody wants read again."""
    found = [
        load for path in folder.glob("*.duckdb") if (load := stored.read(path)) is not None and load.maker == maker
    ]
    newest = max(found, key=lambda load: str(load.made_at), default=None)
    unwanted = newest is None or newest.path is None or stored.outdated(newest.path)
    return None if unwanted else newest


def _size(loaded: Loaded) -> int:
    assert loaded.path is not None
    return loaded.path.stat().st_size


def _place(bound: Bound, source: str, table: str) -> Place:
    """A source table of a ledger, which tells names as they are written."""
    return next((key for key, s in bound.sources.items() if s.name == source), source), table


def _content(fact: Sequence[object]) -> tuple[object, ...]:
    path, size, moment, digest = fact
    return path, size, digest or moment


def _simple(bound: Bound, files: Mapping[Place, object]) -> None:
    """Every statement that reads new rows makes one row of each, whatever others say. Unsuited."""
    for mapping in bound.mappings:
        if not any(place in files for place in read_by(mapping)):
            continue
        if not isinstance(mapping, TableMapping) or mapping.keys is not None or mapping.close is not None:
            raise Unsuited(f"rows of {mapping.table} are made of several of the source")
        parts = (node for term in mapping.every_term() for node in every_part(term))
        if any(isinstance(node, (Lookup, OfRow)) for node in parts):
            raise Unsuited(f"rows of {mapping.table} have values of other tables")
