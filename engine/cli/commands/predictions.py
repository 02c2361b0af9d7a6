"""`patron predictions`: how well the models of a project did when they were tried."""

from __future__ import annotations

from dataclasses import replace

import click

from patron.engine.cli import output
from patron.engine.cli.commands.query import tell_notes
from patron.engine.cli.options import Options, Several, command
from patron.engine.cli.watching import watched

TABLE = "predictions.backtest"
BY = "level target origin days model used".split()
FIGURES = "n mae rmse wape ratio rank_correlation gini decile_error top_tenth coverage".split()
CARD = ", ".join(f"max({TABLE}.{name})" for name in FIGURES) + f" by {', '.join(f'{TABLE}.{name}' for name in BY)}"
PREDICTED = (
    "predictions.expected_orders, predictions.order_value, predictions.lifetime_value for audience all_tracked_users",
    *(f"predictions.units, predictions.revenue by product.{level}" for level in ("id", "category", "brand")),
)
"""What is said in a sentence each."""


@click.group("predictions", cls=Several)
def predictions() -> None:
    """Predictions: how well the models did when they were tried."""


_CHECK = """
patron predictions check
patron predictions check --as-of 2026-05-31 --format json
"""


@command("check", _CHECK)
@output.format_options
def check(options: Options, target: output.Target) -> None:
    """Show the back-test: each model and each naive line beside it, tried on earlier dates.

    One row for each target, date and model, with the error, predicted by actual, how well it ranks, and how often the
    truth lay within low and high. Below stands a sentence for each, or why there is not enough data.
    """
    with watched(options) as project:
        found = project.query(CARD)
        said = dict.fromkeys(note for phrase in PREDICTED for note in project.query(phrase).notes)
    columns = tuple(replace(c, name=name, title="") for c, name in zip(found.columns, (*BY, *FIGURES), strict=True))
    target.write(replace(found, columns=columns, notes=()), options, project)
    tell_notes((*found.notes, *(note for note in said if note not in found.notes)), options)


predictions.add_command(check)
