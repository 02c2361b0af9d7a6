"""SQL for other backends: what a dialect has no words for is an error with its place (P0901), never a guess."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlglot import parse_one

from patron import open_project
from patron.engine.contracts import BackendType, FunctionType
from patron.engine.loader import load_catalog
from patron.engine.runtime.errors import SpecError, UsageError
from patron.engine.types import TEXT


def every_part(args, _dialect):
    found = parse_one("x -> '$.a[*]'", dialect="duckdb")
    found.set("this", args[0])
    return found


@pytest.fixture
def odd():
    """A catalogue with a backend that speaks SQLite, and a function that SQLite has no words for."""
    catalog = load_catalog()
    parts = FunctionType("odd.parts", "", ("text",), TEXT, every_part)
    backend = BackendType("small", "", "sqlite", open=lambda *_: None)
    return replace(catalog, functions={**catalog.functions, "odd.parts": parts}, backends={"small": backend})


@pytest.mark.parametrize("name, line", [("local_parts", "metric local_parts"), ("parted", "audience parted")])
def test_what_a_dialect_cannot_say(shop_with, odd, name, line):
    spec = (
        'metric local_parts = count(customers where odd.parts(city) is "x")\naudience parted = odd.parts(city) is "x"\n'
    )
    root = shop_with(spec).root
    with open_project(root, catalog=odd, backend="small") as project:
        with pytest.raises(SpecError) as refused:
            project.sql(name)
        (problem,) = refused.value.problems
        assert problem.code == "P0901"
        assert "sqlite cannot do" in problem.message
        assert project.line(problem.span.file, problem.span.line).startswith(line)
        assert project.sql("total_orders").startswith("--")


def test_a_dialect_nobody_speaks(folder):
    with open_project(folder, backend="sparc") as project, pytest.raises(UsageError) as refused:
        project.sql("total_orders")
    assert "`spark`" in refused.value.hint
