"""What Patron asks of a plugin: one function per kind of thing it may offer.

A plugin is a module (or object) named in the entry point group `patron`. It marks the functions it wants to answer
with `hookimpl`; it may leave out all others. Every hook is called once, when the catalogue is built, before any spec
is read. Answer with descriptors (`patron.engine.contracts`): small, frozen, made without importing heavy libraries.

    from patron.engine.contracts import SourceType
    from patron.engine.hooks import hookimpl

    @hookimpl
    def patron_sources() -> list[SourceType]:
        return [SourceType("csv", "a folder of CSV files, one per table", open=CsvFolder)]

A later version may add arguments to a hook; implementations that do not name them stay valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
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

PROJECT = "patron"
"""The name of the entry point group and of the marks."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def patron_sources() -> list[SourceType]:  # type: ignore[empty-body]
    """Connectors, for `source x from NAME { settings }`.

    Return one `SourceType` per connector. Its `open` is called for a source that a `table` reads, also by `patron
    check`, which then asks for tables and columns; only a load asks for rows.

    Since 0.1.
    """


@hookspec
def patron_packs() -> list[Pack]:  # type: ignore[empty-body]
    """Packs of metrics, traits, filters, events and attributions, for `use NAME`.

    Return one `Pack` per pack. Its files are read when a spec uses it.

    Since 0.1.
    """


@hookspec
def patron_functions() -> list[FunctionType]:  # type: ignore[empty-body]
    """Scalar functions for expressions; name them after the pack or plugin: `acme.loudness`.

    Return one `FunctionType` per function. Its `lower` is called while SQL is built.

    Since 0.1.
    """


@hookspec
def patron_exporters() -> list[ExporterType]:  # type: ignore[empty-body]
    """File formats, for `export "Title" as NAME` and `--format NAME`.

    Return one `ExporterType` per format. Its `export` is called with a finished report.

    Since 0.1.
    """


@hookspec
def patron_shows() -> list[ShowType]:  # type: ignore[empty-body]
    """Kinds of figures, for `show NAME of ...`.

    Return one `ShowType` per kind. An exporter that does not know a kind prints its result as a table.

    Since 0.1.
    """


@hookspec
def patron_targets() -> list[TargetType]:  # type: ignore[empty-body]
    """Places to deliver to, for `to NAME(...)` in exports and sends.

    Return one `TargetType` per place. Its `send` is called after the files are finished.

    Since 0.1.
    """


@hookspec
def patron_backends() -> list[BackendType]:  # type: ignore[empty-body]
    """Engines that run compiled queries, for `backend = "NAME"` and `--backend NAME`.

    Return one `BackendType` per engine. Its `open` is called when a run begins; `patron sql` does without it.

    Since 0.1.
    """


@hookspec
def patron_checks() -> list[CheckType]:  # type: ignore[empty-body]
    """House rules: further checks of a resolved model, part of `patron check`.

    Return one `CheckType` per rule. Its `check` is called after the model was resolved without errors.

    Since 0.1.
    """


@hookspec
def patron_commands() -> list[CommandType]:  # type: ignore[empty-body]
    """Further commands of the command line.

    Return one `CommandType` per command. Its `command` is called when the command is asked for.

    Since 0.1.
    """
