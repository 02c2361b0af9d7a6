"""All statements of a project by kind and name, packs included, and which file may use which name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from posixpath import basename, dirname, join, normpath
from types import MappingProxyType

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, Related, nearest, suggest
from patron.dsl.tree import NOWHERE, Document, Span, fold
from patron.engine.catalog import Catalog, Lacking
from patron.engine.model.settings import ProjectSettings, read_project

PackSettings = Mapping[str, tuple[tree.SettingValue, ...]]
PackReader = Callable[[str], Sequence[tuple[Document, Sequence[Problem]]]]

MOST_IMPORTS = 1_000

KINDS: Mapping[type, str] = {
    tree.FilterDecl: "filter", tree.TraitDecl: "trait", tree.EventDecl: "event", tree.MetricDecl: "metric",
    tree.AudienceDecl: "audience", tree.ListDecl: "list", tree.AttributionDecl: "attribution",
    tree.ReportDecl: "report", tree.RunDecl: "run", tree.ParamDecl: "param", tree.SourceDecl: "source",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declared name: its full name (`lifecycle.stage` for a pack's), statement, file and pack.

    A pack's names begin with the name of the file that declares them, so that one pack may bring `lifecycle.` and
    `rfm.` alike; inside the file they are used bare.
    """

    name: str
    statement: tree.Statement
    file: str
    pack: str = ""
    prefix: str = ""

    @property
    def span(self) -> Span:
        named = getattr(self.statement, "name", None)
        return named.span if isinstance(named, tree.Name) else self.statement.span


@dataclass(frozen=True, slots=True)
class Declared:
    """Every statement of a project, found but not yet understood.

    `names` is by kind and folded full name. `sees` says for each file which files' names it may use (None: all of
    them, or only those named in the import).
    """

    documents: tuple[Document, ...]
    settings: ProjectSettings
    names: Mapping[str, Mapping[str, Declaration]]
    sees: Mapping[str, Mapping[str, frozenset[str] | None]]
    catalog: Catalog
    tests: tuple[tree.TestDecl, ...] = ()
    packs: Mapping[str, PackSettings] = field(default_factory=dict)
    replaced: Mapping[str, Mapping[str, Declaration]] = field(default_factory=dict)
    """Standard names that some file of the project replaces: files that do not see it keep the standard one."""
    overrides: Mapping[str, tree.Expr] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    members: Mapping[str, Mapping[str, Declaration]] = field(default_factory=dict)
    """Traits and filters by table and folded full name."""

    def known(self, kind: str) -> Mapping[str, Declaration]:
        return self.names.get(kind, MappingProxyType({}))

    def concerns(self, problem: Problem) -> bool:
        """Whether the project can mend a problem, or must: what is only odd about a pack's own words is not told."""
        file = problem.span.file
        return problem.stops or file in self.sees or file.partition("/")[0] not in ("standard", *self.packs)


def declarations(
    documents: Sequence[Document],
    catalog: Catalog,
    overrides: Mapping[str, tree.Expr] | None = None,
    pack_documents: PackReader = lambda _: (),
) -> Declared:
    """Collect the statements of all documents and of the packs they use.

    `pack_documents` gives the parsed files of a pack by its name, each with what is wrong in it;
    `standard` is always in.
    """
    collector = _Collector(catalog, pack_documents)
    for document in documents:
        collector.document(document)
    collector.packs(documents)
    sees = _imports(documents, collector.problems)
    _check_overrides(overrides or {}, collector)
    return Declared(
        tuple(documents), collector.settings, {k: dict(v) for k, v in collector.names.items()}, sees, catalog,
        tuple(collector.tests), dict(collector.used), {k: dict(v) for k, v in collector.replaced.items()},
        dict(overrides or {}), tuple(collector.problems), _members(collector.names),
    )  # fmt: skip


def _members(names: Mapping[str, Mapping[str, Declaration]]) -> Mapping[str, Mapping[str, Declaration]]:
    found: dict[str, dict[str, Declaration]] = {}
    for kind in ("filter", "trait"):
        for key, declaration in names.get(kind, {}).items():
            statement = declaration.statement
            assert isinstance(statement, (tree.FilterDecl, tree.TraitDecl))
            found.setdefault(statement.table.key, {}).setdefault(key, declaration)
    return found


class _Collector:
    def __init__(self, catalog: Catalog, pack_documents: PackReader) -> None:
        self.catalog, self.pack_documents = catalog, pack_documents
        self.names: dict[str, dict[str, Declaration]] = {}
        self.settings = ProjectSettings()
        self.project: tree.ProjectDecl | None = None
        self.used: dict[str, PackSettings] = {}
        self.replaced: dict[str, dict[str, Declaration]] = {}
        self.tests: list[tree.TestDecl] = []
        self.problems: list[Problem] = []

    def document(self, document: Document) -> None:
        for statement in document.statements:
            if isinstance(statement, tree.ProjectDecl):
                self._project(statement)
            elif isinstance(statement, tree.TestDecl):
                self.tests.append(statement)
            elif isinstance(statement, tuple(KINDS)):
                self._declare(statement, document.file, "")

    def _project(self, statement: tree.ProjectDecl) -> None:
        if self.project is not None:
            first = Related(self.project.span, "first declared here")
            self.problems.append(Problem("P0202", statement.title.span, "the project is declared twice",
                                         "Keep one `project` statement.", (first,)))  # fmt: skip
            return
        self.project = statement
        self.settings = read_project(statement, self.problems.append)

    def _declare(self, statement: tree.Statement, file: str, pack: str) -> None:
        kind = KINDS[type(statement)]
        name: tree.Name = statement.name  # type: ignore[union-attr]
        prefix = "" if pack in ("", "standard") else basename(file).removesuffix(".patron") + "."
        full = prefix + name.text
        declaration = Declaration(full, statement, file, pack, prefix)
        space = self.names.setdefault(kind, {})
        key = fold(full)
        first = space.get(key)
        if first is None or (pack == "" and first.pack == "standard"):
            space[key] = declaration
        elif pack == "standard":
            self.replaced.setdefault(kind, {})[key] = declaration
            self.problems.append(Problem("P0212", first.span, f"`{first.name}` replaces the standard {kind} `{full}`"))
        elif pack == "":
            related = (Related(first.span, "first declared here"),)
            self.problems.append(Problem("P0202", name.span, f"the {kind} `{name.text}` is declared twice",
                                         "Choose another name for one of them.", related))  # fmt: skip

    def packs(self, documents: Sequence[Document]) -> None:
        self._include("standard")
        for document in documents:
            for statement in document.statements:
                if isinstance(statement, tree.UseDecl):
                    self._use(statement)

    def _use(self, statement: tree.UseDecl) -> None:
        name = str(statement.pack)
        pack = self.catalog.require_pack(name, statement.version)
        if isinstance(pack, Lacking):
            old = pack.code == "P0209" and statement.version_span
            self.problems.append(
                pack.at(statement.version_span if old and statement.version_span else statement.pack.span)
            )
            return
        settings: dict[str, tuple[tree.SettingValue, ...]] = dict(self.used.get(pack.name, {}))
        known = [s.name for s in pack.settings]
        for setting in statement.settings:
            if setting.key.key not in known:
                hint = suggest(setting.key.text, known) if known else "It has no settings."
                self.problems.append(
                    Problem("P0210", setting.key.span, f"{pack.name} has no setting `{setting.key.text}`", hint)
                )
            else:
                settings[setting.key.key] = setting.values
        first_time = pack.name not in self.used
        self.used[pack.name] = settings
        if first_time:
            self._include(pack.name)

    def _include(self, pack: str) -> None:
        for document, problems in self.pack_documents(pack):
            self.problems.extend(problems)
            for statement in document.statements:
                if isinstance(statement, tree.UseDecl):
                    self._use_inside(statement)
                elif isinstance(statement, tree.ProjectDecl):
                    self._preset(statement)
                elif isinstance(statement, tuple(KINDS)):
                    self._declare(statement, document.file, pack)

    def _use_inside(self, statement: tree.UseDecl) -> None:
        """A pack uses another: what the project says of that one goes before what the pack says."""
        other = str(statement.pack)
        if other == "standard":
            return
        pack = self.catalog.require_pack(other, statement.version)
        if isinstance(pack, Lacking):
            self.problems.append(pack.at(statement.pack.span))
            return
        first_time = other not in self.used
        self.used[other] = {s.key.key: s.values for s in statement.settings} | dict(self.used.get(other, {}))
        if first_time:
            self._include(other)

    def _preset(self, statement: tree.ProjectDecl) -> None:
        """A preset's project settings hold where the project says none of its own."""
        if self.project is None:
            return
        said = {s.key.key for s in self.project.settings}
        more = tuple(s for s in statement.settings if s.key.key not in said)
        self.project = replace(self.project, settings=(*self.project.settings, *more))
        self.settings = read_project(self.project, lambda _: None)


def _check_overrides(overrides: Mapping[str, tree.Expr], collector: _Collector) -> None:
    params = collector.names.get("param", {})
    mine = [d.name for d in params.values() if not d.pack]
    for name in overrides:
        if fold(name) not in params:
            collector.problems.append(Problem("P0211", replace(NOWHERE, file=f"--set {name}"),
                                              f"parameter {name} is unknown", suggest(name, mine)))  # fmt: skip


# ---------------------------------------------------------------- imports


def _imports(
    documents: Sequence[Document], problems: list[Problem]
) -> Mapping[str, Mapping[str, frozenset[str] | None]]:
    by_file = {d.file: d for d in documents}
    sees: dict[str, dict[str, frozenset[str] | None]] = {}
    edges: dict[str, list[tuple[str, tree.ImportDecl]]] = {}
    count = 0
    for document in documents:
        seen: dict[str, frozenset[str] | None] = {document.file: None}
        for statement in document.statements:
            if isinstance(statement, tree.ImportDecl):
                count += 1
                if count == MOST_IMPORTS + 1:
                    said = f"the project has more than {MOST_IMPORTS:,} imports"
                    problems.append(Problem("P0107", statement.span, said, "Put what belongs together into one file."))
                target = _target(document.file, statement, by_file, problems)
                if target is None:
                    continue
                edges.setdefault(document.file, []).append((target, statement))
                _see(seen, target, statement, by_file[target], problems)
        sees[document.file] = seen
    _rings(edges, problems)
    return sees


def _target(
    file: str, statement: tree.ImportDecl, by_file: Mapping[str, Document], problems: list[Problem]
) -> str | None:
    path = statement.file.value
    target = normpath(join(dirname(file), path))
    if target in by_file:
        return target
    if target.startswith("..") or path.startswith(("/", "\\", "~")) or "\0" in path or ":" in path:
        problems.append(Problem("P0205", statement.file.span, f'cannot import "{path}": it is outside the project',
                                "Imports stay inside the project folder."))  # fmt: skip
        return None
    near = nearest(target, by_file)
    problems.append(Problem("P0205", statement.file.span, f'cannot import "{path}": not found',
                            f'Did you mean "{near}"?' if near else ""))  # fmt: skip
    return None


def _see(
    seen: dict[str, frozenset[str] | None], target: str, statement: tree.ImportDecl, document: Document,
    problems: list[Problem],
) -> None:  # fmt: skip
    if not statement.names:
        seen[target] = None
        return
    offered = {fold(s.name.text): s.name.text for s in document.statements if isinstance(s, tuple(KINDS))}  # type: ignore[union-attr]
    for name in statement.names:
        if name.key not in offered:
            problems.append(Problem("P0201", name.span, f'"{statement.file.value}" declares no `{name}`',
                                    suggest(str(name), offered.values())))  # fmt: skip
    before = seen.get(target, frozenset())
    if before is not None:
        seen[target] = before | frozenset(n.key for n in statement.names)


def _rings(edges: Mapping[str, list[tuple[str, tree.ImportDecl]]], problems: list[Problem]) -> None:
    """Report each ring once, at the import that closes it."""
    state: dict[str, int] = {}
    for start in sorted(edges):
        stack: list[tuple[str, int]] = [(start, 0)]
        trail: list[str] = []
        while stack:
            file, place = stack.pop()
            if place == 0:
                if state.get(file):
                    continue
                state[file] = 1
                trail.append(file)
            targets = edges.get(file, [])
            if place < len(targets):
                stack.append((file, place + 1))
                target, statement = targets[place]
                if state.get(target) == 1:
                    ring = [*trail[trail.index(target) :], target]
                    problems.append(Problem("P0206", statement.span, "imports go in a ring: " + " → ".join(ring)))
                elif not state.get(target):
                    stack.append((target, 0))
            else:
                state[file] = 2
                trail.pop()
