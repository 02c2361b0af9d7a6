"""Reading the declarations of a project's files (sections 4, 5, 9 to 12)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.oracle.speak import PHRASES, Node, duration, expression, top_count, unit, value
from tests.oracle.speak_credit import attribution
from tests.oracle.speak_has import event_phrase, has, windows
from tests.oracle.tokens import Cursor, NotExpressible, dotted, unquote

PHRASES.update({"has": has, "windows": windows})


@dataclass(slots=True)
class Declared:
    """What the files of a project declare, by kind and name."""

    settings: dict[str, str] = field(default_factory=dict)
    params: dict[str, Node] = field(default_factory=dict)
    sources: dict[str, dict[str, object]] = field(default_factory=dict)
    tables: list[Node] = field(default_factory=list)
    traits: dict[tuple[str, str], Node] = field(default_factory=dict)
    events: dict[str, Node] = field(default_factory=dict)
    metrics: dict[str, Node] = field(default_factory=dict)
    audiences: dict[str, dict[str, Node]] = field(default_factory=dict)
    attributions: dict[str, tuple[str | None, list[Node]]] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)


def declarations(text: str, into: Declared) -> None:
    """Add the declarations of one file; what the oracle cannot read is named in `untold`."""
    for piece in _statements(text):
        words = Cursor(piece)
        words.skip_lines()
        try:
            _statement(words, into)
        except NotExpressible as reason:
            into.untold.append(f"{piece.strip()[:60]}: {reason}")


def _statements(text: str) -> list[str]:
    """A statement begins with its keyword at the margin."""
    pieces: list[str] = []
    for line in text.lstrip("\ufeff").splitlines():
        goes_on = not line or line[0] in " \t})" or (pieces and line.startswith(("where ", "and ", "or ", "then ")))
        if goes_on and pieces:
            pieces[-1] += "\n" + line
        elif line and not line.startswith("#"):
            pieces.append(line)
    return pieces


def _statement(words: Cursor, into: Declared) -> None:
    kind = words.name()
    reader = _READERS.get(kind)
    if reader is None:
        raise NotExpressible(f"statement {kind}")
    reader(words, into)
    words.skip_lines()
    if kind not in ("language", "import") and words.peek().kind != "end":
        raise NotExpressible(f"{words.peek().text} after the statement")


def _project(words: Cursor, into: Declared) -> None:
    words.skip_title()
    words.need("{")
    while words.more():
        key = words.name()
        token = words.next()
        into.settings[key] = unquote(token.text) if token.kind == "string" else token.text


def _param(words: Cursor, into: Declared) -> None:
    name = words.name()
    words.need("=")
    into.params[name] = value(words)


def _source(words: Cursor, into: Declared) -> None:
    name = words.name()
    words.need("from")
    if words.name() != "csv":
        raise NotExpressible("only csv sources")
    settings: dict[str, object] = {}
    if words.take("{"):
        while words.more():
            key = words.name()
            settings[key] = _setting(words)
    into.sources[name] = settings


def _setting(words: Cursor) -> object:
    if words.sees("{"):
        raise NotExpressible("named files")
    token = words.next()
    if words.sees(","):
        raise NotExpressible("settings with several values")
    return unquote(token.text) if token.kind == "string" else token.text


def _table(words: Cursor, into: Declared) -> None:
    name = words.name()
    words.need("from")
    origin = dotted(words)
    columns: list[tuple[str, Node]] = []
    added: list[tuple[str, ...]] = []
    if words.take("{"):
        while words.more():
            _table_clause(words, columns, added)
    into.tables.append((name, origin, tuple(columns), tuple(added)))


def _table_clause(words: Cursor, columns: list[tuple[str, Node]], added: list[tuple[str, ...]]) -> None:
    if words.take("add", "missing", "from"):
        added.append(dotted(words))
        return
    name = words.name()
    if not words.take("="):
        raise NotExpressible(f"table clause {name}")
    columns.append((name, expression(words)))


def _trait(words: Cursor, into: Declared) -> None:
    name = words.name()
    words.skip_title()
    words.need("on")
    table = words.name()
    words.need("=")
    into.traits[table, name] = expression(words)


def _event(words: Cursor, into: Declared) -> None:
    name = words.name()
    words.skip_title()
    words.need("on")
    table = words.name()
    words.need("at")
    moment = dotted(words)
    said: dict[str, Node | None] = {"per": None, "worth": None, "where": None}
    while True:
        if words.take("per"):
            said["per"] = dotted(words)
        elif words.take("worth"):
            said["worth"] = dotted(words)
        elif words.take("where"):
            said["where"] = expression(words)
        else:
            break
    into.events[name] = ("event", table, moment, said["per"], said["worth"], said["where"])


def measure(words: Cursor) -> Node:
    """The value of a metric (section 10)."""
    if words.take("rate", "from"):
        return ("rate", *_follow(words))
    if words.take("how", "many", "from"):
        return ("how_many", *_follow(words))
    if words.take("rolling"):
        number, name = top_count(words), unit(words)
        words.need("of")
        return ("rolling", number, name, value(words))
    if words.take("running", "total", "of"):
        inner = value(words)
        return ("running", inner, unit(words) if words.take("from", "start", "of") else None)
    if words.take("share", "of"):
        inner = value(words)
        return ("share", inner, dims(words) if words.take("within") else ())
    return _credited(words, value(words))


def _credited(words: Cursor, inner: Node) -> Node:
    for spoken in ("attributed", "influenced"):
        if words.take(spoken, "by"):
            return (spoken, inner, ".".join(dotted(words)))
    return inner


def dims(words: Cursor) -> Node:
    """Dimensions: paths, time units, `month of customer.first_order_at`; each with its name as written."""
    found = []
    while True:
        first = words.at
        path = dotted(words)
        whole = ("part", path[0], dotted(words)) if words.take("of") else ("path", path)
        name = words.slice(first)
        if words.take("as"):
            words.next()
        found.append(("dim", name, whole))
        if not words.take(","):
            return tuple(found)


def _follow(words: Cursor) -> Node:
    first = event_phrase(words)
    words.need("to")
    second = event_phrase(words)
    words.need("within")
    reach = duration(words)
    matching = None
    if words.take("matching"):
        matching = dotted(words)
    return (first, second, reach, matching, words.take("finished", "windows", "only"))


def _metric(words: Cursor, into: Declared) -> None:
    name = words.name()
    words.skip_title()
    if words.take("="):
        into.metrics[name] = ("metric", measure(words), None, None)
        return
    words.need("{")
    said: dict[str, Node | None] = {"value": None, "date": None, "empty": None}
    while words.more():
        _metric_clause(words, said)
    into.metrics[name] = ("metric", said["value"], said["date"], said["empty"])


def _metric_clause(words: Cursor, said: dict[str, Node | None]) -> None:
    if words.take("value"):
        said["value"] = measure(words)
    elif words.take("date"):
        said["date"] = dotted(words)
    elif words.take("when", "empty", "show"):
        said["empty"] = value(words)
    else:
        while words.peek().kind not in ("newline", "end") and not words.sees("}"):
            words.next()


def _audience(words: Cursor, into: Declared) -> None:
    name = words.name()
    words.skip_title()
    said: dict[str, Node] = {}
    into.audiences[name] = said
    if words.take("="):
        said["include"] = expression(words)
        return
    words.need("{")
    while words.more():
        _audience_clause(words, said)


def _audience_clause(words: Cursor, said: dict[str, Node]) -> None:
    if words.take("include"):
        said["include"] = group(words)
    elif words.take("exclude"):
        said["exclude"] = group(words)
    elif words.take("allow", "anonymous"):
        said["anonymous"] = ("lit", True)
    elif words.take("keep"):
        end = words.name()
        reach = top_count(words)
        words.need("of")
        said["keep"] = ("keep", end, reach, value(words))
    elif words.take("describe"):
        words.next()
    else:
        raise NotExpressible(f"audience clause {words.peek().text}")


def group(words: Cursor) -> Node:
    """`all of { ... }`, one condition a line, or one condition, or everyone."""
    if words.take("everyone"):
        return ("lit", True)
    for spoken in ("all", "any", "none"):
        if words.sees(spoken, "of"):
            words.need(spoken, "of", "{")
            lines = []
            while words.more():
                lines.append(group(words))
            return (f"{spoken}_of", tuple(lines))
    return expression(words)


def _attribution(words: Cursor, into: Declared) -> None:
    name, parent, clauses = attribution(words)
    into.attributions[name] = (parent, clauses)


_READERS = {
    "language": lambda words, into: None, "import": lambda words, into: None, "project": _project, "param": _param,
    "source": _source, "table": _table, "filter": _trait, "trait": _trait, "event": _event, "metric": _metric,
    "audience": _audience, "attribution": _attribution,
}  # fmt: skip
