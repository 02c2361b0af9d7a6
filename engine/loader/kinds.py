"""The kinds of things a plugin may offer: which hook gives them, what they are, and the form of their names."""

from __future__ import annotations

from typing import TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.contracts import (
    BackendType,
    CheckType,
    CommandType,
    ExporterType,
    FunctionType,
    Pack,
    ShowType,
    SourceType,
    TargetType,
)

Descriptor: TypeAlias = (
    SourceType | Pack | FunctionType | ExporterType | ShowType | TargetType | BackendType | CheckType | CommandType
)

_PLAIN = r"[a-z][a-z0-9_]*"
_DOTTED = rf"{_PLAIN}(\.{_PLAIN})?"
_DASHED = r"[a-z][a-z0-9_-]*"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its `name` in sentences, its hook, the class of its descriptors, and which of their fields are called."""

    name: str
    hook: str
    type: type[Descriptor]
    calls: tuple[str, ...] = ()
    names: str = _PLAIN


KINDS: tuple[Kind, ...] = (
    Kind("source", "patron_sources", SourceType, ("open",)),
    Kind("pack", "patron_packs", Pack),
    Kind("function", "patron_functions", FunctionType, ("lower",), _DOTTED),
    Kind("exporter", "patron_exporters", ExporterType, ("export",)),
    Kind("show kind", "patron_shows", ShowType),
    Kind("target", "patron_targets", TargetType, ("send",)),
    Kind("backend", "patron_backends", BackendType, ("open",)),
    Kind("check", "patron_checks", CheckType, ("check",), _DASHED),
    Kind("command", "patron_commands", CommandType, ("command",), _DASHED),
)
