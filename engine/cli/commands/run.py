"""`patron run`: reports made, `run` declarations performed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output, problems
from patron.engine.cli.commands.test import tell_test, test_json
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched
from patron.engine.runtime.errors import PatronError

if TYPE_CHECKING:
    from patron.engine.runner.made import Made
    from patron.engine.runner.project import Project
    from patron.engine.runner.run import Done, Run

EXAMPLES = """
patron run                                    every report of the project
patron run data_analytics                     one report, with the exports it declares
patron run data_analytics --format html,csv   the whole report in these formats
patron run nightly                            the steps of `run nightly`, once, now
patron run nightly --as-of 2026-05-06 --out /tmp/try
"""


@command("run", EXAMPLES)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--format", "forms", metavar="F,G", help="Formats: html, csv, ... (`patron plugins` shows all).")
@click.option("--out", metavar="DIR", help="Another output folder than patron.toml names.")
def run(options: Options, names: tuple[str, ...], forms: str | None, out: str | None) -> int:
    """Make reports, or perform a `run` declaration once.

    NAME is a report or a run. Without a name every report of the project is made and no `run` is performed, since a
    run may also take lists and send things. Files appear under the output folder, one folder a report, each
    file whole or not at all; their paths are printed. An export that this role may not make is skipped and told.
    A show that could not be made says why in its place, and does not keep the rest of its report from being made; the
    command tells it, and ends with the code of what went wrong.
    --format makes the whole report in these formats instead of its exports, beside the files that are there.
    """
    formats = [f.strip().lower() for f in (forms or "").split(",") if f.strip()]
    with watched(options) as project:
        results = project.run(names, formats, None if out is None else Path(out).resolve())
    if options.json:
        output.say_json({"results": [result_json(r) for r in results]})
    else:
        for result in results:
            tell(result, project, options)
    return next((r.exit_code for r in results if r.exit_code), 0)


def tell(result: Made | Run, project: Project, options: Options) -> None:
    """What came of a report or a run, told."""
    for step in getattr(result, "steps", ()):
        _tell_step(step, project, options)
    for file in result.files:
        click.echo(shown_path(file))
    problems.show(result.skipped, project.line, options)
    _tell_broken(result, options)
    error = getattr(result, "error", None)
    if isinstance(error, PatronError):
        problems.say(f"{getattr(result, 'report', '')} was not made:", options, "red")
        _tell_error(error, project, options)
    for text in getattr(result, "notes", ()):
        problems.note(text, options)


def _tell_broken(result: Made | Run, options: Options) -> None:
    """Parts that could not be made: the files are there, and say so where nobody may look."""
    for part in result.broken:
        problems.say(part.words, options, "yellow")


def _tell_error(error: PatronError, project: Project, options: Options) -> None:
    if error.problems:
        problems.show(error.problems, project.line, options)
    else:
        problems.say_error(error, options)


def _tell_step(step: Done, project: Project, options: Options) -> None:
    if step.failed:
        problems.say(f"FAILED  {step.words}", options)
    else:
        problems.note(f"done  {step.words}", options)
    for tested in step.tested:
        if not tested.passed:
            tell_test(tested, project, options, err=True)
    if step.error is not None:
        _tell_error(step.error, project, options)


def shown_path(path: Path) -> str:
    """A path as short as it can be said from here."""
    short = os.path.relpath(path)
    return str(path) if short.startswith("..") else short


def result_json(result: Made | Run) -> dict[str, object]:
    """The same for machines."""
    steps = [
        {"step": s.words, "exit_code": s.exit_code, "error": s.error and s.error.message,
         **({"tests": [test_json(t) for t in s.tested]} if s.tested else {})}
        for s in getattr(result, "steps", ())
    ]  # fmt: skip
    error = getattr(result, "error", None)
    found = (*result.skipped, *(error.problems if isinstance(error, PatronError) else ()))
    return {
        "name": getattr(result, "report", None) or getattr(result, "name", None),
        "files": [str(f) for f in result.files],
        "problems": [p.as_json() for p in found],
        "broken": [b.words for b in result.broken],
        "error": error.message if isinstance(error, PatronError) else None,
        **({"steps": steps} if steps else {}),
        "exit_code": result.exit_code,
    }
