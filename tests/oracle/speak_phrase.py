"""Reading the query phrase (section 13)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.speak import Node, count, expression, span, unit
from tests.oracle.speak_files import dims
from tests.oracle.tokens import Cursor, NotExpressible, dotted, unquote


@dataclass(slots=True)
class Phrase:
    """A question: what is counted, by what, for whom, when, against what, and which rows of the answer."""

    metrics: tuple[Node, ...] = ()
    dims: tuple[Node, ...] = ()
    subject: Node = ("all",)
    period: Node = ("all_time",)
    comparison: Node | None = None
    where: Node | None = None
    having: Node | None = None
    sort: Node | None = None
    top: Node | None = None
    rest: str | None = None
    total: str | None = None


def phrase(text: str) -> Phrase:
    """Read a phrase as it stands after `patron query`."""
    words = Cursor(text)
    said = Phrase(metrics=_items(words))
    if words.take("by"):
        said.dims = dims(words)
    while words.peek().kind != "end":
        if words.peek().kind == "newline":
            words.next()
        else:
            _clause(words, said)
    return said


def _items(words: Cursor) -> tuple[Node, ...]:
    found = []
    while True:
        first = words.at
        node = expression(words)
        if node[0] not in ("path", "aggregate"):
            raise NotExpressible("a phrase takes metrics and aggregates")
        found.append(("item", words.slice(first), node))
        if words.take("as"):
            words.next()
        if not words.take(","):
            return tuple(found)


def _clause(words: Cursor, said: Phrase) -> None:
    keyword = words.name()
    match keyword:
        case "for":
            said.subject = _subject(words)
        case "during":
            said.period = period(words)
        case "compare":
            words.need("to")
            said.comparison = _comparison(words)
        case "where":
            said.where = expression(words)
        case "having":
            said.having = expression(words)
        case "sorted":
            words.need("by")
            said.sort = (dotted(words), not words.take("ascending"))
            words.take("descending")
        case "top":
            said.top = _top(words)
        case "rest":
            said.rest = unquote(words.next().text)
        case "total":
            said.total = unquote(words.next().text)
        case _:
            raise NotExpressible(f"phrase clause {keyword}")


def _top(words: Cursor) -> Node:
    number = count(words)
    metric = dotted(words) if words.take("of") else None
    per = None
    if words.take("per"):
        per = dims(words)
    return (number, metric, per)


def _subject(words: Cursor) -> Node:
    if words.take("all", "records"):
        return ("all",)
    if words.take("audience"):
        return ("union", (words.name(),))
    each = words.take("each")
    if words.take("audiences") or (each and words.take("audience")):
        names = [words.name()]
        while words.take(","):
            names.append(words.name())
        return ("each" if each else "union", tuple(names))
    raise NotExpressible("lists")


def period(words: Cursor) -> Node:
    """A period as section 3 writes it."""
    if words.take("all", "time"):
        return ("all_time",)
    if words.take("last"):
        return ("last", *span(words))
    if words.take("this"):
        return ("this", unit(words))
    if words.take("previous"):
        return ("previous", unit(words))
    if words.peek(1).text == "to" and words.peek(2).text == "date":
        name = unit(words)
        words.need("to", "date")
        return ("to_date", name)
    first = _day(words)
    return ("dates", first, _day(words) if words.take("to") else first)


def _day(words: Cursor) -> Node:
    if words.take("today"):
        return ("today",)
    node = expression(words)
    if node[0] not in ("lit", "param"):
        raise NotExpressible(f"day {node}")
    return node


def _comparison(words: Cursor) -> Node:
    if words.take("previous", "period"):
        return ("previous_period",)
    if words.take("same", "period", "last"):
        return ("same_last", unit(words))
    if words.take("same", "weekdays", "last", "year"):
        return ("same_weekdays",)
    if words.take("audience"):
        return ("people", words.name())
    return ("period", period(words))
