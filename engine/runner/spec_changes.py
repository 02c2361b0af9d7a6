"""What differs between the specs of two moments: the declarations a report is made of, and their lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from patron.dsl import tree
from patron.dsl.depth import parts_of
from patron.dsl.nodes import dataclass
from patron.dsl.tree import Document

_NAMED = {
    tree.FilterDecl: "filter", tree.TraitDecl: "trait", tree.EventDecl: "event", tree.MetricDecl: "metric",
    tree.AudienceDecl: "audience", tree.ListDecl: "list", tree.AttributionDecl: "attribution",
    tree.ReportDecl: "report",
}  # fmt: skip
"""What bears on a report where something that it is made of names it."""
_SHOWN = 3
"""Places of one declaration that are shown; the others are counted."""

_Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A place where two texts differ: today's line there, and the lines before and after."""

    line: int
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpecChange:
    """A declaration that is new, gone or another: its name (`metric spent`), its file, and where it differs."""

    name: str
    how: str
    file: str
    line: int
    places: tuple[Place, ...] = ()

    def __str__(self) -> str:
        if self.how == "gone":
            return f"{self.name} is gone; it was at {self.file}:{self.line}"
        if self.how == "new":
            return f"{self.name} is new, at {self.file}:{self.line}"
        shown = "; ".join(f"{self.file}:{p.line}: {_shown(p)}" for p in self.places[:_SHOWN])
        more = len(self.places) - _SHOWN
        return f"{self.name} changed, {shown}{f'; and in {more} more places' if more > 0 else ''}"


def _shown(place: Place) -> str:
    old, new = (_quoted(lines) for lines in (place.before, place.after))
    return f"{old} became {new}" if old and new else f"has {new} now" if new else f"lost {old}"


def _quoted(lines: Sequence[str]) -> str:
    more = " …" if len(lines) > 1 else ""
    return f"`{lines[0]}{more}`" if lines else ""


def changes(report: str, old: Sequence[Document], new: Sequence[Document]) -> tuple[SpecChange, ...]:
    """What the specs say otherwise of a report: settings, packs, sources and tables, and all that it names."""
    was, now = _statements(old), _statements(new)
    wanted = _named(report, was) | _named(report, now)
    differing = [k for k in dict.fromkeys((*now, *was)) if k in wanted and was.get(k) != now.get(k)]
    texts = {(side, d.file): d.text for side, docs in (("old", old), ("new", new)) for d in docs}
    return tuple(_change(k, was.get(k), now.get(k), texts) for k in differing)


def _statements(documents: Iterable[Document]) -> Mapping[_Key, Any]:
    """Every statement that a number may depend on; of several under one name, each by itself."""
    found: dict[_Key, Any] = {}
    for statement in (s for d in documents for s in d.statements):
        kind, name = _called(statement)
        if kind:
            number = next(n for n in range(len(found) + 1) if (kind, name, n) not in found)
            found[kind, name, number] = statement
    return found


def _called(statement: tree.Statement) -> tuple[str, str]:
    match statement:
        case tree.ProjectDecl():
            return "project", ""
        case tree.UseDecl(pack):
            return "use", pack.key
        case tree.ParamDecl(name):
            return "param", name.key
        case tree.SourceDecl(name):
            return "source", name.key
        case tree.TableDecl(table) | tree.SqlTableDecl(table):
            return "table", table.key
        case tree.LanguageDecl() | tree.ImportDecl() | tree.RunDecl() | tree.TestDecl():
            return "", ""
        case _:
            return _NAMED[type(statement)], statement.name.key


def _named(report: str, statements: Mapping[_Key, Any]) -> set[_Key]:
    """What bears on a report: the ground of every report, and what is named by it or by something that is named. A
    name stands for everything that is called so."""
    by_name: dict[str, list[_Key]] = {}
    for key in statements:
        by_name.setdefault(key[1], []).append(key)
    left = [k for k in statements if k[0] not in _NAMED.values() or k[:2] == ("report", tree.fold(report))]
    found = set(left)
    while left:
        for name in _names(statements[left.pop()]):
            fresh = [k for k in by_name.get(name, ()) if k not in found]
            found.update(fresh)
            left += fresh
    return found


def _names(node: object) -> Iterator[str]:
    if isinstance(node, tree.Path):
        yield from (part.key for part in node.parts)
    elif isinstance(node, tree.Name):
        yield node.key
    elif isinstance(node, tuple):
        for one in node:
            yield from _names(one)
    else:
        for name in parts_of(type(node)):
            yield from _names(getattr(node, name))


def _change(key: _Key, old: Any, new: Any, texts: Mapping[tuple[str, str], str]) -> SpecChange:
    span = (new or old).span
    name = f"{key[0]} {_spelled(new or old)}".rstrip()
    if old is None or new is None:
        return SpecChange(name, "new" if old is None else "gone", span.file, span.line)
    return SpecChange(name, "changed", span.file, span.line, tuple(_places(old, new, texts)))


def _places(old: Any, new: Any, texts: Mapping[tuple[str, str], str]) -> Iterator[Place]:
    """Where a statement differs; lines that stand for as many others are set against each other."""
    before, after = _lines(texts["old", old.span.file], old.span), _lines(texts["new", new.span.file], new.span)
    compared = SequenceMatcher(None, [t for _, t in before], [t for _, t in after], autojunk=False)
    for tag, a, b, c, d in compared.get_opcodes():
        if tag == "equal":
            continue
        step = 1 if b - a == d - c else max(b - a, d - c)
        for at in range(0, max(b - a, d - c), step):
            here = after[min(c + at, len(after) - 1)][0]
            lost, won = before[a + at : min(a + at + step, b)], after[c + at : min(c + at + step, d)]
            yield Place(here, tuple(text for _, text in lost), tuple(text for _, text in won))


def _spelled(statement: Any) -> str:
    """The name of a statement as it is written."""
    for said in ("name", "pack", "table"):
        if hasattr(statement, said):
            named = getattr(statement, said)
            return named.text if isinstance(named, tree.Name) else str(named)
    return ""


def _lines(text: str, span: tree.Span) -> list[tuple[int, str]]:
    """The lines of a statement with their numbers, without what says nothing: layout and comments on their own."""
    every = enumerate(text.split("\n")[span.line - 1 : span.end_line], span.line)
    plain = [(number, " ".join(line.split())) for number, line in every]
    return [(number, line) for number, line in plain if line and not line.startswith("#")]


__all__ = ["Place", "SpecChange", "changes"]
