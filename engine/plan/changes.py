"""Tables of changes, as `lifecycle.changes`: when a customer left one state for another (language reference, 16).

Every purchase day opens a wait, in which states follow each other until the next purchase. A pack says on which day
of a wait which state begins; a change is where that is another state than the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from patron.dsl.tree import NOWHERE
from patron.engine.model.terms import Field, Here, Lit, Op, Term, all_of, any_of, compare, known, negated
from patron.engine.plan import rows as row_plans
from patron.engine.plan.looking_back import TABLE
from patron.engine.plan.nodes import Col, Filter, Named, Node, Project, SortKey, Stack, WindowCall, columns, pick
from patron.engine.plan.planner import Planner
from patron.engine.types import DATE, TEXT, WHOLE, YESNO, Type, reference

CUSTOMER = reference("customers")
NEXT_ON = Field(Here(), "next_at@date", DATE)
ON, STATE, PLACE, WHO = Col("changed_at", DATE), Col("to_stage", TEXT), Col("@place", WHOLE), Col("customer", CUSTOMER)
FIRST = Lit("Prospect", TEXT)
"""Where everybody comes from."""


def changes(p: Planner, table: str, needed: Mapping[str, Type]) -> Node:
    """These columns of the table, computed once for all that ask."""
    return pick(p.step("changes", _left(_last_of_a_day(Stack(tuple(_begun(p, table))))), table), *needed)


def _begun(p: Planner, table: str) -> Iterator[Node]:
    """For each state of a wait, the customers and days on which it begins: before the next purchase, up to today."""
    begins = p.b.declared.catalog.packs[table.partition(".")[0]].changes
    for place, (on, state) in enumerate(begins.items()):
        day = _trait(p, on)
        in_time = any_of(Op("is_missing", (NEXT_ON,), YESNO), compare(">", NEXT_ON, day))
        where = all_of(known(day), negated(compare(">", day, Lit(p.as_of.today, DATE))), in_time)
        items: list[tuple[str, Term]] = [
            (WHO.name, Field(Here(), "customer", CUSTOMER)), (ON.name, day), (STATE.name, _trait(p, state)),
            (PLACE.name, Lit(place, WHOLE)),
        ]  # fmt: skip
        yield row_plans.evaluate(p, TABLE, items, where, f"{state} begins")


def _trait(p: Planner, name: str) -> Term:
    return type(p.b).define_trait(p.b, p.b.declared.known("trait")[name], NOWHERE)


def _last_of_a_day(begun: Stack) -> Node:
    """The state that a customer is in at the end of the day: stages that end on one day have no day of their own."""
    following = WindowCall("lead", DATE, (ON,), (WHO,), (SortKey(ON), SortKey(PLACE)))
    node = Project(begun, (*_all(begun), ("@next", following)))
    later = Op("or", (Op("is_missing", (Col("@next", DATE),), YESNO), compare(">", Col("@next", DATE), ON)), YESNO)
    return Filter(node, later)


def _left(states: Node) -> Node:
    """With the state that each one follows; what goes on is no change."""
    before = WindowCall("lag", TEXT, (STATE,), (WHO,), (SortKey(ON),))
    node = Project(states, ((WHO.name, WHO), (ON.name, ON), ("from_stage", before), (STATE.name, STATE)))
    left = Op("first_known", (Col("from_stage", TEXT), FIRST), TEXT)
    named = Project(node, ((WHO.name, WHO), (ON.name, ON), ("from_stage", left), (STATE.name, STATE)))
    return Filter(named, negated(compare("=", Col("from_stage", TEXT), STATE)), "changes")


def _all(node: Node) -> tuple[Named, ...]:
    return tuple((c.name, c) for c in columns(node))
