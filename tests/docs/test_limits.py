"""The page of limits says what the code holds to."""

import re

from patron.dsl import depth, lexer, reader, source
from patron.dsl.building import values as building
from patron.engine.model import binder, digits, files, patterns, sizes, values
from patron.engine.plan import windows
from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs" / "reference" / "language" / "limits.md").read_text(encoding="utf-8")


def limit(row):
    """The numbers in the second column of the row that begins so."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {row}")]
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\d|\d", line.split(" | ")[1])]


def test_specs():
    assert limit("a file")[0] << 20 == source.MAX_BYTES
    assert limit("a file")[1:] == [lexer.MAX_PIECES]
    assert limit("brackets and braces") == [lexer.MAX_DEPTH]
    assert limit("operators") == [building.MAX_CHAIN]
    assert limit("levels of one statement") == [depth.MAX_TREE]
    assert limit("definitions that stand") == [binder.MOST_LEVELS]
    assert limit("parts and levels") == [sizes.NODES, sizes.LEVELS]
    assert limit("imports") == [files.MOST_IMPORTS]
    assert limit("problems told") == [reader.MAX_PROBLEMS]


def test_values():
    assert limit("digits of a number") == [digits.MOST_DIGITS]
    assert limit("digits of an amount") == [digits.MOST_DIGITS - 4]  # DECIMAL(18, 4)
    assert limit("digits after") == [digits.MOST_DECIMALS]
    assert limit("counts") == [values.MOST_COUNT]


def test_patterns():
    assert limit("`{n,m}`") == [patterns.MOST_TIMES]
    assert limit("brackets inside one another") == [patterns.DEEPEST]
    assert limit("single characters") == [patterns.MOST_PARTS]


def test_results():
    assert limit("days of a bounded period")[0] == windows.MOST_DAYS
