"""How the team is doing (language reference, section 16)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from patron.engine.contracts import FunctionType, Pack, SettingSpec
from patron.engine.hooks import hookimpl
from patron.engine.types import NUMBER

SETTINGS = (SettingSpec("channels", "texts", "only orders of these channels count (default: all)"),)


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `staff`."""
    folder = Path(__file__).parent
    return [
        Pack(
            "staff",
            "1.0",
            "sales, ratings and hours by member of staff",
            {"staff.patron": folder / "staff.patron"},
            SETTINGS,
        )
    ]


@hookimpl
def patron_functions() -> list[FunctionType]:
    """`staff.hours_between(a, b)`, for the length of shifts."""
    return [
        FunctionType("staff.hours_between", "elapsed hours from a to b", ("moment", "moment"), NUMBER, _hours_between),
    ]


def _hours_between(args: Sequence[Any], _dialect: str) -> Any:
    """Elapsed, so that the night of a clock change has its true length: moments are stored in UTC."""
    from sqlglot import exp

    start, end = args
    seconds = exp.TimestampDiff(this=end, expression=start, unit=exp.var("SECOND"))
    return exp.Div(this=exp.cast(seconds, "DOUBLE"), expression=exp.Literal.number(3600), typed=False, safe=False)
