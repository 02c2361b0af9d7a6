"""Charts by the hour of the day, of moments that have none: a source may know days alone, and write them as 00:00."""

from __future__ import annotations

from dataclasses import replace

from patron.engine.results import Result

NO_TIMES = "every one is at 00:00: the source seems to have no times of day"


def without_hours(kind: str, result: Result) -> Result:
    """The result of a figure, without rows where a heatmap would be one column that says nothing. A table, where the
    numbers by day are still to be read, stays."""
    place = next((n for n, column in enumerate(result.columns) if column.time == "hour_of_day"), None)
    if kind != "heatmap" or place is None or any(row[place] not in (0, None) for row in result.rows):
        return result
    return replace(result, rows=(), states={}, kinds=(), short=(NO_TIMES,)) if result.rows else result
