"""What several tests of the language need."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from patron.dsl import tree as t
from patron.dsl.parse import parse_file
from patron.dsl.problems import Problem

SPECS = sorted((Path(__file__).parent / "specs").glob("*.patron"))
SHARED = Path(__file__).resolve().parents[3] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the sample specs are not beside this checkout")


def good(text: str) -> t.Document:
    """The document of a text without problems; the language line is added."""
    document, problems = parse_file("language 1\n" + text, "spec.patron")
    assert problems == ()
    return document


def statement(text: str) -> t.Statement:
    _, only = good(text).statements
    return only


def condition(text: str) -> t.Expr:
    made = statement(f"filter f on orders = {text}")
    assert isinstance(made, t.FilterDecl)
    return made.condition


def problems_of(text: str) -> tuple[Problem, ...]:
    return parse_file("language 1\n" + text, "spec.patron")[1]


def places(problems: tuple[Problem, ...]) -> list[tuple[str, int, int]]:
    return [(p.code, p.span.line, p.span.column) for p in problems]


def nodes(root: object) -> Iterator[object]:
    """All nodes of a tree."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting += node
        elif dataclasses.is_dataclass(node) and not isinstance(node, t.Span):
            yield node
            waiting += [getattr(node, f.name) for f in dataclasses.fields(node)]


def shared_specs() -> list[Path]:
    return sorted(SHARED.glob("design/examples/**/*.patron")) + sorted(SHARED.glob("conformance/cases/**/*.patron"))
