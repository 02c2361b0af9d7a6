"""Frozen lists: photographs of audiences, kept as they were and checked before they are used.

    <state>/lists/<name>/<version>.members    one id a line, as JSON texts
    <state>/lists/<name>/<version>.json       what was taken, when, from what, and the hash of the members

The second file is written last: a version without it was never taken. `ListStore` is what the rest of Patron knows;
where the versions are kept is its own affair.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from patron.dsl.nodes import dataclass
from patron.dsl.tree import fold
from patron.engine.model.list_rules import ListRules
from patron.engine.results import EXPIRED, PENDING, ConditionLine
from patron.engine.runtime.errors import Damaged
from patron.engine.runtime.files import io_errors, publish, slug

LIVE = "live"


@dataclass(frozen=True, slots=True)
class Taken:
    """One version of a list. `created_at` is the moment it shows (UTC); `spec` the text it was taken with."""

    name: str
    version: int
    size: int
    created_at: dt.datetime
    audience: str
    spec: str
    conditions: tuple[ConditionLine, ...] = ()
    digest: str = ""
    taken_at: dt.datetime | None = None
    title: str = ""
    expires_at: dt.datetime | None = None
    """By the rules of the list as they are now; not part of what was kept."""


@dataclass(frozen=True, slots=True)
class ListFacts:
    """The fields of section 11 for one version; `version` 0 is a list that was not taken yet."""

    name: str
    state: str
    version: int = 0
    size: int | None = None
    created_at: dt.datetime | None = None
    expires_at: dt.datetime | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    at_most: int | None = None
    title: str = ""
    conditions: str | None = None


class ListStore:
    """The lists of a project: versions, members, and what reports on them may cover."""

    def __init__(self, folder: Path, rules: Mapping[str, ListRules], local: Callable[[dt.datetime], dt.date]) -> None:
        self._folder, self._rules, self._local = folder / "lists", rules, local

    # ------------------------------------------------------------ reading

    def versions(self, name: str) -> tuple[Taken, ...]:
        """All versions of a list, the oldest first."""
        folder = self._of(name)
        if not folder.is_dir():
            return ()
        numbers = sorted(int(p.stem) for p in folder.glob("*.json") if p.stem.isdigit())
        return tuple(self._ending(_read(folder / f"{n}.json")) for n in numbers)

    def get(self, name: str, version: int | None = None) -> Taken | None:
        """One version, the latest when none is named; None when there is none yet."""
        found = self.versions(name)
        if version is None:
            return found[-1] if found else None
        return next((t for t in found if t.version == version), None)

    def _ending(self, taken: Taken) -> Taken:
        return replace(taken, expires_at=self.rules(taken.name).expires_at(taken.created_at))

    def members(self, name: str, version: int | None = None) -> tuple[str, ...]:
        """The ids of a version, ascending as they were taken. Damaged when they are not what was written."""
        taken = self.get(name, version)
        if taken is None:
            return ()
        path = self._of(taken.name) / f"{taken.version}.members"
        if not path.is_file():
            raise _damaged(path, "is gone")
        with io_errors(path):
            raw = path.read_bytes()
        if hashlib.sha256(raw).hexdigest() != taken.digest:
            raise _damaged(path, "is not what was written")
        return tuple(json.loads(line) for line in raw.decode("utf-8").splitlines())

    def rules(self, name: str) -> ListRules:
        """How far reports on this list may look."""
        return self._rules.get(fold(name), ListRules())

    def facts(self, name: str, version: int | None = None, now: dt.datetime | None = None) -> ListFacts:
        """The fields of a version, and its state at `now` (UTC): pending, live or expired."""
        taken, rules = self.get(name, version), self.rules(name)
        if taken is None:
            return ListFacts(name, PENDING, at_most=rules.at_most)
        now = now.replace(tzinfo=dt.UTC) if now is not None and now.tzinfo is None else now
        expires = taken.expires_at
        first, last = rules.bounds(self._local(taken.created_at))
        state = EXPIRED if now is not None and expires is not None and now > expires else LIVE
        words = "; ".join(c.words for c in taken.conditions)
        return ListFacts(
            taken.name,
            state,
            taken.version,
            taken.size,
            taken.created_at,
            expires,
            first,
            last,
            rules.at_most,
            taken.title,
            words,
        )

    # ------------------------------------------------------------ taking

    def take(self, taken: Taken, members: Sequence[str]) -> Taken:
        """Keep a new version. Asking again for the same people of the same moment gives the version there is."""
        raw = "".join(json.dumps(m, ensure_ascii=False) + "\n" for m in members).encode("utf-8")
        digest = hashlib.sha256(raw).hexdigest()
        before = self.get(taken.name)
        same = before is not None and (before.digest, before.created_at) == (digest, taken.created_at)
        if before is not None and same and before.spec == taken.spec:
            return before
        new = replace(taken, version=before.version + 1 if before else 1, size=len(members), digest=digest)
        folder = self._of(taken.name)
        publish(folder / f"{new.version}.members", raw)
        publish(folder / f"{new.version}.json", _written(new))
        return self._ending(new)

    def _of(self, name: str) -> Path:
        return self._folder / slug(fold(name))


def _damaged(path: Path, what: str) -> Damaged:
    return Damaged(f"{path} {what}", "Put it back from a backup, or take the list again: `patron lists take NAME`.")


# ---------------------------------------------------------------- the manifest of a version


def _written(taken: Taken) -> str:
    body = {
        "name": taken.name, "title": taken.title, "version": taken.version, "size": taken.size,
        "created_at": taken.created_at.isoformat(), "taken_at": taken.taken_at and taken.taken_at.isoformat(),
        "audience": taken.audience, "spec": taken.spec, "digest": taken.digest,
        "conditions": [[c.words, c.depth, c.left] for c in taken.conditions],
    }  # fmt: skip
    return json.dumps({**body, "check": _check(body)}, ensure_ascii=False, indent=1) + "\n"


def _check(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> Taken:
    with io_errors(path):
        raw = path.read_bytes()
    try:
        body = json.loads(raw.decode("utf-8"))
        if body.pop("check") != _check(body):
            raise _damaged(path, "is not what was written")
        return Taken(
            body["name"], body["version"], body["size"], dt.datetime.fromisoformat(body["created_at"]),
            body["audience"], body["spec"], tuple(ConditionLine(*c) for c in body["conditions"]), body["digest"],
            dt.datetime.fromisoformat(body["taken_at"]) if body["taken_at"] else None, body["title"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, "cannot be read") from error
