"""Every syntax problem: its code, its place, and a hint that helps."""

from __future__ import annotations

import pytest
from support import places, problems_of

from patron.dsl.parse import parse_file, parse_phrase
from patron.dsl.problems import as_text

# Each spec marks with ^ in front of it what is at fault; a part of the hint follows.
SPECS = [
    # ------------------------------------------------ P0101: the usual slips
    ("filter f on orders = a is ^'x'", "P0101", "double quotes"),
    ("filter f on orders = a <^> b", "P0101", "is not"),
    ("filter f on orders = a =^= b", "P0101", "Write `is`"),
    ("metric x = a ^{\n  format money\n}", "P0101", "below it `value ...`"),
    ("metric x {\n  value ^= a\n}", "P0101", "`value a`"),
    ("attribution w {\n  actions opened\n  ^window 14 days\n}", "P0101", "`within 14 days of action`"),
    ("audience z {\n  ^filter city is known\n}", "P0101", "`include`"),
    ("report r {\n  ^dates last 30 days\n}", "P0101", "`period last 30 days`"),
    ("filter f on orders = a is ^>= 5", "P0101", "without `is`"),
    ("filter f on orders = a is ^null", "P0101", "missing"),
    ("filter f on orders = a = ^NULL", "P0101", "is known"),
    ('filter f on orders = a ^like "A%"', "P0101", "contains"),
    ("filter f on orders = a ^&& b", "P0101", "`and`"),
    ("filter f on orders = a ^|| b", "P0101", "`or`"),
    ("filter f on orders = ^!a", "P0101", "`not`"),
    ("filter f on orders = a ^% 3 = 1", "P0101", "20%"),
    ("filter f on orders = a^;", "P0101", "delete `;`"),
    ("filter f on orders = ^[1]", "P0101", "round brackets"),
    ('filter f on orders = a ^in ("x")', "P0101", "is one of"),
    ('filter f on orders = a is ^in ("x")', "P0101", "is one of"),
    ('filter f on orders = a is not ^in ("x")', "P0101", "is not one of"),
    ('filter f on orders = a ^not in ("x")', "P0101", "is not one of"),
    ('filter f on orders = a is ^any of "x"', "P0101", "is one of"),
    ("filter f on orders = ^is in audience b", "P0101", "without `is`"),
    ("filter f on orders = a ^in list b", "P0101", "stands alone"),
    ("filter f on orders = a is not ^between 1 and 2", "P0101", "in front of the whole"),
    ('filter f on orders = a ^not contains "x"', "P0101", "in front of the whole"),
    ("filter f on orders = a is in ^previous month", "P0101", "in the previous month"),
    ("filter f on orders = a ^-- the big ones", "P0101", "`#`"),
    ("^-- sales\nmetric m = a", "P0101", "`#`"),
    ("filter f on orders = a ^// the big ones", "P0101", "`#`"),
    ("filter f on orders = a > 2026-05-31^T06:00", "P0101", "06:00"),
    ("filter f on orders = a > 2026-05-31 ^6:00", "P0101", "two digits"),
    ("filter f on orders = total >= $10^,20", "P0101", "groups of three"),
    ("filter f on orders = if ^a then b else c", "P0101", "in brackets"),
    ("filter f on orders = ^IF (a) then b else c", "P0101", "small letters"),
    ("filter f on orders = a ^AND b", "P0101", "small letters"),
    ('filter f on orders = "a^\\d"', "P0101", "backslash"),
    ("filter ^2nd on orders = a", "P0101", "begin with a digit"),
    ("metric m = sum(orders.total) ^where a", "P0101", "inside the brackets"),
    ("metric m = total_orders where ^valid_order", "P0101", "where (valid_order)"),
    ('audience a = in audience ^"x"', "P0101", "without quotes"),
    ("import a from ^metrics", "P0101", "double quotes"),
    ("import metrics.patron^", "P0101", "double quotes"),
    ("trait t on x = ^`abc", "P0101", "not closed"),
    ("report r {\n  show table ^total_sales by x\n}", "P0101", "of total_sales"),
    ("report r {\n  show table of a by b ^order by c\n}", "P0101", "sorted by"),
    ("report r {\n  show table of a by b ^limit 10\n}", "P0101", "top 10"),
    # ------------------------------------------------ P0101: misspelt words
    ("^metrik m = a", "P0101", "Did you mean `metric`?"),
    ("^Metric m = a", "P0101", "small letters"),
    ("table orders ^form shop.x", "P0101", "Did you mean `from`?"),
    ("audience a { ^inclde everyone }", "P0101", "Did you mean `include`?"),
    ("attribution a {\n  within 14 ^dayz of action\n}", "P0101", "Did you mean `days`?"),
    ("filter f on x = has bought at ^lest 2 times", "P0101", "Did you mean `least`?"),
    ("filter f on x = has bought at least 2 ^tims", "P0101", "Did you mean `times`?"),
    ('filter f on x = ^hsa bought category "x"', "P0101", "Did you mean `has`?"),
    ("filter f on x = ^thier total_sales > 5", "P0101", "Did you mean `their`?"),
    ("metric m = ^runing total of x", "P0101", "Did you mean `running`?"),
    ('filter f on x = status ^si "paid"', "P0101", "Did you mean `is`?"),
    # ------------------------------------------------ P0101: something is missing
    ("filter f on x = has bought at least ^times", "P0101", "A number is missing"),
    ("filter f on x = has bought in the last 90^  # note\nmetric m = a", "P0101", "A unit is missing"),
    ("metric m = sum(orders.total^\nmetric n = a", "P0101", "`)` is missing"),
    ("report r {\n  only sum(a,\n    b^\n  show table of a\n}", "P0101", "`)` is missing"),
    ("metric m = a +^\nmetric n = b", "P0101", "A value is missing"),
    ("filter f on x = a and^", "P0101", "A condition is missing"),
    ("metric m =^", "P0101", "A value is missing"),
    ("metric ^= a", "P0101", "A name is missing"),
    ('metric m "T"^', "P0101", "`{` is missing"),
    ("filter f ^orders = a", "P0101", "`on` is missing"),
    ("filter f on orders ^total > 5", "P0101", "`=`"),
    ("filter f on x = if (a) then b^", "P0101", "`else` is missing"),
    ("audience a { include all of { ^} }", "P0101", "A condition is missing"),
    ("list l { take every 30 ^}", "P0101", "A unit is missing"),
    ("list l { from ^win_back }", "P0101", "`audience` is missing"),
    ("metric ^m {\n  format money\n}", "P0101", "value ..."),
    ("list ^l {\n  rules x\n}", "P0101", "from audience"),
    # ------------------------------------------------ P0101: too much
    ("audience a { exclude everyone ^include everyone }", "P0101", "One clause per line"),
    ("metric m = a ^metric n = b", "P0101", "One clause per line"),
    ("filter f on x = a and b^)", "P0101", "closes nothing"),
    ("metric m = a\n^}", "P0101", "closes nothing"),
    ("filter f on x = has bought at least ^$5 times", "P0101", "at least 2 times"),
    ("run r {\n  every day at ^25:00\n}", "P0101", "23:59"),
    ("run r {\n  every ^week on day 1\n}", "P0101", "every month on day 1"),
    ("run r {\n  every month on day ^32\n}", "P0101", "1 to 31"),
    # ------------------------------------------------ P0102 and P0103
    ('filter f on x = a is ^"open\nmetric m = a', "P0102", "same line"),
    ('table t = sql ^"""SELECT 1\n\nmetric m = a', "P0102", "Close it"),
    ("audience a {\n  include everyone\n\n^audience b = c", "P0103", "}"),
    ('source s from csv {\n  folder "x"\n\n^metric m = a', "P0103", "}"),
    ('report r {\n  tab "x" {\n    show card of a\n}\n^metric m = a', "P0103", "}"),
    ("audience a {\n  include everyone^", "P0103", "}"),
    # ------------------------------------------------ P0106 to P0111
    ("metric m^\u202e7 = a", "P0106", "delete it"),
    ("metric m = a ^\u200b+ b", "P0106", "delete it"),
    ("metric m = ^“a", "P0106", "straight"),
    ("metric m = a ^− b", "P0106", "`-`"),
    ("metric m = a^\u00a0+ b", "P0106", "ordinary blank"),
    ('filter f on x = name is "a^\x07"', "P0106", "delete it"),
    ("# note^\u202e", "P0106", "delete it"),
    ("filter f on x = ^" + "(" * 65 + "a" + ")" * 65, "P0107", "name of its own"),
    ("metric ^share = a", "P0108", "share_1"),
    ("filter ^has on x = a", "P0108", "choose another"),
    ("audience ^`not` = a", "P0108", "choose another"),
    ('table orders from s.o { id = a ^where b is "x" }', "P0109", "Move it up"),
    ('table orders from s.o {\n  id = a\n  ^where b is "x"\n}', "P0109", "Move it up"),
    ('table orders from s.o {\n  id = a ^where (b is "x")\n}', "P0109", "Move it up"),
    ("audience a {\n  include everyone\n  exclude b\n  ^exclude c\n}", "P0110", "line 4"),
    ("audience a {\n  include b\n  ^include c\n}", "P0110", "line 3"),
    ("list l {\n  from audience a\n  take every day\n  ^take every hour\n}", "P0110", "line 4"),
    ('metric m {\n  value a\n  describe "x"\n  ^describe "y"\n}', "P0110", "line 4"),
    ("table t from a.b {\n  group by x\n  ^group by y\n}", "P0110", "line 3"),
    ("table t from a.b {\n  keep latest by x\n  ^keep latest by y\n}", "P0110", "line 3"),
    ("attribution a {\n  within 3 days of action\n  ^within 4 days of action\n}", "P0110", "line 3"),
    ("attribution a {\n  conversion b\n  ^conversion c\n}", "P0110", "line 3"),
    ("report r {\n  period this month\n  ^period this week\n}", "P0110", "line 3"),
    ("run r {\n  every day\n  ^every hour\n}", "P0110", "line 3"),
    ('source s from csv {\n  folder "a"\n  ^Folder "b"\n}', "P0110", "line 3"),
    ('test "t" at ^05/06/1998 {\n  expect a = 1\n}', "P0101", "`1998-05-06` or `1998-06-05`"),
    ('test "t" {\n  expect a tolerance 1 ^tolerance 2\n}', "P0110", "line 3"),
    ("report r {\n  show card of a\n  ^compare to previous period\n}", "P0111", "line above"),
    ('report r {\n  note "n"\n  ^period this month\n}', "P0111", "Move it up"),
    ('report r {\n  tab "t" {\n    ^only a\n  }\n}', "P0111", "Move it up"),
    ("report r {\n  show table of a by b\n  ^for audience c during this month\n}", "P0111", "line above"),
    # ------------------------------------------------ P0501: what is no period
    ("report r {\n  period ^last month\n}", "P0501", "previous month"),
    ("report r {\n  period ^4/1/2019 to 4/30/2019\n}", "P0501", "`2019-04-01 to 2019-04-30`"),
    ("audience z = has ordered ^3 times", "P0101", "`exactly 3 times` or `at least 3 times`"),
    ("audience z = has ordered ^1 time in the last 30 days", "P0101", "`exactly 1 time`"),
    ("report r {\n  compare to ^last year\n}", "P0501", "same period last year"),
    ("filter f on x = a is in the ^last month", "P0501", "previous month"),
    ("filter f on x = has bought in the ^last week", "P0501", "previous week"),
]


@pytest.mark.parametrize("marked, code, hint", SPECS, ids=[f"{c} {s[:40]!r}" for s, c, _ in SPECS])
def test_one_problem_at_its_place(marked, code, hint):
    before, text = marked.split("^", 1)[0], marked.replace("^", "", 1)
    problems = problems_of(text)
    assert places(problems) == [(code, before.count("\n") + 2, len(before) - before.rfind("\n"))]
    assert hint in problems[0].hint
    assert as_text(problems[0], ("language 1\n" + text).split("\n")[problems[0].span.line - 1])


PHRASES = [
    ("total_sales ^/ total_orders", "P0101", "metric x = total_sales / total_orders"),
    ("^share of total_sales", "P0101", "metric x = share"),
    ("^by customer.city", "P0101", "what is counted"),
    ("^", "P0101", "what is counted"),
    ("^select total_sales", "P0101", "what is counted"),
    ("sum(orders.total^", "P0101", "`)` is missing"),
    ("total_sales ^in the last 7 days", "P0101", "during last 30 days"),
    ("total_sales ^from 2026-01-01 to 2026-01-31", "P0101", "during"),
    ("total_sales ^per month", "P0101", "`by`"),
    ("total_sales ^filter a is 1", "P0101", "`where`"),
    ("total_sales ^vs previous period", "P0101", "compare to previous period"),
    ("total_sales ^order by a", "P0101", "sorted by"),
    ("total_sales ^group by a", "P0101", "`by`"),
    ("total_sales ^durng last 30 days", "P0101", "Did you mean `during`?"),
    ("total_sales during last 30 days ^by month", "P0101", "order of a phrase"),
    ("total_sales by month\n^for audience a", "P0101", "end of the line above"),
    ("total_sales for ^win_back", "P0101", "for audience win_back"),
    ("total_sales by month as ^Cohort", "P0101", "double quotes"),
    ("total_sales during^", "P0101", "A period is missing"),
    ("total_sales during last 90^", "P0101", "A unit is missing"),
    ("total_sales by month ^by week", "P0110", "line 1"),
    ("total_sales for audience a by b ^for audience c", None, ""),
    ("total_sales during this month ^during this week", "P0110", "line 1"),
    ("total_sales having a > 1 ^having b > 1", "P0110", "line 1"),
    ("total_sales during ^yesterday", "P0501", "previous day"),
    ("total_sales during ^last month", "P0501", "previous month"),
    ("total_sales during ^last 30 dayz", "P0501", "Did you mean `days`?"),
    ("total_sales during ^the last 30 days", "P0501", "without `the`"),
    ("total_sales during ^30 days", "P0501", "last 30 days"),
    ("total_sales during ^ytd", "P0501", "year to date"),
    ("total_sales during ^january", "P0501", "2026-01-01 to"),
    ("total_sales during ^may", "P0501", "`2026-05-01 to 2026-05-31`"),
    ("total_sales during ^May 1998", "P0501", "`1998-05-01 to 1998-05-31`"),
    ("total_sales by day during ^feb 1996 to March 1996", "P0501", "`1996-02-01 to 1996-03-31`"),
    ("total_sales during ^05/06/1998", "P0501", "Write `1998-05-06` or `1998-06-05`: the year first"),
    ("total_sales during ^5/6/1998 to 8/6/1998", "P0501", "`1998-05-06 to 1998-08-06` or `1998-06-05 to 1998-06-08`"),
    ("total_sales during ^1/1/1998", "P0501", "Write `1998-01-01`:"),
    ("total_sales where order.created_at is before ^5.6.1998", "P0101", "Write `1998-06-05`:"),
    ("total_sales during ^2026", "P0501", "2026-01-01 to 2026-12-31"),
    ("total_sales during ^whenever", "P0501", "all time"),
    ("total_sales compare to ^last year", "P0501", "same period last year"),
    ("total_sales during ^4/1/2019 to 4/30/2019", "P0501", "`2019-04-01 to 2019-04-30`"),
    ("total_sales during ^1.4.2019 to 2.4.2019", "P0501", "`2019-04-01 to 2019-04-02`"),
    ("total_sales during ^30-4-2019", "P0501", "`2019-04-30`"),
    ("total_sales during ^4/31/2019", "P0501", "last 4"),
    ("total_sales ^last month", "P0101", "`during previous month`"),
    ("total_sales by store ^this years", "P0101", "`during this year`"),
    ("total_sales ^last 30 days", "P0101", "`during last 30 days`"),
]


@pytest.mark.parametrize("marked, code, hint", [p for p in PHRASES if p[1]])
def test_one_problem_of_a_phrase(marked, code, hint):
    before, text = marked.split("^", 1)[0], marked.replace("^", "", 1)
    phrase, problems = parse_phrase(text)
    assert phrase is None
    assert places(problems) == [(code, before.count("\n") + 1, len(before) - before.rfind("\n"))]
    assert hint in problems[0].hint


def test_the_language_line():
    assert places(parse_file("", "f")[1]) == [("P0104", 1, 1)]
    assert places(parse_file("# only this\n", "f")[1]) == [("P0104", 1, 1)]
    assert places(parse_file("metric m = a", "f")[1]) == [("P0104", 1, 1)]
    assert places(parse_file("metric m = a\nlanguage 1", "f")[1]) == [("P0104", 1, 1)]
    assert places(parse_file("\n# note\n\nlanguage 1\n", "f")[1]) == []
    assert places(parse_file("languge 1\nmetric m = a", "f")[1]) == [("P0101", 1, 1)]
    assert places(parse_file("language one\nmetric m = a", "f")[1]) == [("P0101", 1, 10)]
    assert places(parse_file("language 2\nwhatever comes then", "f")[1]) == [("P0105", 1, 10)]
    assert places(problems_of("language 1")) == [("P0110", 2, 1)]


def test_bytes_that_are_no_text():
    document, problems = parse_file(b"language 1\nmetric caf\xe9 = a", "f")
    assert document.statements == ()
    assert places(problems) == [("P0106", 2, 11)]
    assert "byte 21 " in problems[0].message
    assert places(parse_file(b"\xff\xfel\0a\0", "f")[1]) == [("P0106", 1, 1)]


def test_joiners_are_letters_of_texts_but_not_of_names():
    assert problems_of('filter f on x = name is "می\u200cخواهم"  # \u200d') == ()
    assert places(problems_of("filter f\u200d on x = a")) == [("P0106", 2, 9)]


def test_parameters_may_be_called_like_what_opens_a_value():
    assert problems_of("param start = 2026-01-01\nreport r (rate = 1) {\n  period $start to today\n}") == ()


def test_what_may_be_said_often():
    text = """attribution a {
  actions clicked
  within 3 days for campaign "a"
  within 4 days for campaign "b"
  require a = b
  require c = d
  exclude e
  exclude f
}
table t from a.b {
  id = x
  add missing from orders.customer
  add missing from actions.customer
}
run r {
  report a
  report b
  send to f(x = 1)
  send to g(x = 1)
}
"""
    assert problems_of(text) == ()
