"""Every row has a spec that is right, and a proof that is there."""

import ast
from functools import cache

import pytest

import patron
from patron.dsl.format import format_document
from patron.dsl.parse import parse_file
from tests.docs.blocks import ROOT
from tests.products.conftest import ABOVE, rows

ROWS = rows()


def test_every_row_of_the_checklist_is_there_once():
    assert [r.id for r in sorted(ROWS, key=lambda r: r.id)] == [
        *(f"A-{n:02}" for n in range(1, 40)),
        *(f"S-{n:02}" for n in range(1, 46)),
    ]


def test_every_spec_is_right(folder):
    with patron.open_project(folder, as_of="2026-05-31") as project:
        stopping = [f"{p.span.file}:{p.span.line}: {p.code}: {p.message}" for p in project.check() if p.stops]
    assert stopping == []


@cache
def proofs_in(path):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_proof_is_there(row):
    assert row.tests
    for test in row.tests:
        path, _, name = test.partition("::")
        assert name in proofs_in(path), test


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_spec_is_in_form(row):
    document, _ = parse_file((ABOVE + row.spec).encode(), row.id)
    assert format_document(document) == ABOVE + row.spec
