"""Entries: statements and clauses on their way to lines, with the comments and blank lines around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from patron.dsl.printing.layout import lines
from patron.dsl.tree import NOWHERE, Comment, Span

KEYED, MAPPED = "keyed", "mapped"
"""How neighbours are aligned: by what follows their first word, or by their `=`."""


@dataclass(slots=True)
class Entry:
    """A statement or clause: its text (with `rest` when it is aligned), and the entries of its block."""

    text: str
    span: Span = NOWHERE
    rest: str | None = None
    aligned: str = ""
    body: list[Entry] | None = None
    before: list[Comment] = field(default_factory=list)
    """Comments on lines of their own in front of it."""
    behind: list[Comment] = field(default_factory=list)
    """Comments at the end of its line."""
    at_brace: list[Comment] = field(default_factory=list)
    """Comments behind its opening brace."""
    at_end: list[Comment] = field(default_factory=list)
    """Comments on lines of their own before its closing brace."""


def keyed(key: str, rest: str, span: Span = NOWHERE) -> Entry:
    return Entry(key, span, rest, KEYED)


class Writer:
    """Writes entries as lines; it looks at the source to keep the blank lines its author left."""

    def __init__(self, source: str) -> None:
        self._source = source.split("\n") if source else []

    # ------------------------------------------------------------ comments to entries

    def place(self, comments: Sequence[Comment], entries: list[Entry]) -> list[Comment]:
        """Gives each comment to the entry it belongs to; those behind all entries are left."""
        ordered = sorted((e for e in entries if e.span is not NOWHERE), key=lambda e: (e.span.line, e.span.column))
        left: list[Comment] = []
        position = 0
        inside: dict[int, list[Comment]] = {}
        for comment in comments:
            line = comment.span.line
            while position < len(ordered) and ordered[position].span.end_line < line:
                position += 1
            if position == len(ordered):
                left.append(comment)
                continue
            entry = ordered[position]
            if not comment.own_line and entry.span.end_line == line:
                while position + 1 < len(ordered) and ordered[position + 1].span.line == line:
                    position += 1
                ordered[position].behind.append(comment)
            elif entry.body is None or line < entry.span.line:
                entry.before.append(comment)
            else:
                inside.setdefault(id(entry), []).append(comment)
        for entry in ordered:
            if entry.body is not None and id(entry) in inside:
                self._within(entry, inside[id(entry)])
        return left

    def _within(self, entry: Entry, comments: list[Comment]) -> None:
        body = entry.body or []
        opening = min((e.span.line for e in body if e.span is not NOWHERE), default=entry.span.end_line)
        inner = []
        for comment in comments:
            if not comment.own_line and comment.span.line < opening:
                entry.at_brace.append(comment)
            else:
                inner.append(comment)
        entry.at_end = self.place(inner, body)

    # ------------------------------------------------------------ entries to lines

    def block(self, entries: Sequence[Entry], indent: int, at_end: Iterable[Comment] = ()) -> list[str]:
        out: list[str] = []
        for group in self._groups(entries):
            widths = {
                kind: max((len(e.text) for e in group if e.aligned == kind), default=0) for kind in (KEYED, MAPPED)
            }
            for entry in group:
                if out and self._apart(entry):
                    out.append("")
                out += self._comments(entry.before, indent)
                if self._above(entry) and self._blank_before(entry.span.line):
                    out.append("")
                out += self._entry(entry, indent, widths.get(entry.aligned, 0))
        for comment in at_end:
            if out and self._blank_before(comment.span.line) and comment.own_line:
                out.append("")
            out.append(" " * indent + comment.text)
        return out

    def _groups(self, entries: Sequence[Entry]) -> list[list[Entry]]:
        """Neighbours without a blank line, comment or block between them: they are aligned together."""
        groups: list[list[Entry]] = []
        for entry in entries:
            fresh = not groups or entry.before or self._apart(entry) or entry.body is not None
            if fresh or groups[-1][-1].body is not None:
                groups.append([entry])
            else:
                groups[-1].append(entry)
        return groups

    def _apart(self, entry: Entry) -> bool:
        """Whether the author left a blank line in front of the entry and its comments."""
        return entry.span is not NOWHERE and self._blank_before(min([entry.span.line, *self._above(entry)]))

    def _above(self, entry: Entry) -> list[int]:
        """The lines of the comments that stand above the entry; others were inside it or at the end of a line."""
        return [c.span.line for c in entry.before if c.own_line and c.span.line < entry.span.line]

    def _blank_before(self, line: int) -> bool:
        return 2 <= line <= len(self._source) and not self._source[line - 2].strip()

    def _comments(self, comments: Sequence[Comment], indent: int) -> list[str]:
        out: list[str] = []
        for n, comment in enumerate(comments):
            if n and comment.own_line and self._blank_before(comment.span.line):
                out.append("")
            out.append(" " * indent + comment.text)
        return out

    def _entry(self, entry: Entry, indent: int, width: int) -> list[str]:
        text = entry.text
        if entry.rest is not None:
            text = f"{entry.text:<{width}} {'= ' if entry.aligned == MAPPED else ''}{entry.rest}"
        if entry.body is None:
            out = lines(text, indent)
        else:
            out = lines(text + " {", indent)
            self._append(out, entry.at_brace)
            out += self.block(entry.body, indent + 2, entry.at_end)
            out.append(" " * indent + "}")
        self._append(out, entry.behind)
        return out

    def _append(self, out: list[str], comments: Sequence[Comment]) -> None:
        for n, comment in enumerate(comments):
            out[-1] += ("  " if n == 0 else " ") + comment.text
