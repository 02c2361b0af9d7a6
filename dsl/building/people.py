"""Builders of audiences, lists and the rhythm in which things happen."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Clause, Parts, Token, builds, clause
from patron.dsl.building.values import unit


@builds("audience_decl")
def audience_decl(b: Builder, parts: Parts, start: int, end: int) -> t.AudienceDecl:
    name, title, condition = parts
    return t.AudienceDecl(b.declared(name), condition, title=b.title(title), span=b.span(start, end))


@builds("audience_block")
def audience_block(b: Builder, parts: Parts, start: int, end: int) -> t.AudienceDecl:
    name, title, *clauses = parts
    said = b.said_once(clauses)
    return t.AudienceDecl(
        b.declared(name), said.get("include"), said.get("exclude"), b.title(title), "allow" in said, said.get("keep"),
        said.get("refresh"), said.get("as of"), said.get("describe"), block=True, span=b.span(start, end),
    )  # fmt: skip


for _rule, _word in (("audience_include", "include"), ("audience_exclude", "exclude"),
                     ("audience_refresh", "refresh"), ("audience_as_of", "as of")):  # fmt: skip
    builds(_rule)(clause(_word))


@builds("audience_anonymous")
def audience_anonymous(_b: Builder, _parts: Parts, start: int, end: int) -> Clause:
    return Clause("allow", True, start, end)


@builds("keep_top")
def keep_top(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    side, amount, value = parts
    return Clause("keep", t.KeepTop(side.text, amount, value, span=b.span(start, end)), start, end)


# ---------------------------------------------------------------- lists


@builds("list_decl")
def list_decl(b: Builder, parts: Parts, start: int, end: int) -> t.ListDecl:
    name, title, *clauses = parts
    said = b.said_once(clauses)
    if "from" not in said:
        hint = "Add a line `from audience ...`."
        b.report("P0101", name.span, f"the list `{name.text}` does not say whose photograph it is", hint)
    return t.ListDecl(
        b.declared(name), said.get("from"), b.title(title), said.get("take"), said.get("rules"), said.get("analyse"),
        said.get("at most"), said.get("refresh"), said.get("describe"), span=b.span(start, end),
    )  # fmt: skip


for _rule, _word in (("list_source", "from"), ("take_every", "take")):
    builds(_rule)(clause(_word))


@builds("take_once")
def take_once(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("take", t.TakeOnce(parts[0], span=b.span(start, end)), start, end)


@builds("list_rules")
def list_rules(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("rules", t.ListRules(parts[0], span=b.span(start, end)), start, end)


@builds("analyse_range")
def analyse_range(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("analyse", t.AnalyseRange(parts[0], parts[1], span=b.span(start, end)), start, end)


@builds("at_most")
def at_most(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("at most", t.AtMost(parts[0], span=b.span(start, end)), start, end)


@builds("list_refresh")
def list_refresh(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("refresh", t.ListRefresh(parts[0], parts[1], span=b.span(start, end)), start, end)


# ---------------------------------------------------------------- every ...


def _clock(b: Builder, token: Token | None) -> str | None:
    if token is None:
        return None
    hour, minute = token.text.split(":")
    if int(hour) > 23 or int(minute) > 59:
        b.report("P0101", b.token_span(token), f"{token.text} is not a time of day", "Times go from 00:00 to 23:59.")
    return token.text


@builds("every_unit")
def every_unit(b: Builder, parts: Parts, start: int, end: int) -> t.Every:
    return t.Every(1, unit(parts[0]), at=_clock(b, parts[1]), span=b.span(start, end))


@builds("every_units")
def every_units(b: Builder, parts: Parts, start: int, end: int) -> t.Every:
    count = int(parts[0].text)
    if count == 0:
        b.report("P0101", b.token_span(parts[0]), "`every 0` is never", "Write how many, such as `every 15 minutes`.")
    return t.Every(count, unit(parts[1]), at=_clock(b, parts[2]), span=b.span(start, end))


@builds("every_weekday")
def every_weekday(b: Builder, parts: Parts, start: int, end: int) -> t.Every:
    *days, at = parts
    return t.Every(weekdays=tuple(d.text for d in days), at=_clock(b, at), span=b.span(start, end))


@builds("every_day_of")
def every_day_of(b: Builder, parts: Parts, start: int, end: int) -> t.Every:
    month, day, number, at = parts
    for token, expected in ((month, "month"), (day, "day")):
        if token.text != expected:
            hint = "Write `every month on day 1 at 06:00`."
            b.report("P0101", b.token_span(token), f"I did not expect `{token.text}` here", hint)
    if not 1 <= int(number.text) <= 31:
        b.report("P0101", b.token_span(number), f"a month has no day {number.text}", "Days go from 1 to 31.")
    return t.Every(1, "month", day=int(number.text), at=_clock(b, at), span=b.span(start, end))
