"""`patron why`: why somebody is or is not in an audience."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from patron.engine.cli import output
from patron.engine.cli.options import Options, command, takes_color
from patron.engine.cli.watching import watched
from patron.engine.runtime.printable import one_line

if TYPE_CHECKING:
    from patron.engine.results import Why

EXAMPLES = """
patron why 4711 win_back
patron why 4711 win_back --as-of 2026-05-06
patron why c17 spring_vips --json
patron why 4711 lifecycle.stage          what a trait's value is made of
"""

YES, NO = "yes", "no "


@command("why", EXAMPLES)
@click.argument("id", metavar="ID")
@click.argument("name")
def why(options: Options, id: str, name: str) -> None:  # noqa: A002 - the word that analysts use
    """Tell why the customer ID is or is not in the audience or list NAME, or has the value of the trait NAME.

    Every clause is true or false, with the values and rows that decided, and the nearest change that would turn it.
    Where a condition asks for what a model learned, the model says where its figure comes from. Of a trait, each part
    of its definition is told with its value and how many rows it was made of.
    """
    with watched(options) as project:
        found = project.why(id, name)
    if options.json:
        _as_json(found)
        return
    color = takes_color(sys.stdout, options.no_color)
    for line in why_lines(found, color=color):
        click.echo(line, color=True)


def why_lines(found: Why, *, color: bool = False) -> list[str]:
    """A Why in words."""

    def mark(holds: bool) -> str:
        return click.style(YES if holds else NO, fg="green" if holds else "red") if color else (YES if holds else NO)

    if found.value:
        return _value_lines(found)
    inside = "is" if found.member else "is not"
    wide = max((len(x.words) + 2 * x.depth for x in found.lines), default=0)
    out = [f"{one_line(found.id)} {inside} in {found.name}", ""]
    for line in found.lines:
        words = f"{'  ' * line.depth}{one_line(line.words)}"
        out.append(f"  {mark(line.holds)}  {words:<{wide}}  {one_line(line.detail)}".rstrip())
    if found.learned:
        out += ["", *(f"Learned: {one_line(sentence)}" for sentence in found.learned)]
    if found.nearest:
        out += ["", f"Nearest change: {one_line(found.nearest)}"]
    return out


def _value_lines(found: Why) -> list[str]:
    """The value of a trait and its parts; a long definition stands in a line of its own."""
    words = [f"{'  ' * line.depth}{one_line(line.words)}" for line in found.lines]
    wide = max((len(said) for said in words[1:]), default=0)
    out = [f"{one_line(found.id)}: {found.name} is {one_line(found.value)}", ""]
    for said, line in zip(words, found.lines, strict=True):
        out.append(f"  {said:<{wide}}  {one_line(line.detail)}".rstrip())
    return out


def _as_json(found: Why) -> None:
    if found.value:
        parts = [{"depth": x.depth, "words": x.words, "value": x.detail} for x in found.lines]
        output.say_json({"id": found.id, "name": found.name, "value": found.value, "parts": parts})
        return
    lines = [{"depth": x.depth, "words": x.words, "holds": x.holds, "detail": x.detail} for x in found.lines]
    about = {"id": found.id, "name": found.name, "member": found.member}
    output.say_json({**about, "lines": lines, "nearest": found.nearest or None, "learned": [*found.learned]})
