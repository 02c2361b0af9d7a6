"""Bringing a state up to date: tables that are not there yet are made, those that are get changed step by step.

The number of the last step is kept in the state. One with a higher number than this program knows is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, Integer, String, Table, inspect, select
from sqlalchemy.schema import CreateSchema

from patron.engine.runner.state.schema import METADATA, put
from patron.engine.runtime.errors import Damaged, UsageError
from patron.engine.runtime.faults import point

if TYPE_CHECKING:
    from patron.engine.runner.state.database import State

PARTS = ("deliveries", "leases", "lists", "runs")
"""The modules of tables beside this one. A part that is new here is made where a state lacks it, without a step."""

STEPS: Mapping[int, Callable[[Connection], None]] = {}
"""How tables that older states have are changed: version 2 is what step 2 makes of version 1, and so on."""

VERSION = max(STEPS, default=1)

about = Table("about", METADATA, Column("name", String(40), primary_key=True), Column("number", Integer))


def bring_up_to_date(state: State) -> None:
    """Make what is lacking, take the steps that are left. What was there is copied first (SQLite)."""
    for part in PARTS:
        import_module(f"patron.engine.runner.state.{part}")
    with state.reading() as connection:
        found = _version(connection, state)
        lacking = not found or _lacking(connection, state)
    if found == VERSION and not lacking:
        return
    if 0 < found < VERSION and state.file is not None:
        state.back_up(state.file.with_name(f"{state.file.name}.version-{found}"))
    with state.writing() as connection:
        point("state.migration")
        _make(connection, state)


def _make(connection: Connection, state: State) -> None:
    if state.schema is not None and not inspect(connection).has_schema(state.schema):
        connection.execute(CreateSchema(state.schema))
    found = _version(connection, state)  # again: another process may have done it meanwhile
    METADATA.create_all(connection)
    for number, step in sorted(STEPS.items()):
        if 0 < found < number:
            step(connection)
    put(connection, about, {"name": "version", "number": VERSION})


def _version(connection: Connection, state: State) -> int:
    """The number of the state; 0 when it is new."""
    names = inspect(connection).get_table_names(state.schema)
    if about.name not in names:
        if names and state.file is not None:
            raise Damaged(f"{state.place} is no state of Patron", "Put it back from a back-up, or move it away.")
        return 0
    found = connection.execute(select(about.c.number).where(about.c.name == "version")).scalar()
    if not isinstance(found, int) or found < 1:
        raise Damaged(f"{state.place} does not say its version", "Put it back from a back-up.")
    if found > VERSION:
        raise UsageError(
            f"{state.place} was written by a newer Patron: it has version {found}, this one knows {VERSION}",
            "Use the newer Patron; what an older one kept is beside it (`*.version-N`).",
        )
    return found


def _lacking(connection: Connection, state: State) -> bool:
    return not {t.name for t in METADATA.sorted_tables} <= set(inspect(connection).get_table_names(state.schema))
