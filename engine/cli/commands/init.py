"""`patron init`: a new project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output, problems
from patron.engine.cli.commands.run import shown_path
from patron.engine.cli.options import Options, command
from patron.engine.runtime import extras
from patron.engine.runtime.errors import SpecError

if TYPE_CHECKING:
    from patron.engine.runner.starting import Started

EXAMPLES = """
patron init shop                       a small template with its own rows
patron init --from data/               a project here, over the files in data/
patron init shop --from ~/exports --timezone Europe/Berlin --currency EUR
"""


@command("init", EXAMPLES)
@click.argument("dir", required=False, default=".", metavar="[DIR]")
@click.option("--from", "data", metavar="DIR", help="A folder of csv, parquet, json, sqlite or duckdb files.")
@click.option("--title", metavar="TEXT", help="The project's title; default: the name of the folder.")
@click.option("--timezone", metavar="ZONE", help="The shop's zone, such as Europe/Berlin.")
@click.option("--currency", metavar="CODE", help="The shop's currency, such as EUR.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
def init(
    options: Options,
    dir: str,  # noqa: A002 - the word of the help
    data: str | None,
    title: str | None,
    timezone: str | None,
    currency: str | None,
    force: bool,
) -> int:
    """Start a project in DIR (default: here).

    Without --from: a small template with rows of its own, to change piece by piece. With --from: the files of a
    folder are looked at, and a mapping is proposed: which file holds orders, lines, customers, products, shops,
    staff, campaigns and the like; what tells one order from the next; how dates and money are written; what adds up
    and what does not (ids, coordinates, ratings, shares). What is a guess, and what of the files is left out, stands
    in comments. A first report and a few audiences come with it, and everything is checked before it is handed over.
    """
    from patron.engine.runner.starting import Wish, start

    made = start(Wish(Path(dir), Path(data).expanduser() if data else None, title, timezone, currency, force))
    if options.json:
        _as_json(made)
    else:
        _tell(made, options)
    return SpecError.exit_code if made.problems else 0


def _tell(made: Started, options: Options) -> None:
    for name in made.files:
        click.echo(shown_path(made.folder / name))
    if made.found:
        problems.note("\nFound:", options)
    for text in made.found:
        problems.note(f"  {text}", options)
    for text in made.taken_out:
        problems.note(f"left out  {text}", options)
    problems.show(made.problems, lambda _file, _line: None, options)
    if not made.problems:
        problems.note(_next(made), options)


def _next(made: Started) -> str:
    go = "" if made.folder == Path() else f"  cd {made.folder}\n"
    report = "first_look" if made.found else "overview"
    return (
        "\nNext:\n"
        f"{go}"
        "  patron check                         is everything right?\n"
        '  patron query "total_sales by month"  one question\n'
        f"  patron run {report:<26}the report"
        f"{_ready(made.take) if made.take else ''}"
        f"{'' if extras.there('numpy') else _PREDICT}"
    )


_PREDICT = "\n  pip install 'patron[predict]'         what predictions need: until then they are not there"


def _ready(take: str) -> str:
    return (
        "\n  patron run data_analytics            every tab; ready.patron says more"
        f"\n  {take}\n  patron run list_performance          what the people of a list did since it was taken"
    )


def _as_json(made: Started) -> None:
    output.say_json(
        {
            "folder": str(made.folder),
            "files": list(made.files),
            "found": list(made.found),
            "left_out": list(made.taken_out),
            "problems": [p.as_json() for p in made.problems],
        }
    )
