"""`patron tick`: what is due, done."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from patron.engine.cli import output, problems
from patron.engine.cli.commands.run import result_json, tell
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched
from patron.engine.runtime.errors import UsageError

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runner.schedule.ticking import Performed

EXAMPLES = """
patron tick                        do what is due now, and end
patron tick --project /srv/shop    as cron does it, every few minutes
patron tick --quiet                say nothing unless something went wrong
"""


@command("tick", EXAMPLES)
def tick(options: Options) -> int:
    """Do what is due now, and end: for cron or systemd.

    Due are the moments of `run` declarations and of the `take` and `refresh` of lists that have come and were not done.
    Each is done once, as of its own moment, however often and on however many hosts this command is called; one that
    was missed is done, or left out, as `if missed` says. What failed in passing is tried again by a later tick.

    Ends with 6 when another process is at it, with the code of the first thing that failed, else with 0.
    """
    from patron.engine.runner.schedule import ticking

    refuse_as_of(options)
    done: list[Performed] = []
    with watched(options) as project:
        for performed in ticking.tick(project):
            done.append(performed)
            if not options.json:
                say(performed, project, options)
    if options.json:
        output.say_json({"done": [performed_json(p) for p in done]})
    elif not done:
        problems.note("nothing is due", options)
    return next((p.exit_code for p in done if p.exit_code), 0)


def refuse_as_of(options: Options) -> None:
    """What is due is due now."""
    if options.as_of is not None:
        raise UsageError(
            "what is due is done as of its own moment: --as-of has no meaning here",
            f"`patron run NAME --as-of {options.as_of}` performs a run as of another moment.",
        )


def say(performed: Performed, project: Project, options: Options) -> None:
    """One interval, told."""
    told = f"{performed.task} of {local(project, performed.due_at)}"
    if performed.exit_code:
        problems.say(f"FAILED  {told}", options, "red")
    else:
        problems.note(f"done  {told}" + (f": {performed.said}" if performed.run is None else ""), options)
    if performed.run is not None:
        tell(performed.run, project, options)
    if performed.error is not None:
        if performed.error.problems:
            problems.show(performed.error.problems, project.line, options)
        else:
            problems.say_error(performed.error, options)


def performed_json(performed: Performed) -> dict[str, object]:
    """One interval for machines."""
    return {
        "task": str(performed.task), "due_at": performed.due_at.isoformat(), "said": performed.said,
        "exit_code": performed.exit_code,
        **({"run": result_json(performed.run)} if performed.run is not None else {}),
    }  # fmt: skip


def local(project: Project, moment: dt.datetime) -> str:
    """A moment in project time."""
    from patron.engine.model.periods import to_local

    here = to_local(moment.astimezone(dt.UTC).replace(tzinfo=None), project.declared.settings.timezone)
    return here.isoformat(" ", "minutes" if here.second == 0 else "seconds")
