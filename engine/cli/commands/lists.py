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
    from patron.engine.runner.lists.taken import Changes, ListFacts, Taken

_COLUMNS: tuple[tuple[str, str, Type], ...] = (
    ("list", "List", TEXT), ("state", "State", TEXT), ("version", "Version", WHOLE), ("size", "People", WHOLE),
    ("created_at", "Taken", MOMENT), ("expires_at", "Expires", MOMENT), ("first", "Reports from", DATE),
    ("last", "Reports to", DATE), ("at_most", "At most days", WHOLE), ("erased", "Erased", WHOLE),
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
        output.STANDARD_OUTPUT.write(_versions_table((taken,)), options, project)
    else:
        click.echo(f"{taken.name} version {taken.version}: {taken.size:,} people")


_SHOW = """
patron lists show spring_vips
patron lists show spring_vips --version 2 --spec
"""


@command("show", _SHOW)
@click.argument("name")
@click.option("--version", type=click.IntRange(1), metavar="N", help="This version only.")
@click.option("--spec", is_flag=True, help="The text of the list and its audiences as they were when it was taken.")
@output.format_options
def show(options: Options, name: str, version: int | None, spec: bool, target: output.Target) -> None:
    """Show the versions of the list NAME: when each was taken, how many people, from which audience.

    With --spec, what a version (the latest, when none is named) was taken with.
    """
    from patron.engine.runner.lists.taking import list_of

    with watched(options) as project:
        known = list_of(project, name).name.text
        needed = version is not None or spec
        versions = (project.lists.needed(known, version),) if needed else project.lists.versions(known)
    if spec:
        click.echo(versions[0].spec)
        return
    target.write(_versions_table(versions), options, project)
    if not versions:
        problems.note(f"{known} was not taken yet: `patron lists take {known}`", options)


_EXPORT = """
patron lists export spring_vips > vips.csv
patron lists export spring_vips --version 2 --out v2.csv
"""


@command("export", _EXPORT)
@click.argument("name")
@click.option("--version", type=click.IntRange(1), metavar="N", help="Another version than the latest.")
@output.format_options
def export(options: Options, name: str, version: int | None, target: output.Target) -> None:
    """Print the people of the list NAME: column `id`, one a row. They are checked against their hash first.

    Who was erased since is left out.
    """
    from patron.engine.runner.lists.taking import list_of

    with watched(options) as project:
        taken = project.lists.needed(list_of(project, name).name.text, version)
        members = project.list_members(taken.name, taken.version)
    result = Result((Column("id", "id", TEXT, role="dimension"),), tuple((m,) for m in members))
    target.write(result, options)
    if taken.erased:
        problems.note(f"{taken.erased:,} of {taken.size:,} were erased since", options)


_DIFF = """
patron lists diff monthly_fans
patron lists diff monthly_fans 1 3 --count
"""


@command("diff", _DIFF)
@click.argument("name")
@click.argument("before", type=click.IntRange(1), metavar="[V1]", required=False)
@click.argument("after", type=click.IntRange(1), metavar="[V2]", required=False)
@click.option("--count", is_flag=True, help="How many, not who.")
@output.format_options
def diff(
    options: Options, name: str, before: int | None, after: int | None, count: bool, target: output.Target
) -> None:
    """Show who entered and who left between two versions of the list NAME.

    Without numbers, the last two versions; with one, that version and the latest. Who was erased since is left out.
    """
    with watched(options) as project:
        found = project.list_changes(name, before, after)
    target.write(_count_table(found) if count else _changes_table(found), options, project)
    told = f"{len(found.entered):,} entered, {len(found.left):,} left, {found.stayed:,} stayed"
    problems.note(f"{found.name} version {found.before} to {found.after}: {told}", options)


_ERASE = """
patron lists erase C1024
patron lists erase C1024 C1025
"""


@command("erase", _ERASE)
@click.argument("customers", nargs=-1, required=True, metavar="ID...")
def erase(options: Options, customers: tuple[str, ...]) -> None:
    """Erase people, by their ids, from every version of every list and from the results that are kept of lists.

    Counts stay what they were. This cannot be taken back. Sources, published files and backups are not touched.
    """
    with watched(options) as project:
        for customer in customers:
            done = project.erase(customer)
            versions = f"{done.versions} {'version' if done.versions == 1 else 'versions'}"
            of = f" of {', '.join(done.lists)}" if done.lists else ""
            results = f"{done.results} kept {'result' if done.results == 1 else 'results'}"
            click.echo(f"{customer}: erased from {versions}{of} and {results}")


def _facts_table(facts: tuple[ListFacts, ...]) -> Result:
    rows = tuple(
        (f.name, f.state, f.version or None, f.size, f.created_at, f.expires_at,
         _date(f.first), _date(f.last), f.at_most, f.erased)
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
        Column("erased", "Erased", WHOLE), Column("digest", "SHA-256 begins", TEXT),
    )  # fmt: skip
    rows = ((t.name, t.version, t.size, t.created_at, t.audience, t.erased, t.digest[:12]) for t in versions)
    return Result(columns, tuple(rows))


def _changes_table(found: Changes) -> Result:
    columns = (Column("id", "id", TEXT, role="dimension"), Column("change", "Change", TEXT, role="dimension"))
    told = (("entered", found.entered), ("left", found.left))
    return Result(columns, tuple((person, change) for change, people in told for person in people))


def _count_table(found: Changes) -> Result:
    said = (
        ("before", found.before), ("after", found.after), ("entered", len(found.entered)),
        ("left", len(found.left)), ("stayed", found.stayed),
    )  # fmt: skip
    return Result(tuple(Column(n, n.capitalize(), WHOLE) for n, _ in said), (tuple(v for _, v in said),))


for _sub in (take, show, export, diff, erase):
    lists.add_command(_sub)
