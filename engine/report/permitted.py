"""Plans as whoever asks may run them: what they may not see is masked, what they may not ask is refused."""

from __future__ import annotations

from collections.abc import Mapping

from patron.dsl.problems import Problem
from patron.dsl.tree import NOWHERE, Span
from patron.engine.model.classes import Column
from patron.engine.model.terms import Lit
from patron.engine.plan.guarded import INNER, KEYS, OUTER, Withheld, guarded
from patron.engine.plan.nodes import Plan, Step, Temp, Values, walk
from patron.engine.report.context import Allowed, Context
from patron.engine.runtime.errors import PermissionDenied
from patron.engine.sql.expressions import Lowering
from patron.engine.sql.functions.scalars import Scalars
from patron.engine.sql.program import Program, compile_plan
from patron.engine.types import TEXT

ROWS, BY_VALUE = "P0808", "P0809"
_INSTEAD = (
    "It is masked for this role. Counts, `is known`, bands of at least five years of age and cells of at least 0.1 "
    "degrees may be asked for."
)


def shown(plan: Plan, named: Mapping[Column, Span], allowed: Allowed | None) -> Plan:
    """The plan with masks; PermissionDenied with P0808 for rows, P0809 for asking by the value of a masked column."""
    if allowed is None:
        return plan
    try:
        found, rows = guarded(plan, allowed.guard)
    except Withheld as refused:
        raise _refusal(allowed, refused, named) from None
    if rows:
        allowed.rows()
    return found


def permitted(plan: Plan, named: Mapping[Column, Span], context: Context) -> Plan:
    """The plan that is run: as it may be shown, with what its masks need at hand."""
    allowed = context.allowed
    if allowed is None:
        return plan
    found = shown(plan, named, allowed)
    if KEYS not in context.registered and any(
        isinstance(n, Temp) and n.name == KEYS for s in (*found.steps, *found.outputs) for n in walk(s.node)
    ):
        _store_keys(context, allowed)
    return found


def _refusal(allowed: Allowed, refused: Withheld, named: Mapping[Column, Span]) -> PermissionDenied:
    if not refused.asked_by:
        message = f"{allowed.roles} may not see rows about single people"
        hint = "Ask for numbers of groups, or ask an owner for a role that may `export`."
        return PermissionDenied(message, hint, [Problem(ROWS, NOWHERE, message, hint)])
    problems = []
    for table, column in sorted(refused.asked_by):
        said = f"{allowed.roles} may not ask by the value of {table}.{column}"
        problems.append(Problem(BY_VALUE, named.get((table, column), NOWHERE), said, _INSTEAD))
    return PermissionDenied(problems[0].message, problems[0].hint, problems)


def sent(context: Context, program: Program) -> None:
    """Tell whoever keeps account of it which SQL is asked."""
    if context.allowed is not None:
        context.allowed.tell(program.text())


def _store_keys(context: Context, allowed: Allowed) -> None:
    """The texts that pseudonyms are made with, in a table of the session: they stand in no SQL that is shown."""
    inner, outer = allowed.keys()
    row = (Lit(inner, TEXT), Lit(outer, TEXT))
    step = Step(KEYS, Values((INNER, OUTER), (row,)), "what pseudonyms are made with")
    context.session.run(KEYS, compile_plan(Plan((step,), ()), Lowering(Scalars(), frozenset())).steps[0].sql)
    context.registered.add(KEYS)
