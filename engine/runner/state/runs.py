"""What was performed: runs, the intervals of the schedule they are for, and what was delivered."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from patron.engine.runner.state.schema import METADATA, Moment, digest_column

runs = Table(
    "runs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),  # run, take, refresh
    Column("due_at", Moment),  # of the interval; missing when somebody ran it by hand
    Column("as_of", Moment, nullable=False),
    Column("spec_hash", String(64), nullable=False),
    Column("state", String(20), nullable=False),  # begun, done, failed, lost
    Column("attempt", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("exit_code", Integer),
    Column("said", Text),
    digest_column(),
    Index("runs_by_name", "name", "begun_at"),
)
