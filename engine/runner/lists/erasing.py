"""Erasing a person from everything that is kept of lists: the counts stay, who it was is nowhere any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from patron.dsl.nodes import dataclass
from patron.engine.results import Result, Value
from patron.engine.runner.lists import results as answers
from patron.engine.runner.lists.store import read_members, written_members
from patron.engine.runtime.faults import point

if TYPE_CHECKING:
    import datetime as dt

    from patron.engine.runner.lists.store import ListStore

_NOBODY = -(10**18)
"""Numbers below this one stand for people who were erased: no customer has them as an id."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure changed: in how many versions the person was, of which lists, and in how many kept results."""

    versions: int
    lists: tuple[str, ...]
    results: int


def erase(store: ListStore, person: str, now: dt.datetime) -> Erased:
    """Take an id out of the members of all versions and out of all results that are kept."""
    from patron.engine.runner.state import lists as tables

    with store.state.writing() as connection:
        number = tables.next_erasure(connection)
        lists, versions = set(), 0
        for row in list(tables.all_versions(connection)):
            content = store.kept.get(row["members"], f"the members of `{row['name']}` version {row['version']}")
            members = read_members(content)
            if person in members:
                without = [_NOBODY - number if m == person else m for m in members]
                digest = store.kept.put(written_members(without))
                tables.let_go(connection, [row["members"]])
                tables.keep_version(connection, {**row, "members": digest, "erased": row["erased"] + 1})
                lists.add(row["name"])
                versions += 1
        results = sum(_from_result(store, connection, row, person) for row in list(tables.all_results(connection)))
        if versions or results:
            said = {"number": number, "erased_at": now, "versions": versions, "results": results}
            tables.keep_erasure(connection, said)
        point("list.before erasure")
    sweep(store)
    return Erased(versions, tuple(sorted(lists)), results)


def sweep(store: ListStore) -> None:
    """Remove content that nobody refers to any more; an erasure that was cut short is brought to its end."""
    from patron.engine.runner.state import lists as tables

    with store.state.writing() as connection:
        for content in tables.leaving_now(connection):
            store.kept.remove(content)
            point("list.swept")
        tables.all_left(connection)


# ---------------------------------------------------------------- kept results


def _from_result(store: ListStore, connection: Any, row: Mapping[str, Any], person: str) -> bool:
    """Whether a kept result named the person; if so it does no longer."""
    from patron.engine.runner.state import lists as tables

    made = answers.read(store.kept.get(row["content"], answers.what(row)))
    nameless = answers.everywhere(made, lambda result: _without(result, person))
    if nameless == made:
        return False
    tables.let_go(connection, [row["content"]])
    tables.keep_result(connection, {**row, "content": store.kept.put(answers.written(nameless))})
    return True


def _without(result: Result, person: str) -> Result:
    """A result whose rows about a person say nothing of whom: their customer, and every text and date beside it."""
    ids = [i for i, c in enumerate(result.columns) if c.type.kind == "reference" and c.type.table == "customers"]
    told = {i for i, c in enumerate(result.columns) if c.type.textual or c.type.timely}

    def blank(row: tuple[Value, ...]) -> tuple[Value, ...]:
        if not any(str(row[i]) == person for i in ids if row[i] is not None):
            return row
        return tuple(None if i in told else value for i, value in enumerate(row))

    return replace(result, rows=tuple(blank(row) for row in result.rows)) if ids else result
