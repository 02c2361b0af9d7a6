"""Numbers that others rest on and that are uncertain, as a shop's rhythm with little history: told once (P0615)."""

from __future__ import annotations

from collections.abc import Collection

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.model.binder import Binder, Scope
from patron.engine.model.measures import Fixed
from patron.engine.model.resolve import Model, understood
from patron.engine.model.terms import Lit
from patron.engine.plan.nodes import Col, Project, Step, Values
from patron.engine.plan.overall import beside, over
from patron.engine.plan.planner import Planner
from patron.engine.report.context import Context
from patron.engine.report.programs import Fetched, fetched
from patron.engine.types import TEXT, WHOLE

OUTPUT = "doubts"
ONE = Values((Col("@one", WHOLE),), ((Lit(1, WHOLE),),), "one row")
NOTHING = Lit(None, TEXT)


def doubts(p: Planner) -> tuple[Step, ...]:
    """Where it is needed, one more output: a row with what is uncertain of the metrics used."""
    reasons = [p.b.metric(name, tree.NOWHERE, Scope("")).measure for name in p.b.doubted.values()]
    if not any(isinstance(r, Fixed) for r in reasons):
        return ()
    node, known = beside(p, ONE, reasons)
    values = (over(r.term, known) if isinstance(r, Fixed) else NOTHING for r in reasons)
    row = Project(node, tuple((f"d{n}", v) for n, v in enumerate(values)), "what is uncertain")
    return (Step(OUTPUT, row, "what is uncertain"),)


def uncertain(model: Model, files: Collection[str] | None, context: Context) -> tuple[Problem, ...]:
    """What is uncertain of what the definitions of these files (None: of all the project's) rest on."""
    own = files if files is not None else {d.file for d in model.declared.documents}
    b = understood(model, own)
    p = Planner(b, context.store)
    outputs = doubts(p)
    return doubts_told(model, b, fetched(p, outputs, model, context)) if outputs else ()


def doubts_told(model: Model, b: Binder, rows: Fetched) -> tuple[Problem, ...]:
    """What to warn of after that row was fetched."""
    (row,) = rows.get(OUTPUT, [()])
    return tuple(_problem(model, name, reason) for name, reason in zip(b.doubted, row, strict=False) if reason)


def _problem(model: Model, name: str, reason: str) -> Problem:
    pack = name.partition(".")[0]
    uses = (s for d in model.declared.documents for s in d.statements if isinstance(s, tree.UseDecl))
    span = next((u.span for u in uses if str(u.pack) == pack), tree.NOWHERE)
    said = f"the rhythm of the shop is uncertain: {reason}"
    return Problem("P0615", span, said, f"Set `house_gap` in the block of `use {pack}`.")
