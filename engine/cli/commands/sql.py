"""`patron sql`: the SQL as it is sent."""

from __future__ import annotations

import click

from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched

EXAMPLES = """
patron sql win_back
patron sql "total_sales by month" --backend spark    another dialect; that backend need not be installed
"""


@command("sql", EXAMPLES)
@click.argument("name")
def sql(options: Options, name: str) -> None:
    """Show the SQL of a report, audience, metric or phrase, as it is sent to the backend."""
    click.get_current_context().find_root().obj["phrase"] = name
    with watched(options) as project:
        text = project.sql(name)
    click.echo(text.rstrip("\n"))
