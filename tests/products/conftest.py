"""The shop with the specs of every row, and its list taken on 1 April 2026; looked at from the end of 31 May."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

import patron
from patron.engine.results import Figure, Section
from tests.products import aiq, shopline

HERE = Path(__file__).parent / "shop"
ABOVE = 'language 1\nimport "people.patron"\n\n'
TAKEN = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)


def rows():
    return [row for group in (*aiq.AIQ, *shopline.SHOPLINE) for row in group.rows]


def written(folder):
    """The shop as a project, with a file for every row."""
    shutil.copytree(HERE, folder)
    for row in rows():
        (folder / f"{row.id.lower()}.patron").write_text(ABOVE + row.spec, encoding="utf-8")
    return folder


class Shop:
    """Answers as plain tuples."""

    def __init__(self, project):
        self.project = project
        self.made = {}

    def rows(self, phrase):
        return [tuple(row) for row in self.project.query(phrase).rows]

    def row(self, phrase):
        (found,) = self.rows(phrase)
        return found

    def report(self, name):
        if name not in self.made:
            self.made[name] = self.project.report(name)
        return self.made[name]

    def figures(self, name):
        """The figures of a report by their titles."""
        return {figure.title: figure for figure in _figures(self.report(name).parts)}

    def shown(self, report, title):
        """The rows of a figure."""
        return [tuple(row) for row in self.figures(report)[title].result.rows]

    def values(self, report, names):
        """The values of metrics in a report's cards, by their names."""
        cards = [f.result for f in _figures(self.report(report).parts) if f.kind in ("card", "cards") and f.result]
        found = {c.name: value for r in cards for c, value in zip(r.columns, r.rows[0], strict=True)}
        return tuple(found[name] for name in names.split())

    def only(self, report):
        """The rows of a report's only figure."""
        (figure,) = self.figures(report).values()
        return [tuple(row) for row in figure.result.rows]


def _figures(parts):
    for part in parts:
        if isinstance(part, Section):
            yield from _figures(part.parts)
        elif isinstance(part, Figure):
            yield part


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("products") / "shop")


@pytest.fixture(scope="session")
def shop(folder):
    with patron.open_project(folder, as_of=TAKEN) as april:
        april.take_list("spring")
        april.take_list("renamed")
    with patron.open_project(folder, as_of="2026-05-31") as may:
        yield Shop(may)
