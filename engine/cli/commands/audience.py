"""`patron audience`: the people of an audience."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output
from patron.engine.cli.commands.query import tell_notes
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched
from patron.engine.runtime.errors import UsageError
from patron.engine.runtime.printable import one_line

if TYPE_CHECKING:
    from patron.engine.results import Conditions, Result

EXAMPLES = """
patron audience win_back                            one id a row
patron audience win_back --count                    how many
patron audience win_back --tree                     every clause, with the people left after it
patron audience win_back --sample 5 --columns name,city
patron audience win_back --as-of 2026-05-06 --out win_back.csv
"""


@command("audience", EXAMPLES)
@click.argument("name")
@click.option("--count", is_flag=True, help="Only how many there are.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="N of them, the same N every time.")
@click.option("--tree", is_flag=True, help="Every clause, with the people left after it.")
@click.option("--columns", metavar="A,B", help="More columns of a customer: name,city,lifecycle.stage")
@output.format_options
def audience(
    options: Options, name: str, count: bool, sample: int | None, tree: bool, columns: str | None, target: output.Target
) -> None:
    """List or count the people of an audience: column `id`, one a row, ascending."""
    if sum((count, tree, sample is not None or columns is not None)) > 1:
        raise UsageError("--count, --tree and --sample or --columns ask for different things", "Choose one of them.")
    with watched(options) as project:
        if tree:
            found = project.conditions(name)
        elif count:
            number, notes = project.count(name)
        else:
            result = project.audience(name, [c.strip() for c in (columns or "").split(",") if c.strip()])
    if tree:
        _show_tree(found, options)
    elif count:
        _show_count(number, name, options)
    else:
        target.write(sampled(result, sample, name), options, project)
    tell_notes(() if tree else notes if count else result.notes, options)


def sampled(result: Result, number: int | None, salt: str) -> Result:
    """That many rows, drawn the same way every time, in their order."""
    if number is None or number >= len(result.rows):
        return result
    picked = sorted(random.Random(salt).sample(range(len(result.rows)), number))  # noqa: S311 - no secret depends on it
    return replace(result, rows=tuple(result.rows[i] for i in picked), states={}, kinds=())


def _show_count(number: int | None, name: str, options: Options) -> None:
    if options.json:
        few = {} if number is not None else {"state": "suppressed"}
        output.say_json({"audience": name, "members": number, **few})
    else:
        click.echo("suppressed: too few people" if number is None else str(number))


def _show_tree(found: Conditions, options: Options) -> None:
    if options.json:
        lines = [{"words": c.words, "depth": c.depth, "left": c.left} for c in found.lines]
        output.say_json({"title": found.title, "total": found.total, "lines": lines})
        return
    for line in tree_lines(found):
        click.echo(line)


def tree_lines(found: Conditions) -> list[str]:
    """The tree in words; the people left flush right behind each line."""
    words = [f"{'  ' * c.depth}{one_line(c.words)}" for c in found.lines]
    counts = ["" if c.left is None else f"{c.left:,}" for c in found.lines]
    total = "" if found.total is None else f"{found.total:,}"
    title = one_line(found.title)
    wide = max(len(w) for w in (title, *words))
    long = max((len(c) for c in [total, *counts]), default=0)
    pairs = [(title, total), *zip(words, counts, strict=True)]
    return [f"{text:<{wide}}  {number:>{long}}".rstrip() for text, number in pairs]
