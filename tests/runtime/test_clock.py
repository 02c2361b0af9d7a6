import datetime as dt

import pytest

from patron.engine.runtime.clock import FixedClock, SystemClock, read_when
from patron.engine.runtime.errors import UsageError


@pytest.mark.parametrize(
    "text, when",
    [
        ("2026-05-06", dt.date(2026, 5, 6)),
        ("2026-05-06T09:00", dt.datetime.fromisoformat("2026-05-06T09:00")),
        ("2026-05-06 09:00:30", dt.datetime.fromisoformat("2026-05-06T09:00:30")),
    ],
)
def test_dates_and_moments(text: str, when: dt.date) -> None:
    assert read_when(text) == when
    assert type(read_when(text)) is type(when)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-02-30", "2026-05-06T25:00", "06.05.2026"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(UsageError):
        read_when(text)


def test_clocks_give_utc() -> None:
    fixed = FixedClock(dt.datetime(2026, 5, 6, 9, tzinfo=dt.timezone(dt.timedelta(hours=2))))
    assert fixed.now() == dt.datetime(2026, 5, 6, 7, tzinfo=dt.UTC)
    assert SystemClock().now().tzinfo is dt.UTC
