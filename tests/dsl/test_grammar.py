"""The grammar is sound, its tables are up to date, and lark itself reads specs as we do."""

from __future__ import annotations

import re
import time

import pytest
from lark.exceptions import UnexpectedInput
from support import SPECS, needs_shared, shared_specs

from patron.dsl import generate, lexer, machine
from patron.dsl.building import BUILDERS
from patron.dsl.lexer import lex
from patron.dsl.parse import parse_file
from patron.dsl.source import read
from patron.grammars import grammar_text, tables


class Newlines:
    """The rule of section 1 for lines that go on, for lark: brackets, and what a line ends with."""

    always_accept = ("_NL",)
    GLUE = frozenset("_NL LBRACE COMMA EQ AND OR PLUS MINUS STAR SLASH THEN ELSE".split())

    def process(self, stream):
        depth, previous = 0, "_NL"
        for token in stream:
            if token.type in ("LPAR", "RPAR"):
                depth = depth + 1 if token.type == "LPAR" else max(0, depth - 1)
            if token.type == "_NL":
                depth = 0 if token.endswith("\n") else depth
                if depth or previous in self.GLUE:
                    continue
            previous = token.type
            yield token


@pytest.fixture(scope="module")
def lark():
    """Builds in strict mode: no conflict is resolved in silence, no two tokens compete."""
    starts = ["document", *generate.STARTS]
    return generate.build_lark(starts, strict=True, postlex=Newlines())


def test_the_grammar_builds_in_strict_mode(lark):
    assert len(lark.rules) > 500


def test_the_tables_are_made_from_the_grammar():
    assert generate.tables_text() == (generate.Path(tables.__file__)).read_text(encoding="utf-8")


def test_every_rule_has_a_builder_and_every_builder_a_rule():
    assert {name for *_, name, _ in tables.RULES if name} == set(BUILDERS)


def _verdicts(lark, text):
    try:
        lark.parse(text, start="document")
    except UnexpectedInput:
        theirs = False
    else:
        theirs = True
    problems = parse_file(text, "spec.patron")[1]
    return theirs, not [p for p in problems if p.code in ("P0101", "P0102", "P0103", "P0106", "P0501")]


def test_lark_reads_our_specs_as_well(lark):
    for path in SPECS:
        assert _verdicts(lark, path.read_text(encoding="utf-8")) == (True, True), path


@needs_shared
def test_lark_reads_the_sample_specs_as_well(lark):
    for path in shared_specs():
        theirs, ours = _verdicts(lark, path.read_text(encoding="utf-8"))
        assert ours is theirs or path.stem in ("null", "late_where"), path


def test_lark_and_we_agree_where_lines_are_broken(lark):
    """Every line break of every spec, moved or removed: both must take or both refuse what comes of it."""
    for path in SPECS:
        text = path.read_text(encoding="utf-8").replace('"""', '"')
        breaks = [m.start() for m in re.finditer("\n", text)]
        for place in breaks[:: max(1, len(breaks) // 12)]:
            for changed in (text[:place] + " " + text[place + 1 :], text[:place] + "\n\n" + text[place + 1 :].lstrip()):
                theirs, ours = _verdicts(lark, changed)
                assert ours is theirs, changed[max(0, place - 80) : place + 80]


HOSTILE = (
    "a" * 10_000, '"' + "a" * 10_000, '"' * 9_999, '"""' + '""' * 5_000, "\\" * 10_000, '"\\' * 5_000, "`" * 10_000,
    "`" + "a" * 10_000, "1" * 10_000, "1," * 5_000, "$1,111" * 1_700, "1." * 5_000, "1_" * 5_000, " " * 10_000,
    "\n" * 10_000, " \n" * 5_000, "#\n" * 5_000, "# " * 5_000, "\u0301" * 10_000, "城" * 10_000, "2026-01-01 " * 900,
    "-" * 10_000, "\n" + " " * 9_000 + "x",
)  # fmt: skip


@pytest.mark.parametrize("name", [*tables.PATTERNS, "_NL", "CONT"])
def test_no_terminal_can_be_made_slow(name):
    pattern = next(line for line in grammar_text().splitlines() if re.match(rf"{name}(\.\d+)?:", line))
    compiled = re.compile(pattern[pattern.index("/") + 1 : pattern.rindex("/")])
    for text in HOSTILE:
        start = time.process_time()
        compiled.match(text)
        assert time.process_time() - start < 0.1, text[:20]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_sweep_is_fast(text):
    start = time.process_time()
    raw = lex(read(text, "f")[0])
    assert time.process_time() - start < 0.5
    assert raw.kinds[-1] == lexer.END


def test_reading_a_spec_does_not_need_lark():
    import subprocess
    import sys

    code = "import sys, patron.dsl.parse, patron.dsl.format; print('lark' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_accepted_words_really_fit():
    states = [machine.STARTS["statement"][0]]
    words = {machine.SPELLING[s] for s in machine.accepted(states)}
    assert words == set(lexer.STATEMENTS)
