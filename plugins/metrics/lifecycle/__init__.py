"""Rhythm of buying, new and returning customers, stages, RFM (language reference, section 16)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from patron.engine.contracts import Pack, SettingSpec
from patron.engine.hooks import hookimpl

SETTINGS = (
    SettingSpec(
        "rule",
        "choice",
        "how the stage is found",
        "measured",
        choices=("measured", "blended", "own", "first_two", "fixed_days"),
    ),
    SettingSpec(
        "cuts",
        "numbers",
        "four rising multiples of the cadence where stages end, or `data`; by default those of the rule",
        (1, 2, 3, 5),
        default_by=("rule", {"blended": "data", "own": "data", "first_two": "data", "fixed_days": (30, 60, 90, 180)}),
    ),
    SettingSpec("mix", "number", "weight of the own gap in the cadence, 0 to 1", 0.5),
    SettingSpec("shrink", "number", "how many gaps of the shop count into the own gap", 1),
    SettingSpec("one_time_shift", "number", "how many stages a customer of one purchase is ahead, 0 or 1", 1),
    SettingSpec("house_gap", "duration", "the shop's gap between purchase days (default: measured)"),
    SettingSpec(
        "house_gap_default", "duration", "the house gap while fewer than 30 gaps are known", dt.timedelta(days=90)
    ),
    SettingSpec("new_days", "number", "days after the first order that count as New (rules other than measured)", 30),
    SettingSpec("won_back_from", "texts", "stages from which a purchase wins back", "Gone"),
    SettingSpec("rfm_bins", "number", "how many bins recency, frequency and monetary value have", 5),
    SettingSpec(
        "rfm_ties",
        "choice",
        "equal values share a bin, or bins are of equal size and ids decide",
        "together",
        choices=("together", "by_id"),
    ),
    SettingSpec("labels", "choice", "how stages are shown", "plain", choices=("aiq", "plain")),
)


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `lifecycle`."""
    folder = Path(__file__).parent
    files = {"lifecycle.patron": folder / "lifecycle.patron", "rfm.patron": folder / "rfm.patron"}
    return [
        Pack(
            "lifecycle",
            "1.0",
            "how customers buy over time, from orders alone: gaps, new and returning customers, stages, RFM",
            files,
            SETTINGS,
            kept=("lifecycle.wait_cold_on", "lifecycle.wait_gone_on"),
            changes={
                "lifecycle.wait_opened_on": "lifecycle.wait_opens_as",
                "lifecycle.wait_old_on": "lifecycle.wait_old_as",
                **{f"lifecycle.wait_{n}_on": f"lifecycle.wait_{n}_as" for n in (1, 2, 3, 4)},
            },
            doubts={"lifecycle.house_gap": "lifecycle.why_uncertain"},
        )
    ]
