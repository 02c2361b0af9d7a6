"""How a command ends: the exit code, and what is said on the way out. The only place that catches everything."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from patron.engine.cli.options import Options, options_of
from patron.engine.runtime.errors import INTERRUPTED, InternalError, IoFailed, LimitReached, PatronError, UsageError
from patron.engine.runtime.printable import plain
from patron.engine.runtime.stopping import is_stop

REPORT_TO = "Please report it with this key and the line of the command; `--debug` shows where it happened."


def code_of(work: Callable[[], object], given: Mapping[str, Any], args: Sequence[str]) -> int:
    """Run `work`; the exit code of what happened. Whatever went wrong has been told when this returns."""
    try:
        code = _run(work, given, args)
        _flush()
    except BrokenPipeError:
        return _reader_left()
    return code


def _run(work: Callable[[], object], given: Mapping[str, Any], args: Sequence[str]) -> int:
    try:
        result = work()
    except BrokenPipeError:
        raise
    except (KeyboardInterrupt, click.Abort, EOFError):
        return _interrupted()
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _wrong_use(error, _options(given, args))
    except PatronError as error:
        return _interrupted() if is_stop(error) else _told(error, given, _options(given, args))
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException as error:  # noqa: BLE001 - whatever else happens is a fault of Patron and must end like one
        return _interrupted() if is_stop(error) else _fault(error, given, _options(given, args))
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def _options(given: Mapping[str, Any], args: Sequence[str]) -> Options:
    """The options said; when reading them failed, the flags that stand among the arguments."""
    flags = {f: True for f in ("json", "quiet", "debug") if f"--{f}" in args}
    if "--no-color" in args:
        flags["no_color"] = True
    return options_of({**flags, **given})


def _flush() -> None:
    sys.stdout.flush()


def _reader_left() -> int:
    """Whoever read our output has seen enough (`| head`): end in silence."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


# ---------------------------------------------------------------- what is said


def _interrupted() -> int:
    click.echo("interrupted", err=True)
    return INTERRUPTED


def _wrong_use(error: click.ClickException, options: Options) -> int:
    if options.json:
        return _told(UsageError(error.format_message()), {}, options)
    if type(error).__name__ == "NoArgsIsHelpError":  # older clicks end with the help themselves
        click.echo(error.format_message(), err=True)
        return UsageError.exit_code
    ctx = getattr(error, "ctx", None)
    if ctx is not None:
        click.echo(ctx.get_usage(), err=True)
    click.echo(f"Error: {plain(error.format_message())}", err=True)
    if ctx is not None:
        click.echo(f"  {_advice(ctx, error)}", err=True)
    return UsageError.exit_code


def _advice(ctx: click.Context, error: click.ClickException) -> str:
    """What to do about a wrong use: most often a phrase of several words stands without quotes."""
    if "unexpected extra argument" in error.format_message() and ctx.command.name in ("query", "plan", "sql"):
        return f'Put a phrase in quotes: {ctx.command_path} "total_sales by month"'
    return f"`{ctx.command_path} --help` shows how it is used."


def _hide_secrets(error: PatronError, given: Mapping[str, Any]) -> None:
    """Second line of defence: whatever the specs fetch from the environment does not show in an error."""
    project = given.get("project")
    if project is None:
        return
    from patron.engine.runner.secrecy import secrets_of, without_secrets
    from patron.engine.runtime.secrets import masked

    secrets = secrets_of(project)
    error.problems = without_secrets(error.problems, secrets)
    error.message, error.hint = masked(error.message, secrets), masked(error.hint, secrets)


def _told(error: PatronError, given: Mapping[str, Any], options: Options) -> int:
    from patron.engine.cli import problems

    _hide_secrets(error, given)
    if options.debug:
        _trace(error, given)
    lines = _lines_of(given)
    if options.json:
        problems.as_json(error.problems, error)
    elif error.problems:
        problems.show(error.problems, lines, options)
    else:
        problems.say_error(error, options)
    return error.exit_code


def _lines_of(given: Mapping[str, Any]) -> Callable[[str, int], str | None]:
    project, phrase = given.get("project"), given.get("phrase")

    def line(file: str, number: int) -> str | None:
        if not file:
            lines = str(phrase or "").splitlines()
            return lines[number - 1] if 0 < number <= len(lines) else None
        try:
            found: str | None = project.line(file, number) if project is not None else None
        except PatronError:
            return None
        return found

    return line


def _fault(error: BaseException, given: Mapping[str, Any], options: Options) -> int:
    """Something nobody foresaw. Known faults of the system get their own code; the rest is ours (P0999)."""
    if options.debug:
        _trace(error, given)
    if isinstance(error, MemoryError):
        full = LimitReached("there is not enough memory", "Set `memory` in patron.toml, or ask for less.")
        return _told(full, given, options)
    if isinstance(error, RecursionError):
        return _told(LimitReached("P0107: this is nested too deep"), given, options)
    if isinstance(error, OSError) and error.filename is not None:
        reason = (error.strerror or "cannot be read or written").lower()
        return _told(IoFailed(f"{error.filename}: {reason}"), given, options)
    key = key_of(error)
    first = next(iter(str(error).splitlines()), "")[:200]
    sentence = f"P0999: a fault of Patron, not of the spec ({type(error).__name__}: {first}) [key {key}]"
    return _told(InternalError(sentence, REPORT_TO, key), given, options)


def key_of(error: BaseException) -> str:
    """A short key, the same for the same fault at the same place, with nothing of the data in it."""
    import hashlib
    import traceback

    import patron

    places = [f"{Path(f.filename).name}:{f.name}" for f in traceback.extract_tb(error.__traceback__)][-4:]
    text = "|".join([patron.__version__, type(error).__name__, *places])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _trace(error: BaseException, given: Mapping[str, Any]) -> None:
    import traceback

    text = "".join(traceback.format_exception(error))
    project = given.get("project")
    if project is not None:
        from patron.engine.runner.secrecy import secrets_of
        from patron.engine.runtime.secrets import masked

        text = masked(text, secrets_of(project))
    click.echo(plain(text), err=True, nl=False)
