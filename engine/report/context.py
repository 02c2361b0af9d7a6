"""What every answer needs beside the model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from patron.engine.contracts import Learned, Limits, Session
from patron.engine.model.canonical import MADE
from patron.engine.model.periods import AsOf
from patron.engine.model.resolve import Model
from patron.engine.model.settings import ProjectSettings
from patron.engine.model.store import Store
from patron.engine.plan.guarded import Guard
from patron.engine.sql.expressions import Lowering
from patron.engine.sql.functions.scalars import Scalars


@dataclass(frozen=True)
class Allowed:
    """What whoever asks may see: `roles` in words, what is masked, the texts that pseudonyms are made with, and who
    wants to know the SQL that is sent, and that rows about single people come out."""

    roles: str
    guard: Guard
    keys: Callable[[], tuple[str, str]]
    tell: Callable[[str], None]
    rows: Callable[[], None]


@dataclass(frozen=True)
class Context:
    """The moment, the stored tables, the open session and the lists of a run."""

    as_of: AsOf
    store: Store
    session: Session
    lists: Any = None
    limits: Limits = Limits()
    progress: Any = None
    sources: tuple[object, ...] = ()
    registered: set[str] = field(default_factory=set)
    loaded_at: dt.datetime | None = None
    """When the first load was made that is kept, or this one."""
    restated: bool = False
    """Whether loads with other rows are kept."""
    kept: Path | None = None
    """The folder where models keep what they learned."""
    learned: dict[tuple[str, dt.date], Learned] = field(default_factory=dict)
    """What models said in this run, by learned table and day."""
    allowed: Allowed | None = None
    """What whoever asks may see; None: everything."""

    def lists_seen_from(self, as_of: AsOf) -> Context:
        """The same with the lists as they are seen from another moment."""
        return replace(self, lists=self.lists.at(as_of.moment)) if self.lists is not None else self


def lowering(model: Model, store: Store, dialect: str = "duckdb") -> Lowering:
    """How expressions become SQL for this project and load."""
    settings: ProjectSettings = model.declared.settings
    scalars = Scalars(dialect, settings.week_starts, model.as_of.today, model.as_of.moment, settings.timezone)
    whole = frozenset(
        name for name, table in store.tables.items() if "id" in table.columns and table.columns["id"].storage == "whole"
    )
    whole |= {made for made, of in MADE.items() if of in whole}
    functions: Mapping[str, Any] = model.declared.catalog.functions
    return Lowering(scalars, whole, functions)
