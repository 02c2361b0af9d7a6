"""Reports, runs and tests as entries."""

from __future__ import annotations

from patron.dsl import tree as t
from patron.dsl.printing import words as w
from patron.dsl.printing.entries import Entry
from patron.dsl.printing.layout import COMMA, DEEPER, soft
from patron.dsl.printing.phrases import comparison, period, phrase, subject
from patron.dsl.printing.statements import settings
from patron.dsl.printing.values import IN_ATOM, IN_OR, call, condition, expr, value


def _describe(given: t.Text | None) -> list[Entry]:
    return [] if given is None else [Entry(f"describe {w.text(given)}", given.span)]


def report_decl(given: t.ReportDecl) -> Entry:
    params = f" ({_params(given.params)})" if given.params else ""
    like = "" if given.like is None else f" like {w.path(given.like)}"
    head = f"report {w.name(given.name)}{w.title(given.title)}{params}{like}"
    body = [*_describe(given.describe), *map(_clause, given.clauses), *map(_part, given.parts)]
    return Entry(head, given.span, body=body or None)


def _params(given: tuple[t.ReportParam, ...]) -> str:
    return w.listed((f"{w.name(p.name)} = {value(p.value, DEEPER)}" for p in given), DEEPER + COMMA)


def _clause(given: t.ReportClause) -> Entry:
    return Entry(_clause_text(given), given.span)


def _clause_text(given: t.ReportClause) -> str:
    match given:
        case t.ReportSubject(whom):
            return subject(whom)
        case t.ReportPeriod(when, at_most):
            return f"period {period(when)}" + ("" if at_most is None else f" at most {w.duration(at_most)}")
        case t.ReportCompare(other):
            return f"compare to {comparison(other)}"
        case t.ReportAttribution(path):
            return f"attribution {w.path(path)}"
        case t.ReportAsOf(point):
            return f"as of {expr(point, IN_ATOM)}"
        case t.Only(kept):
            return f"only {condition(kept)}"
        case t.SmallestGroup(count):
            return f"smallest_group {count}"
        case t.Membership(mode):
            return f"membership {mode}"
        case t.Refresh(every):
            return f"refresh {w.every(every)}"
        case t.Without(titles):
            return f"without {w.listed(map(w.text, titles))}"


def _part(given: t.Part) -> Entry:
    match given:
        case t.Note(text, when):
            holds = "" if when is None else f" when {condition(when)}"
            return Entry(f"note {w.text(text)}{holds}", given.span)
        case t.Tab(title, parts, section, collapsed, like):
            head = f"{'section' if section else 'tab'} {w.text(title)}{' collapsed' if collapsed else ''}"
            if like is not None:
                return Entry(f"{head} like {w.path(like)}", given.span, body=[_part(p) for p in parts] or None)
            return Entry(head, given.span, body=[_part(p) for p in parts])
        case t.Show(kind, said, title, own):
            of = "" if said is None else f" of {phrase(said)}"
            return Entry(f"show {w.name(kind)}{w.title(title)}{of}", given.span, body=settings(own))
        case t.Export():
            return Entry(_export(given), given.span, body=settings(given.settings))


def _export(given: t.Export) -> str:
    text = f"export {w.text(given.title)} as {w.names(given.formats)}"
    if given.of is not None:
        text += f" of {w.text(given.of) if isinstance(given.of, t.Text) else w.path(given.of)}"
    text += "" if given.to is None else f" to {call(given.to.call)}"
    return text + (f" allow {w.names(given.allow)}" if given.allow else "")


# ---------------------------------------------------------------- runs


def run_decl(given: t.RunDecl) -> Entry:
    return Entry(f"run {w.name(given.name)}", given.span, body=[*_describe(given.describe), *map(_step, given.steps)])


def _step(given: t.RunStep) -> Entry:
    return Entry(_step_text(given), given.span)


def _step_text(given: t.RunStep) -> str:
    match given:
        case t.Every():
            return w.every(given)
        case t.RunCheck(names):
            return f"check {w.names(names)}"
        case t.RunTests(titles):
            return f"test {w.listed(map(w.text, titles))}"
        case t.RunReports(reports, formats):
            return f"report {w.listed(map(_made, reports))}" + (f" as {w.names(formats)}" if formats else "")
        case t.RunLists(names):
            return f"list {w.names(names)}"
        case t.RunRefresh(names):
            return f"refresh {w.names(names)}"
        case t.RunSend(target, if_failed):
            return f"{'if failed ' if if_failed else ''}send to {call(target.call)}"
        case t.RunMissed(policy):
            return "if missed " + (policy if policy == "skip" else f"run {policy}")


def _made(given: t.MadeReport) -> str:
    return w.path(given.report) + (f"({_params(given.params)})" if given.params else "")


# ---------------------------------------------------------------- tests


def test_decl(given: t.TestDecl) -> Entry:
    on = "" if given.on is None else f" on {w.text(given.on)}"
    at = "" if given.at is None else f" at {given.at.text}"
    body = [*_describe(given.describe), *map(_expect, given.expects)]
    return Entry(f"test {w.text(given.title)}{on}{at}", given.span, body=body)


def _expect(given: t.Expect | t.ExpectMember) -> Entry:
    if isinstance(given, t.ExpectMember):
        text = f"expect {w.text(given.id)} {'not ' if given.negated else ''}in audience {w.name(given.audience)}"
        return Entry(text, given.span)
    text = f"expect {expr(given.condition, IN_OR)}"
    text += "" if given.during is None else f"{soft(1)}during {period(given.during)}"
    text += "" if given.subject is None else f" {subject(given.subject)}"
    text += "" if given.tolerance is None else f" tolerance {expr(given.tolerance, IN_ATOM)}"
    return Entry(text, given.span)
