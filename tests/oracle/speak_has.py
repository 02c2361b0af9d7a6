"""Reading the `has` phrase and the windows of `their` (section 8)."""

from __future__ import annotations

from tests.oracle.speak import Node, duration, expression, span, top_count, value, when
from tests.oracle.tokens import Cursor, dotted, unquote

_BOUNDS = {
    ("at", "least"): "at least", ("at", "most"): "at most", ("more", "than"): "more than",
    ("fewer", "than"): "fewer than", ("exactly",): "exactly",
}  # fmt: skip


def has(words: Cursor) -> Node:
    """`has [not] event ... [then event ...]`."""
    words.need("has")
    negated = words.take("not")
    steps = [("step", dotted(words), qualifiers(words), None, None)]
    while words.take("then"):
        name, said = dotted(words), qualifiers(words)
        reach = duration(words) if words.take("within") else None
        steps.append(("step", name, said, reach, _without(words)))
    node = ("has", tuple(steps))
    return ("not", node) if negated else node


def _without(words: Cursor) -> Node | None:
    if not words.take("without"):
        return None
    return ("step", dotted(words), qualifiers(words), None, None)


def windows(words: Cursor) -> Node:
    """The window words after `their metric`."""
    found = []
    while (said := _window(words)) is not None:
        found.append(said)
    return tuple(found)


def qualifiers(words: Cursor) -> Node:
    """Everything that may follow an event, in any order."""
    found = []
    while (said := _qualifier(words)) is not None:
        found.append(said)
    return tuple(found)


def _qualifier(words: Cursor) -> Node | None:
    if words.take("once"):
        return ("once",)
    if words.take("spending"):
        bound, amount = _bound(words)
        return ("spending", bound, amount, words.take("each", "time"))
    if words.sees("in", "each", "of"):
        words.need("in", "each", "of", "the", "last")
        return ("each_of", *span(words))
    if words.sees("within") and _within_of(words):
        words.need("within")
        reach = duration(words)
        words.need("of")
        return ("within_of", reach, dotted(words))
    found = _bound(words)
    if found:
        words.need("times")
        return ("times", *found)
    return _window(words) or _object(words)


def _within_of(words: Cursor) -> bool:
    return words.peek(3).text == "of" or (words.peek(1).text == "$" and words.peek(4).text == "of")


def _bound(words: Cursor) -> tuple[str, Node] | None:
    for spoken, bound in _BOUNDS.items():
        if words.take(*spoken):
            return bound, _quantity(words)
    return None


def _quantity(words: Cursor) -> Node:
    return value(words) if words.peek().kind == "money" else _plain_quantity(words)


def _plain_quantity(words: Cursor) -> Node:
    number = top_count(words)
    if words.peek().kind == "name" and words.peek().text.isupper() and len(words.peek().text) == 3:
        words.next()
    return number


def _window(words: Cursor) -> Node | None:
    if words.sees("where", "("):
        words.need("where", "(")
        condition = expression(words)
        words.need(")")
        return ("where", condition)
    if words.sees("in", "the", "period"):
        words.need("in", "the", "period")
        return ("in_period",)
    if words.sees("in") and words.peek(1).text in ("the", "last", "next", "this"):
        words.next()
        words.take("the")
        return ("date_in", when(words))
    for spoken in ("since", "before"):
        if words.take(spoken):
            return (spoken, value(words))
    if words.take("between"):
        low = value(words)
        words.need("and")
        return ("between", low, value(words))
    return None


def _object(words: Cursor) -> Node | None:
    first = words.at
    if words.peek().kind != "name" or words.peek().text in ("then", "without"):
        return None
    path = dotted(words)
    if words.peek().kind == "string":
        return ("object", path, (unquote(words.next().text),))
    if words.take("any", "of"):
        wanted = [unquote(words.next().text)]
        while words.peek().text == "," and words.peek(1).kind == "string":
            words.next()
            wanted.append(unquote(words.next().text))
        return ("object", path, tuple(wanted))
    words.at = first
    return None


def event_phrase(words: Cursor) -> Node:
    """An event with or without a condition, where no customer is asked."""
    name = dotted(words)
    condition = None
    if words.take("where", "("):
        condition = expression(words)
        words.need(")")
    return (".".join(name), condition)
