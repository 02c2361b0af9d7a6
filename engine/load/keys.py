"""When a stored load is still good: nothing it was made from has changed."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

import duckdb

from patron.engine.model.mapping import Bound, BoundSource, Lookup, SqlMapping, TableMapping, every_part
from patron.engine.runtime.errors import PatronError
from patron.engine.runtime.files import io_errors, sha256

FORMAT = 6
"""Raised when a load is stored otherwise than before."""
SMALL = 1 << 20
"""Files up to this size are known by their content, larger ones by size and time."""

FileFact = tuple[str, int, int, str]


def reads(bound: Bound) -> dict[tuple[str, str], None]:
    """Every source table that some mapping reads, in order."""
    return dict.fromkeys(place for mapping in bound.mappings for place in read_by(mapping))


def read_by(mapping: TableMapping | SqlMapping) -> list[tuple[str, str]]:
    """The source tables that a mapping reads."""
    if isinstance(mapping, SqlMapping):
        return list(mapping.reads)
    return [(mapping.source, mapping.source_table), *((other.source, other.table) for other in lookups(mapping))]


def lookups(mapping: TableMapping) -> list[Lookup]:
    """The lookups anywhere in a mapping."""
    return [node for term in mapping.every_term() for node in every_part(term) if isinstance(node, Lookup)]


def facts_of(bound: Bound) -> dict[tuple[str, str], tuple[FileFact, ...]]:
    """The files behind every source table in use."""
    return {(s, t): tuple(_fact(f) for f in files_of(bound.sources[s], t)) for s, t in reads(bound)}


def files_of(source: BoundSource, table: str) -> tuple[Path, ...]:
    if source.opened is None:
        raise PatronError(f"`{source.name}` is not open")
    return tuple(source.opened.files(table))


def _fact(path: Path) -> FileFact:
    with io_errors(path):
        stat = path.stat()
    return str(path), stat.st_size, stat.st_mtime_ns, sha256(path) if stat.st_size <= SMALL else ""


def shape_of(bound: Bound) -> str:
    """The name of what loads of the same mappings and sources have in common, whatever their rows."""
    said = (FORMAT, bound.zone, bound.currency, bound.age_limits, bound.mappings, _sources(bound))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:24]


def maker_of(bound: Bound) -> str:
    """The name of what makes a load of files: mappings, sources with their headers, versions."""
    from patron import __version__

    headers = sorted((s.name, repr(sorted(s.headers.items()))) for s in bound.sources.values())
    said = (shape_of(bound), __version__, duckdb.__version__, headers)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:24]


def _sources(bound: Bound) -> list[tuple[str, ...]]:
    every = bound.sources.values()
    return sorted((s.name, s.connector, repr(sorted(s.settings.items())), str(s.timezone)) for s in every)


def key_of(bound: Bound, facts: dict[tuple[str, str], tuple[FileFact, ...]]) -> str:
    """The name of the load these mappings and files make. A source without files is read anew every time."""
    digest = hashlib.sha256(maker_of(bound).encode())
    for place, files in facts.items():
        content = [(path, size, digest_ or mtime) for path, size, mtime, digest_ in files]
        digest.update(repr((place, content)).encode())
        if not files:
            digest.update(secrets.token_bytes(16))
    return digest.hexdigest()[:24]
