"""What was known then: an older `as of` answers from the load of that time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from patron import open_project
from patron.engine.runtime.clock import FixedClock
from tests.reliability.support import Shop

NINE = dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def told(shop: Shop, now: dt.datetime, as_of: str | None = None) -> tuple:
    with open_project(shop.root, clock=FixedClock(now), as_of=as_of) as project:
        return project.query("total_sales").rows[0]


def test_a_number_is_what_it_was_then(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    assert told(shop, NINE) == (1000,)
    shop.orders(100, total=11)
    assert told(shop, NINE + HOUR) == (1100,)
    shop.orders(100, total=12)
    assert told(shop, NINE + 2 * HOUR, "2026-05-06T09:00") == (1000,)
    assert told(shop, NINE + 3 * HOUR, "2026-05-06T09:30") == (1100,), "the first that was made after it"
    assert told(shop, NINE + 3 * HOUR, "2026-05-06T11:00") == (1200,)
    assert told(shop, NINE + 3 * HOUR, "2026-05-06") == (1200,)
    assert told(shop, NINE + 3 * HOUR, "2026-05-05") == (1200,), "before the first load today's state is used"


def test_what_is_known_now_when_that_is_asked(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    for total in (10, 11):
        shop.orders(100, total=total)
        told(shop, NINE + (total - 10) * HOUR)
    (shop.root / "patron.toml").write_text('as_known = "now"\n')
    assert told(shop, NINE + 2 * HOUR, "2026-05-06T09:00") == (1100,)
    (shop.root / "patron.toml").write_text('history = "none"\n')
    assert told(shop, NINE + 2 * HOUR, "2026-05-06T09:00") == (1100,)


def test_a_project_seen_from_two_moments(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    told(shop, NINE)
    shop.orders(100, total=11)
    with open_project(shop.root, clock=FixedClock(NINE + HOUR)) as project:
        assert project.query("total_sales").rows == ((1100,),)
        with project.seen_from(dt.datetime(2026, 5, 6, 9)) as then:
            assert then.query("total_sales").rows == ((1000,),)


def test_damage_in_what_is_kept_is_told_not_passed_over(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    told(shop, NINE)
    shop.orders(100, total=11)
    told(shop, NINE + HOUR)
    for path in shop.loads.glob("*"):
        if path.stat().st_mtime < (NINE + HOUR / 2).timestamp() and path.suffix == ".duckdb":
            path.unlink()
    (kept,) = [p for p in (shop.root / ".patron" / "history" / "kept").rglob("*") if p.is_file() and p.name != "lock"]
    kept.write_bytes(kept.read_bytes()[:-1])
    answer = shop("query", "total_sales", "--as-of", "2026-05-06T09:00", "--quiet")
    assert answer.code == 9
    assert "the changes since the load of 2026-05-06 09:00" in answer.err
    told_by_doctor = shop("doctor")
    assert told_by_doctor.code == 9
    assert "what leads back to the load of 2026-05-06 09:00 is not what was written" in told_by_doctor.out
