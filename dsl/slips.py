"""The usual slips of people who know SQL, spreadsheets or another language, and what to write here.

A slip is a function of a fault: its problem, or None when the fault is another one. They are tried in order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from patron.dsl.building.values import ONE_OF
from patron.dsl.fault import Fault
from patron.dsl.lexer import DATE, MONEY, NAME_LIKE, NUMBER, ODD, STRING, TIME, WORD
from patron.dsl.problems import Problem, Related

Slip: TypeAlias = Callable[[Fault], Problem | None]

CLAUSES = frozenset(
    """include exclude allow keep refresh describe value date format good when from take rules analyse actions campaigns
    conversion within until starts counts credit dated require unknown machine finished show tab section note export
    period compare attribution only membership smallest_group for every check send if expect add bad group""".split()
)
"""The words with which a clause of some block begins."""

_SIGNS = {
    "&": "Write `and`.", "|": "Write `or`.", "!": "Write `not`, or `is not` between two values.",
    "%": "A percent stands right behind its number: `20%`.", ";": "A line ends by itself: delete `;`.",
    "[": "Use round brackets, or `is one of` for several values.", "]": "Use round brackets.",
    "^": "Multiply a value with itself instead.", "?": "Write `if (...) then ... else ...`.",
    ":": "Leave `:` out; times are written 06:00.", "`": "The name in backticks is not closed on its line.",
    "@": "Delete `@`.", "~": "Write `contains` or `matches`.",
    "\\": "A line goes on by itself after `,` or an operator.",
    "€": "An amount is missing: `€50`.", "£": "An amount is missing: `£50`.", "¥": "An amount is missing: `¥50`.",
}  # fmt: skip

_WORDS = {
    "like": "Write `contains`, `starts with`, `ends with` or `matches`.",
    "ilike": "Write `contains`, `starts with`, `ends with` or `matches`.", "limit": "Write `top 10 of ...`.",
    "null": "Write `missing`: `is missing`, `is known`.", "equals": "Write `is`.", "equal": "Write `is`.",
    "select": "Begin with what is counted: `total_sales by month`.", "xor": "Write it with `and`, `or` and `not`.",
    "end": "`if (...) then ... else ...` needs no `end`.", "case": "Write `if (...) then ... else ...`.",
}  # fmt: skip

_SYNONYMS = (
    (("window", "lookback"), "within", "Write `within 14 days of action`."),
    (
        ("in", "over", "since", "between", "from"),
        "during",
        "The period of a phrase is written `during`: `during last 30 days`, `during 2026-01-01 to 2026-03-31`.",
    ),
    (("per", "split", "grouped"), "by", "Write `by`."),
    (("filter", "if", "members", "condition"), "include", "Write `include` and the condition."),
    (("dates", "date_range", "range", "timeframe"), "period", "Write `period last 30 days`."),
    (("filter",), "only", "Write `only` and the condition."),
    (("filter",), "where", "Write `where` and the condition."),
    (("if",), "when", "Write `when` and the condition."),
    (("versus", "vs", "against"), "compare", "Write `compare to previous period`."),
)
"""Words, the keyword that fits where they are meant, what to write."""


def comment_of_sql(fault: Fault) -> Problem | None:
    """`-- note` and `// note`: a comment begins with #."""
    raw = fault.raw
    for n in (*fault.line_before(), fault.at):
        here = raw.source.text[raw.starts[n] : raw.starts[n] + 2]
        if here in ("--", "//", "/*") and (n == fault.at or raw.kinds[n + 1] != NUMBER):
            place = raw.source.span(raw.starts[n], raw.starts[n] + 2)
            return fault.problem("A comment begins with `#`.", place, here)
    return None


def unequal_of_sql(fault: Fault) -> Problem | None:
    if fault.text == ">" and fault.before == "<":
        return fault.problem("Unequal is written `is not`.", found="<>")
    if fault.text == "=" and fault.before in ("=", "is", "!="):
        return fault.problem("Write `is`, or one `=`.")
    if fault.text in (">", "<", ">=", "<=", "!=") and fault.before == "is":
        return fault.problem(f"Write `{fault.text}` without `is`.")
    return None


def in_of_sql(fault: Fault) -> Problem | None:
    """`in (...)`, `is in (...)`, `not in (...)`, `is any of`."""
    if fault.text == "in" and fault.after in ("(", "[") and fault.fits("is"):
        return fault.problem(ONE_OF)
    if fault.text in ("(", "[") and fault.before == "in":
        return fault.problem(ONE_OF, fault.span_of(fault.at - 1), "in")
    if fault.text == "not" and fault.after == "in" and fault.fits("is"):
        return fault.problem('Write `is not one of "...", "..."`.')
    if fault.text == "of" and fault.before == "any" and fault.near(-2) in ("is", "not"):
        return fault.problem("Write `is one of`.", fault.span_of(fault.at - 1), "any")
    return None


def membership(fault: Fault) -> Problem | None:
    """`is in audience x`, `customer in list y`, `in previous month`."""
    if fault.text == "in" and fault.after in ("audience", "list", "bucket"):
        if fault.before == "is":
            return fault.problem(f"Write `in {fault.after} ...` without `is`.", fault.span_of(fault.at - 1), "is")
        if fault.fits("is"):
            return fault.problem(f"`in {fault.after} ...` stands alone: the customer is meant.")
    if fault.text == "previous" and fault.before == "in" and fault.fits("the"):
        return fault.problem(f"Write `in the previous {fault.after}`.")
    if fault.text in ("audience", "list", "bucket") and fault.before == "in" and fault.near(-2) in ("is", "not"):
        negated = "not " if fault.near(-2) == "not" else ""
        return fault.problem(f"Write `{negated}in {fault.text} ...` without `is`.")
    return None


def negated_test(fault: Fault) -> Problem | None:
    """`is not between`, `is not before`, `is not in`, `not contains`."""
    is_not = fault.near(-2) == "not" and fault.near(-3) == "is"
    if is_not and fault.before in ("between", "before", "after", "in", "within"):
        hint = f"Put `not` in front of the whole: `not (... is {fault.before} ...)`."
        return fault.problem(hint, fault.span_of(fault.at - 1), fault.before)
    if fault.text == "not" and fault.after in ("contains", "matches", "starts", "ends", "like"):
        return fault.problem(f"Put `not` in front of the whole: `not (... {fault.after} ...)`.")
    return None


def order_of_sql(fault: Fault) -> Problem | None:
    if fault.text in ("order", "sort") and fault.after == "by":
        return fault.problem("Write `sorted by`.")
    if fault.text == "group" and fault.after == "by" and fault.fits("by"):
        return fault.problem("Write `by` alone.")
    return None


def sign(fault: Fault) -> Problem | None:
    if fault.kind == ODD and fault.text in _SIGNS:
        doubled = fault.text * 2 if fault.after == fault.text and fault.text in "&|" else fault.text
        return fault.problem(_SIGNS[fault.text], found=doubled)
    return None


def word(fault: Fault) -> Problem | None:
    if fault.kind == WORD and fault.text.lower() in _WORDS and not fault.fits(fault.text):
        return fault.problem(_WORDS[fault.text.lower()])
    return None


def synonym(fault: Fault) -> Problem | None:
    """A word of other tools for a clause or part that fits here under its own name."""
    if fault.kind != WORD or fault.fits(fault.text):
        return None
    for words, fitting, hint in _SYNONYMS:
        if fault.text.lower() in words and fault.fits(fitting):
            return fault.problem(hint)
    return None


def amount(fault: Fault) -> Problem | None:
    if fault.text == "," and fault.raw.kinds[fault.at - 1] == MONEY and fault.raw.kinds[fault.at + 1] == NUMBER:
        return fault.problem("An amount has groups of three digits, or none: `$1,250` or `$1250`.")
    return None


def where_of_a_table(fault: Fault) -> Problem | None:
    """A `where` in a table's block that is not its first clause (P0109)."""
    if fault.statement != "table" or "where" not in (fault.text, fault.before):
        return None
    at = fault.at if fault.text == "where" else fault.at - 1
    return Problem("P0109", fault.span_of(at), "`where` must be the first clause of a table",
                   "Move it up: the first line of the block.")  # fmt: skip


def where_outside(fault: Fault) -> Problem | None:
    if fault.text == "where" and fault.before == ")" and not fault.fits("sorted"):
        return fault.problem("The condition goes inside the brackets: `sum(orders.total where ...)`.")
    if fault.before == "where" and fault.accepted and fault.fits("(") and len(fault.accepted) == 1:
        rest = fault.text if fault.kind in NAME_LIKE else "..."
        return fault.problem(f"Write `where ({rest})`: here the condition stands in brackets.")
    return None


_PARTS = ("by", "for", "during", "compare", "where")


ORDER = (
    "The order of a phrase is: metrics, `by`, then `for`, `during`, `compare`, then `where`, "
    "then `having`, `sorted by`, `top`."
)


def part_of_a_phrase(fault: Fault) -> Problem | None:
    """A part said twice (P0110) or out of order in a phrase."""
    if fault.text not in _PARTS or not fault.fits("sorted"):
        return None
    raw = fault.raw
    for n in reversed(range(fault.first, fault.at)):
        text = raw.text(n)
        if text in ("show", "{", "}"):
            break
        if text == fault.text and (text != "by" or raw.text(n - 1) != "sorted"):
            first = fault.span_of(n)
            return Problem("P0110", fault.place, f"`{text}` may be said once",
                           f"It is first said at line {first.line}.", (Related(first, "first said here"),))  # fmt: skip
    return fault.problem(ORDER)


def part_on_a_line_of_its_own(fault: Fault) -> Problem | None:
    """`for audience x during ...` below a show: `for` and `compare` do not continue a line."""
    line = fault.line_before()
    if fault.statement != "report" or not line or not fault.may_end or fault.kind != WORD:
        return None
    opening = fault.raw.text(line[0])
    if opening in ("for", "compare") and fault.text in (*_PARTS, "having", "sorted", "top"):
        return Problem("P0111", fault.span_of(line[0]), f"`{opening}` belongs to the whole report here",
                       "For one show alone, write it at the end of the line above.")  # fmt: skip
    return None


def calculation_in_a_phrase(fault: Fault) -> Problem | None:
    """`total_sales / total_orders` and `share of m` in a phrase: they need a name."""
    if not fault.fits("sorted") or not fault.fits("as"):
        return None
    if fault.text in ("/", "*", "+", "-"):
        made = f"{fault.before} {fault.text} {fault.after or '...'}" if fault.before != ")" else f"a {fault.text} b"
        return fault.problem(f"Give it a name first: `metric x = {made}`, then ask for `x`.")
    if fault.before in ("share", "rate", "rolling", "running", "how", "their", "if"):
        place = fault.span_of(fault.at - 1)
        return fault.problem(
            f"Give it a name first: `metric x = {fault.before} ...`, then ask for `x`.", place, fault.before
        )
    if fault.before.lower() == "select" and len(fault.line_before()) == 1:
        return fault.problem(_WORDS["select"], fault.span_of(fault.at - 1), fault.before)
    if fault.before == "by" and len(fault.line_before()) == 1:
        place = fault.span_of(fault.at - 1)
        return fault.problem("A phrase begins with what is counted: `total_sales by month`.", place, "by")
    return None


def forgotten_word(fault: Fault) -> Problem | None:
    """`for win_back`, `show table total_sales`, `if a then`, `IF (a) then`."""
    if fault.before == "for" and fault.kind == WORD and fault.fits("audience"):
        return fault.problem(f"Write `for audience {fault.text}`, `for list ...` or `for all records`.")
    if fault.near(-2) == "show" and fault.kind == WORD and fault.fits("of"):
        return fault.problem(f"Write `show {fault.before} of {fault.text} ...`.")
    if fault.before == "if" and fault.fits("("):
        return fault.problem("The condition stands in brackets: `if (...) then ... else ...`.")
    if fault.text == "then":
        for n in fault.line_before():
            if fault.raw.text(n) in ("IF", "If"):
                return fault.problem("Write `if` in small letters.", fault.span_of(n), fault.raw.text(n))
    return None


def quotes(fault: Fault) -> Problem | None:
    """A text where a name is expected, and the reverse."""
    if fault.statement == "import" and fault.ends_line and fault.fits("from"):
        return fault.problem('A file stands between double quotes: `import "metrics.patron"`.')
    if fault.kind == STRING and fault.fits("NAME") and not fault.fits("STRING") and not fault.may_end:
        return fault.problem("A name stands here, without quotes.")
    if fault.kind == WORD and len(fault.accepted) == 1 and fault.fits("STRING"):
        return fault.problem(f'Texts stand between double quotes: "{fault.text}"')
    return None


def written_dates(fault: Fault) -> Problem | None:
    if fault.kind == TIME and fault.raw.kinds[fault.at - 1] == DATE:
        return fault.problem("A moment is written 2026-05-31 06:00: one blank, two digits for the hour.")
    behind_date = fault.kind == WORD and fault.raw.kinds[fault.at - 1] == DATE
    if behind_date and fault.text[:1] in "Tt" and fault.text[1:3].isdigit():
        return fault.problem("A moment is written 2026-05-31 06:00: with a blank, without `T`.")
    return None


def how_often(fault: Fault) -> Problem | None:
    """`has ordered 3 times`, which may mean exactly so many, or at least."""
    if fault.kind != NUMBER or not fault.fits("exactly"):
        return None
    counted = f"{fault.text} {'time' if fault.text == '1' else 'times'}"
    return fault.problem(f"Write `exactly {counted}` or `at least {counted}`.")


def digits_first(fault: Fault) -> Problem | None:
    if fault.kind == NUMBER and fault.fits("NAME") and not fault.fits("NUMBER", "INT"):
        return fault.problem("A name does not begin with a digit: put a letter first, or write it in backticks.")
    return None


def value_and_block(fault: Fault) -> Problem | None:
    """`metric x = total_sales {`, and `value = total_sales` inside the block."""
    if fault.text == "{" and fault.statement == "metric" and fault.may_end:
        return fault.problem("With a block, the value is a clause of it: `metric x {`, below it `value ...`.")
    if fault.text == "=" and len(fault.line_before()) == 1 and fault.before in CLAUSES and not fault.fits("="):
        return fault.problem(f"Leave `=` out: `{fault.before} {fault.after}`.")
    return None


def closing(fault: Fault) -> Problem | None:
    if fault.text == ")" and not fault.in_brackets:
        return fault.problem("This `)` closes nothing: delete it.")
    if fault.text == "}" and fault.at == fault.first:
        return fault.problem("This `}` closes nothing: delete it.")
    return None


SLIPS: tuple[Slip, ...] = (
    comment_of_sql, unequal_of_sql, in_of_sql, membership, negated_test, order_of_sql, sign, word, synonym, amount,
    where_of_a_table, where_outside, part_of_a_phrase, part_on_a_line_of_its_own, calculation_in_a_phrase,
    forgotten_word, quotes, written_dates, how_often, digits_first, value_and_block, closing,
)  # fmt: skip
