"""What the builders of tree nodes share: the place of a piece, clauses of a block, problems on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem, Related
from patron.dsl.source import Source
from patron.dsl.tree import Name, Path, Span, Text

NULLS = frozenset(("null", "Null", "NULL"))
"""What people write for `missing`; a column of that name stands in backticks."""

Parts: TypeAlias = list[Any]
"""The parts of a rule in the order of the grammar: nodes, tokens, None for an absent part in [ ]."""

RESERVED = frozenset("has if in not start their how rate rolling running share today now yes no missing".split())
"""The words that open a value: no declared name may be one of them (P0108). Parameters may: they are used with `$`."""


@dataclass(slots=True)
class Token:
    """A number, text or keyword as written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a block or a part of a phrase, on its way into its statement: `word` is its keyword."""

    word: str
    value: Any
    start: int
    end: int


class Builder:
    """Makes spans and collects problems while a file is read."""

    __slots__ = ("depths", "narrowed", "problems", "source", "too_long")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.narrowed: list[Span] = []
        """Places of the `where` of every `m where (...)` of the statement at hand."""
        self.depths: dict[int, int] = {}
        """How deep the calculations of the statement at hand hang, by identity of the node."""
        self.too_long: Span | None = None

    def span(self, start: int, end: int) -> Span:
        return self.source.span(start, end)

    def token_span(self, token: Token) -> Span:
        return self.source.span(token.start, token.end)

    def report(self, code: str, span: Span, message: str, hint: str = "", related: Iterable[Related] = ()) -> None:
        self.problems.append(Problem(code, span, message, hint, tuple(related)))

    def text(self, token: Token) -> Text:
        """The text between the quotes, its escapes read."""
        value = token.text[1 : -1 if len(token.text) > 1 and token.text[-1] == token.text[0] else None]
        if "\\" in value:
            value = self._unescape(value, token)
        return Text(value, span=self.token_span(token))

    def _unescape(self, value: str, token: Token) -> str:
        out, position = [], 0
        while (found := value.find("\\", position)) >= 0:
            escape = value[found + 1 : found + 2]
            out += [value[position:found], {"n": "\n", '"': '"', "\\": "\\"}.get(escape, escape)]
            if escape not in ("n", '"', "\\"):
                place = self.span(token.start + 1 + found, token.start + 3 + found)
                hint = f"Write `\\\\{escape}` for a backslash; " + r"`\"` is a quote and `\n` a new line."
                self.report("P0101", place, f"I did not expect `\\{escape}` in a text", hint)
            position = found + 2
        return "".join([*out, value[position:]])

    def declared(self, name: Name) -> Name:
        """The name of a declaration, refused when it opens a value."""
        if name.key in RESERVED:
            hint = f"Add a letter, such as `{name.text}_1`, or choose another name."
            self.report("P0108", name.span, f"`{name.text}` opens a value and cannot be a name", hint)
        return name

    def title(self, token: Token | None) -> str | None:
        return None if token is None else self.text(token).value

    def said_once(self, clauses: Iterable[Clause], repeat: Iterable[str] = ()) -> dict[str, Any]:
        """The clauses by keyword, those in `repeat` left out; of two of a kind the second is reported (P0110)."""
        first: dict[str, Clause] = {}
        for clause in clauses:
            if clause.word in repeat:
                continue
            if clause.word in first:
                self.twice(clause, first[clause.word])
            else:
                first[clause.word] = clause
        return {word: clause.value for word, clause in first.items()}

    def twice(self, second: Clause, first: Clause) -> None:
        place = self.span(second.start, min(second.end, second.start + len(second.word)))
        there = self.span(first.start, min(first.end, first.start + len(first.word)))
        self.report("P0110", place, f"`{second.word}` may be said once", f"It is first said at line {there.line}.",
                    [Related(there, "first said here")])  # fmt: skip


Build: TypeAlias = Callable[[Builder, Parts, int, int], Any]
BUILDERS: dict[str, Build] = {}


def builds(*names: str) -> Callable[[Build], Build]:
    """Marks what makes the nodes of these rules of the grammar."""

    def register(function: Build) -> Build:
        for name in names:
            BUILDERS[name] = function
        return function

    return register


def tuple_of(parts: Parts, kind: type) -> tuple[Any, ...]:
    return tuple(p for p in parts if isinstance(p, kind))


def clause(word: str, index: int = -1) -> Build:
    """A builder of a clause whose value is one of the parts as it is."""

    def build(_b: Builder, parts: Parts, start: int, end: int) -> Clause:
        return Clause(word, parts[index], start, end)

    return build


@builds("words")
def words(_b: Builder, parts: Parts, start: int, end: int) -> Token:
    """The words of a small closed set, such as `at least`."""
    return parts[0] if len(parts) == 1 else Token(" ".join(p.text for p in parts), start, end)


@builds("dotted")
def dotted(b: Builder, parts: Parts, start: int, end: int) -> Path:
    if len(parts) == 1 and end - start == 4 and b.source.text[start:end] in NULLS:
        hint = "Write `missing`: `is missing`, `is known`."
        b.report("P0101", parts[0].span, f"I did not expect `{parts[0].text}` here", hint)
    return Path(tuple(parts), span=parts[0].span if len(parts) == 1 else b.span(start, end))


@builds("names", "plain_names", "values", "report_params", "items")
def several(_b: Builder, parts: Parts, _start: int, _end: int) -> tuple[Any, ...]:
    return tuple(parts)


@builds("describe")
def describe(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("describe", b.text(parts[0]), start, end)
