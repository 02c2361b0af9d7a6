"""Pages and the fenced blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = ROOT / "README.md"

_FENCE = re.compile(r"^(?P<ticks>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=ticks)[ \t]*$", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True)
class Block:
    """A fenced block: `language`, further `words` of its first line, the text, and where the text begins."""

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    title: str
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def pages() -> list[Path]:
    """Every page, the README first; the example plugin has tests of its own."""
    return [README, *sorted(p for p in DOCS.rglob("*.md") if "example-plugin" not in p.parts)]


def blocks(page: Path) -> list[Block]:
    return list(blocks_of(page, page.read_text(encoding="utf-8")))


def blocks_of(page: Path, text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        info = found["info"].strip()
        title = _TITLE.search(info)
        language, *words = _TITLE.sub("", info).split() or [""]
        line = text.count("\n", 0, found.start()) + 1
        yield Block(
            page,
            line,
            language,
            tuple(words),
            title[1] if title else "",
            found["text"],
            found.start("text"),
            found.end("text"),
        )


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def everything(*folders: str) -> str:
    """The text of all pages under these folders of docs/, blocks included."""
    found = [p for p in pages() if not folders or any(p.is_relative_to(DOCS / f) for f in folders)]
    return "\n".join(p.read_text(encoding="utf-8") for p in found)
