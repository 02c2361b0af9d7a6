"""Values of lists whose time is over: they stay as last computed, whatever happens to data and specs.

While a list lives every answer about it is kept, the last in the place of the one before. Once it has expired that is
the answer, and is sealed. What nobody had asked before is computed once, as of the end of the list, says so, and stays.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.engine.model.periods import AsOf
from patron.engine.report.expired import last_known
from patron.engine.results import Report, Result
from patron.engine.runner.lists import results as answers
from patron.engine.runner.lists.erasing import sweep
from patron.engine.runner.lists.results import Answer
from patron.engine.runner.lists.taken import ListFacts
from patron.engine.runtime.errors import Busy
from patron.engine.runtime.faults import point

if TYPE_CHECKING:
    from patron.engine.runner.project import Project

NOTHING_NEWER = "nothing newer is counted"
CHANGED = "the specs have changed since: what they say now is computed with `--as-of` a moment before that"
QUERY = "query"
OPEN, LAST, AFTER = "open", "last", "after"
"""A kept answer may be replaced; it stays; it stays, and was computed after the end."""
Subject = tuple[tuple[str, int | None], ...]
"""The lists that a question is about, with the version that it names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: `kind` and `name` in words, with everything else that makes it another question; `as_of` when it
    says itself from which moment it looks."""

    kind: str
    name: str
    params: Mapping[str, object]
    subject: Subject = ()
    as_of: AsOf | None = None

    @property
    def words(self) -> str:
        """For people."""
        return f"{self.kind} {self.name}"


def expiring(project: Project) -> bool:
    """Whether any list of the project is refreshed for a while only; without one nothing here is ever needed."""
    if project.folder is not None:  # a test with data of its own
        return False
    return any(project.lists.rules(d.name.text).lasting for d in project.statements(tree.ListDecl))


def answered(project: Project, asked: Asked, compute: Callable[[Project], Answer]) -> Answer:
    """The answer to a question: computed while its lists live, and then kept; the one that was kept, afterwards."""
    now = (asked.as_of or project.as_of).moment.replace(tzinfo=dt.UTC)
    seen = project.lists.at(now)
    lists = tuple(seen.facts(name, version) for name, version in asked.subject)
    ends = [known.expires_at for known in lists]
    if not ends or None in ends:
        return compute(project)
    end = max(e for e in ends if e is not None)
    question = _Question(project, asked, lists, end)
    if now <= end:
        return question.lately(compute(project), now)
    return question.of_the_past(compute)


class _Question:
    """A question about lists that expire, and what is kept of it."""

    def __init__(self, project: Project, asked: Asked, lists: tuple[ListFacts, ...], end: dt.datetime) -> None:
        self.project, self.asked, self.lists, self.end = project, asked, lists, end
        self.store = project.lists
        self.versions = [[known.name, known.version] for known in lists]

    @property
    def id(self) -> str:
        """A name for the question: what is asked, of which versions, with which values, and for whose eyes."""
        profile, eyes = self.project.config.profile, self.project.grants.eyes
        said = {"values": self.project.params, "of this": self.asked.params}
        values = {kind: {tree.fold(n): _text(v) for n, v in of.items()} for kind, of in said.items()}
        whole = [self.asked.kind, self.asked.name, self.versions, values, eyes, profile]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    def lately(self, made: Answer, as_of: dt.datetime) -> Answer:
        """The answer, kept; who asks a single question gets it also while others write the state."""
        try:
            return self.kept(made, as_of)
        except Busy:
            if self.asked.kind != QUERY:
                raise
            return made

    def kept(self, made: Answer, as_of: dt.datetime, *, after: bool = False) -> Answer:
        """The answer; it is the last one now, unless a later one, or one that was given after the end, is there."""
        from patron.engine.runner.state import lists as tables

        now = self.project.clock.now()
        with self.store.state.writing() as connection:
            before = tables.result(connection, self.id)
            if before is not None and not self._replaceable(before, as_of, now):
                return made
            content = self.store.kept.put(answers.written(made))
            point("list.before result")
            row = {
                "id": self.id, "lists": json.dumps(self.versions), "asked": self.asked.words, "as_of": as_of,
                "computed_at": now, "expires_at": self.end, "spec_hash": self.project.spec_hash,
                "seal": AFTER if after else OPEN, "content": content,
            }  # fmt: skip
            if before is not None and before["content"] != content:
                tables.let_go(connection, [before["content"]])
            tables.keep_result(connection, row)
        if before is not None:
            sweep(self.store)
        return made

    def _replaceable(self, before: Mapping[str, Any], as_of: dt.datetime, now: dt.datetime) -> bool:
        """Whether a newer answer takes the place of a kept one. One that was given while the list lived by the clock is
        not replaced by somebody who looks back after its end; by a schedule that comes late, it is."""
        looking_back = now > self.end >= before["computed_at"] and self.project.duty is None
        return before["seal"] == OPEN and as_of >= before["as_of"] and not looking_back

    def of_the_past(self, compute: Callable[[Project], Answer]) -> Answer:
        """The last answer there is, sealed from now on; where there is none the first one after the end. Who looks
        ahead, to after the end of a list that lives, leaves nothing behind."""
        ahead = self.project.clock.now() <= self.end
        row = self._row()
        if row is None and ahead:
            return compute(self.project)
        if row is None:
            with closing(self.project.seen_from(self.end)) as then:  # with what was known then, where that is stored
                self.kept(compute(then), self.end, after=True)
        elif row["seal"] == OPEN and not ahead:
            self._seal()
        row = self._row()
        assert row is not None
        made: Answer = answers.read(self.store.kept.get(row["content"], answers.what(row)))
        return _ended(made, self._notes(row))

    def _row(self) -> dict[str, Any] | None:
        from patron.engine.runner.state import lists as tables

        with self.store.state.reading() as connection:
            return tables.result(connection, self.id)

    def _seal(self) -> None:
        from patron.engine.runner.state import lists as tables

        with self.store.state.writing() as connection:
            row = tables.result(connection, self.id)
            if row is not None:
                tables.keep_result(connection, {**row, "seal": LAST})

    def _notes(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        """What has to be known of a kept answer."""
        names = " and ".join(f"`{known.name}`" for known in self.lists)
        end = f"{self.store.local(self.end):%Y-%m-%d}"
        lists = f"the lists {names} expired by {end}" if len(self.lists) > 1 else f"the list {names} expired on {end}"
        changed = row["spec_hash"] != self.project.spec_hash
        return (f"{lists}: {NOTHING_NEWER}", self._since(row), *([CHANGED] if changed else []))

    def _since(self, row: Mapping[str, Any]) -> str:
        then, computed = (f"{self.store.local(row[name]):%Y-%m-%d %H:%M}" for name in ("as_of", "computed_at"))
        if row["seal"] == AFTER:
            return f"no values were kept while it lived: these were computed on {computed} as of its end, and stay"
        return f"these are the values as last computed, as of {then}"


def _ended(made: Answer, told: tuple[str, ...]) -> Answer:
    """An answer whose values are the last ones, with what has to be known of them. It is never out of date."""
    notes = told + tuple(note for note in made.notes if NOTHING_NEWER not in note)
    last: Report | Result = replace(answers.everywhere(made, last_known), notes=notes)
    if isinstance(last, Report):
        last = replace(last, provenance=replace(last.provenance, fresh_until=None))
    return cast("Answer", last)


def _text(value: object) -> str:
    """A value given to a parameter, whatever its place in a text."""
    from patron.dsl.format import format_expr

    return format_expr(value) if isinstance(value, tree.Node) else str(value)  # type: ignore[arg-type]
