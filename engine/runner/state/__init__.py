"""Operational state: what was done, by whom, and what is due. SQLite in the state folder, or PostgreSQL by setting.

    state = open_state(config)
    with state.writing() as connection: ...     one writer at a time, in this project, on all hosts
    with state.reading() as connection: ...     one picture of everything, whatever others write meanwhile

Each part has a module of tables here with the statements on them; all share one `METADATA`. SQLAlchemy is used in this
room alone, and imported only when a state is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patron.engine.runner.config import Config
    from patron.engine.runner.state.database import State


def open_state(config: Config) -> State:
    """The state of a project, made or brought up to date when that is needed."""
    from patron.engine.runner.state.database import opened

    return opened(config)
