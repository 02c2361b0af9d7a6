"""What a project gives to whoever asks: checked before, masked on the way, checked again at the end, and recorded.

    with project.grants.action("audience", "win_back") as asked:
        asked.rows("list the people of audiences")
        ...
        asked.found(result)

The intent is recorded before anything is computed for it, the outcome before it is handed out. Where one of the two
cannot be recorded, nothing is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.dsl.tree import fold
from patron.engine.model.classes import classes, masks, unseen
from patron.engine.runner.audit import AuditLog, Head, project_key
from patron.engine.runner.config import NAME, read_config
from patron.engine.runner.permissions.identity import readable, writable
from patron.engine.runner.permissions.policy import EXPORT
from patron.engine.runner.permissions.rights import Rights, rights_of
from patron.engine.runtime.errors import PatronError, PermissionDenied
from patron.engine.runtime.files import sha256

if TYPE_CHECKING:
    from patron.dsl.problems import Problem
    from patron.engine.model.resolve import Model
    from patron.engine.model.schema import Schema
    from patron.engine.report.context import Allowed
    from patron.engine.results import Conditions, Result
    from patron.engine.runner.project import Project


_FIRST = {
    "P0705": re.compile(r"""(; first (?:at|in row) .*?\d): .*"\Z""", re.DOTALL),
    "P0706": re.compile(r"(), first `.*`(?= \()", re.DOTALL),
}
"""What the problems of rows say of the first row: a value that cannot be read, an id that occurs twice."""


class Action:
    """One thing asked for: its intent is recorded when it turns out to give rows, or a permission decided."""

    def __init__(self, grants: Grants, kind: str, name: str) -> None:
        self._grants, self.kind, self.name = grants, kind, name
        self.intent: Head | None = None
        self.delivered = False
        self.outcome: dict[str, object] = {}

    def rows(self, what: str) -> None:
        """It gives rows about single people: allowed, and recorded, before they are computed."""
        self._grants.rights.require(EXPORT, what)
        self.record(rows=True)

    def record(self, **said: object) -> None:
        """Record what is about to be done, once; where there is no policy nothing is."""
        if self.intent is None and self._grants.rights.enforced:
            self._grants.decided = True
            self.intent = self._grants.write("intent", self, "allowed", **said)

    def deliver(self) -> None:
        """What was made is about to leave: the policy in force decides once more."""
        self._grants.recheck()
        self.delivered = True

    def found(self, result: Result) -> None:
        """What is about to be handed out."""
        if self.intent is None:
            return
        body = repr(result.rows).encode("utf-8", "surrogatepass")
        self.outcome |= {
            "columns": [{"name": c.name, "class": self._grants.class_of(c.name)} for c in result.columns],
            "row_count": len(result.rows), "rows_sha256": hashlib.sha256(body).hexdigest(),
        }  # fmt: skip

    def made(self, files: Sequence[Path], to: str) -> None:
        """The files that were written, and where they are."""
        if self.intent is None:
            return
        known = self.outcome.setdefault("files", [])
        assert isinstance(known, list)
        known += [{"name": f.name, "sha256": sha256(f), "to": to} for f in files]


class Grants:
    """The rights in force for a project, and the account that is kept of what they let through."""

    def __init__(self, project: Project, *, performing: bool = False) -> None:
        self._project, self._performing = project, performing
        self.decided = False
        """Whether a permission decided something that whoever asked should know of."""
        self.head: Head | None = None
        self._open: list[Action] = []
        self._sql = hashlib.sha256()
        self._asked = 0

    @cached_property
    def rights(self) -> Rights:
        """What the caller may; PermissionDenied when they have no role."""
        return rights_of(self._project.config, performing=self._performing)

    @property
    def eyes(self) -> object:
        """What tells answers apart that are made for different eyes: nobody is given what was made for others."""
        rights, config = self.rights, self._project.config
        if not rights.enforced:
            return fold(config.role)
        said = sorted([*column, kind] for column, kind in config.classes.items())
        return [sorted(rights.may), rights.smallest_group, said]

    @cached_property
    def classes(self) -> Mapping[tuple[str, str], str]:
        """The class of every column."""
        return classes(self._project.bound.schema, self._project.config.classes)

    def _masks(self, schema: Schema) -> Mapping[tuple[str, str], str]:
        """What is shown instead of the columns that may not be seen."""
        return masks(schema, self._project.config.classes, self.rights.sees)

    def instead(self, table: str) -> Mapping[str, str]:
        """What stands for the columns of a table that may not be seen as they are."""
        if not self.rights.enforced:
            return {}
        return {name: kind for (of, name), kind in self._masks(self._project.bound.schema).items() if of == table}

    @cached_property
    def log(self) -> AuditLog:
        """Where it is written down."""
        return AuditLog(self._project.config.state_folder, self._project.clock)

    # ------------------------------------------------------------ what answers are made with

    def allowed(self, schema: Schema) -> Allowed | None:
        """What answers may show of tables with these columns; None without a policy."""
        if not self.rights.enforced:
            return None
        from patron.engine.plan.guarded import Guard
        from patron.engine.report.context import Allowed

        guard = Guard(self._masks(schema), self.rights.rows)
        return Allowed(self.rights.words, guard, self._keys, self._sent, self._met)

    def shown(self, model: Model) -> Model:
        """The model without the values that a load saw in masked columns, with the smallest group of the roles."""
        if not self.rights.enforced:
            return model
        settings = replace(model.declared.settings, least_group=self.rights.smallest_group)
        declared = replace(model.declared, settings=settings)
        return replace(model, schema=unseen(model.schema, self._masks(model.schema)), declared=declared)

    def told(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Problems of rows, without the id or value of a row where it may not be told."""
        if self.rights.rows:
            return tuple(problems)
        return tuple(
            replace(p, message=_FIRST[p.code].sub(r"\1", p.message)) if p.code in _FIRST else p for p in problems
        )

    def enough(self, people: int | None) -> int | None:
        """A number of people; None when they are too few to be told."""
        least = self._project.informed.declared.settings.smallest()
        return None if people is not None and 0 < people < least and not self.rights.rows else people

    def without_few(self, found: Conditions) -> Conditions:
        """A tree of conditions without the counts of too few people."""
        if self.rights.rows:
            return found
        from patron.engine.report.explain import without_small_groups

        return without_small_groups(found, self._project.informed.declared.settings.smallest())

    def _keys(self) -> tuple[str, str]:
        key = project_key(self._project.config.state_folder)
        inner, outer = (hashlib.sha256(f"pseudonym {w} ".encode() + key).hexdigest() for w in ("inner", "outer"))
        return inner, outer

    def _sent(self, sql: str) -> None:
        self._sql.update(sql.encode("utf-8", "surrogatepass"))
        self._asked += 1

    def _met(self) -> None:
        """Rows come out of a plan that is about to run."""
        if self._open:
            self._open[-1].record(rows=True)
            self._open[-1].outcome["rows"] = True

    # ------------------------------------------------------------ actions

    @contextmanager
    def action(self, kind: str, name: str = "") -> Iterator[Action]:
        """Something that is asked for; what goes on inside it belongs to it."""
        if not self.rights.enforced:
            yield Action(self, kind, name)
            return
        if self._open:
            yield self._open[-1]
            return
        action = Action(self, kind, name)
        self._open.append(action)
        try:
            yield action
            if not action.delivered:
                action.deliver()
            if action.intent is not None:
                self.write("outcome", action, "done", **action.outcome)
        except PermissionDenied as error:
            self.decided = True
            self.write("refused" if action.intent is None else "outcome", action, "refused", reason=codes(error))
            raise
        except PatronError as error:
            if action.intent is not None:
                self.write("outcome", action, "failed", reason=error.kind)
            raise
        finally:
            self._open.pop()

    def refused(self, kind: str, name: str, problem: Problem) -> None:
        """Something that was left out because a role may not be given it."""
        self.decided = True
        if self.rights.enforced:
            self.write("refused", Action(self, kind, name), "refused", reason=problem.code)

    def recheck(self) -> None:
        """At delivery: the policy as it is now gives the same rights still, or nothing is handed out."""
        if not self.rights.enforced:
            return
        config = self._project.config
        now = read_config(config.root, config.profile)
        if (rights_of(now, performing=self._performing), now.classes) != (self.rights, config.classes):
            raise PermissionDenied(
                f"the policy in {NAME} changed while this was made; nothing is handed out",
                "Ask again: it is decided by the policy in force.",
            )

    def write(self, phase: str, action: Action, decision: str, **said: object) -> Head:
        """One record. Of what was asked it holds names and hashes, never values of the data."""
        rights, project = self.rights, self._project
        assert rights.by is not None
        body: dict[str, Any] = {
            "phase": phase, "action": action.kind, "name": action.name,
            "actor": {"uid": rights.by.uid, "user": rights.by.user}, "roles": list(rights.roles),
            "enforcement": "guardrail", "decision": decision, "policy_sha256": project.config.policy.digest,
            "specs": project.spec_hash, "profile": project.config.profile, **said,
        }  # fmt: skip
        if action.intent is not None:
            body["intent"] = action.intent.seq
        if self._asked:
            body["sql_sha256"] = self._sql.hexdigest()
        self.head = self.log.append(body)
        return self.head

    def class_of(self, name: str) -> str:
        """The class of a column of a result, by its name; `derived` for what is no column of a table."""
        from patron.engine.model.canonical import REFERENCES, SINGULAR

        row, dot, column = fold(name).rpartition(".")
        row = row.rpartition(".")[2]
        tables = (SINGULAR.get(row) or REFERENCES.get(row, ""),) if dot else ("customers", "orders")
        return next((self.classes[t, column] for t in tables if (t, column) in self.classes), "derived")

    # ------------------------------------------------------------ the honest line

    @property
    def enforcement(self) -> str:
        """How much the roles keep from the caller: the line that is said where a permission decided."""
        config = self._project.config
        loads = config.state_folder / "loads"
        if readable((loads, *self._files())):
            return "enforcement: advisory (you can read the data files)"
        if writable(config.root / NAME):
            return "enforcement: advisory (you can write the policy)"
        return "enforcement: guardrail (by roles of patron.toml)"

    def _files(self) -> Iterator[Path]:
        """The files that the load at hand was read from."""
        loaded = self._project.__dict__.get("loaded")
        for entry in getattr(loaded, "ledger", ()):
            yield from (Path(name) for name, *_ in entry.files)


def codes(error: PatronError) -> str:
    """Why something was refused, in codes: messages may quote what was asked."""
    return ", ".join(sorted({p.code for p in error.problems})) or error.kind
