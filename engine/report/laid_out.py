"""What a model reads, as it comes from the backend in order: things are numbered, rows of one date added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from patron.engine.plan.learned import OF

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONEY_DIGITS = 4


LaidOut: TypeAlias = "tuple[dict[str, NDArray[Any]], NDArray[Any]]"
"""Columns, and the key of each thing."""


def joined(parts: Sequence[LaidOut]) -> LaidOut:
    """Parts of the things one after the other."""
    import numpy as np

    if len(parts) == 1:
        return parts[0]
    before = 0
    for columns, keys in parts:
        columns[OF] += before
        before += len(keys)
    names, sizes = tuple(parts[0][0]), [len(columns[OF]) for columns, _ in parts]
    ends = np.cumsum(sizes).tolist()
    found: dict[str, NDArray[Any]] = {}
    for name in names:
        found[name] = np.empty(ends[-1], dtype=np.result_type(*(columns[name].dtype for columns, _ in parts)))
        for (columns, _), size, end in zip(parts, sizes, ends, strict=True):
            found[name][end - size : end] = columns.pop(name)  # the part is given up at once
    return found, np.concatenate([keys for _, keys in parts])


def laid_out(rows: dict[str, NDArray[Any]], sums: Sequence[tuple[str, str]]) -> LaidOut:
    """The rows with the number of each one's thing, and the key of each thing; columns are given up as they are read,
    so that hardly more than one of them is there twice."""
    import numpy as np

    keys, added = rows.pop(OF), {name for name, _ in sums}
    first = _changes(keys)
    things = keys[first]
    of = np.cumsum(first, dtype=np.int32) - 1
    del keys
    found: dict[str, NDArray[Any]] = {}
    if not sums:
        return {OF: of, **{name: _narrow(rows.pop(name)) for name in tuple(rows)}}, things
    for name in [n for n in rows if n not in added]:
        found[name] = _narrow(rows.pop(name))
        first |= _changes(found[name])
    starts = np.flatnonzero(first)
    found = {OF: of[starts], **{name: values[starts] for name, values in found.items()}}
    lengths = np.diff(starts, append=len(of))
    del of, first
    for name, kind in sums:
        found[name] = _narrow(lengths) if kind == "count" else _sums(rows.pop(name), starts, lengths, kind)
    return found, things


def days_of(things: NDArray[Any], days: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """How many days each thing has, the first and the last of them, of rows in order."""
    import numpy as np

    first = _changes(things)
    starts = np.flatnonzero(first)
    if not len(starts):
        return {"count": starts, "min": days, "max": days}
    number = np.add.reduceat(first | _changes(days), starts, dtype=np.int32)
    return {"count": number, "min": days[starts], "max": days[np.append(starts[1:], len(days)) - 1]}


def _changes(values: NDArray[Any]) -> NDArray[Any]:
    """Where a value is another than that before it."""
    import numpy as np

    found = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=found[1:])
    return found


def _narrow(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in half the room, if they fit: they are those of days and counts."""
    import numpy as np

    if values.dtype != np.int64 or not len(values):
        return values
    ends = np.iinfo(np.int32)
    return values.astype(np.int32) if ends.min <= values.min() and values.max() <= ends.max else values


def _sums(values: NDArray[Any], starts: NDArray[Any], lengths: NDArray[Any], kind: str) -> NDArray[Any]:
    """Sums of stretches of rows, whose order may be any: of three and more they are laid in one first."""
    import numpy as np

    if not len(starts):
        return values
    several = lengths > 2
    if several.any():
        rows = np.repeat(several, lengths)
        stretch = np.repeat(np.flatnonzero(several), lengths[several])
        part = values[rows]
        values[rows] = part[np.lexsort((part, stretch))]
    found: NDArray[Any] = np.add.reduceat(values, starts)
    return found.round(MONEY_DIGITS) if kind == "money" else found
