"""Why a number changed: from what it was at one moment to what it is at another, one cause after the other.

Each cause is one step from one state of specs, rows and moment to the next, and the report is made in every state; so
the parts add up to the whole change, whatever the report counts:

    spec                the specs of now, over the rows and at the moment of then
    merged customers    customers who were merged since become who they are now
    restated            rows that were there then are what they are now, or are gone; so are orders that were cancelled
                        or returned in between, with a date
    late                rows that came since and happened before
    time                the moment of now: what happened in between, and periods that moved
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from decimal import Decimal, localcontext
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.engine.results import Column, Figure, Report, Result, Section
from patron.engine.runtime.errors import UsageError
from patron.engine.runtime.scratch import working_folder

if TYPE_CHECKING:
    from patron.engine.load import Loaded
    from patron.engine.runner.project import Project
    from patron.engine.runner.spec_changes import SpecChange

CAUSES = ("spec", "merged customers", "restated", "late", "time")
_NUMBERS = ("number", "money")
_DIGITS = 100
"""More than any two numbers have together, so that parts add up to the last digit."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One number of a report: where it stands, what it was and is, and what each cause did to it."""

    figure: str
    row: tuple[object, ...]
    column: Column
    before: object
    after: object
    parts: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """The numbers of a report between two moments, which these are, what cannot be told apart, and what the specs say
    otherwise."""

    report: str
    numbers: tuple[Moved, ...]
    notes: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    changes: tuple[SpecChange, ...] = ()


def bridge(
    project: Project, name: str, since: dt.date | dt.datetime, until: dt.date | dt.datetime | None,
    params: Mapping[str, object],
) -> Bridge:  # fmt: skip
    """The numbers of a report at both moments, and the parts of what lies between them."""
    from patron.engine.runner.spec_changes import changes

    now, then = _side(project, name, until), _side(project, name, since)
    if then.as_of.moment > now.as_of.moment:
        raise UsageError("--from is later than --to", "name the earlier moment first")
    old = _specs_of(project, then)
    if old is not None:
        _was_there(project, old, name)
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder(project.config.state_folder))
        states = list(_states(old or then, then, now, folder))
        reports = [_report(state, name, params) for state in states]
        sides = _told("from", then), _told("to", now)
    notes = tuple(dict.fromkeys((*_unknown(project, then), *reports[0].notes)))
    said = () if old is None else changes(name, old.documents, project.documents)
    return Bridge(reports[-1].name, tuple(_numbers(reports)), notes, sides, said)


def _side(project: Project, name: str, when: dt.date | dt.datetime | None) -> Project:
    """The project as it was at a moment, with the rows that were there; of a date on which runs made the report, as the
    last of them made it."""
    from patron.engine.runner.publications import published

    side = project.seen_from(when)
    if when is None:
        return side
    last = side.as_of.moment.replace(tzinfo=dt.UTC)
    done = published(side, name, last if isinstance(when, dt.datetime) else _begin(side, when), last)
    if done is not None:
        side = project.seen_from(done[0])
    for known in ("model", "loaded"):
        side.__dict__.pop(known, None)
    side.there_at = done[1] if done is not None else last
    return side


def _begin(side: Project, day: dt.date) -> dt.datetime:
    """When a date begins: at the end of the one before."""
    before = side.seen_from(day - dt.timedelta(days=1)).as_of.moment
    return before.replace(tzinfo=dt.UTC)


def _told(side: str, project: Project) -> str:
    """What one side is: a moment, and when its rows were read."""
    read = project.loaded.made_at
    return f"{side} {_local(project, project.as_of.moment)}, rows read {_local(project, read) if read else 'once'}"


def _local(project: Project, moment: dt.datetime) -> str:
    from patron.engine.model.periods import to_local

    utc = moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
    return f"{to_local(utc, project.declared.settings.timezone):%Y-%m-%d %H:%M}"


def _states(old: Project, then: Project, now: Project, folder: Path) -> Iterator[Project]:
    """What is asked, from the first state to the last: two for each cause, one for restated orders with a date."""
    from patron.engine.load import between

    yield old
    yield then
    was, is_, limits = then.loaded, now.loaded, now.config.limits
    same = was.path == is_.path
    merged = was if same else between.merged(was, is_, folder, limits)
    yield _over(then, merged)
    restated = is_ if same else between.without_late(was, is_, folder, limits)
    yield _over(then, restated)
    yield _over(then, is_)
    dated = between.dated(is_, folder, limits, then.as_of.moment, now.as_of.moment)
    yield _over(then, dated)
    yield now


def _specs_of(project: Project, then: Project) -> Project | None:
    """The project with the specs of then, when they are known and say something else."""
    from patron.engine.runner import past_specs

    texts = past_specs.at(project.config, _known_at(then))
    if texts is None or texts == {d.file: d.text for d in project.documents}:
        return None
    other = project.seen_from(then.when)
    other.there_at = then.there_at
    for name in ("_parsed", "declared", "bound", "newest", "model", "loaded"):
        other.__dict__.pop(name, None)
    parsed = [project.stages.parse(text.encode("utf-8"), file) for file, text in texts.items()]
    other.__dict__["_parsed"] = (tuple(d for d, _ in parsed), tuple(p for _, found in parsed for p in found))
    return other


def _was_there(project: Project, old: Project, name: str) -> None:
    """UsageError when the specs of then have no such report: since when there is one."""
    from patron.engine.runner import past_specs

    if tree.fold(name) in old.declared.known("report"):
        return

    def has(texts: Mapping[str, str]) -> bool:
        documents = tuple(project.stages.parse(text.encode("utf-8"), file)[0] for file, text in texts.items())
        return tree.fold(name) in project.stages.declare(documents, project.catalog, {}).known("report")

    since = past_specs.since(project.config, has)
    if since is None:
        raise UsageError(f"the report {name} was not there yet", "nothing is known of it: it was never made before")
    first = _local(project, since + dt.timedelta(seconds=59))
    raise UsageError(
        f"the report {name} was not there yet {_local(project, _known_at(old))}: it is there since {first}",
        f"ask with --from {first.replace(' ', 'T')} or later",
    )


def _over(project: Project, loaded: Loaded) -> Project:
    """The same question over another load."""
    other = project.seen_from(project.when)
    other.__dict__["loaded"] = loaded
    return other


def _report(state: Project, name: str, params: Mapping[str, object]) -> Report:
    try:
        return state.report(name, **params)
    finally:
        state.close()


def _unknown(project: Project, then: Project) -> Iterator[str]:
    """What of then is not known."""
    from patron.engine.runner import past_specs

    moment = _known_at(then)
    known_from = then.loaded.known_from
    if known_from is None or moment < known_from:
        day = f"before {_local(project, known_from)}" if known_from else "of former times"
        yield f"no rows are kept {day}: `merged customers`, `restated` and `late` tell only what bears a date"
    if past_specs.at(project.config, moment) is None:
        yield "the specs of then are not kept: `spec` tells nothing"


def _known_at(then: Project) -> dt.datetime:
    """When what is known of then was known."""
    return then.there_at or then.as_of.moment.replace(tzinfo=dt.UTC)


# ---------------------------------------------------------------- numbers


def _numbers(reports: Sequence[Report]) -> Iterator[Moved]:
    """Every number of the first and last report, with what it is in all of them."""
    found = [dict(_cells(r.parts)) for r in reports]
    columns = {k: c for cells in found for k, (c, _) in cells.items()}
    places = dict.fromkeys((*found[-1], *found[0]))
    for place in places:
        values = [cells[place][1] if place in cells else None for cells in found]
        exact = [Decimal(0) if v is None else Decimal(str(v)) for v in values]
        with localcontext(prec=_DIGITS):
            spec, merged, restated, late, dated, time = (b - a for a, b in pairwise(exact))
            parts = (spec, merged, restated + dated, late, time)
        yield Moved(place[0], place[1], columns[place], values[0], values[-1], parts)


_Place = tuple[str, tuple[object, ...], str]


def _cells(parts: Sequence[object]) -> Iterator[tuple[_Place, tuple[Column, Any]]]:
    for part in parts:
        if isinstance(part, Section):
            yield from _cells(part.parts)
        elif isinstance(part, Figure) and part.result is not None:
            yield from _of_result(part.address or part.title, part.result)


def _of_result(address: str, result: Result) -> Iterator[tuple[_Place, tuple[Column, Any]]]:
    dims = [i for i, c in enumerate(result.columns) if c.role == "dimension"]
    for number, row in enumerate(result.rows):
        kind = result.kinds[number] if result.kinds else ""
        key = (*(row[i] for i in dims), *((kind,) if kind else ()))
        for i, column in enumerate(result.columns):
            if column.role == "metric" and column.type.kind in _NUMBERS:
                yield (address, key, column.name), (column, row[i])


__all__ = ["CAUSES", "Bridge", "Moved", "bridge"]
