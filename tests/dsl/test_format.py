"""The canonical form: words, order, brackets, lines, comments."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import condition, good

from patron.dsl.format import format_document, format_expr, format_phrase
from patron.dsl.parse import parse_file, parse_phrase


@pytest.mark.parametrize(
    "written, canonical",
    [
        ('status = "paid"', 'status is "paid"'),
        ('status != "paid"', 'status is not "paid"'),
        ("total is $5", "total = $5"),
        ("total is not 5", "total != 5"),
        ("created_on is 2026-05-31", "created_on = 2026-05-31"),
        ("a = yes", "a is yes"),
        ("a is b", "a is b"),
        ("a = b", "a = b"),
        ("a is $p", "a is $p"),
        ("a is 2 * b", "a = 2 * b"),
        ("a is not missing", "a is known"),
        ("((a)) and (b or (c))", "a and (b or c)"),
        ("(a and b) and c", "(a and b) and c"),
        ("not (a is b)", "not a is b"),
        ("(a * b) + (c - d) > 0", "a * b + (c - d) > 0"),
        ("a - (b - c) > 0", "a - (b - c) > 0"),
        ("- -a > 0", "-(-a) > 0"),
        ("a >= $1250.50", "a >= $1,250.50"),
        ("a >= 1_000_000", "a >= 1000000"),
        ("a is in last 1 days", "a is in the last 1 day"),
        ("a >= start of last month", "a >= start of previous month"),
        ("a >= start of month", "a >= start of this month"),
        ("`a` is `has` and `x y`.`has` is c", "a is `has` and `x y`.has is c"),
        ('has bought in the last 60 days at least 2 times category "E"',
         'has bought category "E" at least 2 times in the last 60 days'),
        ("has a where (b) once since today", "has a once since today where (b)"),
        ("their a in the last 2 days where (b) > 1", "their a where (b) in the last 2 days > 1"),
        ("f((their a)) > 1", "f((their a)) > 1"),
        ("has not bought then left", "has not bought then left"),
        ("if (a) then (if (b) then c else d) else (if (e) then f else g)",
         "if (a) then (if (b) then c else d) else if (e) then f else g"),
    ],
)  # fmt: skip
def test_words_of_conditions(written, canonical):
    tree = condition(written)
    assert format_expr(tree) == canonical
    assert condition(canonical) == tree


def test_a_phrase_has_its_parts_in_order():
    phrase, _ = parse_phrase('a by b compare to nothing during last 3 days for audience c where d total "t" top 3')
    canonical = 'a by b for audience c during last 3 days compare to nothing where d top 3 total "t"'
    assert format_phrase(phrase) == canonical
    assert format_phrase(parse_phrase("a for audiences b")[0]) == "a for audience b"


def check(text: str, canonical: str) -> None:
    document, problems = parse_file(text, "f")
    assert problems == ()
    assert format_document(document) == canonical
    again, problems = parse_file(canonical, "f")
    assert (problems, again.statements) == ((), document.statements)
    assert format_document(again) == canonical


def test_comments_and_blank_lines_stay():
    check(
        """# head

# of the file
language 1   # one



import "a.patron"
import "b.patron"
# about m
metric m = a  # m it is

audience x {   # opened

  # first
  include all of {     # a group

    a is b   # yes

    # before b

    b is c
    # the last of them
  }   # closed
  exclude c
  # nothing more
}  # done
# the end

# really
""",
        """# head

# of the file
language 1  # one

import "a.patron"
import "b.patron"
# about m
metric m = a  # m it is

audience x {  # opened
  # first
  include all of {  # a group
    a is b  # yes

    # before b

    b is c
    # the last of them
  }  # closed
  exclude c
  # nothing more
}  # done
# the end

# really
""",
    )


def test_comments_inside_a_clause_go_in_front_of_it():
    check(
        "language 1\nfilter f on x = a  # one\n  # two\n  and b  # three\n",
        "language 1\n# one\n# two\nfilter f on x = a and b  # three\n",
    )


def test_clauses_in_canonical_order_take_their_comments_along():
    check(
        "language 1\naudience a {\n  # rare\n  refresh every hour\n  # who\n  include b  # these\n"
        '  allow anonymous  # too\n  describe "d"\n}\n',
        'language 1\naudience a {\n  # too\n  describe "d"\n  allow anonymous\n  # who\n  include b  # these\n'
        "  # rare\n"
        "  refresh every hour\n}\n",
    )


def test_settings_clauses_and_columns_are_aligned():
    check(
        """language 1
source s from csv {
  folder "data"
  timezone "UTC"
  files {
    a "a.csv"
    longer "b.csv"
  }
  blank ""
}
table orders from s.a {
  id=x
  created_at = y

  z = 1
  bad values missing
}
attribution t {
  actions any
  credit to last action
  finished windows only
}
""",
        """language 1
source s from csv {
  folder   "data"
  timezone "UTC"
  files {
    a      "a.csv"
    longer "b.csv"
  }
  blank ""
}
table orders from s.a {
  id         = x
  created_at = y

  z = 1
  bad values missing
}
attribution t {
  actions any
  credit  to last action
  finished windows only
}
""",
    )


def test_long_lines_break_where_the_language_lets_them():
    names = ", ".join(f"metric_number_{n}" for n in range(9))
    condition = " and ".join(f'customer.column_{n} is "value {n}"' for n in range(5))
    check(
        f"""language 1
filter f on orders = {condition}
report r {{
  for all records
  show table "Title" of {names} by store for audience a during last 30 days compare to nothing where x sorted by y top 3
}}
metric m "A title" = if ($basis is "net") then sum(orders.net_sales where good) else sum(orders.total where good)
""",
        """language 1
filter f on orders =
  customer.column_0 is "value 0"
    and customer.column_1 is "value 1"
    and customer.column_2 is "value 2"
    and customer.column_3 is "value 3"
    and customer.column_4 is "value 4"
report r {
  for all records
  show table "Title" of metric_number_0, metric_number_1, metric_number_2, metric_number_3, metric_number_4,
      metric_number_5, metric_number_6, metric_number_7, metric_number_8
    by store for audience a
    during last 30 days compare to nothing
    where x
    sorted by y
    top 3
}
metric m "A title" = if ($basis is "net") then sum(orders.net_sales where good) else sum(orders.total where good)
""",
    )


def test_a_tree_without_a_text_prints_as_well():
    document = good("metric a = b\naudience c {\n  include d\n}")
    bare = parse_file("language 1", "f")[0].__class__("f", document.statements)
    assert format_document(bare) == "language 1\nmetric a = b\naudience c {\n  include d\n}\n"


def test_nothing_prints_as_nothing():
    assert format_document(parse_file("", "f")[0]) == ""
    assert format_document(parse_file("# only this", "f")[0]) == "# only this\n"


ROOT = Path(__file__).parents[2]
OURS = sorted(f for place in ("plugins", "specs", "benchmarks", "docs") for f in (ROOT / place).rglob("*.patron"))


@pytest.mark.parametrize("file", OURS, ids=lambda f: f.name)
def test_specs_of_ours_are_in_form(file):
    text = file.read_text(encoding="utf-8")
    assert format_document(parse_file(text, file.name)[0]) == text


def test_a_long_choice_has_a_line_for_each_case():
    cases = [f'if (amount_of_this_very_order < {n}000) then "less than {n} thousand"' for n in range(1, 4)]
    long = f"if (is_a_sale) then (if (a_very_long_name_for_a_condition_of_this_order) then {'first_' * 9}x else other)"
    check(
        f"language 1\ntrait size on orders = {' else '.join(cases)} else {long} else missing\n",
        "language 1\ntrait size on orders =\n"
        f"  {cases[0]}\n"
        f"    else {cases[1]}\n"
        f"    else {cases[2]}\n"
        "    else if (is_a_sale)\n"
        "      then (if (a_very_long_name_for_a_condition_of_this_order)\n"
        f"          then {'first_' * 9}x\n"
        "        else other)\n"
        "    else missing\n",
    )
