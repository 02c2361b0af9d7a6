"""What the analytics of the two reference products show: row by row, with the spec that shows it and its proof."""

from __future__ import annotations

from patron.dsl.nodes import dataclass


@dataclass(frozen=True)
class Row:
    """A row: what it is about, what an analyst writes for it, and the tests that prove what comes of it.

    `later` says what of it is not there yet.
    """

    id: str
    what: str
    spec: str
    tests: tuple[str, ...]
    later: str = ""


@dataclass(frozen=True)
class Group:
    """The rows of one tab or page of a product."""

    product: str
    title: str
    rows: tuple[Row, ...]


def row(ident: str, what: str, spec: str, *tests: str, later: str = "") -> Row:
    return Row(ident, what, spec.strip("\n") + "\n", tests, later)
