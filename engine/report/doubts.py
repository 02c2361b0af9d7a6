"""Numbers that others rest on and that are uncertain, as a shop's rhythm with little history: told once (P0615)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.measures import Fixed
from patron.engine.model.resolve import Model, understood
from patron.engine.model.terms import Lit
from patron.engine.plan.nodes import Col, Plan, Project, Step, Values
from patron.engine.plan.overall import beside, over
from patron.engine.plan.planner import Planner
from patron.engine.plan.query import QueryPlan
from patron.engine.plan.rules import optimized
from patron.engine.report.answers import run_program
from patron.engine.report.context import Context, lowering
from patron.engine.sql.program import compile_plan
from patron.engine.types import TEXT, WHOLE

OUTPUT = "doubts"
ONE = Values((Col("@one", WHOLE),), ((Lit(1, WHOLE),),), "one row")
NOTHING = Lit(None, TEXT)


def with_doubts(p: Planner, plan: QueryPlan, told: Collection[str] = ()) -> QueryPlan:
    """The plan with one more output: a row with what is uncertain of the metrics used that were not told of."""
    return replace(plan, plan=with_doubts_of(p, plan.plan.outputs, told))


def with_doubts_of(p: Planner, outputs: tuple[Step, ...], told: Collection[str] = ()) -> Plan:
    """These outputs, and where it is needed one more: a row with what is uncertain of the metrics used."""
    reasons = [p.b.metric(name, tree.NOWHERE, Scope("")).measure for name in _wanted(p.b, told).values()]
    if not any(isinstance(r, Fixed) for r in reasons):
        return Plan(tuple(p.steps), outputs)
    node, known = beside(p, ONE, reasons)
    values = (over(r.term, known) if isinstance(r, Fixed) else NOTHING for r in reasons)
    row = Project(node, tuple((f"d{n}", v) for n, v in enumerate(values)), "what is uncertain")
    return Plan(tuple(p.steps), (*outputs, Step(OUTPUT, row, "what is uncertain")))


def uncertain(model: Model, files: Collection[str] | None, context: Context) -> tuple[Problem, ...]:
    """What is uncertain of what the definitions of these files (None: of all the project's) rest on."""
    own = files if files is not None else {d.file for d in model.declared.documents}
    b = understood(model, own)
    plan = with_doubts_of(Planner(b, context.store), ())
    if not plan.outputs:
        return ()
    fetched = run_program(compile_plan(optimized(plan), lowering(model, context.store)), context)
    return tuple(p for p in doubts_of(model, b, fetched).values() if p is not None)


def doubts_of(
    model: Model, b: Binder, fetched: Mapping[str, Sequence[tuple[Any, ...]]], told: Collection[str] = ()
) -> dict[str, Problem | None]:
    """The metrics of that row, and what to warn of."""
    (row,) = fetched.get(OUTPUT, [()])
    reasons = zip(_wanted(b, told), row, strict=False)
    return {name: _problem(model, name, reason) if reason else None for name, reason in reasons}


def _wanted(b: Binder, told: Collection[str]) -> Mapping[str, str]:
    return {name: says for name, says in b.doubted.items() if name not in told}


def _problem(model: Model, name: str, reason: str) -> Problem:
    pack = name.partition(".")[0]
    uses = (s for d in model.declared.documents for s in d.statements if isinstance(s, tree.UseDecl))
    span = next((u.span for u in uses if str(u.pack) == pack), tree.NOWHERE)
    said = f"the rhythm of the shop is uncertain: {reason}"
    return Problem("P0615", span, said, f"Set `house_gap` in the block of `use {pack}`.")
