"""`patron check`: all problems of all specs at once."""

from __future__ import annotations

import click

from patron.dsl.problems import Problem
from patron.engine.cli import problems
from patron.engine.cli.options import Options, command
from patron.engine.runtime.errors import kind_of

EXAMPLES = """
patron check                     the whole project
patron check audiences.patron    only what is wrong in this file
patron check --data              read the rows too: values, doubled ids, lost references
patron check --json              for editors and CI
"""


@command("check", EXAMPLES)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--data", is_flag=True, help="Read the rows of the sources too.")
def check(options: Options, paths: tuple[str, ...], data: bool) -> int:
    """Show all problems of all specs at once, each with its place and what to write instead.

    Reads the headers of the sources, never their rows, unless --data is given.
    Ends with 0 when nothing stops, 3 when a spec is wrong, 4 when only the data is, 8 when --data breaks off reading.
    """
    project = options.project()
    found = project.check(paths or None, data)
    if options.json:
        problems.as_json(found)
    else:
        problems.show(found, project.line, options)
        problems.note(_summary(found, len(project.named(paths) if paths else project.files)), options)
    kind = kind_of(found, reading=data)
    return kind.exit_code if kind is not None else 0


def _summary(found: tuple[Problem, ...], files: int) -> str:
    kinds = (("E", "error"), ("W", "warning"), ("N", "note"))
    counts = [(sum(p.severity == letter for p in found), word) for letter, word in kinds]
    told = ", ".join(problems.counted(n, word) for n, word in counts if n)
    return f"{problems.counted(files, 'file')}: {told or 'no problems'}"
