"""A small project made of texts, bound and loaded; its rows and problems asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from patron.dsl import tree
from patron.dsl.parse import parse_file
from patron.dsl.problems import Problem
from patron.engine.load import Loaded, load
from patron.engine.model.mapping import Bound
from patron.engine.model.mapping_binding import MappingFacts, bind_tables
from patron.engine.model.terms import Lit
from patron.engine.sql.load.sql_tables import read_sql
from patron.engine.types import TEXT
from patron.plugins.sources import csv, json, parquet, postgres, sqlite
from patron.plugins.sources import duckdb as duckdb_source

TYPES = {t.name: t for m in (csv, json, parquet, postgres, sqlite, duckdb_source) for t in m.patron_sources()}
SOURCE = 'source shop from csv {\n  folder "data"\n}\n'
CUSTOMERS = "id\na\nb\nc\n"


@dataclass(frozen=True)
class World:
    """A project on disk."""

    root: Path
    zone: str = "UTC"
    currency: str = "USD"
    allow: tuple[Path, ...] = ()

    def bind(self) -> tuple[Bound, list[Problem]]:
        documents, problems = [], []
        params: dict[str, Lit] = {}
        for file in sorted(p for p in self.root.glob("*.patron") if p.is_file()):
            document, found = parse_file(file.read_bytes(), file.name)
            documents.append(document)
            problems += found
            for s in document.statements:
                if isinstance(s, tree.ParamDecl) and isinstance(s.default, tree.Text):
                    params[s.name.key] = Lit(s.default.value, TEXT)
        facts = MappingFacts(TYPES, self.root, self.zone, self.currency, params, self.allow, read_sql=read_sql)
        bound = bind_tables(documents, facts)
        return bound, [*problems, *bound.problems]

    def load(self) -> Loaded:
        bound, problems = self.bind()
        assert [p for p in problems if p.stops] == []
        return load(bound, self.root / ".patron" / "loads")

    def problems(self) -> list[tuple[str, int, int]]:
        return [(p.code, p.span.line, p.span.column) for p in self.bind()[1]]


def rows(loaded: Loaded, sql: str) -> list[tuple[Any, ...]]:
    assert loaded.path is not None, loaded.problems
    with duckdb.connect(str(loaded.path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def faults(loaded: Loaded) -> list[tuple[str, str, str]]:
    return [(p.code, p.severity, p.message) for p in loaded.problems]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
