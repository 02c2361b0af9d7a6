"""A project: its specs, what they mean, and the answers they give. What the command line and Python callers use.

    with open_project("shop") as shop:
        shop.query("total_sales by month").to_pandas()

Every step is taken once, and only when something needs it; the steps themselves are in `stages`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from patron.dsl import tree
from patron.dsl.problems import Problem, by_place, suggest
from patron.dsl.tree import Document, fold
from patron.engine.runner import overrides as given_values
from patron.engine.runner.config import Config, read_config
from patron.engine.runner.secrecy import secrets_of, without_secrets
from patron.engine.runner.spec_files import find_root, read_spec, spec_files
from patron.engine.runner.stages import Stages
from patron.engine.runtime import stopping
from patron.engine.runtime.clock import Clock, SystemClock, read_when
from patron.engine.runtime.errors import SpecError, UsageError, raise_for
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import safe_path
from patron.engine.runtime.progress import SILENT, Progress

if TYPE_CHECKING:
    from patron.engine.catalog import Catalog
    from patron.engine.contracts import Session
    from patron.engine.load import Loaded
    from patron.engine.model.periods import AsOf
    from patron.engine.results import Conditions, Report, Result, Why
    from patron.engine.runner.bridging import Bridge
    from patron.engine.runner.lists.erasing import Erased
    from patron.engine.runner.lists.frozen import Asked
    from patron.engine.runner.lists.store import ListStore
    from patron.engine.runner.lists.taken import Changes, ListFacts, Taken
    from patron.engine.runner.made import Made
    from patron.engine.runner.permissions.grants import Grants
    from patron.engine.runner.run import Run
    from patron.engine.runner.schedule.duty import Duty
    from patron.engine.runner.state.database import State


Answer = TypeVar("Answer", "Report", "Result")

SPOKEN = ("duckdb", "spark")
"""Dialects that SQL can be shown in without the backend of that name."""


def open_project(
    path: str | Path | None = None,
    *,
    profile: str | None = None,
    as_of: str | dt.date | dt.datetime | None = None,
    params: Mapping[str, object] | None = None,
    backend: str | None = None,
    catalog: Catalog | None = None,
    clock: Clock | None = None,
    progress: Progress = SILENT,
) -> Project:
    """The project in a folder (default: the one at or above the working directory). Nothing of it is read yet."""
    root = find_root(None if path is None else Path(path), Path.cwd())
    config = read_config(root, profile)
    if backend is not None:
        config = replace(config, backend=backend)
    when = read_when(as_of) if isinstance(as_of, str) else as_of
    return Project(config, when, params or {}, Stages(), clock or SystemClock(), catalog, progress)


class Project:
    """An opened project. Use it as a context manager, or `close` it."""

    def __init__(
        self,
        config: Config,
        when: dt.date | dt.datetime | None,
        params: Mapping[str, object],
        stages: Stages,
        clock: Clock,
        catalog: Catalog | None = None,
        progress: Progress = SILENT,
        folder: Path | None = None,
    ) -> None:
        self.config, self.when, self.params = config, when, params
        self.stages, self.clock, self.progress = stages, clock, progress
        self.folder = folder
        """A folder that replaces the folder of every file source, for tests."""
        self.there_at: dt.datetime | None = None
        """When what is known was known, where that is not said by the moment looked from."""
        self.duty: Duty | None = None
        """What this project is at work for, when it performs a run."""
        self._just_loaded: list[Problem] = []
        if catalog is not None:
            self.catalog = catalog

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the backend."""
        self.__dict__.pop("context", None)
        session = self.__dict__.pop("session", None)
        if session is not None:
            session.close()
        state = self.__dict__.pop("state", None)
        if state is not None:
            state.close()

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.config.root

    def seen_from(self, when: dt.date | dt.datetime | None, folder: Path | None = None) -> Project:
        """The same specs looked at from another moment, or over the data in another folder."""
        other = Project(
            self.config, when or self.when, self.params, self.stages, self.clock, self.catalog, self.progress, folder
        )
        other._just_loaded, other.duty = self._just_loaded, self.duty
        shared = ["_parsed", "declared", "state"]
        if folder == self.folder:
            shared += ["bound", "newest"]
            shared += (
                ["model", "loaded"] if other.when == self.when else []
            )  # what it says of today belongs to its moment
        for name in shared:
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        other.grants = self.grants
        return other

    # ------------------------------------------------------------ from text to model

    @cached_property
    def catalog(self) -> Catalog:
        """What the allowed plugins offer."""
        return self.stages.catalog(self.config)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The spec files, relative to the root."""
        return spec_files(self.root, (self.config.output_folder, self.config.state_folder))

    @cached_property
    def _parsed(self) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
        documents: list[Document] = []
        problems: list[Problem] = []
        for file in self.files:
            document, found = self.stages.parse(read_spec(safe_path(file, self.root, self.config.readable)), file)
            documents.append(document)
            problems.extend(found)
        return tuple(documents), tuple(problems)

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every spec file as a tree."""
        return self._parsed[0]

    @cached_property
    def declared(self) -> Any:
        """What the specs declare, packs included."""
        return self.stages.declare(self.documents, self.catalog, self._values(self.params))

    @cached_property
    def bound(self) -> Any:
        """The mapped tables and their schema."""
        return self.stages.bind(self.declared, self.as_of, self.config, self.folder)

    @cached_property
    def model(self) -> Any:
        """The model: every name bound."""
        return self.stages.resolve(self.declared, self.bound.schema, self.as_of)

    @cached_property
    def ground_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the ground that everything stands on: form, imports, names said twice, mappings."""
        found = (*self._parsed[1], *self.declared.problems, *self.bound.problems)
        return by_place(without_secrets(found, secrets_of(self)))

    # ------------------------------------------------------------ from model to answers

    @cached_property
    def as_of(self) -> AsOf:
        """The moment this run looks from."""
        from patron.engine.model.periods import AsOf

        zone = self.declared.settings.timezone
        if self.when is None:
            return AsOf.at(self.clock.now(), zone)
        if isinstance(self.when, dt.datetime):
            return AsOf.at(self.when, zone)
        return AsOf.end_of(self.when, zone)

    @cached_property
    def loaded(self) -> Any:
        """The canonical tables, stored. Raises when the specs are wrong."""
        self._ready()
        loaded = self.newest
        raise_for(self.grants.told(loaded.problems), reading=True)
        return self._known_then(loaded)

    @cached_property
    def newest(self) -> Any:
        """The canonical tables as the sources give them now, or what is wrong with them."""
        config = self.config if self.folder is None else replace(self.config, history=None)
        loaded = self.stages.load(self.bound, config, self.catalog, self.progress, self.clock.now())
        if not loaded.reused:
            self._just_loaded += loaded.problems
        if loaded.path is not None and config.history is not None:
            self.stages.remember_specs(self.documents, config, self.clock.now())
        return loaded

    def _known_then(self, newest: Any) -> Any:
        """What was known at the moment looked from, where it is another than now and former loads tell."""
        asked = self.when is not None and self.folder is None and self.config.history is not None
        if not asked or self.config.known_now:
            return newest
        there_at = self.there_at or self._performed_at()
        found = self.stages.replayed(self.bound, self.config, self.as_of, there_at) or newest
        return found if there_at is None else replace(found, alone=True)

    def _performed_at(self) -> dt.datetime | None:
        """When the run of the moment looked from was performed: made again, it sees the rows that it saw."""
        from patron.engine.runner.publications import performed_at

        return performed_at(self) if isinstance(self.when, dt.datetime) else None

    @cached_property
    def informed(self) -> Any:
        """The model that answers are made with: it also knows which values the stored rows have."""
        return self.grants.shown(self.stages.inform(self.model, self.loaded))

    @cached_property
    def session(self) -> Session:
        """The backend with the tables in it."""
        return self.stages.open(self.loaded, self.catalog, self.config)

    @cached_property
    def context(self) -> Any:
        """What an answer needs beside the model."""
        allowed = self.grants.allowed(self.bound.schema)
        lists = self.lists.at(self.as_of.moment)
        return self.stages.context(self.as_of, self.loaded, self.session, lists, self.config, self.progress, allowed)

    @property
    def last_loaded(self) -> Loaded | None:
        """What was read last, whatever the sources hold by now; None when nothing was read yet."""
        return self.stages.last_loaded(self.config)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """This project's turn to change what is kept and published; Busy when another run is at it or took over."""
        from patron.engine.runner.lock import held

        stopping.check()
        with held(self.config.state_folder):
            if self.duty is not None:
                self.duty.check()
            point("turn.taken")
            yield
        point("turn.over")

    @cached_property
    def state(self) -> State:
        """What was done and is due; it is opened when something asks."""
        from patron.engine.runner.state import open_state

        return open_state(self.config)

    @cached_property
    def grants(self) -> Grants:
        """What whoever runs this may be given, and the account that is kept of it."""
        from patron.engine.runner.permissions.grants import Grants

        return Grants(self)

    @cached_property
    def lists(self) -> ListStore:
        """The frozen lists of this project."""
        from patron.engine.model.list_rules import list_rules
        from patron.engine.model.periods import to_local
        from patron.engine.runner.lists.store import ListStore
        from patron.engine.runtime.kept import Kept

        declared = self.statements(tree.ListDecl)
        rules = {d.name.key: list_rules(d, self._counted) for d in declared}
        titles = {d.name.key: d.title or "" for d in declared}
        kept = Kept(self.config.state_folder)
        zone = self.declared.settings.timezone
        return ListStore(
            lambda: self.state,
            kept,
            rules,
            lambda moment: to_local(moment.astimezone(dt.UTC).replace(tzinfo=None), zone),
            titles,
        )

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What does not stop and should be told beside an answer: of the specs, and of rows that were just loaded."""
        found = (*self.ground_problems, *self._just_loaded)
        return tuple(p for p in by_place(found) if p.severity == "W")

    @property
    def earlier_warnings(self) -> tuple[Problem, ...]:
        """What was told when the rows were loaded, by an answer before; `check(data=True)` tells it again."""
        loaded = self.__dict__.get("loaded")
        found = loaded.problems if loaded is not None and loaded.reused else ()
        return tuple(p for p in by_place(found) if p.severity == "W" and p not in self._just_loaded)

    # ------------------------------------------------------------ what callers ask

    def check(self, paths: Iterable[str | Path] | None = None, data: bool = False) -> tuple[Problem, ...]:
        """All problems of these files (default: of all); with `data`, also those that only rows show."""
        wanted = None if paths is None else frozenset(self.named(paths))
        ground = self.ground_problems
        taken = {(p.span.file, p.span.line, p.span.column) for p in self._parsed[1]}
        meaning = self.stages.check(self.model, wanted)
        found = by_place(
            (*ground, *(p for p in meaning if (p.span.file, p.span.line, p.span.column) not in taken))
        )  # one word that was misread is one problem
        if data and not any(p.stops for p in found):
            found = by_place((*found, *self._check_data(wanted)))
        return found if wanted is None else tuple(p for p in found if p.span.file in wanted or not p.span.file)

    def _check_data(self, wanted: frozenset[str] | None) -> tuple[Problem, ...]:
        """What only rows show: of the load, and of definitions that name or ask for what nobody has."""
        loaded = self.newest
        if loaded.path is None:
            return self.grants.told(loaded.problems)
        meaning = self.stages.check(self.informed, wanted)
        return (*self.grants.told(loaded.problems), *meaning, *self.stages.examine(self.informed, wanted, self.context))

    def named(self, paths: Iterable[str | Path]) -> tuple[str, ...]:
        """The spec files that these paths, files or folders, stand for."""
        wanted: dict[str, None] = {}
        for path in paths:
            found = [f for f in self.files if _stands_for(self.root, path, f)]
            if not found:
                raise UsageError(f"`{path}` is no spec file of this project", suggest(str(path), self.files))
            wanted.update(dict.fromkeys(found))
        return tuple(wanted)

    def line(self, file: str, number: int) -> str | None:
        """A line of a spec file, for the excerpt under a problem."""
        text = next((d.text for d in self.documents if d.file == file), None)
        lines = text.splitlines() if text is not None else []
        return lines[number - 1] if 0 < number <= len(lines) else None

    def query(self, phrase: str | tree.Phrase) -> Result:
        """The answer to a query phrase."""
        if isinstance(phrase, str):
            phrase = self._phrase(phrase)
        raise_for(self.stages.understand(self.model, phrase))
        self._ready()
        wanted = phrase

        def answer(of: Project) -> Result:
            return of.stages.query(of.informed, wanted, of.context)

        with self.grants.action("query") as asked:
            result = self._frozen(lambda: self.stages.asked_phrase(self.model, wanted), answer)
            asked.found(result)
        return result

    def audience(self, name: str, columns: Sequence[str] = ()) -> Result:
        """The members of an audience: column `id` and those asked, ascending."""
        self._ready()
        full = self._known("audience", name, "list")
        with self.grants.action("audience", full) as asked:
            asked.rows("list the people of audiences")
            result = self.stages.audience(self.informed, full, self.context, columns)
            asked.found(result)
        return result

    def count(self, name: str) -> tuple[int | None, tuple[str, ...]]:
        """How many people an audience or list has, None when they are too few to be told; and what to know of it."""
        self._ready()
        if self.grants.rights.rows:
            found = self.stages.audience(self.informed, self._known("audience", name, "list"), self.context, ())
            return len(found.rows), found.notes
        if fold(name) in self.declared.known("list") and fold(name) not in self.declared.known("audience"):
            return self.grants.enough(self.lists.at(self.as_of.moment).facts(name).size), ()
        return self.conditions(name).total, ()

    def conditions(self, name: str) -> Conditions:
        """The tree of an audience with the number of people left after every line."""
        self._ready()
        found = self.stages.audience_tree(self.informed, self._known("audience", name), self.context)
        return self.grants.without_few(found)

    def why(self, customer: str, name: str) -> Why:
        """Why somebody is or is not in an audience or list, or has the value of a trait."""
        self._ready()
        full = self._known("audience", name, "list", "trait")
        with self.grants.action("why", full) as asked:
            asked.rows("ask about single people")
            return self.stages.why(self.informed, customer, full, self.context)

    def report(self, name: str, **params: object) -> Report:
        """A finished report."""
        self._ready()
        full, values = self._known("report", name), self._values(params)

        def answer(of: Project) -> Report:
            return of.stages.report(of.informed, full, values, of.context)

        with self.grants.action("report", full):
            return self._frozen(lambda: self.stages.asked_report(self.model, full, values), answer)

    def bridge(
        self, name: str, since: dt.date | dt.datetime, until: dt.date | dt.datetime | None = None, **params: object
    ) -> Bridge:
        """Why the numbers of a report are others at one moment than at another."""
        from patron.engine.runner.bridging import bridge

        return bridge(self, self._known("report", name), since, until, params)

    @property
    def spec_hash(self) -> str:
        """A name for what the specs and the values given to them say."""
        return self.stages.spec_hash(self.model)

    def layout(self, name: str) -> tree.ReportDecl | None:
        """The statement of a report, with what it takes over from the one it is like."""
        return self.stages.layout(self.model, name)

    def detail(self, name: str, table: str, **params: object) -> Result:
        """The rows behind a report: `order_details`, or a pack's."""
        self._ready()
        full, values = self._known("report", name), self._values(params)

        def answer(of: Project) -> Result:
            return of.stages.detail(of.informed, full, table, values, of.context)

        with self.grants.action("detail", f"{full}/{table}") as asked:
            asked.rows("be given the rows behind reports")
            result = self._frozen(lambda: self.stages.asked_report(self.model, full, values, table), answer)
            asked.found(result)
        return result

    def run(
        self, names: Iterable[str] = (), formats: Sequence[str] = (), out: str | Path | None = None
    ) -> tuple[Made | Run, ...]:
        """Make reports and perform `run` declarations, by name; every report when none is named."""
        from patron.engine.runner.performing import perform

        return tuple(perform(self, names, formats, None if out is None else Path(out)))

    def refresh(self, sources: Iterable[str]) -> None:
        """Read these sources again, whatever is stored of them."""
        for known in (
            "bound",
            "ground_problems",
            "model",
            "informed",
            "loaded",
            "newest",
        ):  # headers may have changed too
            self.__dict__.pop(known, None)
        self.close()
        self.stages.forget(self.config, tuple(sources))

    def plan(self, name: str) -> str:
        """The plan of a report, audience, metric or phrase, as text."""
        self._ready()
        return self.stages.plan_text(self.model, name, self.grants.allowed(self.bound.schema))

    def sql(self, name: str) -> str:
        """The SQL of a report, audience, metric or phrase, in the dialect of the backend."""
        self._ready()
        return self.stages.sql_text(self.model, name, self.dialect, self.grants.allowed(self.bound.schema))

    @contextmanager
    def as_run(self) -> Iterator[Project]:
        """This project in the role of runs, which `patron.toml` names."""
        from patron.engine.runner.permissions.grants import Grants

        acting = Grants(self, performing=True)
        if acting.rights == self.grants.rights:
            yield self
            return
        with self.seen_from(self.when, self.folder) as other:
            other.grants = Grants(other, performing=True)
            yield other
            self.grants.decided = self.grants.decided or other.grants.decided

    def list_members(self, name: str, version: int | None = None) -> tuple[str, ...]:
        """The ids of a version of a list, the latest when none is named; checked against their hash."""
        with self.grants.action("list export", name) as asked:
            asked.rows("export lists")
            found = self.lists.members(name, version)
            asked.outcome["row_count"] = len(found)
        return found

    def take_list(self, name: str, due: dt.datetime | None = None) -> Taken:
        """Take a list now: its members as they are at this run's moment, kept for good; or as they were at the moment
        when a schedule asked for them."""
        from patron.engine.runner.lists.taking import take, take_due

        return take(self, name) if due is None else take_due(self, name, due)

    def list_facts(self) -> tuple[ListFacts, ...]:
        """All lists of the specs with the fields of their latest version."""
        seen = self.lists.at(self.as_of.moment)
        return tuple(seen.facts(d.name.text) for d in self.statements(tree.ListDecl))

    def list_changes(self, name: str, before: int | None = None, after: int | None = None) -> Changes:
        """Who came and who left between two versions of a list; without numbers, the last two."""
        from patron.engine.runner.lists.taking import list_of

        full = list_of(self, name).name.text
        with self.grants.action("list diff", full) as asked:
            asked.rows("compare who is in lists")
            return self.lists.changes(full, before, after)

    def erase(self, customer: str) -> Erased:
        """Take somebody's id out of every version of every list and out of the results kept of them; counts stay."""
        from patron.engine.runner.lists.erasing import erase

        with self.grants.action("erase") as asked:
            asked.rows("erase people")
            return erase(self.lists, customer, self.clock.now())

    # ------------------------------------------------------------ helpers

    @property
    def dialect(self) -> str:
        """The SQL that this run's backend speaks."""
        name, offered = self.config.backend, self.catalog.backends
        if name not in offered and name not in SPOKEN:
            raise UsageError(f"there is no backend called `{name}`", suggest(name, {*SPOKEN, *offered}))
        return offered[name].dialect if name in offered else name

    def statements(self, kind: type[Any]) -> tuple[Any, ...]:
        """All statements of a kind, in order of file and place."""
        return tuple(s for d in self.documents for s in d.statements if isinstance(s, kind))

    def statement(self, kind: type[Any], name: str) -> Any | None:
        """The statement of that kind and name."""
        return next((s for s in self.statements(kind) if s.name.key == fold(name)), None)

    def _counted(self, count: tree.Count) -> int:
        """The number behind a count that may be a parameter."""
        from patron.engine.runner.testing import parameters

        value = parameters(self).get(count.name.key) if isinstance(count, tree.Param) else count
        return int(value.value) if isinstance(value, tree.Number) else 0

    def _frozen(self, asked: Callable[[], Asked], compute: Callable[[Project], Answer]) -> Answer:
        """An answer; about lists whose time is over, the one that was kept."""
        if not self.statements(tree.ListDecl):
            return compute(self)
        from patron.engine.runner.lists.frozen import answered, expiring

        return answered(self, asked(), compute) if expiring(self) else compute(self)

    def _values(self, given: Mapping[str, object]) -> Mapping[str, tree.Expr]:
        return given_values.values(given, self.documents, self.stages.value)

    def _phrase(self, text: str) -> tree.Phrase:
        phrase, problems = self.stages.phrase(text)
        if phrase is None or any(p.stops for p in problems):
            raise SpecError(problems)
        return phrase

    def _ready(self) -> None:
        raise_for(self.ground_problems)

    def _known(self, kind: str, name: str, *others: str) -> str:
        """The declared name as it is written in the spec; SpecError P0201 when nothing has it."""
        known: dict[str, str] = {}
        for one in (kind, *others):
            known.update({k: d.name for k, d in self.declared.known(one).items()})
        if fold(name) in known:
            return known[fold(name)]
        spoken = " or ".join((kind, *others))
        message = f"there is no {spoken} called {name}"
        raise SpecError([Problem("P0201", tree.NOWHERE, message, suggest(name, known.values()))])


def _stands_for(root: Path, path: str | Path, file: str) -> bool:
    """Whether a path, from the working directory or from the root, is this spec file or a folder above it."""
    full = root / file
    return any(p == full or p in full.parents for p in (Path(path).resolve(), (root / path).resolve()))
