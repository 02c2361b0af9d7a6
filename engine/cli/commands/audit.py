"""`patron audit`: the log of what was handed out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from patron.engine.cli import output, problems
from patron.engine.cli.options import Command, Options, Several, command, given_options
from patron.engine.results import Column, Result
from patron.engine.runtime.errors import Damaged
from patron.engine.types import MOMENT, TEXT, WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_COLUMNS = (
    Column("seq", "No.", WHOLE), Column("at", "When", MOMENT), Column("user", "User", TEXT),
    Column("roles", "Roles", TEXT), Column("action", "Action", TEXT), Column("name", "Of", TEXT),
    Column("phase", "Phase", TEXT), Column("decision", "Decision", TEXT), Column("row_count", "Rows", WHOLE),
)  # fmt: skip


@click.group("audit", cls=Several, invoke_without_command=True)
@click.pass_context
def audit(ctx: click.Context) -> None:
    """The audit log: who was handed what, and whether the log is whole.

    Without a command: where the log ends now, its head. Keep it elsewhere; `patron audit verify --head` compares.
    """
    if ctx.invoked_subcommand is not None:
        return
    from patron.engine.runner.audit import AuditLog

    options = given_options(ctx)
    project = options.project()
    head = AuditLog(project.config.state_folder, project.clock).head()
    if options.json:
        output.say_json({"head": str(head) if head else None})
    elif head is not None:
        click.echo(str(head))
    else:
        problems.note("nothing was recorded yet", options)


for _option in Command("", params=[]).params:
    audit.params.append(_option)

_VERIFY = """
patron audit verify                     is every record what was written?
patron audit verify --head 12-3f9a...   and do they lead to the head that was kept elsewhere?
"""


@command("verify", _VERIFY)
@click.option("--head", metavar="HEAD", help="A head that was printed before and kept elsewhere.")
def verify(options: Options, head: str | None) -> int:
    """Read the whole log and tell whether records were edited, cut off, left out or written anew.

    Ends with 0 when the log is whole, 9 when it is not. Without --head a log that was written anew from its beginning
    by somebody who has the project's key looks whole.
    """
    from patron.engine.runner.audit import read_head
    from patron.engine.runner.audit import verify as read

    config = options.project().config
    found = read(config.state_folder, read_head(head) if head is not None else None)
    if options.json:
        told = [{"kind": f.kind, "message": f.message, "line": f.line} for f in found.findings]
        output.say_json({"records": found.records, "head": str(found.head) if found.head else None, "findings": told})
    else:
        for finding in found.findings:
            problems.say(f"{finding.kind}: {finding.message}", options, "red")
        whole = "" if found.findings else ", all as they were written"
        click.echo(f"{found.records:,} records{whole}" + (f"; head {found.head}" if found.head else ""))
    return Damaged.exit_code if found.findings else 0


@command("show", "patron audit show\npatron audit show --last 20 --format json")
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the N newest records.")
@output.format_options
def show(options: Options, last: int | None, target: output.Target) -> None:
    """Show the records of the log, the oldest first. Whether they are what was written tells `patron audit verify`."""
    from patron.engine.runner.audit import records

    project = options.project()
    rows = [_row(r) for r in records(project.config.state_folder)]
    rows = rows[-last:] if last else rows
    if target.chosen(options) == "table":  # 80 cells are enough without the phase, which the decision tells
        kept = [n for n, column in enumerate(_COLUMNS) if column.name != "phase"]
        result = Result(tuple(_COLUMNS[n] for n in kept), tuple(tuple(row[n] for n in kept) for row in rows))
    else:
        result = Result(_COLUMNS, tuple(rows))
    target.write(result, options, project)


def _row(record: Mapping[str, Any]) -> tuple[Any, ...]:
    actor, roles, rows = record.get("actor"), record.get("roles"), record.get("row_count")
    user = actor.get("user") if isinstance(actor, dict) else None
    said = [str(record.get(k) or "") for k in ("action", "name", "phase", "decision")]
    named = ", ".join(map(str, roles)) if isinstance(roles, list) else ""
    return (record["seq"], _moment(str(record.get("at") or "")), str(user or ""), named, *said,
            rows if isinstance(rows, int) else None)  # fmt: skip


def _moment(text: str) -> dt.datetime | None:
    """When a record was written; of a damaged one that cannot be read, nothing."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


for _sub in (verify, show):
    audit.add_command(_sub)
