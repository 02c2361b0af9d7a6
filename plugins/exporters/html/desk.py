"""What is at hand while a page is made: who reads it, its words, and the data its scripts will need."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from patron.engine.report.reader import Reader, plain
from patron.engine.report.text import Json
from patron.plugins.exporters.html.dates import dated

OURS = frozenset({"data", "end", "library", "queries", "report", "said", "sources", "tip"})
"""Ids of the templates; those that are counted are a letter and a number."""
LONGEST_NAME = 60


@dataclass(slots=True)
class Desk:
    """Hands out ids and gathers the data of charts and tables, in order, for the one data block of the page."""

    reader: Reader
    words: Mapping[str, str]
    charts: dict[str, Json] = field(default_factory=dict)
    tables: dict[str, Json] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)
    _ids: int = 0

    def tell_once(self, notes: Iterable[str]) -> tuple[str, ...]:
        """Notes that will stand below a section instead of in its figures; not those that already do."""
        fresh = tuple(note for note in notes if note not in self._told)
        self._told.update(fresh)
        return fresh

    def told(self, note: str) -> bool:
        """Whether a note stands below the section."""
        return note in self._told

    def forget(self, notes: Iterable[str]) -> None:
        """The section of these notes is over."""
        self._told.difference_update(notes)

    def past(self, comparison: str) -> str:
        """What the values of a comparison are called: those before, or those of the other people."""
        other = comparison and not dated(comparison)
        return plain(comparison) if other else self.words["before"]

    def fresh(self, prefix: str) -> str:
        """An id that is not taken; the same report gives the same ids."""
        self._ids += 1
        return f"{prefix}{self._ids}"

    def named(self, title: str) -> str:
        """An id that tells a title, so that an address with it stays right when other parts come or go."""
        name = "-".join(re.findall(r"\w+", title.casefold()))[:LONGEST_NAME]
        if not name or name in OURS or re.fullmatch(r"[a-z]\d+", name):
            name = f"tab-{name}".removesuffix("-")
        tries = (name if n == 1 else f"{name}-{n}" for n in itertools.count(1))
        found = next(each for each in tries if each not in self._names)
        self._names.add(found)
        return found

    def keep_query(self, sql: str) -> int:
        """Keep a text of SQL, the same one once; gives its number."""
        return self.queries.setdefault(sql, len(self.queries))

    def keep_chart(self, spec: Json) -> str:
        """Keep a chart's spec; gives the id of the place to draw it."""
        name = self.fresh("c")
        self.charts[name] = spec
        return name

    def keep_table(self, table: Json) -> str:
        """Keep a table's rows; gives the id of the table."""
        name = self.fresh("t")
        self.tables[name] = table
        return name
