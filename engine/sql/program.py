"""A plan as a program: SQL text for every step. The one place that renders text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from patron.dsl.nodes import dataclass
from patron.engine.model.terms import Lit, all_of, compare
from patron.engine.plan.nodes import Col, Filter, Learn, Node, Plan, Sorted, Step, columns
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.expressions import Lowering, sql_type
from patron.engine.sql.lower import Lowerer


class Unable(Exception):
    """A dialect has no words for something that a plan asks; the reason is the argument."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One step: its name, SQL text, and what it is for; `learn`: the SQL reads what a model learns the step from, part
    by part where there are `parts`."""

    name: str
    sql: str
    note: str = ""
    learn: Learn | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """Steps that each store a temporary table, then the SELECTs to fetch."""

    dialect: str
    steps: tuple[Statement, ...]
    outputs: tuple[Statement, ...]

    def text(self) -> str:
        """The whole program as a reader may run it."""
        return "\n\n".join(f"-- {s.note or s.name}\n{s.sql};" for s in (*self.steps, *self.outputs)) + "\n"


def render(select: E, dialect: str) -> str:
    """SQL text, the tree used up; what a dialect cannot say is an error, never a guess."""
    try:
        return select.sql(dialect=dialect, pretty=True, copy=False, unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise Unable(str(error).splitlines()[0]) from error


def create(name: str, select: E, dialect: str) -> str:
    """The statement that stores a step."""
    made = exp.Create(this=exp.Table(this=build.name(name)), kind="TABLE", expression=select, replace=True,
                      properties=exp.Properties(expressions=[exp.TemporaryProperty()]))  # fmt: skip
    return render(made, dialect)


def drop(name: str, dialect: str) -> str:
    """The statement that gives up what a step stored."""
    return f"DROP TABLE {render(build.name(name), dialect)}"


def handed(name: str, columns: Sequence[Col], lowering: Lowering) -> str:
    """The statement that stores what a model said, read from the table `handed`: numbers as such (NaN is missing),
    dates as days since 1970, several texts with a new line between them."""
    items = [exp.Alias(this=_of_type(c, lowering), alias=build.name(c.name)) for c in columns]
    select = exp.Select(expressions=items, from_=exp.From(this=exp.Table(this=build.name("handed"))))
    return create(name, select, lowering.dialect)


def _of_type(column: Col, lowering: Lowering) -> E:
    value: E = build.col(column.name)
    if column.type.kind == "texts":
        return build.func("string_split", value, build.text("\n"))
    if column.type.kind in ("number", "money", "date"):
        value = exp.Nullif(this=value, expression=build.cast(build.text("nan"), "DOUBLE"))
    if column.type.kind == "date":
        return exp.Add(this=build.date(dt.date(1970, 1, 1)), expression=build.cast(value, "INT"))
    return build.cast(value, sql_type(column.type, lowering))


def compile_plan(plan: Plan, lowering: Lowering) -> Program:
    """The program of a plan."""
    steps = tuple(_step(s, lowering) for s in plan.steps)
    outputs = tuple(
        Statement(s.name, render(Lowerer(lowering).statement(s.node), lowering.dialect), s.note) for s in plan.outputs
    )
    return Program(lowering.dialect, steps, outputs)


def _step(step: Step, lowering: Lowering) -> Statement:
    select = Lowerer(lowering).statement(step.node)
    if isinstance(step.node, Learn):
        note = f"{step.name}: {step.note}, of these rows"
        parts = tuple(render(Lowerer(lowering).statement(n), lowering.dialect) for n in _parts(step.node))
        return Statement(step.name, render(select, lowering.dialect), note, step.node, parts)
    return Statement(step.name, create(step.name, select, lowering.dialect), step.note)


def _parts(node: Learn) -> Iterator[Node]:
    """What a model reads, cut between ids."""
    rows = node.input
    if not node.cuts or not isinstance(rows, Sorted):
        return
    key = columns(rows)[0]
    cuts = [Lit(str(cut), key.type) for cut in node.cuts]
    for low, high in zip((None, *cuts), (*cuts, None), strict=True):
        within = all_of(low and compare(">=", key, low), high and compare("<", key, high))
        if within is not None:
            yield replace(rows, input=Filter(rows.input, within))
