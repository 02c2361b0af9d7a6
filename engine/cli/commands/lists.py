"""`patron lists`: frozen lists."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output, problems
from patron.engine.cli.options import Command, Options, Several, command, given_options
from patron.engine.cli.watching import watched
from patron.engine.results import Column, Result
from patron.engine.types import DATE, MOMENT, TEXT, WHOLE, Type

if TYPE_CHECKING:
    from patron.engine.runner.lists import ListFacts, Taken

_COLUMNS: tuple[tuple[str, str, Type], ...] = (
    ("list", "List", TEXT), ("state", "State", TEXT), ("version", "Version", WHOLE), ("size", "People", WHOLE),
    ("created_at", "Taken", MOMENT), ("expires_at", "Expires", MOMENT), ("first", "Reports from", DATE),
    ("last", "Reports to", DATE), ("at_most", "At most days", WHOLE),
)  # fmt: skip


@click.group("lists", cls=Several, invoke_without_command=True)
@output.format_options
@click.pass_context
def lists(ctx: click.Context, target: output.Target) -> None:
    """Frozen lists: photographs of audiences.

    Without a command: every list with its state, latest version and size.
    """
    if ctx.invoked_subcommand is None:
        _overview(given_options(ctx), target)
    elif target != output.STANDARD_OUTPUT:
        raise click.UsageError(f"--format, --out and --raw stand after `lists {ctx.invoked_subcommand}`.", ctx)


for _option in Command("", params=[]).params:
    lists.params.append(_option)


def _overview(options: Options, target: output.Target) -> None:
    """All lists."""
    with watched(options) as project:
        facts = project.list_facts()
    target.write(_facts_table(facts), options, project)
    if not facts:
        problems.note("this project declares no list", options)


_TAKE = """
patron lists take spring_vips
patron lists take spring_vips --as-of 2026-03-01T09:00
"""


@command("take", _TAKE)
@click.argument("name")
def take(options: Options, name: str) -> None:
    """Take the list NAME now: its people as they are at this moment (or at --as-of), kept for good.

    Every taking is a new version; asking twice for the same moment gives the version there is.
    """
    with watched(options) as project:
        taken = project.take_list(name)
    if options.json:
        output.STANDARD_OUTPUT.write(_versions_table((taken,)), options)
    else:
        click.echo(f"{taken.name} version {taken.version}: {taken.size:,} people")


@command("show", "patron lists show spring_vips")
@click.argument("name")
@output.format_options
def show(options: Options, name: str, target: output.Target) -> None:
    """Show the versions of the list NAME: when each was taken, how many people, from which audience."""
    from patron.engine.runner.taking import list_of

    with watched(options) as project:
        decl = list_of(project, name)
        versions = project.lists.versions(decl.name.text)
    target.write(_versions_table(versions), options, project)
    if not versions:
        problems.note(f"{decl.name.text} was not taken yet: `patron lists take {decl.name.text}`", options)


_EXPORT = """
patron lists export spring_vips > vips.csv
patron lists export spring_vips --version 2 --out v2.csv
"""


@command("export", _EXPORT)
@click.argument("name")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Another version than the latest.")
@output.format_options
def export(options: Options, name: str, version: int | None, target: output.Target) -> None:
    """Print the people of the list NAME: column `id`, one a row. They are checked against their hash first."""
    from patron.engine.runner.taking import list_of
    from patron.engine.runtime.errors import UsageError

    with watched(options) as project:
        decl = list_of(project, name)
        taken = project.lists.get(decl.name.text, version)
        if taken is None:
            if known := ", ".join(str(t.version) for t in project.lists.versions(decl.name.text)):
                raise UsageError(f"{decl.name.text} has no version {version}", f"Versions: {known}.")
            raise UsageError(
                f"{decl.name.text} was not taken yet", f"`patron lists take {decl.name.text}` takes it now."
            )
        members = project.lists.members(taken.name, taken.version)
    result = Result((Column("id", "id", TEXT, role="dimension"),), tuple((m,) for m in members))
    target.write(result, options)


def _facts_table(facts: tuple[ListFacts, ...]) -> Result:
    rows = tuple(
        (f.name, f.state, f.version or None, f.size, f.created_at, f.expires_at,
         _date(f.first), _date(f.last), f.at_most)
        for f in facts
    )  # fmt: skip
    return Result(tuple(Column(n, t, k, role="dimension") for n, t, k in _COLUMNS), rows)


def _date(day: dt.date | None) -> dt.date | None:
    """A bound; the ends of the calendar are none."""
    return None if day in (None, dt.date.min, dt.date.max) else day


def _versions_table(versions: tuple[Taken, ...]) -> Result:
    columns = (
        Column("list", "List", TEXT), Column("version", "Version", WHOLE), Column("size", "People", WHOLE),
        Column("created_at", "Taken", MOMENT), Column("audience", "Audience", TEXT),
        Column("digest", "SHA-256 begins", TEXT),
    )  # fmt: skip
    rows = ((t.name, t.version, t.size, t.created_at, t.audience, t.digest[:12]) for t in versions)
    return Result(columns, tuple(rows))


for _sub in (take, show, export):
    lists.add_command(_sub)
