"""`source` statements: the connector, its settings, and the headers of its tables."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from patron.dsl import tree
from patron.dsl.nodes import dataclass, field
from patron.dsl.problems import Problem, nearest, suggest
from patron.dsl.tree import Document, SourceDecl, Span, fold
from patron.engine.contracts import SettingSpec, Source, SourceColumn, SourceConfig, SourceError, SourceType
from patron.engine.model.given import given_value, plain_value
from patron.engine.model.mapping import BoundSource
from patron.engine.model.terms import Lit
from patron.engine.runtime.errors import PatronError
from patron.engine.runtime.files import safe_path
from patron.engine.runtime.secrets import EnvSecret

PATH_SETTINGS = ("folder", "file")
"""Settings that are paths, relative to the file that names them."""


@dataclass(frozen=True, slots=True)
class SourceOverride:
    """What a profile of patron.toml says instead: another connector, other settings."""

    connector: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Sources:
    """The declared sources by folded name; opened when a header is asked for, each fault reported once."""

    types: Mapping[str, SourceType]
    params: Mapping[str, Lit]
    root: Path
    allow_paths: Sequence[Path] = ()
    data_folder: Path | None = None
    overrides: Mapping[str, SourceOverride] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    found: dict[str, BoundSource] = field(default_factory=dict)
    _opened: dict[str, Source | None] = field(default_factory=dict)
    _headers: dict[tuple[str, str], Mapping[str, SourceColumn] | None] = field(default_factory=dict)

    def declare(self, documents: Iterable[Document]) -> None:
        """Read every `source` statement."""
        for document in documents:
            for statement in document.statements:
                if isinstance(statement, SourceDecl):
                    self._declare(statement)

    def report(self, code: str, span: Span, message: str, hint: str = "") -> None:
        self.problems.append(Problem(code, span, message, hint))

    def _declare(self, decl: SourceDecl) -> None:
        key = decl.name.key
        first = self.found.get(key)
        if first is not None:
            hint = f"first declared at {first.span.file}:{first.span.line}"
            self.report("P0202", decl.name.span, f"the source `{decl.name.text}` is declared twice", hint)
            return
        override = self.overrides.get(key, SourceOverride())
        connector = override.connector or str(decl.connector)
        kind = self.types.get(fold(connector))
        if kind is None:
            self._unknown_connector(decl, connector)
        settings: dict[str, object] = {}
        told = len(self.problems)
        if kind is not None:
            other = override.connector is not None and fold(override.connector) != fold(str(decl.connector))
            settings = {**({} if other else self._settings(decl, kind)), **self._overridden(decl, kind, override)}
        zone = settings.get("timezone")
        refused = len(self.problems) > told and kind is not None and not _opens(kind, settings)
        self.found[key] = BoundSource(
            decl.name.text,
            connector if kind and not refused else "",
            settings,
            timezone=str(zone) if zone else None,
            span=decl.name.span,
        )

    def _unknown_connector(self, decl: SourceDecl, connector: str) -> None:
        near = nearest(connector, self.types)
        hint = f"Did you mean `{near}`? " if near else ""
        self.report("P0204", decl.connector.span, f"there is no source plugin called `{connector}`",
                    f"{hint}Installed: {', '.join(sorted(self.types)) or 'none'}")  # fmt: skip

    # ------------------------------------------------------------ settings

    def _settings(self, decl: SourceDecl, kind: SourceType) -> dict[str, object]:
        specs = {s.name: s for s in kind.settings}
        found: dict[str, object] = {}
        for setting in decl.settings:
            spec = specs.get(setting.key.key)
            if spec is None:
                near = nearest(setting.key.text, specs)
                hint = (f"Did you mean `{near}`? " if near else "") + f"Its settings: {', '.join(sorted(specs))}"
                self.report("P0210", setting.key.span, f"`{kind.name}` has no setting `{setting.key.text}`", hint)
            elif spec.name in found:
                self.report("P0110", setting.key.span, f"`{spec.name}` may be said once")
            else:
                value = self._value(setting, spec, decl)
                if value is not None:
                    found[spec.name] = value
        said = {s.key.key for s in decl.settings}
        for spec in kind.settings:
            if spec.required and spec.name not in said and said <= set(specs):
                self.report("P0210", decl.name.span, f"`{kind.name}` needs the setting `{spec.name}`", spec.describe)
        return found

    def _overridden(self, decl: SourceDecl, kind: SourceType, override: SourceOverride) -> dict[str, object]:
        """Settings that patron.toml puts in place of the spec's. `"env:NAME"` is a secret's place; paths are relative
        to the project's folder."""
        specs = {s.name: s for s in kind.settings}
        found: dict[str, object] = {}
        for name, value in override.settings.items():
            spec = specs.get(fold(name))
            if spec is None:
                hint = f"Its settings: {', '.join(sorted(specs))}"
                self.report("P0210", decl.name.span, f"patron.toml: `{kind.name}` has no setting `{name}`", hint)
            elif isinstance(value, str) and value.startswith("env:"):
                found[spec.name] = EnvSecret(value.removeprefix("env:"))
            elif spec.kind == "secret":
                self.report(
                    "P0701", decl.name.span, f"patron.toml: the secret `{name}` may not be written there", '"env:NAME"'
                )
            elif spec.name in PATH_SETTINGS:
                path = self._safe(str(value), self.root, decl, decl.name.span)
                found |= {spec.name: path} if path is not None else {}
            else:
                found[spec.name] = _from_toml(value)
        return found

    def _value(self, setting: tree.Setting, spec: SettingSpec, decl: SourceDecl) -> object:
        if spec.kind == "files":
            return self._files(setting)
        value = given_value(setting, spec, self.params, self.report)
        if value is None or spec.kind in ("texts", "numbers"):
            return value
        if spec.name in PATH_SETTINGS:
            return self._folder(str(value), setting.values[0].span, decl)
        if spec.name == "timezone":
            return self._zone(str(value), setting.values[0].span)
        return value

    def _files(self, setting: tree.Setting) -> object:
        found: dict[str, object] = {}
        for one in setting.settings or ():
            file = SettingSpec("files", "text", "a file's name")
            texts = tuple(str(plain_value(v, file, self.params, self.report)) for v in one.values)
            if one.key.text in found:
                self.report("P0110", one.key.span, f"`{one.key.text}` may be said once")
            elif texts:
                found[one.key.text] = texts
        return found

    def _folder(self, text: str, span: Span, decl: SourceDecl) -> Path | None:
        return self._safe(text, self.root / Path(decl.span.file).parent, decl, span)

    def _safe(self, text: str, base: Path, decl: SourceDecl, span: Span) -> Path | None:
        try:
            return safe_path(text, base, (self.root, *self.allow_paths))
        except PatronError as error:
            if ".." in Path(text).parts and "\0" not in text and not os.access(base / text, os.F_OK):
                message = f"cannot open `{decl.name.text}`: there is no `{text}`, and it would be outside the project"
                self.report("P0702", span, message, error.hint)
                return None
            self.report("P0702", span, f"cannot open `{decl.name.text}`: {error.message}", error.hint)
            return None

    def _zone(self, text: str, span: Span) -> str | None:
        from zoneinfo import available_timezones

        if text in available_timezones():
            return text
        near = nearest(text, available_timezones())
        self.report("P0505", span, f"unknown time zone {text}", f'Did you mean "{near}"?' if near else "an IANA name")
        return None

    # ------------------------------------------------------------ opening

    def header(self, source: str, table: str, source_span: Span, table_span: Span) -> Mapping[str, SourceColumn] | None:
        """The columns of a source's table by folded name; None when they cannot be known, which was reported."""
        key = (fold(source), table)  # a database may tell capitals apart
        if key not in self._headers:
            self._headers[key] = self._read_header(source, table, source_span, table_span)
        return self._headers[key]

    def _read_header(
        self, source: str, table: str, source_span: Span, table_span: Span
    ) -> Mapping[str, SourceColumn] | None:
        bound = self.found.get(fold(source))
        if bound is None:
            hint = suggest(source, [s.name for s in self.found.values()])
            self.report("P0201", source_span, f"there is no source called `{source}`", hint)
            return None
        opened = self._open(bound)
        if opened is None:
            return None
        try:
            columns = tuple(opened.columns(table))
        except SourceError as error:
            nothing = self._nothing(bound, opened) if error.code == "P0703" else None
            if nothing is not None:
                self.report(error.code, bound.span, *nothing)
            else:
                span = table_span if error.code == "P0703" else bound.span
                self.report(error.code, span, error.message, error.hint)
            return None
        self.found[fold(source)] = replace(bound, opened=opened, headers={**bound.headers, table: columns})
        return {fold(c.name): c for c in columns}

    def _nothing(self, bound: BoundSource, opened: Source) -> tuple[str, str] | None:
        """Message and hint, the same for every table asked for, where a folder has no file of the connector's kind."""
        folder, kind = bound.settings.get("folder"), self.types[fold(bound.connector)]
        if not isinstance(folder, Path) or not kind.extensions or opened.tables():
            return None
        names = [p.name.casefold() for p in folder.iterdir() if p.is_file()]
        message = f"`{bound.name}` has no table: there is no {kind.extensions[0]} file in {folder.name}"
        known = {extension: other.name for other in self.types.values() for extension in other.extensions}
        count, extension = max((sum(n.endswith((x, f"{x}.gz")) for n in names), x) for x in known)
        if count:
            files = f"{count} {extension} file{'s' if count > 1 else ''}"
            return f"{message}, but {files}", f"Write `source {bound.name} from {known[extension]}`."
        return message, "Look at `folder`."

    def _open(self, bound: BoundSource) -> Source | None:
        key = fold(bound.name)
        if key not in self._opened:
            self._opened[key] = self._try_open(bound)
        return self._opened[key]

    def _try_open(self, bound: BoundSource) -> Source | None:
        if not bound.connector:
            return None
        kind = self.types[fold(bound.connector)]
        try:
            return kind.open(self.config(bound))
        except SourceError as error:
            self.report(error.code, bound.span, error.message, error.hint)
        except ImportError as error:
            hint = f"pip install 'patron[{kind.needs}]'" if kind.needs else ""
            self.report(
                "P0702", bound.span, f"cannot open `{bound.name}`: {error.name or 'a library'} is not installed", hint
            )
        except PatronError as error:
            self.report("P0702", bound.span, f"cannot open `{bound.name}`: {error.message}", error.hint)
        return None

    def config(self, bound: BoundSource) -> SourceConfig:
        """What the connector gets: paths resolved, secrets fetched."""
        specs = {s.name: s for s in self.types[fold(bound.connector)].settings}
        settings = {k: _fetched(v, specs.get(k)) for k, v in bound.settings.items()}
        folder = settings.get("folder")
        if self.data_folder is not None and "folder" in specs:
            folder = self.data_folder
        return SourceConfig(
            bound.name, settings, Path(str(folder)) if folder else None, bound.timezone,
            (self.root, *self.allow_paths), self.limits,
        )  # fmt: skip


def _opens(kind: SourceType, settings: Mapping[str, object]) -> bool:
    """Whether everything is there that opening needs."""
    return all(s.name in settings for s in kind.settings if s.required)


def _from_toml(value: object) -> object:
    """A value of patron.toml as a setting: lists are texts, tables name files."""
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, Mapping):
        return {k: tuple(v) if isinstance(v, list) else (v,) for k, v in value.items()}
    return value


def _fetched(value: object, spec: SettingSpec | None) -> object:
    """A setting as the connector gets it: `env(...)` as a text, or as a Secret where the connector says it is one."""
    if not isinstance(value, EnvSecret):
        return value
    secret = value.fetch()
    return secret if spec is not None and spec.kind == "secret" else secret.reveal()
