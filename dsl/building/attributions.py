"""Builders of attributions."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.building.base import Build, Builder, Clause, Parts, Token, builds

REPEATED = ("within ... for", "require", "exclude")


@builds("attribution_decl")
def attribution_decl(b: Builder, parts: Parts, start: int, end: int) -> t.AttributionDecl:
    name, title, extends, *clauses = parts
    said = b.said_once(clauses, REPEATED)
    kept = [c.value for c in clauses if c.word in REPEATED or said.get(c.word) is c.value]
    return t.AttributionDecl(
        b.declared(name), tuple(v for v in kept if not isinstance(v, t.Text)), b.title(title), extends,
        said.get("describe"), span=b.span(start, end),
    )  # fmt: skip


@builds("actions")
def actions(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("actions", t.Actions(parts[0], span=b.span(start, end)), start, end)


@builds("actions_any")
def actions_any(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("actions", t.Actions((), span=b.span(start, end)), start, end)


@builds("of_the_list")
def of_the_list(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("campaigns", t.OfTheList(span=b.span(start, end)), start, end)


@builds("conversion")
def conversion(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("conversion", t.Conversion(parts[0], span=b.span(start, end)), start, end)


@builds("within")
def within(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("within", t.Within(parts[0], parts[1], span=b.span(start, end)), start, end)


@builds("within_for")
def within_for(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    duration, path, values = parts
    return Clause("within ... for", t.WithinFor(duration, path, values, span=b.span(start, end)), start, end)


@builds("until")
def until(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("until", t.Until(parts[0], span=b.span(start, end)), start, end)


@builds("counts_first")
def counts_first(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("counts", t.Counts(every=False, span=b.span(start, end)), start, end)


@builds("counts_every")
def counts_every(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("counts", t.Counts(every=True, span=b.span(start, end)), start, end)


@builds("credit_to")
def credit_to(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("credit", t.Credit(parts[0].text, span=b.span(start, end)), start, end)


@builds("credit_equal")
def credit_equal(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("credit", t.Credit("equal", span=b.span(start, end)), start, end)


@builds("credit_position")
def credit_position(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    numbers: list[Token] = parts
    place = b.span(numbers[0].start, numbers[-1].end)
    credit = t.Credit("position", tuple(int(n.text) for n in numbers), numbers_span=place, span=b.span(start, end))
    return Clause("credit", credit, start, end)


@builds("credit_decay")
def credit_decay(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("credit", t.Credit("decay", half_life=parts[0], span=b.span(start, end)), start, end)


@builds("require")
def require(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("require", t.Require(parts[0], span=b.span(start, end)), start, end)


@builds("exclude_actions")
def exclude_actions(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("exclude", t.ExcludeActions(parts[0], span=b.span(start, end)), start, end)


@builds("finished_only")
def finished_only(b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("finished", t.FinishedOnly(span=b.span(start, end)), start, end)


def _choice(word: str, node: type) -> Build:
    def build(b: Builder, parts: Parts, start: int, end: int) -> Clause:
        return Clause(word, node(parts[0].text, span=b.span(start, end)), start, end)

    return build


for _rule, _word, _node in (
    ("starts_at", "starts", t.StartsAt),
    ("dated_by", "dated", t.DatedBy),
    ("unknown_actors", "unknown", t.UnknownActors),
    ("machine_actions", "machine", t.MachineActions),
):
    builds(_rule)(_choice(_word, _node))
