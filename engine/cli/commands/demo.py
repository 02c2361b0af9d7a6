"""`patron demo`: a small shop to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from patron.engine.cli import problems
from patron.engine.cli.commands.run import shown_path
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import progress_of, watched
from patron.engine.runtime.errors import UsageError

EXAMPLES = """
patron demo                      in the folder `patron-demo`
patron demo shop --size large
patron demo shop --orders 1000000
patron demo shop --seed 7        another shop of the same kind
"""


@command("demo", EXAMPLES)
@click.argument("dir", required=False, default="patron-demo", metavar="[DIR]")
@click.option("--size", type=click.Choice(("small", "medium", "large")), default="small", help="How much data to make.")
@click.option(
    "--orders", type=click.IntRange(1, 10_000_000), metavar="N", help="About how many orders, instead of a size."
)
@click.option("--seed", type=int, default=1, metavar="N", help="Another number gives another shop.")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty.")
def demo(
    options: Options, dir: str, size: str, orders: int | None, seed: int, force: bool  # noqa: A002 - the word of the help
) -> int:  # fmt: skip
    """Make a small shop of generated data with example specs in DIR, run its reports, and say where they are."""
    from dataclasses import replace

    from patron.dsl import tree
    from patron.engine.runner.demo import SIZES, make_shop
    from patron.engine.runner.schedule.tasks import once_at

    folder = Path(dir)
    if not force and _holds_something(folder):
        raise UsageError(f"{folder} is not empty", "Name another folder, or say --force.")
    problems.note(f"making a {f'shop of {orders:,} orders' if orders else f'{size} shop'} in {folder}", options)
    with progress_of(options) as progress:
        make_shop(folder, orders or SIZES[size], seed, progress)
    here = replace(options, folder=str(folder))
    with watched(here) as project:
        for decl in project.statements(tree.ListDecl):
            if isinstance(decl.take, tree.TakeOnce):
                with project.seen_from(once_at(project, decl.take)) as then:
                    then.take_list(decl.name.text)
        results = project.run()
    for result in results:
        for file in result.files if not options.quiet else ():
            click.echo(shown_path(file))
    pages = [shown_path(f) for result in results for f in result.files if f.suffix == ".html"]
    problems.note(_next(folder, pages, warned=bool(project.warnings)), options)
    return next((r.exit_code for r in results if r.exit_code), 0)


def _holds_something(folder: Path) -> bool:
    """Whether anything but what a killed process left half-made is there."""
    from patron.engine.runtime.files import io_errors, sweep

    with io_errors(folder):
        if not folder.exists():
            return False
        sweep(folder, ".scratch-")
        return any(folder.iterdir())


def _next(folder: Path, pages: Sequence[str], *, warned: bool) -> str:
    """What to look at and what to try. The rows are not all clean, as those of real shops are not."""
    lines = ["", "What is warned of is in the rows on purpose: reports say what was left out."] if warned else []
    lines += ["", "Open in a browser:", *(f"  {page}" for page in pages)] if pages else []
    lines += ["", f"Look at the specs in {folder}, then try:", f"  cd {folder}"]
    return "\n".join([*lines, '  patron query "total_sales by month"', "  patron run"])
