"""Builders of runs and tests."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Clause, Parts, builds, clause


@builds("run_decl")
def run_decl(b: Builder, parts: Parts, start: int, end: int) -> t.RunDecl:
    name, *clauses = parts
    said = b.said_once([c for c in clauses if c.word in ("describe", "every", "if missed")])
    steps = tuple(c.value for c in clauses if c.word == "step" or said.get(c.word) is c.value)
    return t.RunDecl(b.declared(name), tuple(s for s in steps if not isinstance(s, t.Text)), said.get("describe"),
                     span=b.span(start, end))  # fmt: skip


def _step(value: t.RunStep, start: int, end: int) -> Clause:
    return Clause("step", value, start, end)


builds("run_every")(clause("every"))


@builds("run_check")
def run_check(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _step(t.RunCheck(parts[0], span=b.span(start, end)), start, end)


@builds("run_tests")
def run_tests(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _step(t.RunTests(tuple(b.text(p) for p in parts), span=b.span(start, end)), start, end)


@builds("made_report")
def made_report(b: Builder, parts: Parts, start: int, end: int) -> t.MadeReport:
    return t.MadeReport(parts[0], parts[1] or (), span=b.span(start, end))


@builds("run_reports")
def run_reports(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    *reports, formats = parts
    return _step(t.RunReports(tuple(reports), formats or (), span=b.span(start, end)), start, end)


@builds("run_lists")
def run_lists(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _step(t.RunLists(parts[0], span=b.span(start, end)), start, end)


@builds("run_refresh")
def run_refresh(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return _step(t.RunRefresh(parts[0], span=b.span(start, end)), start, end)


@builds("run_send")
def run_send(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    target = t.Target(parts[0], span=parts[0].span)
    return _step(t.RunSend(target, span=b.span(start, end)), start, end)


@builds("run_send_failed")
def run_send_failed(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    target = t.Target(parts[0], span=parts[0].span)
    return _step(t.RunSend(target, if_failed=True, span=b.span(start, end)), start, end)


@builds("run_missed")
def run_missed(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    policy = parts[0].text.removeprefix("run ")
    return Clause("if missed", t.RunMissed(policy, span=b.span(start, end)), start, end)


# ---------------------------------------------------------------- tests


@builds("test_decl")
def test_decl(b: Builder, parts: Parts, start: int, end: int) -> t.TestDecl:
    title, on, at, *clauses = parts
    said = b.said_once(clauses, ("expect",))
    expects = tuple(c.value for c in clauses if c.word == "expect")
    return t.TestDecl(
        b.text(title), expects, b.text(on) if on else None, at, said.get("describe"), span=b.span(start, end)
    )


@builds("expect")
def expect(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    condition, *scopes = parts
    said = b.said_once(scopes)
    node = t.Expect(condition, said.get("during"), said.get("for"), said.get("tolerance"), span=b.span(start, end))
    return Clause("expect", node, start, end)


for _rule, _word in (("expect_during", "during"), ("expect_tolerance", "tolerance")):
    builds(_rule)(clause(_word))


@builds("expect_member")
def expect_member(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    node = t.ExpectMember(b.text(parts[0]), parts[1], span=b.span(start, end))
    return Clause("expect", node, start, end)


@builds("expect_not_member")
def expect_not_member(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    node = t.ExpectMember(b.text(parts[0]), parts[1], negated=True, span=b.span(start, end))
    return Clause("expect", node, start, end)
