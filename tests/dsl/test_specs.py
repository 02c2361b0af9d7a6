"""Whole files: ours use every construct; the sample projects and the conformance cases when they are at hand."""

from __future__ import annotations

import dataclasses
import re
import tomllib

import pytest
from support import SHARED, SPECS, needs_shared, nodes, places, shared_specs

from patron.dsl import tree as t
from patron.dsl.format import format_document, format_phrase
from patron.dsl.parse import parse_file, parse_phrase

MADE_ELSEWHERE = {t.Node, t.Document, t.Comment, t.Span, t.Missing}


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_our_specs_are_in_canonical_form_but_for_what_they_show(path):
    document, problems = parse_file(path.read_bytes(), path.name)
    assert problems == ()
    printed = format_document(document)
    again, problems = parse_file(printed, path.name)
    assert problems == ()
    assert again.statements == document.statements
    assert format_document(again) == printed
    assert [c.text for c in again.comments] == [c.text for c in document.comments]


def test_our_specs_use_every_node():
    kinds = {k for k in vars(t).values() if isinstance(k, type) and dataclasses.is_dataclass(k)} - MADE_ELSEWHERE
    used = {type(n) for path in SPECS for n in nodes(parse_file(path.read_bytes(), path.name)[0].statements)}
    assert {k.__name__ for k in kinds - used} == set()


def test_every_node_knows_its_place():
    for path in SPECS:
        document, _ = parse_file(path.read_bytes(), path.name)
        for node in nodes(document.statements):
            span = node.span
            assert span is not t.NOWHERE, node
            assert (span.line, span.column) < (span.end_line, span.end_column)


@needs_shared
def test_the_sample_projects_parse_and_print():
    for path in shared_specs():
        document, problems = parse_file(path.read_bytes(), path.name)
        if problems:
            assert path.parent.name.startswith("error"), path
            continue
        printed = format_document(document)
        again, problems = parse_file(printed, path.name)
        assert (problems, again.statements) == ((), document.statements), path
        assert format_document(again) == printed, path
        assert sorted(c.text for c in again.comments) == sorted(c.text for c in document.comments), path


OURS = {f"P01{n:02}" for n in range(1, 12)}


@needs_shared
def test_the_conformance_cases_of_errors():
    folder = SHARED / "conformance/cases/golden"
    for case in tomllib.loads((folder / "errors.toml").read_text(encoding="utf-8"))["case"]:
        if "check" in case:
            _, problems = parse_file((folder / "worlds/errors" / case["check"]).read_bytes(), case["check"])
        else:
            _, problems = parse_phrase(case["query"])
        unread = case["name"] == "last month in a phrase"
        expected = [e for e in case.get("errors", ()) if e["code"] in OURS or unread]
        found = [{"code": p.code, "line": p.span.line, "column": p.span.column, "hint": p.hint} for p in problems]
        assert len(found) == len(expected), case["name"]
        for one, want in zip(found, expected, strict=True):
            assert want.pop("hint_contains", "") in one["hint"]
            assert one | want == one, case["name"]


@needs_shared
def test_the_conformance_cases_of_the_formatter():
    folder = SHARED / "conformance/cases/golden"
    for case in tomllib.loads((folder / "format.toml").read_text(encoding="utf-8"))["case"]:
        document, _ = parse_file((folder / "worlds/format" / case["args"][-1]).read_bytes(), "spec.patron")
        assert case["stdout_contains"] in format_document(document), case["name"]


@needs_shared
def test_the_blocks_of_the_language_reference():
    text = (SHARED / "design/language.md").read_text(encoding="utf-8")
    for kind, block in re.findall(r"^```(patron(?:-\w+)?)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        if kind == "patron":
            problems = parse_file(block, "reference")[1]
            assert [p for p in problems if p.code != "P0104"] == [], block
            continue
        for line in filter(None, block.splitlines()):
            if kind == "patron-query":
                phrase, problems = parse_phrase(line)
                assert problems == (), line
                assert parse_phrase(format_phrase(phrase)) == (phrase, ())
            else:
                _bad(line)


def _bad(line: str) -> None:
    """A line that must not parse, with its code and the place its comment says."""
    code, where = re.search(r"# (P\d+) at (the end of the line|the comma|\S+?)(?=[:\s]|$)", line).groups()
    spec = line[: line.rindex("  #")].rstrip()
    ((found, row, column),) = places(parse_file("language 1\n" + line, "reference")[1])
    if where == "the end of the line":
        wanted = len(spec) + 1
    elif where == "}":
        wanted = re.search(r"\{ (\})|(?<=\d )\}", spec).start() + 1 + (2 if "{ }" in spec else 0)
    else:
        word = {"the comma": ",", "'": "'"}.get(where, where)
        starts = [m.start() + 1 for m in re.finditer(re.escape(word), spec)]
        assert column in starts, line
        wanted = column
    assert (found, row, column) == (code, 2, wanted), line
