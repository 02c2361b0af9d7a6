"""`patron bridge`: why the numbers of a report changed."""

from __future__ import annotations

import click

from patron.engine.cli import output
from patron.engine.cli.commands.query import tell_notes
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched

EXAMPLES = """
patron bridge weekly --from 2026-05-06 --to 2026-05-07
patron bridge weekly --from 2026-05-06T09:00 --to 2026-05-07T09:00
patron bridge weekly --from 2026-05-06 --all --format csv --out moved.csv
"""


@command("bridge", EXAMPLES)
@click.argument("report", metavar="REPORT")
@click.option(
    "--from",
    "since",
    metavar="WHEN",
    required=True,
    help="The earlier moment: 2026-05-06T09:00; 2026-05-06: as a run made it that day last, else at the end of it.",
)
@click.option("--to", "until", metavar="WHEN", help="The later moment; now when it is not said.")
@click.option("--all", "unchanged", is_flag=True, help="Rows of tables that did not change as well.")
@output.format_options
def bridge(
    options: Options, report: str, since: str, until: str | None, unchanged: bool, target: output.Target
) -> None:
    """Tell why the numbers of REPORT are others now than they were.

    The parts add up to the whole change: other specs, customers who were merged, rows that were restated, rows that
    came late, and time. What was known then comes from former loads (`history` in patron.toml): the one that was there
    at that moment, or when the run of that moment was performed. Below the numbers stands which declarations the
    specs say otherwise now, and where.
    """
    from patron.engine.runner.bridge_told import json_of, table
    from patron.engine.runtime.clock import read_when

    with watched(options) as project:
        found = project.bridge(report, read_when(since), read_when(until) if until else None)
    if options.json:
        output.say_json(json_of(found))
        return
    told = table(found, unchanged=unchanged)
    target.write(told, options, project)
    tell_notes((*found.sides, *(f"spec: {change}" for change in found.changes), *told.notes), options)
