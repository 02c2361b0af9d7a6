"""Builders of literals, points in time, calls and arithmetic."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Parts, Token, builds
from patron.dsl.lexer import on_one_line

MAX_CHAIN = 100
"""How many operators may hang on one another: every reader of the tree may walk it by recursion."""


@builds("text")
def text(b: Builder, parts: Parts, _start: int, _end: int) -> t.Text:
    return b.text(parts[0])


@builds("number", "whole")
def number(b: Builder, parts: Parts, start: int, end: int) -> t.Number:
    return t.Number(Decimal(parts[0].text), span=b.span(start, end))


@builds("percent")
def percent(b: Builder, parts: Parts, start: int, end: int) -> t.Percent:
    return t.Percent(Decimal(parts[0].text[:-1]), span=b.span(start, end))


@builds("money")
def money(b: Builder, parts: Parts, start: int, end: int) -> t.Money:
    written = parts[0].text
    return t.Money(Decimal(written[1:].replace(",", "")), written[0], span=b.span(start, end))


@builds("money_code")
def money_code(b: Builder, parts: Parts, start: int, end: int) -> t.Money:
    return t.Money(Decimal(parts[0].text), parts[1].text, span=b.span(start, end))


@builds("date")
def date(b: Builder, parts: Parts, start: int, end: int) -> t.Date:
    return t.Date(parts[0].text, span=b.span(start, end))


@builds("moment")
def moment(b: Builder, parts: Parts, start: int, end: int) -> t.Moment:
    return t.Moment(parts[0].text, span=b.span(start, end))


@builds("yes")
def yes(b: Builder, _parts: Parts, start: int, end: int) -> t.Bool:
    return t.Bool(True, span=b.span(start, end))


@builds("no")
def no(b: Builder, _parts: Parts, start: int, end: int) -> t.Bool:
    return t.Bool(False, span=b.span(start, end))


@builds("today")
def today(b: Builder, _parts: Parts, start: int, end: int) -> t.Today:
    return t.Today(span=b.span(start, end))


@builds("now")
def now(b: Builder, _parts: Parts, start: int, end: int) -> t.Now:
    return t.Now(span=b.span(start, end))


@builds("missing")
def missing(b: Builder, _parts: Parts, start: int, end: int) -> t.Missing:
    return t.Missing(span=b.span(start, end))


@builds("param")
def param(b: Builder, parts: Parts, start: int, end: int) -> t.Param:
    return t.Param(parts[0], span=b.span(start, end))


def unit(token: Token) -> str:
    """The unit in the singular."""
    return token.text.removesuffix("s")


def duration_of(b: Builder, count: Any, token: Token, start: int, end: int) -> t.Duration:
    if isinstance(count, Token):
        count = t.Number(Decimal(count.text), span=b.token_span(count))
    return t.Duration(count, unit(token), span=b.span(start, end))


@builds("duration")
def duration(b: Builder, parts: Parts, start: int, end: int) -> t.Duration:
    return duration_of(b, parts[0], parts[1], start, end)


@builds("ago")
def ago(b: Builder, parts: Parts, start: int, end: int) -> t.Ago:
    return t.Ago(parts[0], span=b.span(start, end))


@builds("start_of")
def start_of(b: Builder, parts: Parts, start: int, end: int) -> t.StartOf:
    which = parts[0].text if parts[0] else "this"
    return t.StartOf("previous" if which == "last" else which, unit(parts[1]), span=b.span(start, end))


@builds("arg")
def arg(b: Builder, parts: Parts, start: int, end: int) -> t.Arg:
    return t.Arg(parts[1], parts[0], span=b.span(start, end))


ONE_OF = 'Write `is one of "...", "..."` or `is not one of "...", "..."`, without brackets.'


@builds("call")
def call(b: Builder, parts: Parts, start: int, end: int) -> t.Call:
    written = b.source.text[start:end]
    if written.startswith("in") and parts[0].key == "in":
        b.report("P0101", parts[0].span, "I did not expect `in` here", ONE_OF)
    if "\n" in written:
        written = on_one_line(written)
    return t.Call(parts[0], tuple(parts[1:-1]), parts[-1], written, span=b.span(start, end))


@builds("their")
def their(b: Builder, parts: Parts, start: int, end: int) -> t.Their:
    """Windows in canonical order: `where` first, then when."""
    windows = sorted(parts[2:], key=lambda w: not isinstance(w, t.Where))
    return t.Their(parts[1], tuple(windows), span=b.span(start, end))


@builds("narrowed")
def narrowed(b: Builder, parts: Parts, start: int, end: int) -> t.Narrowed:
    b.narrowed.append(b.token_span(parts[1]))
    return t.Narrowed(parts[0], parts[3], span=b.span(start, end))


@builds("choose")
def choose(b: Builder, parts: Parts, start: int, end: int) -> t.Choose:
    node = t.Choose(parts[0], parts[1], parts[2], span=b.span(start, end))
    hang(b, node, parts[1], parts[2])
    return node


@builds("negate")
def negate(b: Builder, parts: Parts, start: int, end: int) -> t.Negate:
    node = t.Negate(parts[0], span=b.span(start, end))
    hang(b, node, parts[0])
    return node


def hang(b: Builder, node: t.Binary | t.Negate | t.Choose | t.Not, *below: object) -> None:
    """Counts how deep a calculation hangs; past the limit the statement is given up (P0107)."""
    depth = 1 + max(b.depths.get(id(n), 0) for n in below)
    b.depths[id(node)] = depth
    if depth > MAX_CHAIN:
        b.too_long = node.span


@builds("binary")
def binary(b: Builder, parts: Parts, start: int, end: int) -> t.Binary:
    left, op, right = parts
    node = t.Binary(op.text, left, right, op_span=b.token_span(op), span=b.span(start, end))
    hang(b, node, left, right)
    return node
