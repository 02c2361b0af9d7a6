"""Two machines with one state in PostgreSQL: each interval once, whoever is at it, whatever becomes of its holder."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres_server import PASSWORD, Server, programs, server
from tests.reliability.hosts import Host, ended, possible
from tests.reliability.test_together import HOUR, NINE, SPEC

if sys.platform != "linux":
    pytest.skip("needs Linux", allow_module_level=True)

LATER = dt.timedelta(minutes=5)
KILLED = 128 + signal.SIGKILL
ONLY_REPORTS = SPEC.partition("list hourly_photo")[0] + "report daily" + SPEC.partition("report daily")[2]
"""Photographs lie in the state folder: who takes them shares it."""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    if not possible():
        pytest.skip("only who may make name spaces can be two machines")
    with server() as made:
        yield made


@pytest.fixture
def root(running: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose state is on the server, and empty."""
    monkeypatch.setenv("PATRON_STATE", f"postgresql://patron@/postgres?host={running.folder}")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    running.run("DROP SCHEMA IF EXISTS patron CASCADE")
    root = tmp_path / "shop"
    (root / "data").mkdir(parents=True)
    (root / "shop.patron").write_text(SPEC)
    (root / "patron.toml").write_text('heartbeat = "20 seconds"\nstate = "env:PATRON_STATE"\n')
    (root / "data" / "orders.csv").write_text("id,customer,created_at,total\n1,a,2026-05-01,10\n")
    return root


@pytest.fixture(params=["a folder for both", "a checkout each", "one name for both"])
def hosts(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Iterator[tuple[Host, Host]]:
    """Two machines that share the folder, or only the state; or that nothing but their start tells apart: many a
    machine is called `localhost`, and the first of all name spaces has one number everywhere."""
    if request.param == "a checkout each":
        (root / "shop.patron").write_text(ONLY_REPORTS)
        shutil.copytree(root, root.with_name("checkout"))
    other = root.with_name("checkout") if request.param == "a checkout each" else root
    alone = request.param != "one name for both"
    left = Host(root, "left" if alone else "localhost", tmp_path, alone=alone)
    right = Host(other, "right" if alone else "localhost", tmp_path, alone=alone)
    assert ended(left.begin("tick", NINE))[0] == 0
    yield left, right
    left.off()
    right.off()


def intervals(running: Server) -> Counter[str]:
    """How many intervals there are of each state."""
    return Counter(dict(running.run("SELECT state, count(*) FROM patron.intervals GROUP BY 1")))


def test_both_tick_at_once(running: Server, hosts: tuple[Host, Host]) -> None:
    done: Counter[tuple[str, str]] = Counter()
    rounds = 2
    for number in range(1, rounds + 1):
        processes = [host.begin("tick", NINE + number * HOUR) for host in hosts for _ in range(2)]
        told = [ended(process) for process in processes]
        codes = Counter(code for code, _ in told)
        assert set(codes) <= {0, 6} and codes[0] >= 1, told
        done.update((t["task"], t["due"]) for _, lines in told for t in lines if "task" in t)
    assert set(done.values()) == {1}
    assert intervals(running) == {"done": len(done)}
    assert running.run("SELECT count(*) FROM patron.runs") == [(len(done),)]
    sent = sum((host.root / "out" / "sent" / "Daily.json").exists() for host in {h.root: h for h in hosts}.values())
    assert len([d for d in done if d[0] == "run hourly"]) == rounds and sent >= 1


def test_who_was_killed_is_replaced_after_three_beats(running: Server, hosts: tuple[Host, Host]) -> None:
    """Not before: that its process is not there, or that another one has its number by chance, says nothing here."""
    left, right = hosts
    ten = NINE + HOUR
    code, told = ended(left.begin("tick", ten, "make.computed:1"))
    assert code == KILLED
    number = int(told[0]["process"])
    assert running.run("SELECT held, process FROM patron.leases") == [(1, number)]
    code, told = ended(right.begin("tick", ten))
    assert code == 6 and f"process {number} on {left.name}" in told[-1]["error"], told
    if left.alone:
        assert int(told[0]["process"]) == number, "the asking process itself has that number"
    code, told = ended(right.begin("tick", ten + LATER))
    assert code == 0, told
    assert set(intervals(running)) == {"done"}
    assert running.run("SELECT state, count(*) FROM patron.runs WHERE task = 'run hourly' GROUP BY 1 ORDER BY 1") == [
        ("done", 1), ("lost", 1),
    ]  # fmt: skip


def test_who_is_alive_elsewhere_keeps_what_it_holds(running: Server, hosts: tuple[Host, Host]) -> None:
    """Also its half-made files, where both see them; until the power fails there."""
    left, right = hosts
    holder = left.begin("hold", NINE + HOUR)
    assert holder.stdout is not None
    scratch = Path(holder.stdout.readline().partition('"scratch": "')[2].partition('"')[0])
    assert scratch.is_dir()
    code, told = ended(right.begin("tick", NINE + HOUR))
    assert code == 6 and f"on {left.name}" in told[-1]["error"], told
    assert ended(right.begin("sweep", NINE + HOUR, after="another"))[0] == 0
    assert scratch.is_dir()
    left.off()
    assert ended(right.begin("tick", NINE + HOUR + LATER))[0] == 0
    assert set(intervals(running)) == {"done"}
