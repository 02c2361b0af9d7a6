"""What was known then: an older `as of` answers from the load of that time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from patron import open_project
from patron.engine.runner.making import Order, make
from patron.engine.runtime.clock import FixedClock
from tests.reliability.support import Shop
from tests.runner.scheduled import Scheduled, at

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
    assert told(shop, NINE + 3 * HOUR, "2026-05-06T09:30") == (1000,), "what changed since nobody knew"
    assert told(shop, NINE + 3 * HOUR, "2026-05-06T10:00") == (1100,)
    assert told(shop, NINE + 3 * HOUR, "2026-05-06T11:00") == (1200,)
    assert told(shop, NINE + 3 * HOUR, "2026-05-06") == (1200,)
    assert told(shop, NINE + 3 * HOUR, "2026-05-05") == (1200,), "before the first load today's state is used"


def test_before_the_first_load_it_is_told_that_rows_changed_since(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    told(shop, NINE)
    with open_project(shop.root, clock=FixedClock(NINE), as_of="2026-05-06T08:00") as project:
        assert project.query("total_sales").notes == ()
    shop.orders(100, total=11)
    told(shop, NINE + HOUR)
    for as_of, notes in ("2026-05-06T08:00", 1), ("2026-05-06T09:00", 0), (None, 0):
        with open_project(shop.root, clock=FixedClock(NINE + HOUR), as_of=as_of) as project:
            assert len([n for n in project.query("total_sales").notes if "P0506" in n]) == notes


def test_what_was_made_on_schedule_is_made_again(tmp_path: Path) -> None:
    """The first one too, whose moment lies before the first load; restated rows change none of them."""
    shop = Scheduled(tmp_path / "shop")
    rows = (shop.root / "data" / "orders.csv").read_text()
    shop.tick("07 05:50")  # begins to look after the schedule, and reads nothing
    published = {}
    for day, amount in ("07", 10), ("08", 11), ("09", 12):
        (shop.root / "data" / "orders.csv").write_text(rows.replace(",10\n", f",{amount}\n"))
        assert shop.tick(f"{day} 06:04") == [f"run nightly {day} 06:00"]
        published[day] = (shop.root / "out" / "daily" / "Daily.json").read_bytes()
    assert len({*published.values()}) == 3
    for day, content in published.items():
        with open_project(shop.root, clock=FixedClock(at("09 12:00")), as_of=f"2026-05-{day}T06:00") as project:
            make(project, Order("daily", out=tmp_path / day))
        assert (tmp_path / day / "daily" / "Daily.json").read_bytes() == content


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


def test_the_doctor_tells_of_sources_that_changed(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    shop("query", "total_sales", "--quiet")
    assert "out of date: the sources" not in shop("doctor").out
    shop.orders(101)
    assert "out of date: the sources changed since the newest load" in shop("doctor").out


def test_a_load_that_was_damaged_is_made_again_after_the_doctor_looked(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 100)
    right = shop("query", "total_sales", "--quiet")
    (path,) = shop.loads.glob("*.duckdb")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    told = shop("doctor")
    assert (told.code, f"removed {path}, a stored load that is not what was written" in told.out) == (0, True)
    assert shop("query", "total_sales", "--quiet") == right


def test_models_that_were_damaged_are_told(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop", 10)
    learned = shop.root / ".patron" / "learned"
    learned.mkdir(parents=True)
    (learned / "x-1.json").write_text('{"learned":{"a":1},"sha256":"0"}')
    assert "removed" in shop("doctor").out
    assert list(learned.iterdir()) == []
