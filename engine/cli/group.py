"""`patron` itself: its commands, found without importing them, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

import patron as package
from patron.engine.cli import ending
from patron.engine.cli.options import SHARED, Helpful

COMMANDS: dict[str, str] = {
    "demo": "Make a small shop with data and specs, and run its reports.",
    "init": "Start a project, from a template or from a folder of data files.",
    "check": "Show all problems of all specs at once.",
    "fmt": "Bring specs into their canonical form.",
    "query": "Ask one question, answered as a table.",
    "audience": "List or count the people of an audience.",
    "why": "Tell why somebody is or is not in an audience.",
    "bridge": "Tell why the numbers of a report changed.",
    "run": "Make reports, or perform a `run` declaration once.",
    "test": "Check what the `test` declarations expect.",
    "predictions": "How well predictions did when they were tried.",
    "lists": "Frozen lists: take, show, export, compare, erase.",
    "tick": "Do what is due now, and end: for cron or systemd.",
    "schedule": "Keep doing what is due, or print how the system can.",
    "status": "Who holds the project, what is due, what is missing.",
    "audit": "The log of what was handed out: show, verify.",
    "plan": "Show how something will be computed.",
    "sql": "Show the SQL that will be sent.",
    "plugins": "Show what is installed and what it offers.",
    "doctor": "Check the installation, the project and what it keeps.",
}
"""Every command and what it does; its module, and the command in it, have the same name."""

OTHER_NAMES = {"list": "lists", "format": "fmt"}


class Patron(Helpful, click.Group):
    """The group of all commands. A command's module is imported when the command is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = OTHER_NAMES.get(cmd_name, cmd_name)
        if name in COMMANDS:
            found: click.Command = getattr(import_module(f"patron.engine.cli.commands.{name}"), name)
            return found
        return _from_plugins(ctx, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            from patron.dsl.problems import nearest

            near = nearest(name, [*COMMANDS, *OTHER_NAMES])
            hint = f" Did you mean `patron {near}`?" if near else " `patron --help` shows all commands."
            raise click.UsageError(f"There is no command `{name}`.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - we always end the process ourselves
        **extra: Any,
    ) -> NoReturn:
        """Run and leave with the exit code that belongs to what happened."""
        given: MutableMapping[str, Any] = {}

        name = prog_name or "patron"
        self._main_shell_completion(extra, name, complete_var)

        def work() -> object:
            with self.make_context(name, list(sys.argv[1:] if args is None else args), obj=given, **extra) as ctx:
                return self.invoke(ctx)

        sys.exit(ending.code_of(work, given, list(sys.argv[1:] if args is None else args)))


def _from_plugins(ctx: click.Context, name: str) -> click.Command | None:
    """A command that a plugin offers; only looked for when none of ours has the name."""
    from patron.engine.cli.options import given_options
    from patron.engine.runtime.errors import PatronError

    try:
        catalog = given_options(ctx).project().catalog
    except PatronError:
        from patron.engine.loader import load_catalog

        catalog = load_catalog()
    found = catalog.commands.get(name)
    return found.command() if found else None


_EPILOG = """
\b
Start here:
  patron demo shop                         a small shop to look at
  patron init --from data/                 your own files
  patron query "total_sales by month"      one question
  patron check                             is everything right?
"""


def _version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(f"patron {package.__version__}")
        ctx.exit()


_VERSION = click.Option(
    ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and end."
)

patron = Patron(
    "patron",
    params=[*(option() for option in SHARED), _VERSION],
    help="Analytics as code: audiences, metrics, attribution and reports from readable specs.\n\n"
    "The options below may stand before or after the command.",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
"""The command itself."""
