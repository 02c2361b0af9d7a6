"""What makes things happen by itself: `run` declarations, and the `take` and `refresh` of lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.printing import words
from patron.engine.model.list_rules import NAMED
from patron.engine.model.periods import to_local, to_utc
from patron.engine.runner.schedule.occurrences import following, occurrences

if TYPE_CHECKING:
    from patron.engine.runner.project import Project

RUN, TAKE, REFRESH = "run", "take", "refresh"
ORDER = (TAKE, REFRESH, RUN)
"""What is due at one moment happens in this order: reports see lists that were just taken."""
HOURLY = tree.Every(1, "hour")


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is due at moments: those of every phrase, or `once`. What lies outside `opens` and `closes` is not
    due; `policy` says what becomes of moments that have passed: latest, all or skip."""

    kind: str
    name: str
    every: tuple[tree.Every, ...] = ()
    once: dt.datetime | None = None
    policy: str = "latest"
    opens: dt.datetime | None = None
    closes: dt.datetime | None = None
    zone: str = "UTC"
    week_starts: int = 1

    @property
    def key(self) -> str:
        """Its name in the state."""
        return f"{self.kind} {tree.fold(self.name)}"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    @property
    def phrase(self) -> str:
        """When it is due, in words: another phrase is another schedule."""
        return self._words(self.once.isoformat() if self.once else "")

    @property
    def told(self) -> str:
        """When it is due, for who reads it: in project time."""
        here = self.once and to_local(self.once.astimezone(dt.UTC).replace(tzinfo=None), self.zone)
        return self._words(here.isoformat(" ", "minutes") if here else "")

    def _words(self, once: str) -> str:
        return " and ".join([*map(words.every, self.every), *([f"once on {once}"] if once else [])])

    def moments(self, after: dt.datetime, until: dt.datetime) -> tuple[dt.datetime, ...]:
        """When it is due after one moment, up to and with another."""
        after = after if self.opens is None else max(after, self.opens)
        until = until if self.closes is None else min(until, self.closes)
        found = {m for e in self.every for m in occurrences(e, self.zone, after, until, self.week_starts)}
        return tuple(sorted({*found, *([self.once] if self.once is not None and after < self.once <= until else [])}))

    def next(self, after: dt.datetime) -> dt.datetime | None:
        """When it is due next; None when never again."""
        after = after if self.opens is None else max(after, self.opens)
        found = [following(e, self.zone, after, self.week_starts) for e in self.every]
        found += [self.once] if self.once is not None and self.once > after else []
        coming = [m for m in found if m is not None and (self.closes is None or m <= self.closes)]
        return min(coming, default=None)


def tasks(project: Project) -> tuple[Task, ...]:
    """Everything in a project that makes things happen."""
    return (*_takes(project), *_refreshes(project), *_runs(project))


def _runs(project: Project) -> Iterator[Task]:
    for decl in project.statements(tree.RunDecl):
        every = tuple(s for s in decl.steps if isinstance(s, tree.Every))
        policy = next((s.policy for s in decl.steps if isinstance(s, tree.RunMissed)), "latest")
        if every:
            yield _task(project, Task(RUN, decl.name.text, every, policy=policy))


def _takes(project: Project) -> Iterator[Task]:
    """A version is the photograph of its moment: one that was missed is taken later, as of then."""
    for decl in project.statements(tree.ListDecl):
        if isinstance(decl.take, tree.Every):
            yield _task(project, Task(TAKE, decl.name.text, (decl.take,), policy="all"))
        elif isinstance(decl.take, tree.TakeOnce) and project.lists.get(decl.name.text) is None:
            once = once_at(project, decl.take)
            yield _task(project, Task(TAKE, decl.name.text, once=once, policy="all"))


def once_at(project: Project, once: tree.TakeOnce) -> dt.datetime:
    """The moment at which a list is taken once: of a date without an hour its beginning, as of all that is due."""
    return to_utc(dt.datetime.fromisoformat(once.on.text), project.declared.settings.timezone).replace(tzinfo=dt.UTC)


def _refreshes(project: Project) -> Iterator[Task]:
    """The newest version of a list, from when it was taken until it expires."""
    for decl in project.statements(tree.ListDecl):
        every = decl.refresh.every if decl.refresh is not None else HOURLY if _by_rules(decl) else None
        taken = project.lists.get(decl.name.text)
        if every is not None and taken is not None:
            yield _task(
                project,
                Task(REFRESH, decl.name.text, (every,), opens=taken.created_at, closes=taken.expires_at),
            )


def _by_rules(decl: tree.ListDecl) -> bool:
    rules = NAMED.get(decl.rules.name.key) if decl.rules is not None else None
    return rules is not None and rules.every is not None


def _task(project: Project, task: Task) -> Task:
    settings = project.declared.settings
    return replace(task, zone=settings.timezone, week_starts=settings.week_starts)
