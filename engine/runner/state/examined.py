"""Looking at every page and every row of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from patron.engine.runner.state.schema import METADATA, unsealed
from patron.engine.runtime.errors import Damaged

if TYPE_CHECKING:
    from patron.engine.runner.state.database import State


def faults(state: State) -> tuple[tuple[str, ...], int]:
    """What is wrong with the database, and how many rows there are. PostgreSQL looks after its own pages."""
    found: list[str] = []
    count = 0
    with state.reading() as connection:
        if state.file is not None:
            said = connection.execute(text("PRAGMA integrity_check(20)")).scalars()
            found += [line for line in said if line != "ok"]
        for table in METADATA.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                count += 1
                try:
                    unsealed(table, dict(row))
                except Damaged as error:
                    found.append(error.message)
    return tuple(found), count
