"""Examining what is kept of frozen lists: is every version there, are members and results what they were.
An erasure that was cut short is brought to its end, and content that nobody refers to is removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from patron.engine.runner.examining import Finding
from patron.engine.runtime.errors import Damaged, PatronError

if TYPE_CHECKING:
    from patron.engine.runner.lists.store import ListStore
    from patron.engine.runner.project import Project

_BACKUP = "Put the state folder back from a backup."
_LOST = f"{_BACKUP} Without one these people are lost: the next version of the list is whole again."
_UNSAID = f"{_BACKUP} Without one this answer cannot be given; `--as-of` a moment when the list lived computes another."


def lists(project: Project) -> Iterator[Finding]:
    """Everything that is kept of lists, declared still or not."""
    from patron.engine.runner.state.database import FILE

    if project.config.state is None and not (project.config.state_folder / FILE).exists():
        return
    try:
        yield from _examined(project.lists)
    except PatronError as error:
        yield Finding("broken", error.message, error.hint, error.exit_code)


def _examined(store: ListStore) -> Iterator[Finding]:
    from patron.engine.runner.lists.erasing import sweep
    from patron.engine.runner.state import lists as tables

    with store.state.reading() as connection:
        versions = list(tables.examined(connection, tables.versions))
        results = list(tables.examined(connection, tables.results))
        referred = tables.referred(connection)
    yield from _versions(store, versions)
    yield from _results(store, results)
    sweep(store)
    if gone := store.kept.collect(referred):
        count = f"{len(gone)} {'file' if len(gone) == 1 else 'files'}"
        yield Finding("mended", f"removed {count} below {store.kept.folder} that nothing refers to")


def _versions(store: ListStore, found: list[dict[str, Any] | Damaged]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for row in found:
        if isinstance(row, Damaged):
            yield _broken(row.message, row.hint)
            continue
        name, number = str(row["name"]), int(row["version"])
        for lost in range(seen.get(row["list"], 0) + 1, number):
            yield _broken(f"version {lost} of the list `{name}` is gone from the state", _BACKUP)
        seen[row["list"]] = number
        yield _version(store, row, f"list {name} version {number}")


def _version(store: ListStore, row: dict[str, Any], what: str) -> Finding:
    from patron.engine.runner.lists.store import read_members

    if fault := store.kept.fault(row["members"]):
        return _broken(f"{what}: its members, {store.kept.place(row['members'])}, {_plural(fault)}", _LOST)
    size = len(read_members(store.kept.get(row["members"])))
    if size != row["size"]:
        return _broken(f"{what}: its members are {size:,}, not {row['size']:,} as when it was taken", _LOST)
    erased = f", {row['erased']:,} of them erased since" if row["erased"] else ""
    return Finding("fine", f"{what}: {size:,} people{erased}")


def _results(store: ListStore, found: list[dict[str, Any] | Damaged]) -> Iterator[Finding]:
    whole = 0
    for row in found:
        if isinstance(row, Damaged):
            yield _broken(row.message, row.hint)
        elif fault := store.kept.fault(row["content"]):
            of = " and ".join(f"{name} version {version}" for name, version in json.loads(row["lists"]))
            told = f"the last result of {row['asked']} about list {of}, {store.kept.place(row['content'])}, {fault}"
            yield _broken(told, _UNSAID)
        else:
            whole += 1
    if whole:
        yield Finding("fine", f"{whole:,} last {'result' if whole == 1 else 'results'} about lists as computed")


def _plural(fault: str) -> str:
    return {"is gone": "are gone", "is not what was written": "are not what was written"}[fault]


def _broken(told: str, remedy: str) -> Finding:
    return Finding("broken", told, remedy, Damaged.exit_code)
