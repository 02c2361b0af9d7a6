"""`patron query`: one question, answered as a table."""

from __future__ import annotations

import click

from patron.engine.cli import output, problems
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched

EXAMPLES = """
patron query "total_sales"
patron query "total_sales, total_orders by month during this year"
patron query "conversion for audience win_back during last 30 days compare to previous period"
patron query "units by product.name top 10 of units" --format json
patron query "total_sales by store, week" --as-of 2026-05-06 --out sales.parquet
"""


@command("query", EXAMPLES)
@click.argument("phrase")
@output.format_options
def query(options: Options, phrase: str, target: output.Target) -> None:
    """Ask one question: what is counted, by what, for whom, when.

    The phrase is the one behind every `show` of a report, so a number can be tried here first. Put it in quotes.
    In a shell, write '$days' in single quotes, or the shell takes the dollar sign for itself.
    """
    click.get_current_context().find_root().obj["phrase"] = phrase
    with watched(options) as project:
        result = project.query(phrase)
    target.write(result, options, project)
    tell_notes(result.notes, options)


def tell_notes(notes: tuple[str, ...], options: Options) -> None:
    """What a reader of the numbers should know, on standard error."""
    for text in notes:
        problems.note(text, options)
