"""A project whose answers are invented: everything but load, plan and SQL is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine import results as r
from patron.engine.catalog import Catalog
from patron.engine.contracts import ExportError, ExporterType, ExportJob, TargetType
from patron.engine.runner.lists.frozen import Asked
from patron.engine.runner.stages import Stages
from patron.engine.types import MONEY, NUMBER, TEXT, WHOLE, Format

SPEC = """language 1

project "Tiny" {
  timezone "UTC"
  currency USD
}

param days = 14
param folder = "data"

metric big = count(orders where total > $100)

audience romans = city is "Rome"

list photo {
  from audience romans
  take once on 2026-03-01 09:00
  rules shopline
}

report weekly "Weekly" {
  for all records
  show cards of total_sales
  export "Weekly numbers" as fake
  export "For bosses" as fake allow bosses
}

run nightly {
  every day at 06:00
  list photo
  test "good"
  report weekly as fake
  send to folder(path = "sent")
}

run broken {
  test "bad"
  report weekly as fake
}

test "good" at 2026-05-06 {
  expect total_sales = $12.50
  expect "1" in audience romans
}

test "bad" {
  expect total_sales = $1.00 tolerance $0.50
}

test "bad with data" on "data" at 2026-05-06 {
  expect total_orders / total_sales > 5
  expect "9" in audience romans
}
"""

VALUES: Mapping[str, tuple[Any, Any]] = {
    "total_sales": (Decimal("12.50"), MONEY), "total_orders": (4, WHOLE), "nothing": (None, NUMBER),
    "bad_name": ("=1+1", TEXT),
}  # fmt: skip


@dataclass
class FakeStages(Stages):
    """Steps that answer from `VALUES`."""

    warnings: tuple[Problem, ...] = ()
    loads: int = 0
    crash: BaseException | None = None

    def catalog(self, _config: Any) -> Catalog:
        fake = ExporterType("fake", "a text", "txt", _export)
        picky = ExporterType("picky", "never content", "txt", _refuse)
        return Catalog(
            exporters={"fake": fake, "picky": picky},
            targets={"lost": TargetType("lost", "nowhere", lambda _f, _a: "lost")},
        )

    def bind(self, _declared: Any, _as_of: Any, _config: Any, folder: Path | None) -> Any:
        return SimpleNamespace(schema=None, problems=(), folder=folder)

    def resolve(self, declared: Any, _schema: Any, _as_of: Any) -> Any:
        return SimpleNamespace(declared=declared)

    def check(self, _model: Any, _files: Any) -> tuple[Problem, ...]:
        return ()

    def layout(self, model: Any, name: str) -> Any:
        found = model.declared.known("report").get(name)
        return found.statement if found is not None else None

    def understand(self, _model: Any, _phrase: Any) -> tuple[Problem, ...]:
        return ()

    def remember_specs(self, *_: Any) -> None:
        return None

    def replayed(self, *_: Any) -> None:
        return None

    def load(self, _bound: Any, _config: Any, _catalog: Any, _progress: Any, _now: Any = None) -> Any:
        self.loads += 1
        empty = {name: SimpleNamespace(reach=None, present=False) for name in ("orders", "lines")}
        store = SimpleNamespace(tables=empty)
        return SimpleNamespace(problems=self.warnings, store=store, path=None, reused=self.loads > 1)

    def inform(self, model: Any, _loaded: Any) -> Any:
        return model

    def open(self, _loaded: Any, _catalog: Any, _config: Any) -> Any:
        return SimpleNamespace(close=lambda: None)

    def context(self, as_of: Any, *_: Any) -> Any:
        return SimpleNamespace(as_of=as_of)

    def asked_phrase(self, _model: Any, phrase: tree.Phrase) -> Asked:
        return Asked("query", str(phrase), {})

    def asked_report(self, _model: Any, name: str, _params: Any, table: str = "") -> Asked:
        return Asked(table, name, {})

    def query(self, _model: Any, phrase: tree.Phrase, _context: Any) -> r.Result:
        if self.crash is not None:
            raise self.crash
        columns, row = [], []
        for item in phrase.items:
            value, kind = VALUES[str(item.value)]
            form = Format("money", 2) if kind == MONEY else Format("number", 0)
            columns.append(r.Column(str(item.value), item.title or str(item.value), kind, format=form))
            row.append(value)
        return r.Result(tuple(columns), (tuple(row),), notes=("a note",))

    def audience(self, _model: Any, _name: str, _context: Any, columns: Sequence[str]) -> r.Result:
        heads = tuple(r.Column(c, c, TEXT, role="dimension") for c in ("id", *columns))
        return r.Result(heads, tuple((str(i), *("x" for _ in columns)) for i in range(1, 6)))

    def audience_tree(self, _model: Any, name: str, _context: Any) -> r.Conditions:
        lines = (r.ConditionLine("include all of", 0, 9), r.ConditionLine('city is "Rome"', 1, 5))
        return r.Conditions(name, name, lines, 5)

    def why(self, _model: Any, customer: str, name: str, _context: Any) -> r.Why:
        line = r.WhyLine(0, 'city is "Rome"', False, 'city is "Milan"')
        return r.Why(customer, name, False, (line,), 'city would have to be "Rome"')

    def report(self, _model: Any, name: str, _params: Any, context: Any) -> r.Report:
        if self.crash is not None:
            raise self.crash
        source = r.Provenance("abc", str(context.as_of.today), "UTC", "USD", "shopline", "total", 3)
        return r.Report(name, name, "Tiny", "", "", "", (), source)


def _refuse(_report: r.Report, _job: ExportJob) -> list[Path]:
    raise ExportError("there is nothing to draw", "Name a show with a chart.")


def _export(report: r.Report, job: ExportJob) -> list[Path]:
    path = job.folder / f"{job.stem}.txt"
    path.write_text(f"{report.title} as of {report.provenance.as_of}\n")
    return [path]


@dataclass
class Shop:
    """The project's folder and a way to call the command in it."""

    root: Path
    stages: FakeStages

    def __call__(self, *args: str, stdin: str | None = None) -> Result:
        from patron.engine.cli.group import patron

        asked = ["--project", str(self.root), *args]
        return CliRunner().invoke(patron, asked, input=stdin, catch_exceptions=False)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "shop.patron").write_text(SPEC)
    stages = FakeStages()
    monkeypatch.setattr("patron.engine.runner.project.Stages", lambda: stages)
    for name in ("PROJECT", "PROFILE", "AS_OF"):
        monkeypatch.delenv(f"PATRON_{name}", raising=False)
    monkeypatch.chdir(root)
    return Shop(root, stages)
