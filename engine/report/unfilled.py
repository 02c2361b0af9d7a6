"""What a result lacks because no source fills it: told once below the numbers instead of in every cell."""

from __future__ import annotations

from dataclasses import replace

from patron.engine.results import Result

MOST_TITLES = 5
"""So many numbers are named; of the rest only how many there are."""


def lacks(result: Result) -> tuple[str, ...]:
    """The tables and columns to map, each once."""
    return tuple(dict.fromkeys(name for names in result.lacking.values() for name in names))


def lacking_note(result: Result) -> str:
    """What to map to see what, as a note below a result."""
    names = lacks(result)
    titles = [c.title or c.name for c in result.columns if c.name in result.lacking] or list(result.lacking)
    more = len(titles) - MOST_TITLES
    told = ", ".join(titles[:MOST_TITLES]) + (f" and {more} more" if more > 0 else "")
    what = ", ".join(f"`{name}`" for name in names)
    return f"no source fills {what}: map {'it' if len(names) == 1 else 'them'} to see {told}"


def tells_nothing(result: Result, *, table: bool) -> bool:
    """Whether nothing is left to show: no number, or nothing that they are told apart by. A table can do without one
    of its dimensions, a drawing cannot."""
    numbers = [c.name in result.lacking for c in result.columns if c.role == "metric"]
    dims = [c.name in result.lacking for c in result.columns if c.role == "dimension"]
    return (bool(numbers) and all(numbers)) or (all(dims) if table and dims else any(dims))


def without_lacking(result: Result) -> Result:
    """The result without the columns that no source fills."""
    kept = tuple(i for i, c in enumerate(result.columns) if (c.metric or c.name) not in result.lacking)
    if len(kept) == len(result.columns):
        return result
    places = {old: new for new, old in enumerate(kept)}
    states = {(row, places[c]): state for (row, c), state in result.states.items() if c in places}
    return replace(
        result,
        columns=tuple(result.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in result.rows),
        states=states,
    )
