"""The other side of every comparison: hand-written SQL on the Parquet files, in DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.generate import TABLES
from benchmarks.jobs import Job
from benchmarks.measure import Spent, timed


class HandOnFiles:
    """A connection with a view for every file."""

    def __init__(self, data: Path, threads: int, memory: str, temp: Path) -> None:
        self._connection = duckdb.connect()
        for setting in (
            f"threads = {threads}",
            f"memory_limit = '{memory}'",
            f"temp_directory = '{temp}'",
            "preserve_insertion_order = false",
        ):
            self._connection.execute(f"SET {setting}")
        for table in TABLES:
            self._connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{data / table}.parquet')")

    def answer(self, job: Job) -> tuple[list[tuple[Any, ...]], list[str], Spent]:
        """Rows, columns and what the query took."""
        sql = job.hand_sql

        def work() -> tuple[list[tuple[Any, ...]], list[str]]:
            cursor = self._connection.execute(sql)
            return cursor.fetchall(), [c[0] for c in cursor.description]

        (rows, columns), spent = timed(work)
        return rows, columns, spent

    def close(self) -> None:
        self._connection.close()
