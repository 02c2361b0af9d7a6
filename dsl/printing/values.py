"""Values and conditions as they are written, with brackets where they are needed and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patron.dsl import tree as t
from patron.dsl.printing import words as w
from patron.dsl.printing.layout import AND, COMMA, DEEPER, ELSE, OPERATOR, OR, THEN, soft

IN_OR, IN_AND, IN_NOT, IN_PREDICATE, IN_SUM, IN_PRODUCT, IN_UNARY, IN_ATOM = range(8)
"""How tightly the place around a value binds."""

_Print = Callable[[Any, int], str]


def condition(given: t.Expr, level: int = 0) -> str:
    """A condition or value where the loosest one may stand; `level` counts the brackets around it."""
    return expr(given, IN_OR, level)


def value(given: t.Expr, level: int = 0) -> str:
    """A value where a condition needs brackets."""
    return expr(given, IN_SUM, level)


def expr(given: t.Expr, place: int, level: int = 0, in_call: bool = False) -> str:
    binds = _BINDS.get(type(given), IN_ATOM)
    if isinstance(given, t.Binary):
        binds = IN_SUM if given.op in "+-" else IN_PRODUCT
    if binds < place or (in_call and isinstance(given, (t.Their, t.Narrowed))):
        return f"({expr(given, IN_OR, level + DEEPER)})"
    if in_call and isinstance(given, (t.Binary, t.Negate)):
        return _binary(given, level, True) if isinstance(given, t.Binary) else _negate(given, level, True)
    return _PRINT[type(given)](given, level)


# ---------------------------------------------------------------- values


def _binary(given: t.Binary, level: int, in_call: bool = False) -> str:
    """A chain such as a - b + c is walked, not climbed: it may be long."""
    binds = IN_SUM if given.op in "+-" else IN_PRODUCT
    pieces: list[str] = []
    left: t.Expr = given
    while isinstance(left, t.Binary) and (IN_SUM if left.op in "+-" else IN_PRODUCT) == binds:
        right = expr(left.right, binds + 1, level, in_call)
        pieces.append(f" {left.op}{soft(level + OPERATOR)}{right}")
        left = left.left
    return expr(left, binds, level, in_call) + "".join(reversed(pieces))


def _negate(given: t.Negate, level: int, in_call: bool = False) -> str:
    if isinstance(given.value, t.Negate):
        return f"-({expr(given.value, IN_OR, level + DEEPER)})"
    return "-" + expr(given.value, IN_UNARY, level, in_call)


def _choose(given: t.Choose, level: int) -> str:
    out = []
    rest: t.Expr = given
    while isinstance(rest, t.Choose):
        then = rest.then
        said = f"({_choose(then, level + DEEPER)})" if isinstance(then, t.Choose) else expr(then, IN_UNARY, level, True)
        out.append(f"if ({condition(rest.condition, level + DEEPER)}){soft(level + THEN)}then {said}")
        rest = rest.otherwise
    otherwise = expr(rest, IN_UNARY, level, True)
    return f"{soft(level + ELSE)}else ".join([*out, otherwise])


def call(given: t.Call, level: int = 0) -> str:
    inner = level + DEEPER
    args = w.listed((_arg(a, inner) for a in given.args), inner + COMMA)
    where = "" if given.where is None else f" where {condition(given.where, inner)}"
    return f"{w.path(given.function, w.VALUE)}({args}{where})"


def _arg(given: t.Arg, level: int) -> str:
    named = "" if given.name is None else f"{w.name(given.name, w.VALUE)} = "
    return named + expr(given.value, IN_SUM, level, in_call=True)


def _their(given: t.Their, level: int) -> str:
    return " ".join([f"their {w.path(given.metric)}", *(qualifier(q, level) for q in given.windows)])


def _narrowed(given: t.Narrowed, level: int) -> str:
    return f"{w.path(given.metric, w.VALUE)} where ({condition(given.condition, level + DEEPER)})"


def _start_of(given: t.StartOf, _level: int) -> str:
    return f"start of {given.which} {given.unit}"


# ---------------------------------------------------------------- conditions

_WORDY = (t.Text, t.Bool)
_EXACT = (t.Number, t.Money, t.Percent, t.Date, t.Moment, t.Duration, t.Today, t.Now, t.Ago, t.StartOf, t.Binary,
          t.Negate)  # fmt: skip


def _compare(given: t.Compare, level: int) -> str:
    """`is` for texts, choices, references and yes/no, `=` for numbers, money and dates; else as it was written."""
    op = given.op
    if op in ("=", "!="):
        sides = (given.left, given.right)
        wordy = any(isinstance(s, _WORDY) for s in sides)
        exact = any(isinstance(s, _EXACT) for s in sides)
        if given.words if wordy == exact else wordy:
            op = "is" if op == "=" else "is not"
    return f"{expr(given.left, IN_SUM, level)} {op} {expr(given.right, IN_SUM, level)}"


def _is_missing(given: t.IsMissing, level: int) -> str:
    return f"{expr(given.value, IN_SUM, level)} is {'known' if given.negated else 'missing'}"


def _one_of(given: t.OneOf, level: int) -> str:
    options = w.listed((expr(o, IN_ATOM, level) for o in given.options), level + COMMA)
    return f"{expr(given.value, IN_SUM, level)} is {'not ' if given.negated else ''}one of {options}"


def _between(given: t.Between, level: int) -> str:
    low, high = expr(given.low, IN_SUM, level), expr(given.high, IN_SUM, level)
    return f"{expr(given.value, IN_SUM, level)} is between {low} and {high}"


def _order(given: t.Order, level: int) -> str:
    return f"{expr(given.left, IN_SUM, level)} is {given.op} {expr(given.right, IN_SUM, level)}"


def _date_in(given: t.DateIn, level: int) -> str:
    return f"{expr(given.value, IN_SUM, level)} is {qualifier(given.window, level)}"


def _near(given: t.Near, level: int) -> str:
    return f"{expr(given.value, IN_SUM, level)} is within {w.duration(given.duration)} of {w.path(given.other)}"


def _text_test(given: t.TextTest, level: int) -> str:
    op = f"{given.op} with" if given.op in ("starts", "ends") else given.op
    return f"{expr(given.value, IN_SUM, level)} {op} {expr(given.pattern, IN_SUM, level)}"


def _in_top(given: t.InTop, level: int) -> str:
    of = "" if given.audience is None else f" of audience {w.name(given.audience)}"
    return f"{expr(given.value, IN_SUM, level)} is in the {given.end} {expr(given.amount, IN_ATOM)}{of}"


def _in_list(given: t.InList, _level: int) -> str:
    return f"in list {w.name(given.list)}" + ("" if given.version is None else f" version {given.version}")


def _in_bucket(given: t.InBucket, _level: int) -> str:
    high = "" if given.high is None else f" to {w.count(given.high)}"
    return f"in bucket {w.count(given.low)}{high} of {w.count(given.of)} salted {w.text(given.salt)}"


def _in_rows(given: t.InRows, level: int) -> str:
    where = "" if given.condition is None else f" where ({condition(given.condition, level + DEEPER)})"
    return f"in rows of {w.name(given.report)} {w.text(given.title)}{where}"


def _has(given: t.Has, level: int) -> str:
    event = w.path(given.event, w.VALUE)
    said = [f"has not {event}" if given.negated else f"has {event}", *(qualifier(q, level) for q in given.qualifiers)]
    return " ".join([*said, *(_step(s, level) for s in given.steps)])


def _step(given: t.Step, level: int) -> str:
    said = [f"then {w.path(given.event)}", *(qualifier(q, level) for q in given.qualifiers)]
    if given.within is not None:
        said.append(f"within {w.duration(given.within)}")
    if given.without is not None:
        said.append(f"without {w.path(given.without)}")
        said += [qualifier(q, level) for q in given.without_qualifiers]
    return " ".join(said)


def _or(given: t.Or, level: int) -> str:
    return f"{soft(level + OR)}or ".join([expr(i, IN_AND, level) for i in given.items])


def _and(given: t.And, level: int) -> str:
    return f"{soft(level + AND)}and ".join([expr(i, IN_NOT, level) for i in given.items])


def _not(given: t.Not, level: int) -> str:
    return f"not {expr(given.item, IN_NOT, level)}"


# ---------------------------------------------------------------- the parts of has


def qualifier(given: t.Qualifier, level: int = 0) -> str:
    match given:
        case t.Object(path, values, many):
            listed = w.listed((expr(v, IN_ATOM, level) for v in values), level + COMMA)
            return f"{w.path(path, w.OBJECT)} {'any of ' if many else ''}{listed}"
        case t.Times(op, amount):
            return op if amount is None else f"{op} {w.count(amount)} times"
        case t.Spending(op, limit, each):
            return f"spending {op} {expr(limit, IN_ATOM)}{' each time' if each else ''}"
        case t.Where(inner):
            return f"where ({condition(inner, level + DEEPER)})"
        case t.WithinOf(duration, event):
            return f"within {w.duration(duration)} of {w.path(event)}"
        case _:
            return window(given)


def window(given: t.Qualifier) -> str:
    """The parts of `has` and `their` that say when."""
    match given:
        case t.InLast(count, unit, full):
            return f"in the last {w.counted(count, unit, full)}"
        case t.InNext(count, unit):
            return f"in the next {w.counted(count, unit)}"
        case t.InThis(unit):
            return f"in this {unit}"
        case t.InPrevious(unit):
            return f"in the previous {unit}"
        case t.InEach(count, unit, full):
            return f"in each of the last {w.counted(count, unit, full)}"
        case t.InPeriod():
            return "in the period"
        case t.Since(point):
            return f"since {expr(point, IN_ATOM)}"
        case t.BeforePoint(point):
            return f"before {expr(point, IN_ATOM)}"
        case t.BetweenPoints(start, end):
            return f"between {expr(start, IN_ATOM)} and {expr(end, IN_ATOM)}"
    raise TypeError(f"not a part of `has`: {given!r}")


_BINDS = {
    t.Or: IN_OR, t.And: IN_AND, t.Not: IN_NOT, t.Negate: IN_UNARY,
    **dict.fromkeys((t.Compare, t.IsMissing, t.OneOf, t.Between, t.Order, t.DateIn, t.Near, t.TextTest, t.InTop,
                     t.InAudience, t.InList, t.InBucket, t.InRows, t.Has), IN_PREDICATE),
}  # fmt: skip
_PRINT: dict[type, _Print] = {
    t.Text: lambda g, _: w.text(g), t.Number: lambda g, _: w.decimal(g.value),
    t.Percent: lambda g, _: w.decimal(g.value) + "%", t.Money: lambda g, _: w.money(g),
    t.Date: lambda g, _: g.text, t.Moment: lambda g, _: g.text, t.Bool: lambda g, _: "yes" if g.value else "no",
    t.Missing: lambda *_: "missing", t.Today: lambda *_: "today", t.Now: lambda *_: "now",
    t.Param: lambda g, _: w.param(g), t.Duration: lambda g, _: w.duration(g),
    t.Path: lambda g, _: w.path(g, w.VALUE), t.Call: call, t.Negate: _negate, t.Binary: _binary, t.Choose: _choose,
    t.Ago: lambda g, _: f"{w.duration(g.duration)} ago", t.StartOf: _start_of, t.Their: _their, t.Narrowed: _narrowed,
    t.Compare: _compare, t.IsMissing: _is_missing, t.OneOf: _one_of, t.Between: _between, t.Order: _order,
    t.DateIn: _date_in, t.Near: _near, t.TextTest: _text_test, t.InTop: _in_top,
    t.InAudience: lambda g, _: f"in audience {w.name(g.audience)}", t.InList: _in_list, t.InBucket: _in_bucket,
    t.InRows: _in_rows, t.Has: _has, t.And: _and, t.Or: _or, t.Not: _not,
}  # fmt: skip
