"""Audiences, lists and attributions as entries."""

from __future__ import annotations

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
    key, rest = _key_and_rest(given)
    return keyed(key, rest, given.span)


def _key_and_rest(given: t.AttributionClause) -> tuple[str, str]:
    match given:
        case t.Actions(kinds):
            return "actions", w.listed(w.path(k, w.VALUE) for k in kinds) if kinds else "any"
        case t.Conversion(event):
            return "conversion", event_phrase(event)
        case t.Within(duration, unless):
            own = "" if unless is None else f" unless campaign sets {w.name(unless)}"
            return "within", f"{w.duration(duration)} of action{own}"
        case t.WithinFor(duration, path, values):
            listed = w.listed(expr(v, IN_ATOM) for v in values)
            return "within", f"{w.duration(duration)} for {w.path(path)} {listed}"
        case t.Until(end):
            return "until", value(end)
        case t.StartsAt(where):
            return "starts", f"at {where}"
        case t.Counts(every):
            return "counts", "every purchase" if every else "first purchase only"
        case t.Credit():
            return "credit", _credit(given)
        case t.DatedBy(what):
            return "dated", f"by {what}"
        case t.Require(kept):
            return "require", condition(kept)
        case t.ExcludeActions(dropped):
            return "exclude", condition(dropped)
        case t.UnknownActors(mode):
            return "unknown", f"actors {mode}"
        case t.MachineActions(mode):
            return "machine", f"actions {mode}"
    raise TypeError(f"not a clause of an attribution: {given!r}")


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
