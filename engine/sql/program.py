"""A plan as a program: SQL text for every step. The one place that renders text."""

from __future__ import annotations

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from patron.dsl.nodes import dataclass
from patron.engine.plan.nodes import Plan
from patron.engine.sql import build
from patron.engine.sql.build import E
from patron.engine.sql.expressions import Lowering
from patron.engine.sql.lower import Lowerer


class Unable(Exception):
    """A dialect has no words for something that a plan asks; the reason is the argument."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One step: its name, SQL text, and what it is for."""

    name: str
    sql: str
    note: str = ""


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


def compile_plan(plan: Plan, lowering: Lowering) -> Program:
    """The program of a plan."""
    steps = tuple(
        Statement(s.name, create(s.name, Lowerer(lowering).statement(s.node), lowering.dialect), s.note)
        for s in plan.steps
    )
    outputs = tuple(
        Statement(s.name, render(Lowerer(lowering).statement(s.node), lowering.dialect), s.note) for s in plan.outputs
    )
    return Program(lowering.dialect, steps, outputs)
