"""The page of what the two reference products show: for each row the spec that shows it and the test that proves it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.docs.parts import table
from tests.products.aiq import AIQ
from tests.products.rows import Group, Row
from tests.products.shopline import SHOPLINE


def coverage() -> str:
    return "\n\n".join(part for group in (*AIQ, *SHOPLINE) for part in _group(group))


def _group(group: Group) -> Iterator[str]:
    yield f"## {group.product}: {group.title}"
    yield table(("row", "shows", "proof"), [_line(row) for row in group.rows])
    for row in group.rows:
        yield f"### {row.id}\n\n```patron\n{row.spec}```"


def _line(row: Row) -> tuple[str, str, str]:
    later = f" *{row.later}*" if row.later else ""
    return f"[{row.id}](#{row.id.lower()})", f"{row.what}.{later}", "<br>".join(_proof(test) for test in row.tests)


def _proof(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[`{name.removeprefix('test_')}`](../../{path})"
