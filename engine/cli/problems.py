"""Problems, errors, notes and warnings, as people and as machines read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import click

from patron.dsl.problems import Problem, as_text, by_place
from patron.engine.cli.options import Options
from patron.engine.runtime.errors import InternalError, PatronError
from patron.engine.runtime.printable import one_line, plain

Lines = Callable[[str, int], str | None]
"""Gives a line of a file (or of the phrase, for the empty name)."""

_COLORS = {"E": "red", "W": "yellow", "N": "cyan"}


def show(problems: Iterable[Problem], lines: Lines, options: Options) -> None:
    """Print problems to standard error, in order of place; notes and warnings not when quiet."""
    for problem in by_place(problems):
        if problem.stops or not options.quiet:
            line = _shown(lines(problem.span.file, problem.span.line))
            text = as_text(_visible(problem), line)
            if not problem.span.file and line is None:  # an argument of the command: there is no phrase to point at
                text = f"Error: {text.partition(': ')[2]}"
            click.echo(_colored(text, problem.severity) if options.color else text, err=True, color=True)


def brief(problems: Iterable[Problem], options: Options) -> None:
    """Warnings beside an answer: a line each, and their hint."""
    if options.quiet:
        return
    for problem in by_place(problems):
        s = problem.span
        say(one_line(f"{s.file}:{s.line}:{s.column}: {problem.code}: {problem.message}"), options, "yellow")


def _visible(problem: Problem) -> Problem:
    """The problem without anything that a terminal would obey: names and values in it may come from data."""
    span = replace(problem.span, file=one_line(problem.span.file))
    return replace(problem, span=span, message=one_line(problem.message), hint=plain(problem.hint))


def _shown(line: str | None) -> str | None:
    """A line of a spec, a picture for every character that cannot be seen, so that the carets stay under theirs."""
    return None if line is None else plain(line)


REMINDED = 3
"""Warnings about rows that are counted again; the others are only numbered."""


def remind(problems: Iterable[Problem], options: Options) -> None:
    """One line on what was told at length when the rows were loaded: how much is missing stays in sight."""
    said = [p.message.partition(";")[0] for p in by_place(problems)]
    more = f", and {counted(len(said) - REMINDED, 'warning')} more" if len(said) > REMINDED else ""
    if said:
        say(f"rows: {', '.join(said[:REMINDED])}{more} (`patron check --data` tells where)", options, "yellow")


def _colored(text: str, severity: str) -> str:
    color = _COLORS[severity]
    first, *rest = text.split("\n")
    place, code, sentence = first.split(": ", 2)
    out = [f"{click.style(place, bold=True)}: {click.style(code, fg=color, bold=True)}: {sentence}"]
    for line in rest:
        marks = set(line.replace("|", "").strip()) == {"^"}
        out.append(click.style(line, fg=color) if marks else line)
    return "\n".join(out)


def say(text: str, options: Options, color: str | None = None) -> None:
    """A line on standard error."""
    text = plain(text)
    click.echo(click.style(text, fg=color) if color and options.color else text, err=True, color=True)


def note(text: str, options: Options) -> None:
    """A line on standard error, not when quiet."""
    if not options.quiet:
        say(text, options)


def say_error(error: PatronError, options: Options) -> None:
    """An error that is no problem of a spec: its sentence and its hint."""
    say(f"Error: {error.message}", options, "red")
    if error.hint:
        say(f"  {error.hint}", options)


def as_json(problems: Sequence[Problem], error: PatronError | None = None, **more: object) -> None:
    """Print problems, and the error that ended the command, as one JSON object on standard output."""
    import json

    body: dict[str, Any] = {"problems": [p.as_json() for p in by_place(problems)], **more}
    if error is not None:
        body["error"] = {
            "kind": error.kind, "exit_code": error.exit_code, "message": error.message, "hint": error.hint or None,
        }  # fmt: skip
        if isinstance(error, InternalError):
            body["error"]["key"] = error.key
    click.echo(json.dumps(body, ensure_ascii=False, indent=1))


def counted(number: int, thing: str) -> str:
    """`1 file`, `3 files`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
