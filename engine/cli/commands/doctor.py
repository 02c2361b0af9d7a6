"""`patron doctor`: is the installation whole, is the project, is what it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output
from patron.engine.cli.options import Options, command
from patron.engine.runtime.errors import UsageError

if TYPE_CHECKING:
    from patron.engine.runner.examining import Finding

EXAMPLES = """
patron doctor               this installation, and the project if there is one here
patron doctor --json        for a message to whoever helps
"""

_COLORS = {"fine": "green", "noted": None, "mended": "yellow", "broken": "red"}


@command("doctor", EXAMPLES)
def doctor(options: Options) -> int:
    """Check the installation, the project, its state and its outputs.

    What a stopped run left behind is removed; nothing else is changed. Ends with 0 when everything is whole, 9 when
    something kept was damaged, else with the code of what is wrong.
    """
    found = list(_examined(options))
    if options.json:
        output.say_json({"findings": [asdict(f) for f in found]})
    else:
        for finding in found:
            _tell(finding, options)
    return max((f.exit_code for f in found), default=0)


def _examined(options: Options) -> Iterator[Finding]:
    from patron.engine.loader import load_catalog
    from patron.engine.runner import examining, examining_lists, examining_loads, examining_state
    from patron.engine.runner.permissions.examining import permissions

    try:
        project = options.project()
    except UsageError as error:
        if options.folder is not None or options.profile is not None:
            raise
        yield from examining.installation(load_catalog())
        yield examining.Finding("noted", error.message)
        return
    yield from examining.installation(project.catalog)
    yield from examining.state(project.config)
    yield from examining.specs(project)
    yield from examining.results(project)
    yield from examining_state.written(project)
    yield from examining_state.schedule(project)
    yield from examining_lists.lists(project)
    yield from examining_loads.loads(project.config)
    yield from examining_loads.freshness(project)
    yield from examining_loads.learned(project.config)
    yield from permissions(project.config)
    yield from examining_loads.specs(project.config)


def _tell(finding: Finding, options: Options) -> None:
    from sys import stdout

    from patron.engine.cli.options import takes_color

    color = _COLORS[finding.state]
    word = f"{finding.state:<7}"
    if color and takes_color(stdout, options.no_color):
        word = click.style(word, fg=color)
    if finding.state in ("fine", "noted") and options.quiet:
        return
    click.echo(f"{word} {finding.what}", color=True)
    if finding.advice:
        click.echo(f"        {finding.advice}")
