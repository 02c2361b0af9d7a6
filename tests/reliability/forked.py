"""Ticks in processes of their own, begun in a moment: a server that has everything imported forks them.

with ticking(root) as tick:
    tick(when)                                   its exit code; negative when a signal ended it
    tick(when, fault="state.before commit:3")    killed there
    tick.begin(when)                             the process, running
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing as mp
import os
import sqlite3
import sys
import time
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patron.engine.runtime.clock import Clock

SERVER = mp.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.reliability.forked", "tests.reliability.preloaded"])


def work(root: str, when: float, fault: str | None, said: str, env: Mapping[str, str]) -> None:
    """In the new process: a tick at a moment. What it says goes to a file."""
    from patron.engine.runtime import faults

    os.environ.update(env)
    with Path(said).open("a") as file:
        sys.stdout = sys.stderr = file
        faults._armed = fault
        sys.exit(perform(Path(root), dt.datetime.fromtimestamp(when, dt.UTC)))


def perform(root: Path, moment: dt.datetime, clock: Clock | None = None) -> int:
    """A tick, told on the standard output; its exit code. Its clock stands still, unless another is given."""
    from patron.engine.runner.project import open_project
    from patron.engine.runner.schedule.ticking import tick
    from patron.engine.runtime.clock import FixedClock
    from patron.engine.runtime.errors import PatronError

    begun = time.monotonic()
    try:
        with open_project(root, clock=clock or FixedClock(moment)) as project:
            done = list(tick(project))
    except PatronError as error:
        _say({"error": str(error), "seconds": time.monotonic() - begun})
        return error.exit_code
    for performed in done:
        _say({"task": performed.task.key, "due": performed.due_at.isoformat(), "said": performed.said})
    return next((p.exit_code for p in done if p.exit_code), 0)


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")


class Ticks:
    """Ticks of one project; `env` is added to the environment of each."""

    def __init__(self, root: Path, env: Mapping[str, str] | None = None) -> None:
        self.root, self.env = root, env or {}

    @property
    def said(self) -> Path:
        return self.root.with_suffix(".said")

    def begin(self, when: dt.datetime, fault: str | None = None) -> BaseProcess:
        said = str(self.said)
        process = SERVER.Process(target=work, args=(str(self.root), when.timestamp(), fault, said, self.env))
        process.start()
        return process

    def __call__(self, when: dt.datetime, fault: str | None = None) -> int:
        return ended(self.begin(when, fault))

    def told(self) -> list[dict[str, Any]]:
        """What all ticks said."""
        return [json.loads(line) for line in self.said.read_text().splitlines()] if self.said.exists() else []

    def state(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.root / ".patron" / "state.sqlite") as connection:
            return connection.execute(query).fetchall()


def ended(process: BaseProcess, seconds: float = 120) -> int:
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        raise AssertionError("it never ended")
    code = process.exitcode
    process.close()
    return code


assert os.name == "posix"
