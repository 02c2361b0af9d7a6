"""`patron plan`: how something will be computed."""

from __future__ import annotations

import click

from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched

EXAMPLES = """
patron plan win_back
patron plan data_analytics
patron plan "total_sales by month"
"""


@command("plan", EXAMPLES)
@click.argument("name")
def plan(options: Options, name: str) -> None:
    """Show the plan of a report, audience, metric or phrase: what is read, joined and counted, and why."""
    click.get_current_context().find_root().obj["phrase"] = name
    with watched(options) as project:
        text = project.plan(name)
    click.echo(text.rstrip("\n"))
