"""Where the predicted values of one customer come from, as the model says that made them."""

from __future__ import annotations

from patron.engine.model.audiences import CUSTOMER_ID
from patron.engine.model.learned import KINDS, learned_table
from patron.engine.model.resolve import Model
from patron.engine.model.terms import Learnt, Lit, Term, compare, walk
from patron.engine.plan import rows as row_plans
from patron.engine.plan.nodes import Step
from patron.engine.plan.planner import Planner
from patron.engine.report.assemble import clean
from patron.engine.report.clauses import Clauses
from patron.engine.report.context import Context
from patron.engine.report.programs import fetched
from patron.engine.types import reference


def explained(model: Model, customer_id: str, found: Clauses, context: Context) -> tuple[str, ...]:
    """A sentence for each model that conditions of an audience rest on."""
    leaves = (leaf for term in found.columns.values() for leaf in walk(term) if isinstance(leaf, Learnt))
    names = dict.fromkeys(leaf.table for leaf in leaves if leaf.key == CUSTOMER_ID)
    said = (_said(model, customer_id, name, found, context) for name in names)
    return tuple(sentence for sentence in said if sentence)


def _said(model: Model, customer_id: str, name: str, found: Clauses, context: Context) -> str:
    table = learned_table(found.binder, name)
    if table.explain is None:
        return ""
    terms: dict[str, Term] = {c: Learnt(name, c, CUSTOMER_ID, KINDS[kind]) for c, kind in table.columns.items()}
    terms |= {c: Learnt(name, c, None, KINDS[kind]) for c, kind in table.numbers.items()}
    p = Planner(found.binder, context.store)
    who = compare("=", CUSTOMER_ID, Lit(customer_id, reference("customers")))
    node = row_plans.evaluate(p, "customers", [("id", CUSTOMER_ID), *terms.items()], who)
    (row,) = fetched(p, (Step("learned", node),), model, context)["learned"]
    values = zip(terms.items(), row[1:], strict=True)
    return table.explain({c: clean(value, term.type) for (c, term), value in values})
