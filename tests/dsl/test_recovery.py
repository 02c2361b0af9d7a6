"""Several mistakes are reported in one go, and what is good is kept."""

from __future__ import annotations

from support import places, problems_of

from patron.dsl import tree as t
from patron.dsl.parse import parse_file

BROKEN = """language 1
metric a = sum(orders.total
metrik b = a
audience c {
  include all of {
    has bought at lest 2 times
    status is null and x
    city is "Rome"
  }
  exclude
  keep top of value
}
filter d on orders = total > 5
report e {
  for audiense c
  show table of a by
  tab "x" {
    show card of
    note 'single'
  }
}
trait f on orders = "open
event g on lines at x
"""


def test_every_mistake_has_its_problem():
    document, problems = parse_file(BROKEN, "broken.patron")
    assert places(problems) == [
        ("P0101", 2, 28), ("P0101", 3, 1), ("P0101", 6, 19), ("P0101", 7, 15), ("P0101", 10, 10), ("P0101", 11, 12),
        ("P0101", 15, 7), ("P0101", 16, 21), ("P0101", 18, 17), ("P0101", 19, 10), ("P0102", 22, 21),
    ]  # fmt: skip
    kept = [s.name.text for s in document.statements if isinstance(s, (t.FilterDecl, t.EventDecl))]
    assert kept == ["d", "g"]


def test_names_of_what_is_broken_are_known():
    document, _ = parse_file(BROKEN, "broken.patron")
    known = [(kind, name.text) for kind, name in document.broken]
    assert known == [("metric", "a"), ("audience", "c"), ("report", "e")]
    assert document.broken[1][1].span.line == 4


def test_a_broken_statement_takes_its_indented_lines_with_it():
    text = "metric m =\n  rate fom a to b\n  within 3 days\nmetric n = a\n"
    assert places(problems_of(text)) == [("P0101", 3, 8)]


def test_a_block_that_lost_its_head_is_left_out_whole():
    text = "audiense a {\n  include all of {\n    x is 1\n  }\n}\nmetric n = a\n"
    assert places(problems_of(text)) == [("P0101", 2, 1)]


def test_a_block_in_which_nothing_is_good():
    assert places(problems_of("audience a {\n  foo bar\n}\nmetric n = a")) == [("P0101", 3, 3)]
    assert places(problems_of("audience a { include any of { foo bar } }\nmetric n = a")) == [("P0101", 2, 35)]


def test_an_open_block_does_not_swallow_the_file():
    text = "audience a {\n  include everyone\naudience b {\n  include x y\n}\nmetric m = a b\n"
    assert places(problems_of(text)) == [("P0103", 4, 1), ("P0101", 5, 13), ("P0101", 7, 14)]
    assert problems_of(text)[0].related[0].span.line == 2


def test_lines_at_the_margin_inside_a_block_are_no_declarations():
    assert problems_of('run r {\nlist a\ntest "x"\nreport b as html\n}') == ()
    assert places(problems_of("run r {\nlist a b\n}")) == [("P0101", 3, 8)]


def test_one_problem_a_line_when_its_text_cannot_be_trusted():
    assert places(problems_of("metric m\u202e7 = a = b")) == [("P0106", 2, 9)]
    assert places(problems_of("filter f on x = a is 'x' y z")) == [("P0101", 2, 22)]


def test_not_more_problems_than_anybody_reads():
    assert len(problems_of("metric = a\n" * 5_000)) == 100
