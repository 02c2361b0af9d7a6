"""`patron schedule`: what is due, for as long as the process runs; or how the system calls `patron tick` itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from patron.engine.cli import problems
from patron.engine.cli.commands.tick import performed_json, refuse_as_of, say
from patron.engine.cli.options import Options, command
from patron.engine.runtime.errors import Busy, PatronError
from patron.engine.runtime.stopping import is_stop

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runner.schedule.ticking import Performed

EXAMPLES = """
patron schedule                      stay, and do what is due when it is due
patron schedule --print systemd      a service and a timer that call `patron tick`
patron schedule --print cron         a line for crontab -e
"""


@command("schedule", EXAMPLES)
@click.option(
    "--print", "kind", type=click.Choice(["systemd", "cron"]), metavar="KIND",
    help="Print how systemd or cron calls `patron tick`, and end.",
)  # fmt: skip
def schedule(options: Options, kind: str | None) -> int:
    """Keep doing what is due, as `patron tick` does, until the process is told to stop.

    Specs are read anew each time. What fails is told and does not end the process; while another process does what is
    due, this one waits. On SIGTERM, SIGHUP or Ctrl-C it ends: at once while nothing is at work, else after what is
    begun has been undone; the next tick does it.
    """
    if kind is not None:
        from patron.engine.runner.schedule.units import printed

        project = options.project()
        click.echo(printed(kind, project.root, project.config.profile), nl=False)
        return 0
    refuse_as_of(options)
    return _keep(options)


def _keep(options: Options) -> int:
    """Whoever tells it to stop gets a 0: it was stopped, and nothing is left half done."""
    from patron.engine.runner.schedule.keeping import keep

    said = ""
    try:
        for project, happened in keep(options.opened):
            if isinstance(happened, PatronError):
                if str(happened) != said:  # told once, not every minute
                    _tell(happened, project, options)
                said = str(happened)
            else:
                said = ""
                _say(happened, project, options)
    except BaseException as error:
        if not is_stop(error):
            raise
        problems.note("stopped", options)
    return 0


def _say(performed: Performed, project: Project, options: Options) -> None:
    if not options.json:
        say(performed, project, options)
        return
    import json

    click.echo(json.dumps(performed_json(performed), ensure_ascii=False))


def _tell(error: PatronError, project: Project, options: Options) -> None:
    if isinstance(error, Busy):
        problems.note(f"waiting: {error}", options)
    elif error.problems:
        problems.show(error.problems, project.line, options)
    else:
        problems.say_error(error, options)
