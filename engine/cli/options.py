"""The options that every command takes, before or after its name."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from patron.dsl.nodes import dataclass

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runtime.progress import Progress

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for beside the command itself."""

    folder: str | None = None
    profile: str | None = None
    as_of: str | None = None
    sets: tuple[str, ...] = ()
    backend: str | None = None
    json: bool = False
    quiet: bool = False
    no_color: bool = False
    debug: bool = False

    def project(self, progress: Progress | None = None) -> Project:
        """The project these options name, opened. It is closed when the command ends."""
        found = self.opened(progress)
        ctx = click.get_current_context(silent=True)
        if ctx is not None:
            ctx.call_on_close(found.close)
        return found

    def opened(self, progress: Progress | None = None) -> Project:
        """The same, for who closes it himself."""
        from patron.engine.runner import overrides
        from patron.engine.runner.project import open_project
        from patron.engine.runtime.progress import SILENT

        found = open_project(
            self.folder, profile=self.profile, as_of=self.as_of, params=overrides.split(self.sets),
            backend=self.backend, progress=progress or SILENT,
        )  # fmt: skip
        ctx = click.get_current_context(silent=True)
        if ctx is not None:
            ctx.find_root().obj["project"] = found
        return found

    @property
    def color(self) -> bool:
        """Whether standard error takes colours."""
        return takes_color(sys.stderr, self.no_color)


def takes_color(stream: Any, no_color: bool) -> bool:
    """Colours are for terminals, and for people who did not say no (NO_COLOR, TERM=dumb, --no-color)."""
    refused = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return not refused and bool(stream.isatty())


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Remember what was said; what is said after the command counts more than what was said before it."""
    given = ctx.find_root().obj
    if given is None or value in (None, False, ()):
        return
    name = str(param.name).removeprefix("shared_")
    given[name] = (*given.get(name, ()), *value) if isinstance(value, tuple) else value


def _option(name: str, *flags: str, env: str = "", **settings: Any) -> click.Option:
    return click.Option([*flags, f"shared_{name}"], expose_value=False, callback=_keep, envvar=env or None, **settings)


SHARED: tuple[Callable[..., click.Option], ...] = (
    partial(_option, "folder", "--project", metavar="DIR", env="PATRON_PROJECT", help="The project's folder."),
    partial(_option, "profile", "--profile", metavar="NAME", env="PATRON_PROFILE", help="A profile of patron.toml."),
    partial(
        _option, "as_of", "--as-of", metavar="WHEN", env="PATRON_AS_OF",
        help="Look from this moment: 2026-05-06, 2026-05-06T09:00 (project time).",
    ),
    partial(_option, "sets", "--set", metavar="NAME=VALUE", multiple=True, help="Give a `param` another value."),
    partial(_option, "backend", "--backend", metavar="NAME", help="Another backend than patron.toml names."),
    partial(_option, "json", "--json", is_flag=True, help="Results and problems as JSON on standard output."),
    partial(_option, "quiet", "--quiet", "-q", is_flag=True, help="No progress, notes or warnings."),
    partial(_option, "no_color", "--no-color", is_flag=True, help="No colours."),
    partial(_option, "debug", "--debug", is_flag=True, help="Show where in Patron a fault happened."),
)  # fmt: skip
"""Makers of the shared options: every command has its own set, all write to one place."""


def given_options(ctx: click.Context) -> Options:
    """The shared options said so far."""
    return options_of(ctx.find_root().obj or {})


def options_of(given: dict[str, Any]) -> Options:
    """The shared options among what was remembered."""
    return Options(**{name: given[name] for name in Options.__slots__ if name in given})


def _show_help(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


class Helpful(click.Command):
    """A command whose `--help` is ours: click would look for a translation of its own, even when nobody asks."""

    def get_help_option(self, _ctx: click.Context) -> click.Option:
        return click.Option(
            ["-h", "--help"], is_flag=True, is_eager=True, expose_value=False, callback=_show_help,
            help="Show this message and exit.",
        )  # fmt: skip


class Several(Helpful, click.Group):
    """A command of several."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            from patron.dsl.problems import nearest

            near = nearest(args[0], self.commands)
            hint = f" Did you mean `patron {self.name} {near}`?" if near else f" Known: {', '.join(self.commands)}."
            raise click.UsageError(f"There is no command `{self.name} {args[0]}`.{hint}", ctx)
        return super().resolve_command(ctx, args)


class Command(Helpful):
    """A command with the shared options, shown in a section of their own, and examples as written."""

    def __init__(self, *args: Any, examples: str = "", **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.examples = examples
        self.params.extend(option(env="") for option in SHARED)  # variables are read once, before the command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        every = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        own = [p.get_help_record(ctx) for p in every if not _is_shared(p)]
        shared = [p.get_help_record(ctx) for p in every if _is_shared(p)]
        for title, records in (("Options", own), ("Options of every command", shared)):
            lines = [r for r in records if r is not None]
            if lines:
                with formatter.section(title):
                    formatter.write_dl(lines)

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip("\n").splitlines():
                    formatter.write(f"  {line}\n" if line.strip() else "\n")


def _is_shared(param: click.Parameter) -> bool:
    return str(param.name).startswith("shared_")


def command(name: str, examples: str = "", **settings: Any) -> Callable[[Callable[..., Any]], Command]:
    """Make a command of a function; the function gets the shared `Options` first."""

    def wrap(function: Callable[..., Any]) -> Command:
        def with_options(*args: Any, **values: Any) -> Any:
            return function(given_options(click.get_current_context()), *args, **values)

        with_options.__doc__ = function.__doc__
        with_options.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
        return click.command(name, cls=Command, examples=examples, **settings)(with_options)

    return wrap


def folder_of(options: Options) -> Path:
    """The folder in which relative paths of the command line start."""
    return Path(options.folder) if options.folder else Path.cwd()
