"""Text to syntax tree: the door of this room.

    document, problems = parse_file(text, "specs/shop.patron")
    phrase, problems = parse_phrase("total_sales by month")
    value = parse_value("2026-05-31")

None of them raises, whatever it is given.
"""

from __future__ import annotations

from typing import TypeVar

from patron.dsl import lexer
from patron.dsl.lexer import STATEMENTS, lex
from patron.dsl.problems import Problem, Related, by_place, nearest
from patron.dsl.reader import Reader
from patron.dsl.source import read, refused
from patron.dsl.tree import (
    Bool,
    Date,
    Document,
    Duration,
    Expr,
    LanguageDecl,
    Moment,
    Money,
    Name,
    Number,
    Percent,
    Phrase,
    Span,
    Statement,
    Text,
)

LANGUAGE = 1


def parse_file(text: str | bytes, file: str) -> tuple[Document, tuple[Problem, ...]]:
    """The statements of a file that could be understood, and every syntax problem of the file."""
    source, unreadable = read(text, file)
    if unreadable:
        return Document(file, ()), (unreadable,)
    raw = lex(source)
    reader = Reader(raw)
    statements: list[Statement] = []
    broken: list[tuple[str, Name]] = []
    opening = _first(raw)
    while not reader.full and (start := _next(reader)) is not None:
        statement = reader.read("statement")
        if statement is None or reader.broken:
            broken += _declared(raw, start)
        else:
            statements.append(statement)
    document = Document(file, tuple(statements), source.text, raw.comments(), tuple(broken))
    foreign = _language(document, raw, opening, reader.builder.problems)
    return document, (foreign,) if foreign else by_place([*raw.problems, *reader.builder.problems])


def parse_phrase(text: str, file: str = "") -> tuple[Phrase | None, tuple[Problem, ...]]:
    """A query phrase, or None and what is wrong with it."""
    return _parse_alone(text, file, "phrase", Phrase)


def parse_value(text: str) -> Expr | None:
    """The value of `--set NAME=VALUE`: a literal as in a spec; a bare word, or what is no literal, is a text."""
    value, problems = _parse_alone(text, "", "given", object)
    if not problems and isinstance(value, (Text, Number, Percent, Money, Date, Moment, Bool, Duration)):
        return value
    source, unreadable = read(text, "")
    if unreadable or next(refused(source.text), None) is not None or "\n" in source.text:
        return None
    bare = source.text.strip(" \t")
    return None if bare.startswith('"') else Text(bare, span=source.span(0, len(source.text)))


_T = TypeVar("_T")


def _parse_alone(text: str, file: str, start: str, kind: type[_T]) -> tuple[_T | None, tuple[Problem, ...]]:
    source, unreadable = read(text, file)
    if unreadable:
        return None, (unreadable,)
    raw = lex(source)
    reader = Reader(raw)
    _next(reader)
    made = reader.read(start)
    if made is not None and (rest := _next(reader)) is not None:
        from patron.dsl.explain import extra

        reader.builder.problems.append(extra(raw, rest))
    problems = by_place([*raw.problems, *reader.builder.problems])
    good = isinstance(made, kind) and not reader.broken and not any(p.stops for p in problems)
    return (made if good else None), problems


def _next(reader: Reader) -> int | None:
    """The raw token at which the next statement begins, None at the end."""
    kinds = reader.raw.kinds
    while kinds[reader.position] == lexer.NEWLINE:
        reader.position += 1
    return None if kinds[reader.position] == lexer.END else reader.position


def _first(raw: lexer.Raw) -> int:
    return next(n for n, kind in enumerate(raw.kinds) if kind != lexer.NEWLINE)


def _language(document: Document, raw: lexer.Raw, opening: int, problems: list[Problem]) -> Problem | None:
    """Adds what is wrong with the language line; the problem of a language that is not ours stands alone."""
    said = [s for s in document.statements if isinstance(s, LanguageDecl)]
    for one in said:
        if one.version != LANGUAGE:
            return Problem("P0105", one.version_span, f"language {one.version} is unknown",
                           f"This Patron knows language {LANGUAGE}.")  # fmt: skip
    for second in said[1:]:
        there = said[0].span
        related = (Related(there, "first said here"),)
        problems.append(Problem("P0110", second.span, "`language` may be said once",
                                f"It is first said at line {there.line}.", related))  # fmt: skip
    word = raw.text(opening)
    if raw.kinds == [lexer.END] and raw.problems:
        return None
    meant = word == "language" or (nearest(word, STATEMENTS, 0.75) == "language" and word != "language")
    if not meant and not (said and document.statements[0] is said[0]):
        problems.append(Problem("P0104", Span(document.file, 1, 1, 1, 1), "the file does not say its language",
                                f"Put `language {LANGUAGE}` on the first line."))  # fmt: skip
    return None


def _declared(raw: lexer.Raw, start: int) -> list[tuple[str, Name]]:
    """What a statement that could not be read would have declared."""
    if raw.kinds[start] != lexer.WORD or raw.text(start) not in STATEMENTS:
        return []
    if raw.kinds[start + 1] not in (lexer.WORD, lexer.QUOTED):
        return []
    span = raw.source.span(raw.starts[start + 1], raw.ends[start + 1])
    return [(raw.text(start), Name(raw.text(start + 1).strip("`"), span=span))]
