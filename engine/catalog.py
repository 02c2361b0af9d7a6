"""Everything the plugins of a run offer, by name: built once, never changed, handed on.

The `require_*` functions answer with the descriptor or with `Lacking`, the words of the problem to report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from patron.dsl.nodes import dataclass, field
from patron.engine.contracts import (
    BackendType,
    CheckType,
    CommandType,
    ExporterType,
    FunctionType,
    Pack,
    PluginFact,
    SettingSpec,
    ShowType,
    SourceType,
    TargetType,
)

if TYPE_CHECKING:
    from patron.dsl.problems import Problem
    from patron.dsl.tree import Span

Offered = TypeVar("Offered")


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why a name of a spec gives nothing: code, sentence and hint of the problem, without its place."""

    code: str
    message: str
    hint: str = ""

    def at(self, span: Span) -> Problem:
        """The problem, reported at this place."""
        from patron.dsl.problems import Problem

        return Problem(self.code, span, self.message, self.hint)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two plugins that offer the same thing; neither is used until one is dropped."""

    kind: str
    name: str
    plugins: tuple[PluginFact, ...]

    @property
    def message(self) -> str:
        """The sentence of P0213."""
        both = " and ".join(f"`{p.name}` ({p.origin} {p.version})" for p in self.plugins)
        return f"plugins {both} both offer the {self.kind} `{self.name}`"


@dataclass(frozen=True, slots=True)
class Catalog:
    """What there is, by name and kind, and a fact about every plugin seen, the unused ones too."""

    sources: Mapping[str, SourceType] = field(default_factory=dict)
    packs: Mapping[str, Pack] = field(default_factory=dict)
    functions: Mapping[str, FunctionType] = field(default_factory=dict)
    exporters: Mapping[str, ExporterType] = field(default_factory=dict)
    shows: Mapping[str, ShowType] = field(default_factory=dict)
    targets: Mapping[str, TargetType] = field(default_factory=dict)
    backends: Mapping[str, BackendType] = field(default_factory=dict)
    checks: Mapping[str, CheckType] = field(default_factory=dict)
    commands: Mapping[str, CommandType] = field(default_factory=dict)
    plugins: tuple[PluginFact, ...] = ()
    clashes: tuple[Clash, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Plugins that could not be used and names that two of them offer, a sentence each."""
        broken = (p.problem for p in self.plugins if p.problem)
        return (*broken, *(f"{c.message}; {_DROP}" for c in self.clashes))

    def require_source(self, name: str) -> SourceType | Lacking:
        """The connector of that name, or P0204, P0213."""
        return self._require("source", self.sources, name)

    def require_pack(self, name: str, at_least: str | None = None) -> Pack | Lacking:
        """The pack of that name, of at least that version, or P0204, P0209, P0213."""
        found = self._require("pack", self.packs, name)
        if isinstance(found, Lacking) or at_least is None or _version(found.version) >= _version(at_least):
            return found
        message = f"{found.name} is version {found.version}, this file asks for at least {at_least}"
        return Lacking("P0209", message)

    def require_exporter(self, name: str) -> ExporterType | Lacking:
        """The file format of that name, or P0801, P0213."""
        from patron.dsl.problems import nearest

        found = self._require("exporter", self.exporters, name, code="P0801")
        if (
            isinstance(found, Lacking)
            and found.code == "P0801"
            and "xlsx" in self.exporters
            and nearest(name, [_EXCEL])
        ):
            return Lacking(found.code, found.message, f"Did you mean `xlsx`? {found.hint}")
        return found

    def require_target(self, name: str) -> TargetType | Lacking:
        """The place to deliver to of that name, or P0204, P0213."""
        return self._require("target", self.targets, name)

    def require_backend(self, name: str) -> BackendType | Lacking:
        """The engine of that name, or P0204, P0213."""
        return self._require("backend", self.backends, name)

    def _require(self, kind: str, known: Mapping[str, Offered], name: str, code: str = "P0204") -> Offered | Lacking:
        from patron.dsl.problems import suggest
        from patron.dsl.tree import fold

        key = fold(name)
        if key in known:
            return known[key]
        clash = next((c for c in self.clashes if (c.kind, c.name) == (kind, key)), None)
        if clash is not None:
            return Lacking("P0213", clash.message, _DROP)
        if code == "P0204":
            return Lacking(code, f"there is no {kind} plugin called `{name}`", self._installed(name, known))
        return Lacking(code, f"there is no {kind} called `{name}`", suggest(name, known))

    def _installed(self, name: str, known: Iterable[str]) -> str:
        """The nearest name, all installed ones, and the plugins that might offer it if they were allowed or whole."""
        from patron.dsl.problems import nearest

        names = sorted(known)
        near = nearest(name, names)
        hints = [f"Did you mean `{near}`?"] if near else []
        hints.append(f"Installed: {', '.join(names) or 'none'}.")
        waiting = sorted({p.origin for p in self.plugins if not p.allowed})
        if waiting:
            hints.append(f"Not allowed by `plugins` in patron.toml: {', '.join(waiting)}.")
        broken = sorted(p.name for p in self.plugins if p.allowed and p.problem)
        if broken:
            hints.append(f"Could not be loaded (see `patron plugins`): {', '.join(broken)}.")
        return " ".join(hints)


def require_setting(plugin: str, settings: Iterable[SettingSpec], name: str) -> SettingSpec | Lacking:
    """The setting of that name among those a plugin declares, or P0210."""
    from patron.dsl.problems import nearest
    from patron.dsl.tree import fold

    known = {s.name: s for s in settings}
    found = known.get(fold(name))
    if found is not None:
        return found
    near = nearest(name, known)
    hints = [f"Did you mean `{near}`?"] if near else []
    hints.append(f"Its settings: {', '.join(sorted(known))}." if known else "It has no settings.")
    return Lacking("P0210", f"`{plugin}` has no setting `{name}`", " ".join(hints))


_DROP = "drop one of them"
_EXCEL = "excel"
"""What people call the workbooks that are written as `xlsx`."""


def _version(text: str) -> tuple[int, ...]:
    """`1.2` as numbers, without trailing zeros, so that 1.2 and 1.2.0 are the same."""
    numbers = [int(part) for part in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
