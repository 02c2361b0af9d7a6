"""`patron tick`, `status` and `schedule`, as somebody at a terminal meets them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patron.engine.runner.schedule import keeping
from patron.engine.runner.schedule.units import printed
from patron.engine.runtime.errors import Busy
from tests.reliability.support import Shop
from tests.runner.scheduled import Scheduled, at

REPOSITORY = Path(__file__).parent.parent.parent
SECONDLY = "\nrun often {\n  every second\n  report daily\n}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Scheduled:
    return Scheduled(tmp_path / "shop")


def ask(shop: Scheduled, *command: str) -> Any:
    told = Shop(shop.root)(*command)
    assert told.code == 0, told
    return told


def test_nothing_is_due(shop: Scheduled) -> None:
    assert "nothing is due" in ask(shop, "tick").err
    assert json.loads(ask(shop, "tick", "--json").out) == {"done": []}
    assert ask(shop, "tick", "--quiet").err == ""


def test_what_was_done_is_told(tmp_path: Path) -> None:
    shop = Scheduled(tmp_path / "shop", SECONDLY)
    ask(shop, "tick")
    time.sleep(1.1)
    (done,) = json.loads(ask(shop, "tick", "--json").out)["done"]
    assert done["task"] == "run often" and done["exit_code"] == 0 and len(done["run"]["files"]) == 1
    time.sleep(1.1)
    told = ask(shop, "tick")
    assert "done  run often of 20" in told.err and told.out == "out/daily/Daily.json\n"


def test_status_before_anything_happened(shop: Scheduled) -> None:
    told = ask(shop, "status").out
    assert "held     by nobody" in told and "data     not read yet" in told
    assert "run nightly: every day at 06:00" in told and "nothing has looked after it yet" in told


ONCE = """
list photo {
  from audience regulars
  take once on 2026-05-06
}
"""


def test_status_of_a_list_that_is_taken_once(tmp_path: Path) -> None:
    """Due before anybody looked, and its moment in project time; nothing is to come once it was taken."""
    shop = Scheduled(tmp_path / "shop", ONCE)
    told = ask(shop, "status").out
    assert "take photo: once on 2026-05-06 00:00\n" in told
    assert "  next     with the next tick\n  due      2026-05-06 00:00\n" in told
    assert shop.tick("07 12:00") == ["take photo 06 00:00"]
    assert "nothing is to come: no `run` says `every`, and every list that says `take once`" in ask(shop, "status").out


@pytest.mark.parametrize("command", ["tick", "schedule"])
def test_what_is_due_has_its_own_moment(shop: Scheduled, command: str) -> None:
    told = Shop(shop.root)(command, "--as-of", "2026-05-06")
    assert told.code == 2 and "--as-of has no meaning here" in told.err


def test_status_names_what_is_missing(shop: Scheduled) -> None:
    from patron.engine.runner.schedule.standing import standing

    shop.tick("06 12:00")
    shop.tick("07 06:00")
    with shop.project(at("10 12:00")) as project:
        (line,) = standing(project).lines
    assert [(g.state, g.due_at) for g in line.gaps] == [
        ("left out", at("08 06:00")), ("left out", at("09 06:00")), ("due", at("10 06:00")),
    ]  # fmt: skip
    assert line.next == at("11 06:00") and line.last is not None and line.last["due_at"] == at("07 06:00")
    shop.tick("10 12:00")
    with shop.project(at("10 12:10")) as project:
        found = standing(project)
    assert [g.state for g in found.lines[0].gaps] == ["left out", "left out"]
    assert found.loaded is not None and found.holder is None
    assert json.loads(ask(shop, "status", "--json").out)["tasks"][0]["task"] == "run nightly"


def test_status_names_who_holds_the_project(shop: Scheduled) -> None:
    from patron.engine.runner.schedule.leases import leased

    with shop.project(at("07 06:00")) as project, leased(project.state, project.clock, 10):
        told = ask(shop, "status").out
        refused = Shop(shop.root)("tick")
    assert re.search(rf"held     by process {os.getpid()} on .*heard of \d s ago", told)
    assert refused.code == 6 and f"process {os.getpid()} on " in refused.err


def test_what_cron_and_systemd_are_told(tmp_path: Path) -> None:
    root = tmp_path / "my 50% shop"
    cron, systemd = printed("cron", root, "big"), printed("systemd", root, None)
    assert r"50\% shop" in cron and "--profile big" in cron and "-eq 6" in cron
    assert f'"{str(root).replace("%", "%%")}"' in systemd and "patron-my-50--shop.timer" in systemd
    assert "SuccessExitStatus=6" in systemd


def test_the_crontab_runs(shop: Scheduled) -> None:
    """The very text of the line, in a shell, as cron hands it over."""
    told = ask(shop, "schedule", "--print", "cron").out
    command = told.splitlines()[-1].removeprefix("*/5 * * * * ").replace(r"\%", "%")
    done = subprocess.run(
        ["/bin/sh", "-c", command], env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (shop.root / ".patron" / "state.sqlite").exists()


def test_it_looks_again_when_something_is_due(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day, with a sleep that only sets the clock: every tick that does something, and how long is waited."""
    now, waits = [at("06 12:00")], []
    real = shop.project

    def opened() -> Any:
        return real(now[0]).__enter__()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += keeping.dt.timedelta(seconds=seconds)
        if now[0] > at("07 06:02"):
            raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "LONGEST", 3600.0)
    done: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        done.extend(happened for _, happened in keeping.keep(opened, sleep))
    assert len(waits) >= 18 and max(waits) == 3600
    assert shop.state("SELECT task, state FROM intervals") == [("run nightly", "done")]


def test_while_another_is_at_it_one_waits(shop: Scheduled, monkeypatch: pytest.MonkeyPatch) -> None:
    def tick(_project: object) -> Iterator[object]:
        raise Busy("another run holds this project")

    monkeypatch.setattr(keeping, "tick", tick)
    waits: list[float] = []
    happened = keeping.keep(lambda: shop.project(at("07 06:00")).__enter__(), waits.append)
    assert isinstance(next(happened)[1], Busy) and isinstance(next(happened)[1], Busy)
    assert waits == [60.0]


INTERRUPTED = """
import signal
from patron.engine.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
"""The command as a terminal starts it: what is started in the background is told to ignore Ctrl-C."""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    """Whatever it is doing: it ends with 0, holds nothing, and has begun nothing that is not ended."""
    shop = Scheduled(tmp_path / "shop", SECONDLY)
    command = [sys.executable, "-c", INTERRUPTED, "schedule"]
    with subprocess.Popen(
        command, cwd=shop.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "out/daily/Daily.json\n"
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert "stopped" in err and "Traceback" not in err
    assert shop.state("SELECT held FROM leases") == [(0,)]
    assert {s for (s,) in shop.state("SELECT state FROM runs")} <= {"done", "failed"}
