"""Results on their way out: the format asked, to standard output or to a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from patron.dsl.nodes import dataclass
from patron.engine.cli.options import Options, takes_color
from patron.engine.runtime.errors import UsageError

if TYPE_CHECKING:
    from patron.engine.report.reader import Reader
    from patron.engine.results import Result
    from patron.engine.runner.project import Project

Function = TypeVar("Function", bound=Callable[..., Any])

FORMATS = ("table", "csv", "json", "jsonl", "parquet", "arrow", "markdown")
BINARY = frozenset({"parquet", "arrow"})
ENDINGS: Mapping[str, str] = {
    ".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".parquet": "parquet", ".arrow": "arrow", ".md": "markdown",
    ".txt": "table",
}  # fmt: skip

OF_REPORTS: Mapping[str, str] = {
    "xlsx": "xlsx",
    "excel": "xlsx",
    "html": "html",
    "pdf": "pdf",
    "svg": "svg",
    "png": "png",
}
"""Formats that somebody may ask for and only reports have, by what they are called."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a result goes and how: what `--format`, `--out` and `--raw` say."""

    form: str | None = None
    out: str | None = None
    raw: bool = False

    def chosen(self, options: Options) -> str:
        """The format: what was said, what the file's ending says, JSON with --json, else a table for eyes and CSV
        for programs."""
        if self.form is not None:
            return self.form
        ending = Path(self.out).suffix.lower() if self.out is not None else ""
        if ending in ENDINGS:
            return ENDINGS[ending]
        if ending:
            raise UsageError(
                f"no format ends with `{ending}`", f"Endings: {', '.join(ENDINGS)}; or say which with --format."
            )
        if options.json:
            return "json"
        return "table" if self.out is None and sys.stdout.isatty() else "csv"

    def write(self, result: Result, options: Options, project: Project | None = None) -> None:
        """Write a result there; it speaks of moments as the project does, a table for eyes of money, too."""
        form = self.chosen(options)
        if form in BINARY:
            _binary(result, form, self.out)
        elif self.out is not None:
            from patron.engine.runtime.files import publish

            publish(Path(self.out).resolve(), "".join(_lines(result, form, project, raw=self.raw)))
        elif form == "table":
            _on_terminal(result, options, project)
        else:
            sys.stdout.writelines(_lines(result, form, project, raw=self.raw))


def say_json(body: Mapping[str, object]) -> None:
    """One JSON object on standard output."""
    import json

    click.echo(json.dumps(body, ensure_ascii=False, indent=1))


STANDARD_OUTPUT = Target()


class _Format(click.Choice[str]):
    """A format of an answer; of another one it is told what may be meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in FORMATS:
            return super().convert(value, param, ctx)
        from patron.dsl.problems import nearest

        near = nearest(value, [*FORMATS, *OF_REPORTS])
        meant = OF_REPORTS.get(near or "", near)
        first = f"Did you mean `{meant}`? " if meant and meant != value else ""
        if near in OF_REPORTS:
            first += f"Reports are written as {meant}: `patron run REPORT --format {meant}`. "
        raise UsageError(f"there is no format `{value}` for an answer", f"{first}Known: {', '.join(FORMATS)}")


def format_options(function: Function) -> Function:
    """`--format`, `--out` and `--raw`, handed to the function as one `Target` called `target`."""

    def with_target(*args: Any, form: str | None, out: str | None, raw: bool, **values: Any) -> Any:
        return function(*args, target=Target(form, out, raw), **values)

    with_target.__doc__ = function.__doc__
    wrapped: Any = with_target
    for option in (
        click.option("--raw", is_flag=True, help="Leave cells as they are that a spreadsheet would run as a formula."),
        click.option("--out", metavar="FILE", help="Write to this file instead of standard output."),
        click.option(
            "--format", "form", type=_Format(FORMATS), metavar="FORMAT",
            help=f"{', '.join(FORMATS)}; a table on a terminal, csv in a pipe.",
        ),
    ):  # fmt: skip
        wrapped = option(wrapped)
    return cast("Function", wrapped)


def _reader(project: Project | None) -> Reader:
    from patron.engine.report.reader import Reader

    if project is None:
        return Reader()
    settings = project.declared.settings
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return Reader("en", settings.currency or "USD", settings.timezone, days[settings.week_starts - 1])


def _lines(result: Result, form: str, project: Project | None, *, raw: bool) -> Iterable[str]:
    from patron.engine.report import text

    zone = project.declared.settings.timezone if project is not None else "UTC"
    match form:
        case "csv":
            return text.csv_lines(result, raw=raw, zone=zone)
        case "json":
            return [text.dump(text.json_object(result, zone)) + "\n"]
        case "jsonl":
            return text.jsonl_lines(result, zone)
        case "markdown":
            from patron.engine.report.markdown import markdown_lines

            return markdown_lines(result, _reader(project))
    from patron.engine.cli.table import table_text

    return [table_text(result, width=200, color=False, reader=_reader(project))]


def _on_terminal(result: Result, options: Options, project: Project | None) -> None:
    from patron.engine.cli.table import table_text, terminal_width

    color = takes_color(sys.stdout, options.no_color)
    text = table_text(result, width=terminal_width(), color=color, reader=_reader(project))
    click.echo(text, nl=False, color=True)


def _binary(result: Result, form: str, out: str | None) -> None:
    if out is None and sys.stdout.isatty():
        raise UsageError(f"{form} is not for a terminal", f"Name a file: --out answer.{form}")
    table = result.to_arrow()
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(_bytes(table, form))
        return
    from patron.engine.runtime.files import publish

    publish(Path(out).resolve(), _bytes(table, form))


def _bytes(table: Any, form: str) -> bytes:
    import io

    import pyarrow

    stream = io.BytesIO()
    if form == "parquet":
        import pyarrow.parquet

        pyarrow.parquet.write_table(table, stream, write_page_checksum=True)
    else:
        with pyarrow.ipc.new_file(stream, table.schema) as file:
            file.write_table(table)
    return stream.getvalue()
