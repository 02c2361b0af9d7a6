"""The versions of frozen lists: what was taken is in the state, who was in it in kept content, both checked when read.

The people of a version are kept as one id a line, JSON texts. In the place of somebody who was erased stands a number,
the same in every version: nobody can tell who it was, and the count stays what it was.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patron.dsl.tree import fold
from patron.engine.model.list_rules import ListRules
from patron.engine.results import EXPIRED, PENDING, ConditionLine
from patron.engine.runner.lists.taken import LIVE, Changes, ListFacts, Taken
from patron.engine.runtime.errors import Damaged, UsageError
from patron.engine.runtime.faults import point

if TYPE_CHECKING:
    from patron.engine.runner.state.database import State
    from patron.engine.runtime.kept import Kept

_REMEDY = "Put the state folder back from a backup. `patron doctor` tells what else is damaged."


class ListStore:
    """The lists of a project: versions, members, and what reports on them may cover. `state` is opened when something
    is asked; `local` is a moment in project time; `titles` are those that the lists have now."""

    def __init__(
        self, state: Callable[[], State], kept: Kept, rules: Mapping[str, ListRules],
        local: Callable[[dt.datetime], dt.datetime], titles: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self._state, self.kept, self._rules, self.local, self._titles = state, kept, rules, local, titles or {}
        self.seen: dt.datetime | None = None

    def at(self, moment: dt.datetime) -> ListStore:
        """The lists as they are seen from a moment (UTC): where no version is named, the latest one that shows that
        moment or an earlier one counts, if there is any."""
        other = copy.copy(self)
        other.seen = moment.replace(tzinfo=dt.UTC)
        return other

    @property
    def state(self) -> State:
        """Where versions are kept."""
        return self._state()

    # ------------------------------------------------------------ reading

    def versions(self, name: str) -> tuple[Taken, ...]:
        """All versions of a list, the oldest first. Damaged when one is gone."""
        from patron.engine.runner.state import lists as tables

        with self.state.reading() as connection:
            return tuple(self._ending(t) for t in _whole(tables.versions_of(connection, fold(name))))

    def get(self, name: str, version: int | None = None) -> Taken | None:
        """One version, the latest when none is named; None when there is none yet. Of a list that was photographed
        for years the others are not read; Damaged when one is gone."""
        from patron.engine.runner.state import lists as tables

        key = fold(name)
        with self.state.reading() as connection:
            if tables.lacks_some(connection, key):
                _whole(tables.versions_of(connection, key))  # tells which
            row = tables.version_of(connection, key, version, self.seen)
        return None if row is None else self._ending(_read(row))

    def needed(self, name: str, version: int | None = None) -> Taken:
        """One version, the latest when none is named; UsageError when there is none."""
        found = self.get(name, version)
        if found is not None:
            return found
        if known := ", ".join(str(t.version) for t in self.versions(name)):
            raise UsageError(f"{name} has no version {version}", f"Versions: {known}.")
        raise UsageError(f"{name} was not taken yet", f"`patron lists take {name}` takes it now.")

    def _ending(self, taken: Taken) -> Taken:
        return replace(taken, expires_at=self.rules(taken.name).expires_at(taken.created_at))

    def members(self, name: str, version: int | None = None) -> tuple[str, ...]:
        """The ids of a version as they were taken, without those erased since. Damaged when they are not what was
        written."""
        return tuple(m for m in self._kept(name, version) if isinstance(m, str))

    def counted(self, name: str, version: int | None = None) -> tuple[str, ...]:
        """Everybody whom a version counts: in the place of somebody who was erased an id that nobody has."""
        return tuple(m if isinstance(m, str) else str(m) for m in self._kept(name, version))

    def _kept(self, name: str, version: int | None) -> list[str | int]:
        taken = self.get(name, version)
        if taken is None:
            return []
        what = f"the members of `{taken.name}` version {taken.version}"
        found = read_members(self.kept.get(taken.digest, what))
        if len(found) != taken.size:
            raise Damaged(f"{what} are {len(found):,}, not {taken.size:,} as when it was taken", _REMEDY)
        return found

    def rules(self, name: str) -> ListRules:
        """How far reports on this list may look."""
        return self._rules.get(fold(name), ListRules())

    def facts(self, name: str, version: int | None = None) -> ListFacts:
        """The fields of a version, and its state at the moment that is looked from: pending, live or expired."""
        taken, rules = self.get(name, version), self.rules(name)
        if taken is None:
            return ListFacts(name, PENDING, at_most=rules.at_most)
        expires = taken.expires_at
        first, last = rules.bounds(self.local(taken.created_at).date())
        state = EXPIRED if self.seen is not None and expires is not None and self.seen > expires else LIVE
        words = "; ".join(c.words for c in taken.conditions)
        return ListFacts(
            taken.name, state, taken.version, taken.size, taken.created_at, expires, first, last, rules.at_most,
            self._titles.get(fold(name), taken.title), words, taken.erased,
        )  # fmt: skip

    def changes(self, name: str, before: int | None = None, after: int | None = None) -> Changes:
        """Who came and who left between two versions: the last two when none is named, or one and the latest."""
        new = self.needed(name, after)
        if before is None and new.version == 1:
            raise UsageError(f"{new.name} has one version only", f"`patron lists take {new.name}` takes another.")
        old = self.needed(name, new.version - 1 if before is None else before)
        was, now = (set(self.members(name, t.version)) for t in (old, new))
        came, left = (tuple(sorted(s, key=_by_id)) for s in (now - was, was - now))
        return Changes(new.name, old.version, new.version, came, left, len(was & now))

    # ------------------------------------------------------------ taking

    def take(self, taken: Taken, members: Sequence[str]) -> Taken:
        """Keep a new version. Asking again for the same people of the same moment gives the version there is; what was
        due at a moment is taken once, whoever is in it."""
        from patron.engine.runner.state import lists as tables

        with self.state.writing() as connection:
            before = _whole(tables.versions_of(connection, fold(taken.name)))
            content = written_members(members)
            same = next((t for t in before if _is_it(t, taken, content, self.kept)), None)
            if same is not None:
                return self._ending(same)
            point("list.before members")
            digest = self.kept.put(content)
            point("list.before version")
            done = taken.taken_at or taken.created_at
            new = replace(taken, version=len(before) + 1, size=len(members), digest=digest, taken_at=done)
            tables.keep_version(connection, written(new))
        point("list.taken")
        return self._ending(new)


def _is_it(before: Taken, taken: Taken, content: bytes, kept: Kept) -> bool:
    """Whether a version is what is about to be taken: by its due moment, else by people, moment and meaning."""
    if taken.due_at is not None and before.due_at == taken.due_at:
        return True
    if (before.created_at, before.spec_hash) != (taken.created_at, taken.spec_hash):
        return False
    return taken.due_at is not None or name_of(content) == before.digest or _but_erased(before, content, kept)


def _but_erased(before: Taken, content: bytes, kept: Kept) -> bool:
    """Whether these are the people of a version, some of whom are nameless since: by now they may be gone from the
    sources, too, or not yet."""
    if not before.erased:
        return False
    named = {m for m in read_members(kept.get(before.digest)) if isinstance(m, str)}
    people = {m for m in read_members(content) if isinstance(m, str)}
    return named <= people and len(people) in (len(named), before.size)


def _by_id(text: str) -> tuple[int, int, str]:
    """Whole numbers as numbers, before all else."""
    return (0, int(text), text) if text.isdecimal() else (1, 0, text)


# ---------------------------------------------------------------- how it is kept


def written_members(members: Sequence[str | int]) -> bytes:
    """People as they are kept. All at once: there may be millions, and no text of JSON has a line's end in it."""
    text = json.dumps(list(members), ensure_ascii=False, separators=(",\n", ":"))[1:-1].replace(",\n", "\n")
    return f"{text}\n".encode("utf-8", "surrogatepass") if members else b""


def read_members(content: bytes) -> list[str | int]:
    """People as they were kept: texts, and numbers where somebody was erased."""
    text = content.decode("utf-8", "surrogatepass").removesuffix("\n")
    found: list[str | int] = json.loads(f"[{text.replace(chr(10), ',')}]")
    return found


def name_of(content: bytes) -> str:
    """The name under which content is kept."""
    import hashlib

    return hashlib.sha256(content).hexdigest()


def written(taken: Taken) -> dict[str, Any]:
    """A version as a row of the state."""
    conditions = [[c.words, c.depth, c.left] for c in taken.conditions]
    return {
        "list": fold(taken.name), "version": taken.version, "name": taken.name, "title": taken.title,
        "created_at": taken.created_at, "taken_at": taken.taken_at, "due_at": taken.due_at,
        "audience": taken.audience, "spec": taken.spec, "spec_hash": taken.spec_hash,
        "conditions": json.dumps(conditions, ensure_ascii=False), "size": taken.size, "erased": taken.erased,
        "members": taken.digest,
    }  # fmt: skip


def _whole(rows: Sequence[Mapping[str, Any]]) -> list[Taken]:
    """All versions of a list, none of which is gone."""
    for number, row in enumerate(rows, 1):
        if row["version"] != number:
            raise Damaged(f"version {number} of the list `{row['name']}` is gone from the state", _REMEDY)
    return [_read(row) for row in rows]


def _read(row: Mapping[str, Any]) -> Taken:
    return Taken(
        row["name"], row["version"], row["size"], row["created_at"], row["audience"], row["spec"],
        tuple(ConditionLine(*c) for c in json.loads(row["conditions"])), row["members"], row["taken_at"],
        row["title"], row["spec_hash"], row["due_at"], row["erased"],
    )  # fmt: skip
