"""What every node is: a place in the text, names, and paths of names."""

from __future__ import annotations

import unicodedata

from patron.dsl.nodes import Kind, dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of a file: lines and columns count from 1, `end_column` is the first column after it."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """From the start of this piece to the end of the other."""
        return Span(self.file, self.line, self.column, other.end_line, other.end_column)


NOWHERE = Span("", 1, 1, 1, 1)


def place() -> Span:
    """A further place in the text, beside the node's own."""
    return field(default=NOWHERE, compare=False, repr=False, kw_only=True)


class Node(metaclass=Kind):
    """Something that a file says, and where. Every heir is a frozen dataclass with slots."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


def fold(name: str) -> str:
    """The form in which names are compared: NFC, without regard to case."""
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).casefold()


class Name(Node):
    """A name as written (without backticks)."""

    text: str

    @property
    def key(self) -> str:
        return fold(self.text)


class Path(Node):
    """Names joined by dots: `customer.first_order_at`."""

    parts: tuple[Name, ...]

    def __str__(self) -> str:
        return ".".join(p.text for p in self.parts)

    @property
    def key(self) -> str:
        return ".".join(p.key for p in self.parts)
