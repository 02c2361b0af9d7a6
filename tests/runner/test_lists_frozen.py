"""Lists whose time is over: the values that were computed last stay, whatever becomes of data, specs and clocks."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from patron import open_project
from patron.engine.results import Report, Result
from patron.engine.runner.config import Config
from patron.engine.runner.lists.results import read, written
from patron.engine.runner.project import Project
from patron.engine.runner.schedule.ticking import tick
from patron.engine.runner.state import open_state
from patron.engine.runtime.clock import FixedClock
from patron.engine.runtime.errors import Busy, Damaged
from patron.engine.testing import sample_report
from tests.reliability.support import HEADER, Shop

SPEC = """language 1
project "Shop" {
  timezone "UTC"
  currency USD
}
param least = 1
source s from csv {
  folder "data"
}
table orders from s.orders
audience all_of_them "All" = has ordered at least 1 times
list photo "The photo" {
  from audience all_of_them
  take once on 2026-03-01 09:00
  refresh every hour for 10 days
}
report seen "Seen" (days = 30) {
  for list photo
  period last $days days
  show facts of list.name, list.size
  show cards of members, total_orders, total_sales
  show table "Who" of total_sales by customer
  export "Rows" as csv of order_details
}
"""
TAKEN = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
ENDS = TAKEN + dt.timedelta(days=10)
HOUR = dt.timedelta(hours=1)
ASKED = "total_orders, total_sales for list photo"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Two people with an order each, photographed on 1 March."""
    made = Shop.at(tmp_path / "shop", 1)
    (made.root / "shop.patron").write_text(SPEC)
    orders(made, 5, 6)
    with at(made, TAKEN) as project:
        assert project.take_list("photo").size == 2
    return made


def orders(shop: Shop, *totals: int) -> None:
    rows = (f"{n},c{n},2026-02-2{n},{total}\n" for n, total in enumerate(totals, 1))
    (shop.root / "data" / "orders.csv").write_text(HEADER + "".join(rows))


def at(shop: Shop, now: dt.datetime, as_of: dt.datetime | None = None, **params: object) -> Project:
    return open_project(shop.root, clock=FixedClock(now), as_of=as_of, params=params)


def sales(shop: Shop, now: dt.datetime, as_of: dt.datetime | None = None) -> Decimal:
    with at(shop, now, as_of) as project:
        (row,) = project.query(ASKED).rows
        return row[1]


def test_what_was_computed_last_stays(shop: Shop) -> None:
    with at(shop, ENDS - HOUR) as project:
        last, rows = project.report("seen"), project.detail("seen", "order_details")
    orders(shop, 50, 60, 70)
    with at(shop, ENDS + HOUR) as project:
        report, detail = project.report("seen"), project.detail("seen", "order_details")
        assert report.parts[1].result.rows == last.parts[1].result.rows == ((2, 2, Decimal(11)),)
        assert {report.parts[1].result.state(0, i) for i in range(3)} == {"expired"}
        assert report.parts[1].result.columns == last.parts[1].result.columns
        assert detail.rows == rows.rows
        assert report.provenance.as_of == last.provenance.as_of == "2026-03-11 08:00"
        assert (last.provenance.fresh_until, report.provenance.fresh_until) == (ENDS, None)
    assert report.notes[:2] == (
        "the list `photo` expired on 2026-03-11: nothing newer is counted",
        "these are the values as last computed, as of 2026-03-11 08:00",
    )
    with at(shop, ENDS + 400 * 24 * HOUR) as project:
        assert project.report("seen") == report, "to the letter, a year later"


def test_what_nobody_had_asked_is_computed_once_as_it_was_known_at_the_end(shop: Shop) -> None:
    sales(shop, ENDS - HOUR)
    orders(shop, 7, 8)
    with at(shop, ENDS) as project:
        assert project.query("count(orders)").rows == ((2,),), "the shop is loaded, the list is not asked"
    orders(shop, 50, 60)
    with at(shop, ENDS + HOUR) as project:
        first = project.query("total_sales, total_orders for list photo")
        assert first.rows == ((Decimal(15), 2),)
        assert "no values were kept while it lived" in first.notes[1]
        assert project.query(ASKED).rows == ((2, Decimal(11)),), "this was asked before"
    orders(shop, 500, 600)
    with at(shop, ENDS + 2 * HOUR) as project:
        assert project.query("total_sales, total_orders for list photo") == first


def test_the_last_answer_is_not_replaced_by_who_looks_back(shop: Shop) -> None:
    assert sales(shop, ENDS - 5 * HOUR) == 11
    orders(shop, 50, 60)
    assert sales(shop, ENDS - 2 * HOUR) == 110, "while it lives a later answer is the last one"
    orders(shop, 5, 6)
    assert sales(shop, ENDS - HOUR, ENDS - 3 * HOUR) == 11, "what was known then"
    assert sales(shop, ENDS + HOUR, ENDS - HOUR) == 11
    assert sales(shop, ENDS + 2 * HOUR) == 110


def test_who_looks_ahead_leaves_nothing_behind(shop: Shop) -> None:
    ahead = ENDS + 30 * 24 * HOUR
    assert sales(shop, TAKEN + HOUR, ahead) == 11
    assert sales(shop, TAKEN + 2 * HOUR) == 11
    orders(shop, 50, 60)
    assert sales(shop, TAKEN + 3 * HOUR, ahead) == 11, "the last answer there is"
    assert sales(shop, TAKEN + 4 * HOUR) == 110
    assert sales(shop, ENDS + HOUR) == 110


def test_another_question_is_another_answer(shop: Shop) -> None:
    def seen(now: dt.datetime, role: str = "owners", **params: object) -> tuple[object, ...]:
        (shop.root / "patron.toml").write_text(f'role = "{role}"\n')
        with at(shop, now, least=2) as project:
            return project.report("seen", **params).parts[1].result.rows[0]

    assert seen(ENDS - HOUR) == seen(ENDS - HOUR, days=30)
    assert seen(ENDS - HOUR, days=1) == (2, 0, Decimal(0))
    orders(shop, 50, 60)
    assert seen(ENDS + HOUR) == (2, 2, Decimal(11))
    assert seen(ENDS + HOUR, days=1) == (2, 0, Decimal(0))
    assert seen(ENDS + HOUR, days=40)[1] == 2
    with at(shop, ENDS + HOUR, least=2) as project:
        assert "no values were kept" not in project.report("seen").notes[1]
    (shop.root / "patron.toml").write_text('role = "guests"\n')
    with at(shop, ENDS + HOUR, least=2) as project:
        assert "no values were kept" in project.report("seen").notes[1], "what others were shown is theirs"


def test_specs_that_changed_are_told(shop: Shop) -> None:
    with at(shop, ENDS - HOUR) as project:
        last = project.report("seen").parts[1].result
    path = shop.root / "shop.patron"
    path.write_text(path.read_text().replace('"Seen"', '"Viewed"').replace("total_orders, ", ""))
    with at(shop, ENDS + HOUR) as project:
        report = project.report("seen")
        assert (report.title, report.parts[1].result.rows) == ("Seen", last.rows)
        assert "the specs have changed since" in report.notes[2]
    with at(shop, ENDS + HOUR, ENDS) as project:
        assert len(project.report("seen").parts[1].result.columns) == 2, "a way to what they say now"


def test_a_damaged_result_is_refused_by_name(shop: Shop) -> None:
    sales(shop, ENDS - HOUR)
    for file in (shop.root / ".patron" / "kept").glob("*/*"):
        if b"Result" in file.read_bytes():
            file.write_bytes(file.read_bytes().replace(b"11", b"99"))
    with at(shop, ENDS + HOUR) as project, pytest.raises(Damaged, match="last result of query total_orders") as caught:
        project.query(ASKED)
    assert caught.value.exit_code == 9


def test_only_the_last_result_is_kept(shop: Shop) -> None:
    for number in range(5):
        orders(shop, number, 6)
        sales(shop, TAKEN + number * HOUR)
    assert len(list((shop.root / ".patron" / "kept").glob("*/*"))) == 2, "the members, and one result"


def test_a_list_without_an_end_keeps_nothing(shop: Shop) -> None:
    path = shop.root / "shop.patron"
    path.write_text(path.read_text().replace("refresh every hour for 10 days", ""))
    sales(shop, TAKEN)
    orders(shop, 50, 60)
    assert sales(shop, ENDS + HOUR) == 110
    assert len(list((shop.root / ".patron" / "kept").glob("*/*"))) == 1


def test_whatever_is_in_a_report_reads_back(shop: Shop) -> None:
    made = sample_report()
    assert read(written(made)) == made
    with at(shop, TAKEN) as project:
        for answer in (project.report("seen"), project.query("total_sales by month, customer"), project.query(ASKED)):
            assert isinstance(answer, Report | Result)
            assert read(written(answer)) == answer
            assert written(read(written(answer))) == written(answer)


def test_what_cannot_be_read_back_is_damage() -> None:
    for content in (b"", b"[", b'{"=":"Nobody"}', b'{"=":"decimal","is":"x"}', b'{"name":1}', b'{"=":"Report"}'):
        with pytest.raises(Damaged, match="cannot be read by this version"):
            read(content)


# ---------------------------------------------------------------- the doctor


def test_the_doctor_names_what_is_damaged_and_says_the_remedy(shop: Shop) -> None:
    with at(shop, TAKEN + HOUR) as project:
        project.query(ASKED)
        project.take_list("photo")
        members = project.lists.kept.place(project.lists.versions("photo")[1].digest)
    told = shop("doctor").out
    assert "fine    list photo version 1: 2 people" in told
    assert "fine    1 last result about lists as computed" in told
    results = [f for f in (shop.root / ".patron" / "kept").glob("*/*") if b"Result" in f.read_bytes()]
    for file, named in ((members, "list photo version 1: its members"), (results[0], "the last result of query")):
        whole = file.read_bytes()
        for harm in (whole[:-1], b"", whole.replace(b"1", b"2"), None):
            file.unlink() if harm is None else file.write_bytes(harm)
            done = shop("doctor")
            assert done.code == 9
            assert f"broken  {named}" in done.out
            assert str(file) in done.out
            assert "from a backup" in done.out
            file.write_bytes(whole)
    assert shop("doctor").code != 9


@pytest.mark.parametrize("harm", ["UPDATE {} SET digest = ''", "UPDATE {} SET spec_hash = 'x'"])
@pytest.mark.parametrize("table", ["list_versions", "list_results"])
def test_the_doctor_names_damaged_rows(shop: Shop, table: str, harm: str) -> None:
    sales(shop, TAKEN)
    with closing(sqlite3.connect(shop.root / ".patron" / "state.sqlite")) as connection, connection:
        connection.execute(harm.format(table))
    done = shop("doctor")
    assert (done.code, f"of {table} is not what was written" in done.out) == (9, True)


def test_the_doctor_names_versions_that_are_gone_and_removes_what_nobody_needs(shop: Shop) -> None:
    for day in (1, 2):
        with at(shop, TAKEN + day * 24 * HOUR) as project:
            project.take_list("photo")
            unknown = project.lists.kept.put(b"nobody's")
            os.utime(project.lists.kept.place(unknown), (0, 0))
    with closing(sqlite3.connect(shop.root / ".patron" / "state.sqlite")) as connection, connection:
        connection.execute("DELETE FROM list_versions WHERE version = 2")
    done = shop("doctor")
    assert (done.code, "version 2 of the list `photo` is gone from the state" in done.out) == (9, True)
    assert "mended  removed 1 file below" in done.out
    assert not project.lists.kept.place(unknown).exists()


def test_the_doctor_makes_no_state(tmp_path: Path) -> None:
    made = Shop.at(tmp_path / "shop", 1)
    assert made("doctor").code != 9
    assert not (made.root / ".patron" / "state.sqlite").exists()


def test_a_single_question_is_answered_while_others_write(shop: Shop) -> None:
    """What a report published last has to be what is kept; a question can do without."""
    sales(shop, TAKEN)
    with open_state(Config(shop.root, state_folder=shop.root / ".patron")) as other, other.writing():
        assert sales(shop, TAKEN + HOUR) == 11
        with at(shop, TAKEN + HOUR) as project, pytest.raises(Busy):
            project.report("seen")


def test_the_last_refresh_counts_also_when_it_comes_late(shop: Shop) -> None:
    """The machine was off when the list's time ended."""
    with at(shop, TAKEN) as project:
        assert list(tick(project)) == []
    for now, totals in ((TAKEN + HOUR, (5, 6)), (ENDS + 5 * HOUR, (50, 60))):
        orders(shop, *totals)
        with at(shop, now) as project:
            assert [(p.task.kind, p.exit_code) for p in tick(project)] == [("refresh", 0)]
    orders(shop, 500, 600)
    with at(shop, ENDS + 6 * HOUR) as project:
        assert [p.task.kind for p in tick(project)] == []
        report = project.report("seen")
    assert report.parts[1].result.rows == ((2, 2, Decimal(110)),)
    assert report.notes[1] == "these are the values as last computed, as of 2026-03-11 09:00"
