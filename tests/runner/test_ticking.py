"""Ticks: each interval once, as of its moment, whatever stops, comes late, or sets the clock."""

from __future__ import annotations

import datetime as dt
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from patron.engine.runner import run as running
from patron.engine.runner.making import make
from patron.engine.runner.schedule import leases, repeating, ticking
from patron.engine.runner.schedule.leases import leased
from patron.engine.runtime.errors import Busy, IoFailed, SpecError
from patron.engine.runtime.stopping import stoppable
from tests.runner.scheduled import HEADER, NIGHTLY, Scheduled, at


@pytest.fixture
def shop(tmp_path: Path) -> Scheduled:
    made = Scheduled(tmp_path / "shop")
    assert made.tick("06 12:00") == [], "what was due before anybody looked is not missed"
    return made


def test_each_interval_once(shop: Scheduled) -> None:
    assert shop.tick("07 05:59") == []
    assert shop.tick("07 06:00") == ["run nightly 07 06:00"]
    assert shop.tick("07 06:05") == []
    assert shop.tick("08 06:01") == ["run nightly 08 06:00"]
    assert (shop.root / "out" / "sent" / "Daily.json").exists()


def test_a_run_looks_from_its_own_moment(shop: Scheduled) -> None:
    """Late or not: an order of ten to seven is not in the report of six."""
    with (shop.root / "data" / "orders.csv").open("a") as file:
        file.write("11,c9,2026-05-07T06:50,500\n")
    assert shop.tick("07 07:00") == ["run nightly 07 06:00"]
    assert "100.00" in (shop.root / "out" / "daily" / "Daily.json").read_text()
    shop.tick("08 06:00")
    assert "600.00" in (shop.root / "out" / "daily" / "Daily.json").read_text()


@pytest.mark.parametrize(
    "policy, done",
    [
        ("run latest", ["run nightly 09 06:00"]),
        ("run all", ["run nightly 07 06:00", "run nightly 08 06:00", "run nightly 09 06:00"]),
        ("skip", []),
    ],
)
def test_days_that_were_missed(tmp_path: Path, policy: str, done: list[str]) -> None:
    shop = Scheduled(tmp_path / "shop", NIGHTLY.replace("refresh s", f"if missed {policy}"))
    shop.tick("06 12:00")
    assert shop.tick("09 09:00") == done
    assert shop.tick("09 09:05") == []
    assert len(shop.state("SELECT 1 FROM intervals WHERE state = 'skipped'")) == 3 - len(done)
    assert shop.tick("10 06:00") == ["run nightly 10 06:00"]


def test_another_phrase_is_another_schedule(shop: Scheduled) -> None:
    shop.spec(NIGHTLY.replace("06:00", "05:00"))
    assert shop.tick("06 13:00") == [], "five o'clock was not missed"
    assert shop.tick("07 06:30") == ["run nightly 07 05:00"]


def test_a_change_of_the_specs_repeats_nothing(shop: Scheduled) -> None:
    shop.tick("07 06:00")
    shop.spec(NIGHTLY.replace("  refresh s\n", ""))
    assert shop.tick("07 06:10") == []


def test_specs_with_errors_do_nothing_and_lose_nothing(shop: Scheduled) -> None:
    shop.spec(NIGHTLY + "\naudience broken {\n")
    with pytest.raises(SpecError):
        shop.tick("07 06:00")
    shop.spec(NIGHTLY)
    assert shop.tick("07 08:00") == ["run nightly 07 06:00"]


def test_the_clock_goes_back(shop: Scheduled) -> None:
    shop.tick("07 06:00")
    assert shop.tick("07 04:00") == []
    assert shop.tick("07 06:00") == []
    assert shop.tick("08 06:00") == ["run nightly 08 06:00"]


def test_the_clock_was_three_days_ahead(shop: Scheduled) -> None:
    """What was left out by a wrong clock is done when its time really comes; what was done is not done again."""
    assert shop.tick("10 07:00") == ["run nightly 10 06:00"]
    assert shop.tick("07 06:30") == ["run nightly 07 06:00"]
    assert shop.tick("08 06:30") == ["run nightly 08 06:00"]
    assert shop.tick("09 06:30") == ["run nightly 09 06:00"]
    assert shop.tick("10 06:30") == []
    assert shop.tick("11 06:30") == ["run nightly 11 06:00"]


def test_what_was_decided_long_ago_is_looked_at_no_more(shop: Scheduled) -> None:
    """Also where every tick finds something due, as those of every hour do of an hourly run."""
    assert shop.tick("07 06:00") == ["run nightly 07 06:00"]
    assert shop.tick("25 06:00") == ["run nightly 25 06:00"]
    assert shop.state("SELECT settled FROM schedules") == [("2026-05-18T12:00:00.000000Z",)]
    assert shop.tick("26 06:00") == ["run nightly 26 06:00"]


def test_the_clock_was_a_year_ahead_for_weeks(shop: Scheduled) -> None:
    for days in (0, 9, 30):
        shop.tick(at("07 07:00") + dt.timedelta(days=365 + days))
    assert shop.tick("07 06:30") == ["run nightly 07 06:00"]
    assert shop.tick("08 06:30") == ["run nightly 08 06:00"]


def test_first_seen_by_a_clock_that_was_ahead(tmp_path: Path) -> None:
    shop = Scheduled(tmp_path / "shop")
    shop.tick("20 12:00")
    assert shop.tick("06 12:00") == []
    assert shop.tick("07 06:30") == ["run nightly 07 06:00"]


def test_a_failing_run_fails_once_and_tells(tmp_path: Path) -> None:
    spec = NIGHTLY.replace("report daily", 'test "whole"\n  report daily') + (
        'test "whole" {\n  expect total_orders >= 1000 during all time\n}\n'
    )
    spec = spec.replace("  refresh s\n", '  refresh s\n  if failed send to folder(path = "out/alarm")\n')
    shop = Scheduled(tmp_path / "shop", spec)
    shop.tick("06 12:00")
    assert shop.tick("07 06:00") == ["run nightly 07 06:00 !4"]
    assert "total_orders" in (shop.root / "out" / "alarm" / "failed.txt").read_text()
    assert not (shop.root / "out" / "sent").exists()
    assert shop.tick("07 07:00") == [], "data that is wrong is wrong an hour later, too"


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "LONGEST", 0)


def failing(monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Reports cannot be written the first few times."""
    honest, tries = running.make, [0]

    def make(*args: object) -> object:
        tries[0] += 1
        if tries[0] <= times:
            raise IoFailed("the disk is away")
        return honest(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "make", make)
    return tries


@pytest.mark.usefixtures("patience")
def test_what_fails_in_passing_is_tried_again(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = failing(monkeypatch, 2)
    assert shop.tick("07 06:00") == ["run nightly 07 06:00"]
    assert tries == [3]


@pytest.mark.usefixtures("patience")
def test_what_fails_for_long_is_tried_by_later_ticks(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = failing(monkeypatch, 7)
    assert shop.tick("07 06:00") == ["run nightly 07 06:00 !8"]
    assert shop.tick("07 06:01") == [], "not at once"
    assert shop.tick("07 06:03") == ["run nightly 07 06:00 !8"]
    assert shop.tick("07 06:10") == []
    assert shop.tick("07 06:30") == ["run nightly 07 06:00"]
    assert tries == [8]


@pytest.mark.usefixtures("patience")
def test_what_fails_for_ever_is_given_up(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = failing(monkeypatch, 1000)
    done = [d for time in ("06:00", "06:10", "07:00", "08:00", "15:00") for d in shop.tick(f"07 {time}")]
    assert done == ["run nightly 07 06:00 !8"] * 3
    assert tries == [9]
    assert shop.tick("08 06:00") == ["run nightly 08 06:00 !8"]


def test_a_fault_of_ours_does_not_keep_others_from_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = "run second {\n  every day at 06:00\n  check daily\n}\n"
    alarm = '  if failed send to folder(path = "out/alarm")\n}'
    shop = Scheduled(tmp_path / "shop", NIGHTLY.replace("}", alarm) + second)
    shop.tick("06 12:00")
    monkeypatch.setattr(running, "make", lambda *_: 1 / 0)
    assert shop.tick("07 06:00") == ["run nightly 07 06:00 !1", "run second 07 06:00"]
    assert "ZeroDivisionError" in (shop.root / "out" / "alarm" / "failed.txt").read_text()


def test_stopped_in_the_middle(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody ends the process: nothing is held, and the next tick does what was not done."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(5):
        with monkeypatch.context() as patch:
            patch.setattr(running, "make", stop)
            with pytest.raises(KeyboardInterrupt):
                shop.tick("07 06:00")
    assert shop.tick("07 06:01") == ["run nightly 07 06:00"]
    assert {s for (s,) in shop.state("SELECT state FROM runs")} == {"stopped", "done"}


FAULT = RuntimeError("Error calling __set_name__ on 'Field' instance 'joins'")
"""What Python makes of a signal while it makes a class."""


@pytest.mark.parametrize(
    "number, made_of_it",
    [
        (signal.SIGINT, RuntimeError("Query interrupted")), (signal.SIGHUP, FAULT), (signal.SIGTERM, SpecError([])),
        (signal.SIGTERM, IoFailed("no")), (signal.SIGINT, None),
    ],
)  # fmt: skip
def test_whatever_becomes_of_a_signal_it_is_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, made_of_it: Exception | None
) -> None:
    """No failure is written down or told, nothing more is made or sent, and the next tick does it."""
    alarm = '  if failed send to folder(path = "out/alarm")\n}'
    shop = Scheduled(tmp_path / "shop", NIGHTLY.replace("}", alarm))
    shop.tick("06 12:00")

    def signalled(*given: Any) -> Any:
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), number)
            pytest.fail("nobody heard it")
        if made_of_it is not None:
            raise made_of_it
        return make(*given)

    before = signal.signal(number, signal.default_int_handler)  # whoever started the tests may ignore it
    try:
        with monkeypatch.context() as patch, stoppable():
            patch.setattr(running, "make", signalled)
            with pytest.raises(KeyboardInterrupt):
                shop.tick("07 06:00")
    finally:
        signal.signal(number, before)
    assert [f for f in (shop.root / "out").rglob("*") if f.is_file()] == []
    assert shop.state("SELECT DISTINCT state, exit_code FROM runs") == [("stopped", 130)]
    assert shop.tick("07 06:01") == ["run nightly 07 06:00"]


def test_a_signal_before_anything_is_begun(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    def signalled(_: object) -> None:
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)

    with monkeypatch.context() as patch, stoppable():
        patch.setattr(ticking, "raise_for", signalled)
        with pytest.raises(KeyboardInterrupt):
            shop.tick("07 06:00")
    assert shop.state("SELECT * FROM runs") == []
    assert shop.tick("07 06:01") == ["run nightly 07 06:00"]


def test_one_at_a_time(shop: Scheduled) -> None:
    with (
        shop.project(at("07 06:00")) as first,
        leased(first.state, first.clock, 10),
        pytest.raises(Busy) as caught,
    ):
        shop.tick("07 06:00")
    assert "another run holds this project: process" in caught.value.message
    assert shop.tick("07 06:01") == ["run nightly 07 06:00"]


def test_what_a_killed_process_left_goes_though_nothing_is_due(shop: Scheduled) -> None:
    left = [shop.root / ".patron" / place / ".scratch-x.999999999.part" for place in ("temp", "loads", "history")]
    for folder in left:
        folder.mkdir(parents=True)
    assert shop.tick("06 12:30") == []
    assert [folder for folder in left if folder.exists()] == []


def test_a_lease_that_could_not_be_given_back(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk was full at the end of a tick: the process itself knows that it holds nothing any more."""
    monkeypatch.setattr(leases, "_free", lambda _state, _lease: None)
    assert shop.tick("07 06:00") == ["run nightly 07 06:00"]
    assert shop.state("SELECT held FROM leases") == [(1,)]
    assert shop.tick("08 06:00") == ["run nightly 08 06:00"]


def test_a_lease_that_was_lost(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken over in the middle: nothing of the old run is published, sent or written down any more."""
    honest = running.make

    def make(project: object, order: object) -> object:
        with shop.project(at("07 06:10")) as other, other.state.writing() as connection:
            from patron.engine.runner.state import leases
            from patron.engine.runtime.processes import Process

            leases.hold(connection, "project", Process(1, "elsewhere"), at("07 06:10"), 0.0)
        return honest(project, order)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(running, "make", make)
        with pytest.raises(Busy) as caught:
            shop.tick("07 06:00")
    assert "taken over by process 1 on elsewhere" in caught.value.message
    assert not (shop.root / "out" / "daily").exists() and not (shop.root / "out" / "sent").exists()
    assert shop.state("SELECT state FROM runs") == [("begun",)]
    with pytest.raises(Busy):
        shop.tick("07 06:10")
    assert shop.tick("07 06:20") == ["run nightly 07 06:00"], "elsewhere was not heard of for ten minutes"
    assert shop.state("SELECT state FROM runs ORDER BY begun_at") == [("lost",), ("done",)]


def test_a_run_by_hand_is_written_down_and_is_no_interval(shop: Scheduled) -> None:
    with shop.project(at("07 05:00")) as project:
        (run,) = project.run(["nightly"])
        assert run.exit_code == 0
    assert shop.state("SELECT task, state, due_at FROM runs") == [("run nightly", "done", None)]
    assert shop.tick("07 06:00") == ["run nightly 07 06:00"]


LISTS = """
list photo {
  from audience regulars
  take once on 2026-05-07 09:00
}
list daily_photo {
  from audience regulars
  take every day at 08:00
}
"""


def test_lists_are_taken_for_the_moment_they_were_due(tmp_path: Path) -> None:
    shop = Scheduled(tmp_path / "shop", LISTS)
    shop.tick("06 12:00")
    (shop.root / "data" / "orders.csv").write_text(HEADER + "1,a,2026-05-06T10:00,10\n2,a,2026-05-08T10:00,10\n")
    assert shop.tick("09 09:00") == [
        "take daily_photo 07 08:00", "take photo 07 09:00", "take daily_photo 08 08:00", "take daily_photo 09 08:00",
    ]  # fmt: skip
    with shop.project(at("09 09:00")) as project:
        assert [t.size for t in project.lists.versions("daily_photo")] == [0, 0, 1]
        assert [t.created_at for t in project.lists.versions("photo")] == [at("07 09:00")]
    assert shop.tick("09 10:00") == []


def test_a_list_whose_moment_was_before_the_first_tick(tmp_path: Path) -> None:
    shop = Scheduled(tmp_path / "shop", LISTS)
    assert shop.tick("20 12:00") == ["take photo 07 09:00"]
    assert shop.tick("20 12:05") == []


def test_a_list_is_refreshed_until_it_expires(tmp_path: Path) -> None:
    report = "report on_photo {\n  for list photo\n  period all time\n  show cards of total_sales\n}\n"
    spec = LISTS.partition("list daily")[0].replace("09:00\n", "09:00\n  refresh every hour for 3 hours\n") + report
    shop = Scheduled(tmp_path / "shop", spec)
    assert shop.tick("07 09:00") == ["take photo 07 09:00"]
    assert shop.tick("07 10:00") == ["refresh photo 07 10:00"]
    assert shop.tick("07 12:30") == ["refresh photo 07 12:00"]
    assert shop.tick("07 15:30") == []
    assert (shop.root / "out" / "on_photo").is_dir()


def test_what_was_done_long_ago_is_forgotten(shop: Scheduled) -> None:
    (shop.root / "patron.toml").write_text('history = "20 days"\n')
    assert shop.tick("07 06:00") == ["run nightly 07 06:00"]
    assert shop.tick("20 06:00") == ["run nightly 20 06:00"]
    assert len(shop.state("SELECT 1 FROM runs")) == 2
    assert shop.tick("28 06:00") == ["run nightly 28 06:00"]
    assert [due[8:10] for (due,) in shop.state("SELECT due_at FROM runs ORDER BY 1")] == ["20", "28"]


def test_over_both_changes_of_the_clock(tmp_path: Path) -> None:
    """A tick every three hours, through the day of 23 hours and that of 25: once a day."""
    spec = (
        "run half_past {\n  every day at 01:30\n  check daily\n}\nrun early {\n  every day at 02:30\n  check daily\n}\n"
    )
    for begin in (dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC), dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC)):
        shop = Scheduled(tmp_path / f"shop{begin.month}", spec)
        for minutes in range(0, 48 * 60 + 1, 180):
            shop.tick(begin + dt.timedelta(minutes=minutes))
        counted = [(p.task.name, p.due_at.astimezone(DENVER).strftime("%d %H:%M %z")) for p in shop.log]
        assert len(counted) == len(set(counted)) == 4
        assert [c for c in counted if c[0] == "early"] == (
            [("early", "08 03:30 -0600"), ("early", "09 02:30 -0600")]
            if begin.month == 3
            else [("early", "01 02:30 -0700"), ("early", "02 02:30 -0700")]
        )


DENVER = ZoneInfo("America/Denver")


def posted(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a webhook would have been sent, by key."""
    from patron.plugins.exporters.webhook import posting

    keys: list[str] = []
    monkeypatch.setattr(posting, "post", lambda _files, arguments: keys.append(arguments["key"]) or "1 to there")
    (shop.root / "patron.toml").write_text('allow_hosts = ["hooks.example.com"]\n')
    shop.spec(NIGHTLY.replace("  send", '  send to webhook(url = "https://hooks.example.com/")\n  send'))
    return keys


def interrupted(shop: Scheduled, monkeypatch: pytest.MonkeyPatch, module: str, where: str) -> None:
    def point(name: str) -> None:
        if name == where:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"patron.engine.runner.{module}.point", point)
        with pytest.raises(KeyboardInterrupt):
            shop.tick("07 06:00")


def test_what_was_delivered_is_not_delivered_again(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = posted(shop, monkeypatch)
    interrupted(shop, monkeypatch, "delivering", "deliver.folder")
    assert shop.tick("07 06:01") == ["run nightly 07 06:00"]
    assert len(keys) == 1
    assert shop.tick("08 06:00") == ["run nightly 08 06:00"]
    assert len(set(keys)) == 2, "the next day is another delivery"


def test_what_may_have_been_delivered_is_delivered_with_the_same_key(
    shop: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = posted(shop, monkeypatch)
    interrupted(shop, monkeypatch, "schedule.duty", "deliver.after")
    assert shop.tick("07 06:01") == ["run nightly 07 06:00"]
    assert len(keys) == 2 and len(set(keys)) == 1


def test_the_doctor_looks_at_every_row(shop: Scheduled) -> None:
    from tests.reliability.support import Shop

    shop.tick("07 06:00")
    doctor = Shop(shop.root)("doctor")
    assert "rows as they were written" in doctor.out and doctor.code == 0, doctor
    shop.state("UPDATE runs SET said = 'all is well'")
    doctor = Shop(shop.root)("doctor")
    assert doctor.code == 9 and "of runs is not what was written" in doctor.out


def test_on_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with the state in PostgreSQL: done once, by one at a time, told by status."""
    from patron.engine.runner.schedule.standing import standing
    from tests.postgres_server import PASSWORD, programs, server

    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    shop = Scheduled(tmp_path / "shop", NIGHTLY + LISTS)
    (shop.root / "patron.toml").write_text('state = "env:PATRON_STATE"\nstate_schema = "my shop"\n')
    with server() as running:
        monkeypatch.setenv("PATRON_STATE", f"postgresql://patron@/postgres?host={running.folder}")
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        shop.tick("06 12:00")
        with shop.project(at("07 06:00")) as first, leased(first.state, first.clock, 10), pytest.raises(Busy):
            shop.tick("07 06:00")
        assert shop.tick("07 09:00") == [
            "run nightly 07 06:00", "take daily_photo 07 08:00", "take photo 07 09:00",
        ]  # fmt: skip
        assert shop.tick("07 09:10") == []
        with shop.project(at("07 09:20")) as project:
            assert [line.gaps for line in standing(project).lines] == [(), ()]
        assert not (shop.root / ".patron" / "state.sqlite").exists()
