"""What changes under a run: files, columns, the clock."""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path

import pytest

from patron import open_project
from patron.engine.runtime.clock import FixedClock
from tests.reliability.faults import fault
from tests.reliability.support import AS_OF, Shop, clear

ASK = ("query", "total_sales, total_orders", "--quiet", *AS_OF)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """The answer is that of one state of the file, or it is told that there were two."""
    answers = {"total_sales,total_orders\n3000.00,300\n", "total_sales,total_orders\n3010.00,301\n"}
    codes = set()
    for at in range(1, 8):
        shop = Shop.at(tmp_path / str(at))
        file = shop.root / "data" / "orders.csv"

        def grow(_path: str, file: Path = file) -> None:
            with file.open("a") as more:
                more.write("9999,c1,2026-03-03,10\n")

        with fault(shop.root, at, grow):
            told = shop(*ASK)
        clear(told)
        codes.add(told.code)
        if told.code == 0:
            assert told.out in answers
        else:
            assert (told.code, "changed while they were read" in told.err) == (8, True), told
        assert shop(*ASK).out in answers
    assert 8 in codes


def test_columns_that_change_their_places_between_two_loads(tmp_path: Path) -> None:
    """A project that stays open looks at the header anew when it reads again."""
    shop = Shop.at(tmp_path / "shop", rows=3)
    with open_project(shop.root, as_of="2026-05-06") as project:
        assert project.query("total_sales").rows[0][0] == 30
        (shop.root / "data" / "orders.csv").write_text("id,total,customer,created_at\n1,7,c1,2026-03-01\n")
        project.refresh(["s"])
        assert project.query("total_sales").rows[0][0] == 7


def test_a_clock_that_goes_back_loses_no_list(tmp_path: Path) -> None:
    shop = Shop.at(tmp_path / "shop")
    taken = []
    for hours in (0, -2, 72, -2):
        with open_project(shop.root, clock=FixedClock(NOON + dt.timedelta(hours=hours))) as project:
            taken.append(project.take_list("photo"))
    with open_project(shop.root, clock=FixedClock(NOON)) as project:
        kept = project.lists.versions("photo")
        assert len({t.version for t in taken}) == len(kept), "each moment once, none over another"
        assert {t.created_at for t in kept} == {t.created_at for t in taken}
        assert all(len(project.lists.members("photo", t.version)) == t.size for t in kept)


@pytest.mark.parametrize("days", [-400, 400])
def test_stored_loads_of_another_time(tmp_path: Path, days: int) -> None:
    """Times of files are no reason to answer from an old load, nor to lose the new one."""
    shop = Shop.at(tmp_path / "shop", rows=1)
    for rows in range(2, 7):
        assert shop(*ASK).code == 0
        for path in shop.loads.iterdir():
            os.utime(path, (time.time() + days * 86_400,) * 2)
        shop.orders(rows)
        os.utime(shop.root / "data" / "orders.csv", (0, 0))
    assert shop(*ASK).out == "total_sales,total_orders\n60.00,6\n"
    assert len(list(shop.loads.glob("*.duckdb"))) <= 3
