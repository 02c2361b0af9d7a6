"""Reading expressions and conditions (section 8) into nested tuples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from tests.oracle.tokens import Cursor, NotExpressible, dotted, unquote

UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
AGGREGATES = {
    "sum", "count", "unique", "average", "min", "max", "median", "percentile", "first", "last", "most_common",
}  # fmt: skip
Node = tuple
PHRASES: dict[str, Callable[[Cursor], Node]] = {}
"""What `speak_has` reads: the `has` phrase, and the windows after `their`."""


def unit(words: Cursor) -> str:
    """A unit of time, in singular."""
    name = words.name()
    single = name.removesuffix("s")
    if single not in UNITS:
        raise NotExpressible(f"unit {name}")
    return single


def sees_unit(words: Cursor, ahead: int) -> bool:
    token = words.peek(ahead)
    return token.kind == "name" and token.text.removesuffix("s") in UNITS


def expression(words: Cursor) -> Node:
    left = _and(words)
    while words.take("or"):
        left = ("or", left, _and(words))
    return left


def _and(words: Cursor) -> Node:
    left = _not(words)
    while words.take("and"):
        left = ("and", left, _not(words))
    return left


def _not(words: Cursor) -> Node:
    return ("not", _not(words)) if words.take("not") else _predicate(words)


def _predicate(words: Cursor) -> Node:
    if words.sees("has") and words.peek(1).text != ".":
        return PHRASES["has"](words)
    if words.sees("in") and words.peek(1).text in ("audience", "audiences", "list", "bucket", "rows"):
        return _membership(words)
    left = value(words)
    sign = words.peek()
    if sign.kind == "sign" and sign.text in ("=", "!=", "<", "<=", ">", ">="):
        words.next()
        return ("compare", sign.text, left, value(words))
    for spoken in ("contains", "matches"):
        if words.take(spoken):
            return (spoken, left, value(words))
    for spoken in ("starts", "ends"):
        if words.take(spoken, "with"):
            return (spoken, left, value(words))
    return _is(words, left) if words.take("is") else left


def _membership(words: Cursor) -> Node:
    words.need("in")
    if words.take("audience"):
        return ("in_audience", words.name())
    if words.take("bucket"):
        first = count(words)
        last = count(words) if words.take("to") else first
        words.need("of")
        size = count(words)
        words.need("salted")
        return ("bucket", first, last, size, unquote(words.next().text))
    raise NotExpressible("lists and rows of reports")


def _is(words: Cursor, left: Node) -> Node:
    negated = words.take("not")
    node = _is_something(words, left)
    return ("not", node) if negated else node


def _is_something(words: Cursor, left: Node) -> Node:
    if words.take("one", "of"):
        return ("one_of", left, values(words))
    if words.take("known"):
        return ("known", left)
    if words.take("between"):
        low = value(words)
        words.need("and")
        return ("between", left, low, value(words))
    for spoken in ("before", "after"):
        if words.take(spoken):
            return (spoken, left, value(words))
    if words.take("within"):
        reach = duration(words)
        words.need("of")
        return ("near", left, reach, value(words))
    if words.take("in"):
        return _is_in(words, left)
    return ("compare", "=", left, value(words))


def _is_in(words: Cursor, left: Node) -> Node:
    words.take("the")
    for end in ("top", "bottom"):
        if words.take(end):
            reach = top_count(words)
            audience = words.name() if words.take("of", "audience") else None
            return ("rank", left, end, reach, audience)
    return ("date_in", left, when(words))


def when(words: Cursor) -> Node:
    """The words of a period after `in`: last, next, this, previous."""
    if words.take("last"):
        return ("last", *span(words))
    if words.take("next"):
        return ("next", *span(words))
    if words.take("this"):
        return ("this", unit(words))
    words.need("previous")
    return ("previous", unit(words))


def span(words: Cursor) -> Node:
    """How many units, and whether whole ones: `3 full months`."""
    number = count(words)
    full = words.take("full")
    return (number, unit(words), full)


def count(words: Cursor) -> Node:
    """A whole number, or a parameter."""
    if words.take("$"):
        return ("param", words.name())
    return ("lit", _number(words.next().text))


def top_count(words: Cursor) -> Node:
    if words.peek().kind == "percent":
        return ("percent", Decimal(words.next().text[:-1]) / 100)
    return count(words)


def duration(words: Cursor) -> Node:
    number = count(words)
    return ("duration", number, unit(words))


def values(words: Cursor) -> Node:
    found = [value(words)]
    while words.take(","):
        found.append(value(words))
    return tuple(found)


def value(words: Cursor) -> Node:
    left = _product(words)
    while words.peek().kind == "sign" and words.peek().text in "+-":
        sign = words.next().text
        left = ("arith", sign, left, _product(words))
    return left


def _product(words: Cursor) -> Node:
    left = _unary(words)
    while words.peek().kind == "sign" and words.peek().text in "*/":
        sign = words.next().text
        left = ("arith", sign, left, _unary(words))
    return left


def _unary(words: Cursor) -> Node:
    return ("negate", _unary(words)) if words.take("-") else _atom(words)


def _number(text: str) -> int | Decimal:
    plain = text.replace("_", "")
    return Decimal(plain) if "." in plain else int(plain)


def _literal(words: Cursor) -> Node | None:
    token = words.peek()
    match token.kind:
        case "string":
            return ("lit", unquote(words.next().text))
        case "money":
            return ("lit", Decimal(words.next().text[1:].replace(",", "").replace("_", "")))
        case "percent":
            return ("lit", float(Decimal(words.next().text[:-1]) / 100))
        case "date":
            return ("lit", dt.date.fromisoformat(words.next().text))
        case "datetime":
            return ("moment", dt.datetime.fromisoformat(words.next().text))
        case "number":
            return _number_literal(words)
    return None


def _number_literal(words: Cursor) -> Node:
    if sees_unit(words, 1):
        length = duration(words)
        return ("ago", length) if words.take("ago") else length
    number = _number(words.next().text)
    follower = words.peek()
    if follower.kind == "name" and len(follower.text) == 3 and follower.text.isupper():
        words.next()
        return ("lit", Decimal(number))
    return ("lit", float(number) if isinstance(number, Decimal) else number)


def _atom(words: Cursor) -> Node:
    literal = _literal(words)
    if literal is not None:
        return literal
    if words.take("("):
        inner = expression(words)
        words.need(")")
        return inner
    if words.take("$"):
        return ("param", words.name())
    return _word(words)


def _word(words: Cursor) -> Node:
    for spoken in ("today", "now", "missing"):
        if words.sees(spoken) and words.peek(1).text not in (".", "("):
            words.next()
            return (spoken,)
    for spoken, truth in (("yes", True), ("no", False)):
        if words.take(spoken):
            return ("lit", truth)
    if words.sees("start", "of"):
        return _start_of(words)
    if words.take("if"):
        return _choose(words)
    if words.take("their"):
        return _their(words)
    return _named(words)


def _start_of(words: Cursor) -> Node:
    words.need("start", "of")
    which = "this"
    for spoken in ("this", "previous", "last", "next"):
        if words.take(spoken):
            which = "previous" if spoken == "last" else spoken
    return ("start_of", which, unit(words))


def _choose(words: Cursor) -> Node:
    words.need("(")
    condition = expression(words)
    words.need(")", "then")
    first = _unary(words)
    words.need("else")
    return ("if", condition, first, _unary(words))


def _their(words: Cursor) -> Node:
    metric = _named(words, narrowing=False)
    return ("their", metric, PHRASES["windows"](words))


def _named(words: Cursor, *, narrowing: bool = True) -> Node:
    path = dotted(words)
    if words.sees("("):
        return _call(words, path)
    if narrowing and words.sees("where", "("):
        words.need("where", "(")
        condition = expression(words)
        words.need(")")
        return ("narrowed", ("path", path), condition)
    return ("path", path)


def _call(words: Cursor, path: tuple[str, ...]) -> Node:
    words.need("(")
    arguments: list[Node] = []
    condition: Node | None = None
    while not words.take(")"):
        if words.take("where"):
            condition = expression(words)
        elif not words.take(","):
            arguments.append(expression(words))
    if len(path) == 1 and path[0] in AGGREGATES:
        return ("aggregate", path[0], tuple(arguments), condition)
    return ("call", ".".join(path), tuple(arguments))
