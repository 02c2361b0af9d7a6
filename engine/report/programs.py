"""Programs: what is asked of a session, planned as one, and run as it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias

from patron.dsl.nodes import dataclass
from patron.engine.model.resolve import Model
from patron.engine.plan.nodes import Node, Plan, Scan, Step, Temp, walk
from patron.engine.plan.planner import Planner
from patron.engine.plan.rules import optimized
from patron.engine.plan.unread import read_columns
from patron.engine.report.context import Context, lowering
from patron.engine.report.learning import perform
from patron.engine.report.permitted import permitted, sent
from patron.engine.sql.program import Program, compile_plan, drop

Fetched: TypeAlias = Mapping[str, Sequence[tuple[Any, ...]]]
"""The rows of outputs, by the outputs' names."""


def fetched(p: Planner, outputs: Iterable[Step], model: Model, context: Context) -> Fetched:
    """The rows of outputs over a planner's steps."""
    plan = optimized(permitted(Plan(tuple(p.steps), tuple(outputs)), p.b.named, context))
    how = lowering(model, context.store)
    program = compile_plan(plan, how)
    for step in program.steps:
        perform(step, model, context, how)
    sent(context, program)
    return {s.name: context.session.fetch(s.sql) for s in program.outputs}


@dataclass(frozen=True, slots=True)
class Answered:
    """What was fetched for one who asked, the SQL that found it, steps that others need too included, and the tables
    it was found in."""

    rows: Fetched
    sql: str
    tables: tuple[str, ...]


class Together:
    """What many ask, as one plan: what several need is computed once, and only what somebody reads.

    Everybody asks before anybody is answered. Steps run when the first who needs them is answered and are dropped
    after the last.
    """

    def __init__(self, p: Planner, model: Model, context: Context) -> None:
        self._planner, self._model, self._context = p, model, context
        self._lowering = lowering(model, context.store)
        self._asked: list[tuple[Step, ...]] = []
        self._texts: dict[str, Program] = {}
        self._there: set[str] = set()

    def ask(self, outputs: Sequence[Step]) -> int:
        """The number to be answered by."""
        permitted(Plan(tuple(self._planner.steps), tuple(outputs)), self._planner.b.named, self._context)
        number = len(self._asked)
        self._asked.append(tuple(replace(s, name=f"{number}/{s.name}") for s in outputs))
        return number

    def answered(self, number: int) -> Answered:
        """The rows of what was asked, in the order of asking."""
        outputs = self._outputs[number]
        steps = self._needed(outputs)
        for step in steps:
            if step.name not in self._there:
                perform(self._compiled(step).steps[0], self._model, self._context, self._lowering)
                self._there.add(step.name)
        own = compile_plan(Plan((), outputs), self._lowering)
        rows = {s.name.partition("/")[2]: self._context.session.fetch(s.sql) for s in own.outputs}
        self._forget(number)
        program = replace(own, steps=tuple(s for step in steps for s in self._compiled(step).steps))
        sent(self._context, program)
        return Answered(rows, program.text(), _tables(read_columns(Plan(tuple(steps), outputs))))

    @cached_property
    def _plan(self) -> Plan:
        everything = tuple(step for outputs in self._asked for step in outputs)
        whole = Plan(tuple(self._planner.steps), everything)
        return optimized(permitted(whole, self._planner.b.named, self._context))

    @cached_property
    def _outputs(self) -> list[tuple[Step, ...]]:
        left = iter(self._plan.outputs)
        return [tuple(next(left) for _ in asked) for asked in self._asked]

    @cached_property
    def _last(self) -> Mapping[str, int]:
        """Who reads a step last."""
        return {step.name: n for n, outputs in enumerate(self._outputs) for step in self._needed(outputs)}

    def _needed(self, outputs: Iterable[Step]) -> list[Step]:
        """The steps that outputs read, and those that these read, in order."""
        names = set(_read(s.node for s in outputs))
        found = []
        for step in reversed(self._plan.steps):
            if step.name in names:
                found.append(step)
                names |= set(_read((step.node,)))
        return found[::-1]

    def _compiled(self, step: Step) -> Program:
        if step.name not in self._texts:
            self._texts[step.name] = compile_plan(Plan((step,), ()), self._lowering)
        return self._texts[step.name]

    def _forget(self, number: int) -> None:
        """Drop the steps that nobody will read any more."""
        for name in sorted(n for n in self._there if self._last[n] <= number):
            self._context.session.run(name, drop(name, self._lowering.dialect))
            self._there.remove(name)


def _read(nodes: Iterable[Node]) -> Iterator[str]:
    return (each.name for node in nodes for each in walk(node) if isinstance(each, Temp))


def _tables(plan: Plan) -> tuple[str, ...]:
    """The stored tables that are read."""
    steps = (*plan.steps, *plan.outputs)
    return tuple(sorted({n.table for step in steps for n in walk(step.node) if isinstance(n, Scan)}))
