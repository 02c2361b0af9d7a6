"""A shop with a schedule, and a clock that stands where a test puts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from patron.engine.runner.project import Project, open_project
from patron.engine.runner.schedule.ticking import Performed, tick
from patron.engine.runtime.clock import FixedClock

SHOP = """language 1

project "Shop" {
  timezone "America/Denver"
  currency USD
}

source s from csv {
  folder "data"
}

table orders from s.orders

audience regulars {
  include all of {
    has ordered at least 2 times
  }
}
"""
SPEC = (
    SHOP
    + """
report daily "Daily" {
  for all records
  show cards of total_sales, total_orders
  export "Daily" as json
}
"""
)
NIGHTLY = """
run nightly {
  every day at 06:00
  refresh s
  report daily
  send to folder(path = "out/sent")
}
"""
HEADER = "id,customer,created_at,total\n"


def at(text: str) -> dt.datetime:
    """`06 12:00`: a moment of May 2026 in Denver, which is 6 hours behind."""
    day, time = text.split()
    return dt.datetime.fromisoformat(f"2026-05-{day}T{time}:00-06:00").astimezone(dt.UTC)


class Scheduled:
    """The shop; `log` holds every interval performed."""

    def __init__(self, root: Path, spec: str = NIGHTLY) -> None:
        self.root = root
        (root / "data").mkdir(parents=True)
        (root / "shop.patron").write_text(SPEC + spec)
        (root / "data" / "orders.csv").write_text(HEADER + "".join(
            f"{i},c{i % 3},2026-05-{1 + i % 5:02}T10:00,10\n" for i in range(1, 11)
        ))  # fmt: skip
        self.log: list[Performed] = []

    def spec(self, text: str) -> None:
        (self.root / "shop.patron").write_text(SPEC + text)

    @contextmanager
    def project(self, when: dt.datetime) -> Iterator[Project]:
        with open_project(self.root, clock=FixedClock(when)) as project:
            yield project

    def tick(self, when: str | dt.datetime) -> list[str]:
        """What a tick does at a moment, in words: task, day and hour in Denver, exit code."""
        moment = at(when) if isinstance(when, str) else when
        with self.project(moment) as project:
            done = list(tick(project))
        self.log += done
        return [said(p) for p in done]

    def state(self, query: str) -> list[tuple[Any, ...]]:
        import sqlite3

        with sqlite3.connect(self.root / ".patron" / "state.sqlite") as connection:
            return connection.execute(query).fetchall()


def said(performed: Performed) -> str:
    here = performed.due_at.astimezone(dt.timezone(dt.timedelta(hours=-6)))
    failed = f" !{performed.exit_code}" if performed.exit_code else ""
    return f"{performed.task} {here:%d %H:%M}{failed}"
