"""The examples of the page of errors, each made to happen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import patron
from patron.dsl.problems import Problem
from patron.engine.runner.demo import make_shop
from patron.engine.runtime.errors import PatronError
from tests.docs.blocks import DOCS, Block, blocks_of
from tests.docs.parts import catalog

PAGE = DOCS / "reference" / "errors.md"
ABOVE = 'language 1\nimport "model.patron"\n'
FOR_PHRASES = """
metric weekly_buyers = rolling 7 days of total_shoppers
metric points_earned = sum(points.quantity where kind is "earn")
"""


@dataclass(frozen=True)
class Entry:
    """What the page says about one code."""

    code: str
    text: str
    files: tuple[Block, ...]
    example: Block | None

    @property
    def shown_only(self) -> bool:
        return self.example is None or "shown" in self.example.words


def entries() -> Iterator[Entry]:
    text = PAGE.read_text(encoding="utf-8")
    for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        code, _, rest = section.partition("\n")
        found = list(blocks_of(PAGE, rest))
        example = next((b for b in found if b.language == "patron-bad"), None)
        yield Entry(code.strip(), rest, tuple(b for b in found if b.title), example)


def base_shop(folder: Path) -> Path:
    """The demo's shop, small, with nothing but its model."""
    make_shop(folder, orders=40)
    for spec in folder.glob("*.patron"):
        if spec.name != "model.patron":
            spec.unlink()
    return folder


def codes(entry: Entry, shop: Path, empty: Path) -> set[str]:
    """The codes that an example causes."""
    example = entry.example
    assert example is not None
    if "data" in example.words or "file" in example.words:
        for file in entry.files:
            (empty / file.title).parent.mkdir(parents=True, exist_ok=True)
            (empty / file.title).write_text(file.text, encoding="utf-8")
        (empty / "shop.patron").write_text(example.text, encoding="utf-8")
        return _checked(empty, data="data" in example.words)
    spec = shop / "example.patron"
    asks = "query" in example.words
    spec.write_text(ABOVE + (FOR_PHRASES if asks else example.text), encoding="utf-8")
    try:
        return _asked(shop, example.text.strip()) if asks else _checked(shop, data="rows" in example.words)
    finally:
        spec.unlink()


def _checked(folder: Path, *, data: bool = False) -> set[str]:
    with patron.open_project(folder, as_of="2026-05-31", catalog=catalog()) as project:
        return _codes(project.check(data=data))


def _asked(folder: Path, phrase: str) -> set[str]:
    with patron.open_project(folder, as_of="2026-05-31", catalog=catalog()) as project:
        try:
            project.query(phrase)
        except PatronError as error:
            return _codes(error.problems)
    return set()


def _codes(problems: tuple[Problem, ...]) -> set[str]:
    return {p.code for p in problems}
