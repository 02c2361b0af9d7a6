"""The runner, with a stand-in for the engine: what is recorded, summed up and printed."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from benchmarks import measure, printing
from benchmarks.jobs import JOBS
from benchmarks.measure import Spent
from benchmarks.patron_side import PatronSide
from benchmarks.run import Figures


@dataclass
class StandInSession:
    sent: list = field(default_factory=list)
    closed: bool = False

    def run(self, name, sql):
        self.sent.append(sql)

    def fetch(self, sql):
        self.sent.append(sql)
        return [(1,)]

    def close(self):
        self.closed = True


class StandInProject:
    """Answers every question with two steps, in a session of its own each time."""

    loaded = True

    def __init__(self):
        self.sessions = []

    def seen_from(self, when):
        other = StandInProject()
        other.session = StandInSession()
        self.sessions.append(other.session)
        return other

    def query(self, phrase):
        self.session.run("people", "CREATE TEMP TABLE people AS SELECT 1")
        rows = self.session.fetch(f"SELECT 1 -- {phrase}")
        return SimpleNamespace(columns=[SimpleNamespace(name="members")], rows=tuple(rows))

    def audience(self, name):
        return self.query(name)

    def close(self):
        self.session.close()


def test_every_answer_has_a_session_of_its_own_and_its_steps_are_noted():
    project = StandInProject()
    side = PatronSide(project)
    answers = [side.answer(job) for job in JOBS[:2]]
    assert [a.rows for a in answers] == [[(1,)], [(1,)]]
    assert answers[0].columns == ["members"]
    assert [s.name for s in answers[0].program] == ["people", "fetch"]
    assert all(a.whole.wall >= a.in_backend.wall > 0 for a in answers)
    assert len(project.sessions) == 2
    assert all(s.closed for s in project.sessions)


def test_hand_written_sql_goes_through_a_session_too():
    project = StandInProject()
    rows, spent = PatronSide(project).hand("SELECT 1")
    assert rows == [(1,)]
    assert spent.wall > 0
    assert project.sessions[0].closed


def figures(name, patron):
    found = Figures(name, hand_files=[Spent(1, 2), Spent(3, 4), Spent(2, 3)], steps=2)
    if patron:
        found.hand_store = [Spent(1.0, 2.0), Spent(2.0, 4.0)]
        found.backend = [Spent(1.2, 2.2), Spent(2.4, 4.4)]
        found.whole = [Spent(1.5, 2.5), Spent(3.0, 5.0)]
    return found.summary()


def test_summary():
    told = figures("a", patron=True)
    assert told["hand_files"] == {"wall": 2, "cpu": 3}
    assert told["ratio_cpu"] == pytest.approx(1.1)
    assert told["ratio_wall"] == pytest.approx(1.2)
    assert told["ratio_whole"] == pytest.approx(1.5)
    assert "ratio_cpu" not in figures("a", patron=False)


def test_print(capsys):
    told = {
        "data": "1", "threads": 2, "repeats": 5,
        "jobs": [figures("a", patron=True)], "small": [figures("a", patron=True)],
        "loading": {"1": {"wall": 2, "cpu": 3, "peak": 2**30}},
        "peaks": {"a": {"hand": 2**20, "patron": 3 * 2**20}},
        "skew": [{"what": "reached", "one": {"wall": 2, "cpu": 3}, "spread": {"wall": 1, "cpu": 1}, "ratio": 2.0}],
        "start": {"check": {"patron": {"wall": 0.2, "cpu": 0.1}, "imports": {"wall": 0.1, "cpu": 0.1}, "ratio": 2.0}},
        "definitions": {"parse": {"wall": 0.1, "cpu": 0.1}},
    }  # fmt: skip
    printing.show(told)
    out = capsys.readouterr().out
    assert "geometric mean 1.10, largest 1.10" in out
    assert "a    2000 (3000)" in out
    assert "1     2000 (3000)       1024" in out
    for title in ("growth", "peak memory", "one busy customer", "start-up", "a thousand definitions"):
        assert title in out


def test_measures():
    assert measure.growth_exponent(1, 10, 0.1, 1) == pytest.approx(1)
    assert measure.geometric_mean([1, 4]) == pytest.approx(2)
    assert measure.paired_ratio([2, 4, 9], [1, 2, 3]) == 2
    assert measure.peak_bytes() > 2**20
