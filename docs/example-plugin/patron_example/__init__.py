"""One of everything a plugin may offer. Handing over is light: what is heavy is imported when it is used."""

from pathlib import Path

from patron.engine.contracts import (
    BackendType,
    CheckType,
    CommandType,
    ExporterType,
    FunctionType,
    Pack,
    SettingSpec,
    SourceType,
)
from patron.engine.hooks import hookimpl
from patron.engine.types import TEXT
from patron_example.described import undescribed_reports
from patron_example.hello import hello_command
from patron_example.initial import initial
from patron_example.outline import export_outline
from patron_example.tabs import Tabs
from patron_example.traced import open_traced

HERE = Path(__file__).parent


@hookimpl
def patron_sources() -> list[SourceType]:
    folder = SettingSpec("folder", "text", "the folder of the files", required=True)
    return [SourceType("example_tabs", "a folder of tab-separated files", open=Tabs, settings=(folder,))]


@hookimpl
def patron_packs() -> list[Pack]:
    days = SettingSpec("days", "number", "orders at most so many days after the one before are soon", default=30)
    files = {"soon.patron": HERE / "soon.patron"}
    return [Pack("example", "1.0", "orders soon after the one before", files, settings=(days,), tables=("orders",))]


@hookimpl
def patron_functions() -> list[FunctionType]:
    return [FunctionType("example.initial", "the first letter, as a capital", ("text",), TEXT, lower=initial)]


@hookimpl
def patron_exporters() -> list[ExporterType]:
    return [ExporterType("example_outline", "the skeleton of a report as text", "txt", export=export_outline)]


@hookimpl
def patron_backends() -> list[BackendType]:
    return [BackendType("example_traced", "DuckDB, with every statement in the log", "duckdb", open=open_traced)]


@hookimpl
def patron_checks() -> list[CheckType]:
    return [CheckType("example-described", "every report says what it is for", check=undescribed_reports)]


@hookimpl
def patron_commands() -> list[CommandType]:
    return [CommandType("example-hello", "say hello, and with which Patron", command=hello_command)]
