"""What a load gives, and how it is written into the stored file itself."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, Related
from patron.dsl.tree import Span
from patron.engine.model.store import Store, StoredColumn, StoredTable
from patron.engine.types import Type


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One source table of a load: its files with size, time and SHA-256 of small ones, rows given and rejected."""

    source: str
    table: str
    rows: int
    rejected: int = 0
    files: tuple[tuple[str, int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The canonical tables, stored. `path` is None when the data broke its contract: see `problems`.

    `problems` hold what stops and what warns (unread values, references without a row); `notes` are sentences about
    data that looks odd. `made_at` is when it was read.
    """

    path: Path | None
    store: Store
    ledger: tuple[LedgerEntry, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    made_at: dt.datetime | None = None
    maker: str = ""
    """What made it: mappings, headers, versions. Loads of one maker differ by their files alone."""
    manner: str = ""
    """How it was made: by adding new rows to the load before, or of all rows, and then why."""
    whole: int = 0
    """How many bytes the file had when all rows were read last."""
    reused: bool = field(default=False, compare=False)
    known_from: dt.datetime | None = field(default=None, compare=False)
    """Since when loads like this one are kept, so that what was known then can be told."""
    alone: bool = field(default=True, compare=False)
    """Whether no load with other rows is kept."""


# ---------------------------------------------------------------- as text


def encode(loaded: Loaded) -> str:
    """The description of a load as JSON."""
    return json.dumps(
        {
            "store": _store(loaded.store),
            "ledger": [[e.source, e.table, e.rows, e.rejected, [list(f) for f in e.files]] for e in loaded.ledger],
            "problems": [_problem(p) for p in loaded.problems],
            "notes": list(loaded.notes),
            "made_at": loaded.made_at.isoformat() if loaded.made_at else None,
            "maker": loaded.maker,
            "manner": loaded.manner,
            "whole": loaded.whole,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


@lru_cache(maxsize=16)
def decode(text: str, path: Path) -> Loaded:
    """A load from its description, which is read anew at every look at the load and is seldom another one."""
    said = json.loads(text)
    made = said["made_at"]
    return Loaded(
        path, _read_store(said["store"]),
        tuple(LedgerEntry(s, t, n, r, tuple((f[0], f[1], f[2], f[3]) for f in files)) for s, t, n, r,
              files in said["ledger"]),
        tuple(_read_problem(p) for p in said["problems"]), tuple(said["notes"]),
        dt.datetime.fromisoformat(made) if made else None, said["maker"], said["manner"], said["whole"], True,
    )  # fmt: skip


def _store(store: Store) -> Mapping[str, Any]:
    return {
        "newest": store.newest.isoformat() if store.newest else None,
        "busiest": store.busiest,
        "key": store.key,
        "tables": {
            t.name: [t.rows, t.present, t.one_zone, _end(t.reach), {c.name: _column(c) for c in t.columns.values()}]
            for t in store.tables.values()
        },
    }


def _column(c: StoredColumn) -> list[Any]:
    t = c.type
    return [t.kind, t.table, t.whole, list(t.labels), c.storage, c.filled, c.never_missing, _end(c.low), _end(c.high),
            c.values]  # fmt: skip


def _end(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _read_store(said: Mapping[str, Any]) -> Store:
    tables = {
        name: StoredTable(name, {n: _read_column(n, c) for n, c in columns.items()}, rows, present, one_zone,
                          dt.date.fromisoformat(reach) if reach else None)
        for name, (rows, present, one_zone, reach, columns) in said["tables"].items()
    }  # fmt: skip
    newest = said["newest"]
    return Store(tables, dt.datetime.fromisoformat(newest) if newest else None, said["busiest"], said["key"])


def _read_column(name: str, said: list[Any]) -> StoredColumn:
    kind, table, whole, labels, storage, filled, never_missing, low, high, values = said
    read = {"date": dt.date.fromisoformat, "moment": dt.datetime.fromisoformat}.get(storage)
    if read is not None:
        low, high = (None if v is None else read(v) for v in (low, high))
    type_, few = Type(kind, table, whole, tuple(labels)), None if values is None else tuple(values)
    return StoredColumn(name, type_, storage, filled, never_missing, low, high, few)


def _span(s: Span) -> list[Any]:
    return [s.file, s.line, s.column, s.end_line, s.end_column]


def _problem(p: Problem) -> list[Any]:
    return [p.code, _span(p.span), p.message, p.hint, p.severity, [[_span(r.span), r.message] for r in p.related]]


def _read_problem(said: list[Any]) -> Problem:
    code, span, message, hint, severity, related = said
    return Problem(code, Span(*span), message, hint, tuple(Related(Span(*s), m) for s, m in related), severity)
