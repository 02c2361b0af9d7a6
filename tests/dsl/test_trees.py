"""Texts and the trees they give, with places."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support import condition, good, statement

from patron.dsl import tree as t
from patron.dsl.parse import parse_file, parse_phrase, parse_value


def path(text: str) -> t.Path:
    return t.Path(tuple(map(t.Name, text.split("."))))


def number(value: str) -> t.Number:
    return t.Number(Decimal(value))


A, B, C = path("a"), path("b"), path("c")


@pytest.mark.parametrize(
    "text, tree",
    [
        ("a or b and not c", t.Or((A, t.And((B, t.Not(C)))))),
        ("(a or b) and c", t.And((t.Or((A, B)), C))),
        ("a and (b and c)", t.And((A, t.And((B, C))))),
        ("a - b - c > 0", t.Compare(">", t.Binary("-", t.Binary("-", A, B), C), number("0"))),
        ("a - (b - c) = 0", t.Compare("=", t.Binary("-", A, t.Binary("-", B, C)), number("0"))),
        ("-a * b", t.Binary("*", t.Negate(A), B)),
        ("a is missing", t.IsMissing(A)),
        ("a = missing", t.IsMissing(A)),
        ("a != missing", t.IsMissing(A, negated=True)),
        ("a is not missing", t.IsMissing(A, negated=True)),
        ("a is known", t.IsMissing(A, negated=True)),
        ("a is not b", t.Compare("!=", A, B)),
        ("a is not one of b, 1_000", t.OneOf(A, (B, number("1000")), negated=True)),
        ("a is $1,250.50", t.Compare("=", A, t.Money(Decimal("1250.5"), "$"))),
        ("a is 300 TWD", t.Compare("=", A, t.Money(Decimal(300), "TWD"))),
        ("a is one of $1,250, 20%", t.OneOf(A, (t.Money(Decimal(1250), "$"), t.Percent(Decimal(20))))),
        ('a is "say \\"hi\\"\\n\\\\"', t.Compare("=", A, t.Text('say "hi"\n\\'))),
        ("a >= start of last year", t.Compare(">=", A, t.StartOf("previous", "year"))),
        ("a >= start of month", t.Compare(">=", A, t.StartOf("this", "month"))),
        ("a > 14 days ago", t.Compare(">", A, t.Ago(t.Duration(number("14"), "day")))),
        ("their a in last 2 weeks where (b) > 1",
         t.Compare(">", t.Their(A, (t.Where(B), t.InLast(number("2"), "week"))), number("1"))),
        ('has a where (b) since today at least 2 times c "x"',
         t.Has(A, (t.Object(C, (t.Text("x"),)), t.Times("at least", number("2")), t.Since(t.Today()), t.Where(B)))),
        ("has not a then b within 3 days without c then a",
         t.Has(A, steps=(t.Step(B, within=t.Duration(number("3"), "day"), without=C), t.Step(A)), negated=True)),
        ("has a then b within 3 days of c within 2 days",
         t.Has(A, steps=(t.Step(B, (t.WithinOf(t.Duration(number("3"), "day"), C),),
                                t.Duration(number("2"), "day")),))),
        ("if (a) then b else if (c) then a else b", t.Choose(A, B, t.Choose(C, A, B))),
        ("f(a, b = 2 where c)", t.Call(path("f"), (t.Arg(A), t.Arg(number("2"), t.Name("b"))), C)),
        ("f((their a) + 1)", t.Call(path("f"), (t.Arg(t.Binary("+", t.Their(A), number("1"))),))),
        ("a where (b) / c", t.Binary("/", t.Narrowed(A, B), C)),
        ("`has` is `a b`.c", t.Compare("=", path("has"), t.Path((t.Name("a b"), t.Name("c"))))),
        ("a is in the top 5 of audience b", t.InTop(A, "top", number("5"), t.Name("b"))),
    ],
)  # fmt: skip
def test_conditions(text, tree):
    assert condition(text) == tree


def test_a_column_may_be_called_anything():
    for word in "top total order list metric value date language campaign action first last".split():
        assert condition(f"{word} is 1") == t.Compare("=", path(word), number("1"))
        assert condition(f"x.{word} is 1") == t.Compare("=", path(f"x.{word}"), number("1"))


def test_names_of_any_script_in_nfc():
    made = statement("filter cafe\u0301 on orders = 城市 is नमस्ते")
    assert isinstance(made, t.FilterDecl)
    assert made.name.text == "caf\u00e9"
    assert made.condition == t.Compare("=", path("城市"), path("नमस्ते"))


def test_places():
    text = 'filter f on orders =\n  a is not "x" and b.c <= 2'
    made = statement(text)
    span = made.span
    assert (span.line, span.column, span.end_line, span.end_column) == (2, 1, 3, 28)
    first, second = made.condition.items
    assert (first.op_span.column, first.op_span.end_column) == (5, 11)
    assert (second.left.span.column, second.left.span.end_column) == (20, 23)
    assert (second.left.parts[1].span.column, second.op_span.column) == (22, 24)


def test_places_of_the_words_that_errors_point_at():
    made = statement('audience a = has not bought and in bucket 5 to 3 of 10 salted "x"')
    has, bucket = made.include.items
    assert (has.word_span.column, has.word_span.end_column) == (14, 21)
    assert (bucket.numbers_span.column, bucket.numbers_span.end_column) == (43, 55)
    credit = statement("attribution t {\n  credit by position 40 30 40\n}").clauses[0]
    assert (credit.numbers_span.line, credit.numbers_span.column) == (3, 22)
    use = statement("use lifecycle >= 99.0")
    assert use.version_span.column == 18
    sql = statement('table t = sql """\nSELECT 1\n"""')
    assert (sql.sql, sql.sql_span.column, sql.sql_span.end_line) == ("\nSELECT 1\n", 15, 4)


def test_lines_that_go_on():
    same = good('filter f on orders = a and b or c is one of "x", "y"').statements[1]
    for text in (
        'filter f on orders =\n\n  # why\n  a and\n  b or\n  c is one of "x",\n    "y"',
        'filter f on orders = a\n\tand b\n# at the margin\n\n  or c is one of "x", "y"',
        'filter f on orders = (a\n  and b\n  or c is one of "x", "y"\n)',
        'filter f on orders = a\nand b\nor c is one of "x", "y"',
    ):
        assert good(text).statements[1] == same, text


def test_rest_and_total_go_on_only_before_a_text():
    show = 'show pie of m\n  rest "x"\n  total "y"'
    (phrase,) = [s.phrase for s in statement(f"report r {{\n  {show}\n}}").parts]
    assert (phrase.rest, phrase.total) == (t.Text("x"), t.Text("y"))
    table = statement("table orders from s.o {\n  rest = a\n  total = b\n}")
    assert [c.name.text for c in table.clauses] == ["rest", "total"]


def test_line_ends_of_windows_and_a_byte_order_mark():
    text = "language 1\nfilter f on orders = a\n  and b\n# end\n"
    plain, _ = parse_file(text, "f")
    other, problems = parse_file(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(), "f")
    assert problems == ()
    assert other == plain
    assert other.comments == plain.comments
    assert [s.span for s in other.statements] == [s.span for s in plain.statements]


def test_the_text_of_a_call_names_its_column():
    (item,) = parse_phrase("count(orders  where\n  # note\n  a)")[0].items
    assert item.value.text == "count(orders  where a)"
    (item,) = parse_phrase('f("#x",  # note\n  a , b)')[0].items
    assert item.value.text == 'f("#x", a , b)'


def test_comments_are_kept():
    document = good("# one\nfilter f on orders = a  # two\n")
    assert [(c.text, c.own_line, c.span.line) for c in document.comments] == [("# one", True, 2), ("# two", False, 3)]


@pytest.mark.parametrize(
    "text, value",
    [
        ("5", number("5")), ("1_000", number("1000")), ("20%", t.Percent(Decimal(20))),
        ("$5", t.Money(Decimal(5), "$")), ("5 TWD", t.Money(Decimal(5), "TWD")),
        ("2026-05-31", t.Date("2026-05-31")), ("yes", t.Bool(True)),
        ("no", t.Bool(False)), ("14 days", t.Duration(number("14"), "day")), ("net", t.Text("net")),
        ('"net"', t.Text("net")), ("data/orders", t.Text("data/orders")), ("two words", t.Text("two words")),
        ("2026-05-31 06:00", t.Moment("2026-05-31 06:00")), ("", t.Text("")), ('"open', None), ("a\nb", None),
        ("\x00", None), ("-5", t.Text("-5")),
    ],
)  # fmt: skip
def test_values_from_outside(text, value):
    assert parse_value(text) == value


def test_phrases():
    phrase, problems = parse_phrase('a, f(b) as "F" by c, month of a.b top 3 of a per c rest "x"')
    assert problems == ()
    assert phrase == t.Phrase(
        (t.Item(A), t.Item(t.Call(path("f"), (t.Arg(B),)), "F")),
        (t.Dimension(C), t.Dimension(path("month"), path("a.b"))),
        top=t.Top(number("3"), A, (C,)),
        rest=t.Text("x"),
    )
    assert parse_phrase("\na\n  by b\n")[0] == t.Phrase((t.Item(A),), (t.Dimension(B),))
    assert (
        parse_phrase("a during last 3 days for all records")[0]
        == parse_phrase("a for all records during last 3 days")[0]
    )
