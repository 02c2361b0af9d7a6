"""Lists as subjects: whether they were taken, and their members."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from patron.engine.model.queries import Query, Subject
from patron.engine.model.terms import Lit
from patron.engine.plan.planner import ListMembers
from patron.engine.report.context import Context
from patron.engine.types import WHOLE, reference


def pending(query: Query, context: Context) -> bool:
    """Whether a list that is asked about has not been taken yet."""
    return bool(untaken(query.subject, context))


def untaken(subject: Subject, context: Context) -> tuple[str, ...]:
    """The lists of a subject that have not been taken yet."""
    if subject.kind != "lists":
        return ()
    named = zip(subject.names, subject.versions, strict=True)
    return tuple(n for n, v in named if context.lists is None or context.lists.get(n, v) is None)


def taken_later(subject: Subject, context: Context) -> Iterator[str]:
    """A sentence for each list of a subject whose version shows a later moment than the one that is looked from."""
    if subject.kind != "lists" or context.lists is None:
        return
    for name, version in zip(subject.names, subject.versions, strict=True):
        stored = context.lists.get(name, version)
        if stored is not None and context.lists.seen is not None and stored.created_at > context.lists.seen:
            day = context.lists.local(stored.created_at).date()
            yield (
                f"the list `{name}` was taken of {day}, later than what is looked from: who is in it may follow from "
                f"what happened after. `patron lists take {name} --as-of DAY` takes it of another day"
            )


def list_members(context: Context, name: str, version: int | None) -> ListMembers:
    """A stored list's members as a temporary table of the session."""
    stored = context.lists.get(name, version) if context.lists is not None else None
    if stored is None:
        return ListMembers(None)
    table = f"list_{stored.name}_{stored.version}"
    if table not in context.registered:
        _fill(context, table, context.lists.counted(stored.name, stored.version))
        context.registered.add(table)
    return ListMembers(table, getattr(stored, "expires_at", None), stored.created_at)


def _fill(context: Context, table: str, ids: Sequence[str]) -> None:
    from patron.engine.plan.nodes import Col, Plan, Stack, Step, Values
    from patron.engine.sql.expressions import Lowering
    from patron.engine.sql.functions.scalars import Scalars
    from patron.engine.sql.program import compile_plan

    ident = reference("customers")
    stored = context.store.tables.get("customers")
    whole = (
        frozenset({"customers"}) if stored is not None and stored.columns["id"].storage == "whole" else frozenset[str]()
    )
    chunks = [ids[i : i + 5000] for i in range(0, len(ids), 5000)] or [[]]
    told = _stand_in if whole else (lambda person: Lit(person, ident))
    nodes = tuple(Values((Col("id", ident),), tuple((told(i),) for i in chunk)) for chunk in chunks)
    node = nodes[0] if len(nodes) == 1 else Stack(nodes)
    program = compile_plan(Plan((Step(table, node, "members of a list"),), ()), Lowering(Scalars(), whole))
    context.session.run(table, program.steps[0].sql)


def _stand_in(person: str) -> Lit:
    """An id where all ids are whole numbers; of one that is none, a number that nobody has, always the same."""
    if len(person) <= 18 and person.isascii() and person.isdigit() and str(int(person)) == person:
        return Lit(person, reference("customers"))
    digest = hashlib.sha256(person.encode("utf-8", "surrogatepass")).digest()
    return Lit(-1 - int.from_bytes(digest[:7], "big"), WHOLE)
