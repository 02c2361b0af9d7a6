"""Reading an attribution (section 12)."""

from __future__ import annotations

from tests.oracle.speak import Node, duration, expression, value, values
from tests.oracle.speak_has import event_phrase
from tests.oracle.tokens import Cursor, dotted


def attribution(words: Cursor) -> tuple[str, str | None, list[Node]]:
    """Its name, the one it extends, its clauses."""
    name = words.name()
    words.skip_title()
    parent = ".".join(dotted(words)) if words.take("extends") else None
    words.need("{")
    clauses: list[Node] = []
    while words.more():
        clauses.append(_attribution_clause(words))
    return name, parent, clauses


def _attribution_clause(words: Cursor) -> Node:
    keyword = words.name()
    if keyword in _ONE_WORD:
        words.need(_ONE_WORD[keyword])
        return (keyword, words.name())
    match keyword:
        case "actions":
            return ("actions", _kinds(words))
        case "conversion":
            return ("conversion", *event_phrase(words))
        case "within":
            return _window(words)
        case "until":
            return ("until", value(words))
        case "counts":
            return ("counts", words.name(), words.take("purchase", "only") or words.take("purchase"))
        case "credit":
            return ("credit", *_credit(words))
        case "require" | "exclude":
            return (keyword, expression(words))
    words.need("windows", "only")
    return ("finished", True)


_ONE_WORD = {"starts": "at", "dated": "by", "unknown": "actors", "machine": "actions"}


def _kinds(words: Cursor) -> Node:
    found = [words.name()]
    while words.take(","):
        found.append(words.name())
    return tuple(found)


def _window(words: Cursor) -> Node:
    reach = duration(words)
    if words.take("of", "action"):
        column = words.name() if words.take("unless", "campaign", "sets") else None
        return ("within", reach, column)
    words.need("for")
    path = dotted(words)
    return ("within_for", reach, path, values(words))


def _credit(words: Cursor) -> Node:
    if words.take("to"):
        which = words.name()
        words.need("action")
        return (which,)
    words.need("by")
    if words.take("equal", "share"):
        return ("equal",)
    if words.take("position"):
        return ("position", *(int(words.next().text) for _ in range(3)))
    words.need("decay")
    return ("decay", duration(words))
