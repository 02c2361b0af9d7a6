"""Audiences, lists and attributions as entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patron.dsl import tree as t
from patron.dsl.printing import words as w
from patron.dsl.printing.entries import Entry, keyed
from patron.dsl.printing.statements import EQUALS, describe, event_phrase
from patron.dsl.printing.values import IN_ATOM, condition, expr, value


def audience_decl(given: t.AudienceDecl) -> Entry:
    head = f"audience {w.name(given.name)}{w.title(given.title)}"
    if not given.block and given.include is not None and not isinstance(given.include, (t.Group, t.Everyone)):
        return Entry(f"{head}{EQUALS}{condition(given.include)}", given.span)
    body = [_plain(e) for e in describe(given.describe)]
    if given.allow_anonymous:
        body.append(Entry("allow anonymous"))
    if given.as_of is not None:
        body.append(Entry(f"as of {expr(given.as_of, IN_ATOM)}", given.as_of.span))
    if given.include is not None:
        body.append(condition_entry(given.include, "include "))
    if given.exclude is not None:
        body.append(condition_entry(given.exclude, "exclude "))
    if given.keep is not None:
        keep = given.keep
        body.append(Entry(f"keep {keep.end} {expr(keep.amount, IN_ATOM)} of {value(keep.value)}", keep.span))
    if given.refresh is not None:
        body.append(Entry(f"refresh {w.every(given.refresh)}", given.refresh.span))
    return Entry(head, given.span, body=body)


def _plain(given: Entry) -> Entry:
    return Entry(f"{given.text} {given.rest}", given.span)


def condition_entry(given: t.Condition, before: str = "") -> Entry:
    """One condition of a block, or a group of them."""
    if isinstance(given, t.Everyone):
        return Entry(f"{before}everyone", given.span)
    if isinstance(given, t.Group):
        return Entry(f"{before}{given.kind} of", given.span, body=[condition_entry(i) for i in given.items])
    return Entry(before + condition(given), given.span)


# ---------------------------------------------------------------- lists


def list_decl(given: t.ListDecl) -> Entry:
    body = [_plain(e) for e in describe(given.describe)]
    if given.source is not None:
        body.append(Entry(f"from audience {w.name(given.source)}", given.source.span))
    if isinstance(given.take, t.TakeOnce):
        body.append(Entry(f"take once on {given.take.on.text}", given.take.span))
    elif given.take is not None:
        body.append(Entry(f"take {w.every(given.take)}", given.take.span))
    if given.rules is not None:
        body.append(Entry(f"rules {w.name(given.rules.name)}", given.rules.span))
    if given.analyse is not None:
        before, after = w.duration(given.analyse.before), w.duration(given.analyse.after)
        body.append(Entry(f"analyse from {before} before to {after} after", given.analyse.span))
    if given.at_most is not None:
        body.append(Entry(f"at most {w.duration(given.at_most.duration)} per report", given.at_most.span))
    if given.refresh is not None:
        lasting = "" if given.refresh.lasting is None else f" for {w.duration(given.refresh.lasting)}"
        body.append(Entry(f"refresh {w.every(given.refresh.every)}{lasting}", given.refresh.span))
    return Entry(f"list {w.name(given.name)}{w.title(given.title)}", given.span, body=body)


# ---------------------------------------------------------------- attributions


def attribution_decl(given: t.AttributionDecl) -> Entry:
    extends = "" if given.extends is None else f" extends {w.path(given.extends)}"
    head = f"attribution {w.name(given.name)}{w.title(given.title)}{extends}"
    return Entry(head, given.span, body=[*describe(given.describe), *map(_clause, given.clauses)])


def _clause(given: t.AttributionClause) -> Entry:
    if isinstance(given, t.OfTheList):
        return Entry("campaigns of the list", given.span)
    if isinstance(given, t.FinishedOnly):
        return Entry("finished windows only", given.span)
    key, rest = _CLAUSES[type(given)]
    return keyed(key, rest(given), given.span)


def _within(given: t.Within) -> str:
    own = "" if given.unless is None else f" unless campaign sets {w.name(given.unless)}"
    return f"{w.duration(given.duration)} of action{own}"


def _within_for(given: t.WithinFor) -> str:
    first, *others = given.values
    said = [w.path(first, w.OBJECT) if isinstance(first, t.Path) else expr(first, IN_ATOM)]
    listed = w.listed([*said, *(expr(v, IN_ATOM) for v in others)])
    return f"{w.duration(given.duration)} for {w.path(given.path)} {listed}"


def _credit(given: t.Credit) -> str:
    match given.model:
        case "equal":
            return "by equal share"
        case "position":
            return "by position " + " ".join(map(str, given.shares))
        case "decay" if given.half_life is not None:
            return f"by decay {w.duration(given.half_life)}"
        case model:
            return f"to {model} action"


_CLAUSES: dict[type, tuple[str, Callable[[Any], str]]] = {
    t.Actions: ("actions", lambda c: w.listed(w.path(k, w.VALUE) for k in c.kinds) if c.kinds else "any"),
    t.Conversion: ("conversion", lambda c: event_phrase(c.event)),
    t.Within: ("within", _within),
    t.WithinFor: ("within", _within_for),
    t.Until: ("until", lambda c: value(c.value)),
    t.StartsAt: ("starts", lambda c: f"at {c.where}"),
    t.Counts: ("counts", lambda c: "every purchase" if c.every else "first purchase only"),
    t.Credit: ("credit", _credit),
    t.DatedBy: ("dated", lambda c: f"by {c.what}"),
    t.Require: ("require", lambda c: condition(c.condition)),
    t.ExcludeActions: ("exclude", lambda c: condition(c.condition)),
    t.UnknownActors: ("unknown", lambda c: f"actors {c.mode}"),
    t.MachineActions: ("machine", lambda c: f"actions {c.mode}"),
}
