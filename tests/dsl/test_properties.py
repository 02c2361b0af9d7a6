"""Print and parse are inverse, for every tree; and no text can break the parser."""

from __future__ import annotations

import random
import re
import time

import pytest
import trees
from hypothesis import given, settings
from hypothesis import strategies as st
from support import SPECS

from patron.dsl.format import format_document, format_expr, format_phrase
from patron.dsl.parse import parse_file, parse_phrase, parse_value
from patron.dsl.tree import Document, LanguageDecl


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("kind", trees.BY_NAME)
def test_statements_print_and_parse(kind):
    @settings(max_examples=40)
    @given(trees.BY_NAME[kind])
    def there_and_back(made):
        document = Document("made", (LanguageDecl(1), made))
        printed = format_document(document)
        again, problems = parse_file(printed, "made")
        assert problems == ()
        assert again.statements == document.statements
        assert format_document(again) == printed

    there_and_back()


@given(trees.phrases)
def test_phrases_print_and_parse(phrase):
    printed = format_phrase(phrase)
    assert parse_phrase(printed) == (phrase, ())


@settings(max_examples=150)
@given(trees.exprs)
def test_values_print_and_parse(expr):
    document, problems = parse_file(f"language 1\nfilter f on x = {format_expr(expr)}", "f")
    assert problems == ()
    assert document.statements[1].condition == expr


@settings(max_examples=300)
@given(st.one_of(st.text(), st.binary(), st.text("abc \"'`(){}\n=,.$#-1%").map(lambda t: "language 1\n" + t)))
def test_any_text_gets_an_answer(text):
    document, problems = parse_file(text, "f")
    assert document.file == "f"
    for problem in problems:
        assert problem.span.line >= 1
        assert problem.span.column >= 1
    if isinstance(text, str):
        parse_phrase(text)
        parse_value(text)


PIECES = sorted({w for path in SPECS for w in re.findall(r"\w+|[^\w\s]", path.read_text(encoding="utf-8"))})
ODD = [*"(){}\"'`\n#$,.=\t é城", "\0", "\u202e", "\u200d", "\n\n", "language 1", '"""']


def mutate(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([1, 1, 3, 10, 60]))
        text = text[:start] + chance.choice([
            "", chance.choice(PIECES), f" {chance.choice(PIECES)} ", chance.choice(ODD), text[start:end] * 3, "\n",
        ]) + text[chance.choice([start, end]):]  # fmt: skip
    return text


@pytest.mark.parametrize("seed", range(4))
def test_mutated_specs(seed):
    """No mistake makes it fail; what still parses prints to the same tree with the same comments."""
    chance = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in SPECS]
    for _ in range(400):
        text = mutate(chance.choice(texts), chance)
        start = time.process_time()
        document, problems = parse_file(text, "f")
        assert time.process_time() - start < 2
        lines = text.count("\n") + 1
        assert all(1 <= p.span.line <= lines and p.message and p.hint for p in problems)
        if not problems:
            printed = format_document(document)
            again, problems = parse_file(printed, "f")
            assert (problems, again.statements) == ((), document.statements)
            assert sorted(c.text for c in again.comments) == sorted(c.text for c in document.comments)
            assert format_document(again) == printed
