"""The one door to Patron: a project opened once, asked many phrases, answers as plain values."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.moments import Moment
from tests.oracle.phrases import Answer
from tests.oracle.tokens import NotExpressible
from tests.oracle.world_at import ask, audience, open_shop

RELATIVE = 1e-9
ITSELF = os.environ.get("PATRON_ASK") == "oracle"
"""Ask the oracle instead of Patron: a check of the laws, and of the oracle by the laws."""


@dataclass(frozen=True, slots=True)
class Table:
    """What Patron answered."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    kinds: tuple[str, ...]
    states: dict[tuple[int, str], str]

    def cell(self, row: int, name: str) -> object:
        return self.rows[row][self.columns.index(name)]

    def column(self, name: str) -> list[object]:
        return [row[self.columns.index(name)] for row in self.rows]


class Patron:
    """A project of the real thing; of the oracle itself when the environment says PATRON_ASK=oracle."""

    def __new__(cls, folder: Path, as_of: str) -> Any:
        del folder, as_of
        return super().__new__(OracleItself if ITSELF and cls is Patron else cls)

    def __init__(self, folder: Path, as_of: str) -> None:
        import patron

        self.project: Any = patron.open_project(folder, as_of=as_of)

    def query(self, phrase: str) -> Table:
        result = self.project.query(phrase)
        names = tuple(column.name for column in result.columns)
        states = {
            (row, name): result.state(row, place) for row in range(len(result.rows)) for place, name in enumerate(names)
        }
        return Table(names, tuple(map(tuple, result.rows)), tuple(result.kinds), states)

    def audience(self, name: str) -> list[str]:
        result = self.project.audience(name)
        return [str(row[result.column("id")]) for row in result.rows]

    def close(self) -> None:
        self.project.close()


class OracleItself(Patron):
    """The oracle behind the same door: the laws must hold for it as well."""

    def __init__(self, folder: Path, as_of: str) -> None:
        self.shop = open_shop(folder, as_of)

    def query(self, phrase: str) -> Table:
        try:
            answer = ask(self.shop, phrase)
        except NotExpressible as reason:
            pytest.skip(f"the oracle does not speak this: {reason}")
        rows = tuple(tuple(c.at if isinstance(c, Moment) else c for c in row) for row in answer.rows)
        states = dict.fromkeys(answer.suppressed, "suppressed")
        return Table(tuple(answer.columns), rows, tuple(answer.kinds), states)

    def audience(self, name: str) -> list[str]:
        return audience(self.shop, name)

    def close(self) -> None:
        """Nothing is held open."""


@cache
def missing() -> str:
    """Why Patron cannot be asked at all; empty when it can."""
    try:
        import patron

        open_project = patron.open_project
    except (ImportError, AttributeError) as reason:
        return f"Patron cannot be opened: {reason}"
    return "" if open_project else "there is no open_project"


def codes(error: BaseException) -> set[str]:
    """The codes of the error catalogue that a refusal names."""
    problems = getattr(error, "problems", ())
    return {problem.code for problem in problems} | {str(getattr(error, "code", ""))} - {""}


def same(mine: object, theirs: object) -> bool:
    """One cell: texts, dates, counts and money exactly, other numbers to nine digits."""
    if isinstance(mine, Moment):
        return isinstance(theirs, dt.datetime) and theirs == mine.at
    if mine is None or theirs is None or isinstance(mine, bool | str | dt.date) or isinstance(theirs, str):
        return mine == theirs
    if isinstance(mine, float) or isinstance(theirs, float):
        return math.isclose(float(mine), float(theirs), rel_tol=RELATIVE, abs_tol=1e-12)
    return Decimal(mine) == Decimal(theirs)


def differences(answer: Answer, table: Table, *, dims: int) -> list[str]:
    """Where Patron says otherwise; the rows are compared in order, the columns by name."""
    if sorted(answer.columns) != sorted(table.columns):
        return [f"columns {table.columns} instead of {answer.columns}"]
    if list(table.columns[:dims]) != answer.columns[:dims]:
        return [f"dimensions {table.columns[:dims]} instead of {answer.columns[:dims]}"]
    places = [table.columns.index(name) for name in answer.columns]
    theirs = [[row[n] for n in places] for row in table.rows]
    if not _alike([row[:dims] for row in answer.rows], [row[:dims] for row in theirs]):
        return [_rows(answer.rows, theirs, dims)]
    return [
        f"{answer.columns[n]} at {row[:dims]}: {other[n]!r} instead of {row[n]!r}"
        for row, other in zip(answer.rows, theirs, strict=True)
        for n in range(dims, len(row))
        if not same(row[n], other[n])
    ]


def _alike(mine: Sequence[Sequence[object]], theirs: Sequence[Sequence[object]]) -> bool:
    return len(mine) == len(theirs) and all(
        same(a, b) for left, right in zip(mine, theirs, strict=True) for a, b in zip(left, right, strict=True)
    )


def _rows(mine: Sequence[Sequence[object]], theirs: Sequence[Sequence[object]], dims: int) -> str:
    """Rows that only one of the two has, or the order when both have the same."""
    ours = [row for row in mine if not any(_alike([row[:dims]], [other[:dims]]) for other in theirs)]
    extra = [row for row in theirs if not any(_alike([row[:dims]], [other[:dims]]) for other in mine)]
    if ours or extra:
        return f"rows missing {ours[:4]} ({len(ours)}), rows too many {extra[:4]} ({len(extra)})"
    return f"order of rows {[row[:dims] for row in theirs][:12]} instead of {[row[:dims] for row in mine][:12]}"
