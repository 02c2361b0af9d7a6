"""Which moments are done, left out, given up or waited for: a function of what was decided before."""

from __future__ import annotations

import datetime as dt

import pytest

from patron.engine.runner.schedule.due import ATTEMPTS, BACK, Decided, due, window

SIX = dt.datetime(2026, 5, 6, 6, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAYS = tuple(SIX + n * 24 * HOUR for n in range(4))
NOW = DAYS[-1] + HOUR / 2


def was(state: str, at: dt.datetime = SIX, attempts: int = 1, again_at: dt.datetime | None = None) -> Decided:
    return Decided(state, attempts, at, again_at)


@pytest.mark.parametrize(
    "policy, do, leave", [("latest", DAYS[3:], DAYS[:3]), ("all", DAYS, ()), ("skip", DAYS[3:], DAYS[:3])]
)
def test_three_days_were_missed(policy: str, do: tuple[dt.datetime, ...], leave: tuple[dt.datetime, ...]) -> None:
    found = due(DAYS, {}, NOW, policy)
    assert (found.do, found.leave, found.give_up) == (do, leave, ())


def test_skip_does_nothing_late() -> None:
    assert due(DAYS, {}, DAYS[-1] + 2 * HOUR, "skip").do == ()
    begun = {DAYS[-1]: was("begun")}
    assert due(DAYS, begun, DAYS[-1] + 2 * HOUR, "skip").do == DAYS[-1:], "it was begun in time"


@pytest.mark.parametrize("policy", ["latest", "all", "skip"])
@pytest.mark.parametrize("state", ["done", "skipped", "failed"])
def test_what_was_decided_is_not_due(policy: str, state: str) -> None:
    found = due(DAYS, dict.fromkeys(DAYS, was(state)), NOW, policy)
    assert (found.do, found.leave) == ((), ())


def test_a_process_died_in_it() -> None:
    decided = {**dict.fromkeys(DAYS, was("done")), DAYS[3]: was("begun")}
    assert due(DAYS, decided, NOW, "latest").do == DAYS[3:]
    found = due(DAYS, {**decided, DAYS[3]: was("begun", attempts=ATTEMPTS)}, NOW, "latest")
    assert (found.do, found.give_up) == ((), DAYS[3:])


def test_what_failed_in_passing_waits_for_its_time() -> None:
    decided = {**dict.fromkeys(DAYS, was("done")), DAYS[3]: was("failed", again_at=NOW + HOUR / 4)}
    found = due(DAYS, decided, NOW, "latest")
    assert (found.do, found.waiting) == ((), DAYS[3:])
    assert due(DAYS, decided, NOW + HOUR / 4, "latest").do == DAYS[3:]
    assert due(DAYS, decided, NOW - 3 * 24 * HOUR, "latest").do == DAYS[3:], "the clock was days ahead"


def test_an_older_one_is_not_made_up_for_after_a_newer_one() -> None:
    decided = {DAYS[3]: was("done")}
    assert due(DAYS, decided, NOW, "latest") == due(DAYS, decided, NOW, "skip")
    found = due(DAYS, decided, NOW, "latest")
    assert (found.do, found.leave) == ((), DAYS[:3])
    assert due(DAYS, decided, NOW, "all").do == DAYS[:3]


def test_a_clock_that_was_ahead_left_out_nothing() -> None:
    """Skipped at a moment that is still to come: that was no decision."""
    early = dict.fromkeys(DAYS[:3], was("skipped", at=NOW + 300 * HOUR))
    assert due(DAYS[:3], early, DAYS[2], "latest").do == DAYS[2:3]


def test_where_one_begins_to_look() -> None:
    assert window(SIX, DAYS[2], NOW) == DAYS[2]
    assert window(SIX, NOW + HOUR, NOW) == max(SIX, NOW - BACK), "settled by a clock that was ahead"
    assert window(NOW + HOUR, NOW + HOUR, NOW) == NOW, "seen first by a clock that was ahead"


def test_not_more_than_a_thousand_are_made_up_for() -> None:
    moments = tuple(SIX + n * HOUR for n in range(1500))
    found = due(moments, {}, moments[-1], "all")
    assert (found.do, found.leave) == (moments[500:], moments[:500])
