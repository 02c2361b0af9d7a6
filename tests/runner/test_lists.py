import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from patron.dsl.parse import parse_file
from patron.dsl.tree import ListDecl
from patron.engine.model.list_rules import SHOPLINE, Length, ListRules, list_rules
from patron.engine.results import ConditionLine
from patron.engine.runner.config import Config
from patron.engine.runner.lists.store import ListStore
from patron.engine.runner.lists.taken import Taken
from patron.engine.runner.state import open_state
from patron.engine.runtime.errors import Damaged
from patron.engine.runtime.kept import Kept

MARCH = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)


def store(folder: Path) -> ListStore:
    config = Config(folder, state_folder=folder)
    return ListStore(lambda: open_state(config), Kept(folder), {"vips": SHOPLINE}, lambda moment: moment)


def taken(at: dt.datetime = MARCH) -> Taken:
    return Taken("vips", 0, 0, at, "big", "list vips { }", (ConditionLine("total >= $5", 1, 3),))


def test_what_was_taken_is_kept(tmp_path: Path) -> None:
    made = store(tmp_path).take(taken(), ["1", "2", 'odd "id"\n'])
    assert (made.version, made.size) == (1, 3)
    again = store(tmp_path)
    assert again.get("VIPS") == made
    assert again.members("vips") == ("1", "2", 'odd "id"\n')
    assert again.get("vips", 7) is None


def test_a_second_taking_is_a_second_version(tmp_path: Path) -> None:
    lists = store(tmp_path)
    lists.take(taken(), ["1"])
    later = lists.take(taken(MARCH + dt.timedelta(days=1)), ["1"])
    assert later.version == 2
    assert [t.version for t in lists.versions("vips")] == [1, 2]


def test_the_same_photograph_is_taken_once(tmp_path: Path) -> None:
    lists = store(tmp_path)
    assert lists.take(taken(), ["1"]) == lists.take(taken(), ["1"])
    assert len(lists.versions("vips")) == 1


def test_damaged_members_are_refused_by_name(tmp_path: Path) -> None:
    lists = store(tmp_path)
    made = lists.take(taken(), ["1", "2"])
    path = lists.kept.place(made.digest)
    path.write_text(path.read_text().replace("2", "3"))
    with pytest.raises(Damaged, match=r"the members of `vips` version 1 .* is not what was written"):
        lists.members("vips")
    path.unlink()
    with pytest.raises(Damaged, match=r"the members of `vips` version 1 .* is gone"):
        lists.members("vips")


@pytest.mark.parametrize(
    "harm", ["UPDATE list_versions SET size = 3", "UPDATE list_versions SET created_at = '2026-03-02T09:00:00.000000Z'"]
)
def test_damaged_versions_are_refused_by_name(tmp_path: Path, harm: str) -> None:
    store(tmp_path).take(taken(), ["1", "2"])
    changed(tmp_path, harm)
    with pytest.raises(Damaged, match=r"vips, 1 of list_versions is not what was written"):
        store(tmp_path).members("vips")


def test_a_version_that_is_gone_is_damage(tmp_path: Path) -> None:
    for day in range(3):
        store(tmp_path).take(taken(MARCH + dt.timedelta(days=day)), ["1"])
    changed(tmp_path, "DELETE FROM list_versions WHERE version = 2")
    for ask in (store(tmp_path).versions, store(tmp_path).members, lambda _: store(tmp_path).take(taken(), ["1"])):
        with pytest.raises(Damaged, match="version 2 of the list `vips` is gone"):
            ask("vips")


def changed(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "state.sqlite")) as connection, connection:
        connection.execute(statement)


def test_states_and_bounds(tmp_path: Path) -> None:
    lists = store(tmp_path)
    assert lists.facts("vips").state == "pending"
    lists.take(taken(), ["1"])
    live = lists.at(MARCH + dt.timedelta(days=179)).facts("vips")
    assert (live.state, live.first, live.last, live.at_most) == (
        "live", dt.date(2025, 12, 31), dt.date(2026, 8, 28), 90,
    )  # fmt: skip
    assert lists.at(MARCH + dt.timedelta(days=181)).facts("vips").state == "expired"


def test_the_latest_version_of_the_moment_that_is_looked_from(tmp_path: Path) -> None:
    """What was photographed later is not seen, unless nothing else was, or it is asked for by its number."""
    lists = store(tmp_path)
    lists.take(taken(MARCH + dt.timedelta(days=9)), ["1", "2"])
    assert lists.at(MARCH).facts("vips").version == 1
    lists.take(taken(), ["1"])
    assert [lists.at(MARCH + dt.timedelta(days=n)).facts("vips").version for n in (-1, 0, 8, 9)] == [2, 2, 2, 2]
    lists.take(taken(MARCH + dt.timedelta(days=20)), ["3"])
    assert [lists.at(MARCH + dt.timedelta(days=n)).facts("vips").version for n in (-1, 0, 19, 20)] == [3, 2, 2, 3]
    assert lists.at(MARCH).members("vips") == ("1",)
    assert lists.at(MARCH).facts("vips", 1).size == 2
    assert lists.facts("vips").version == 3


def _decl(body: str) -> ListDecl:
    document, problems = parse_file(f"language 1\nlist l {{\n  from audience a\n{body}\n}}\n", "l.patron")
    assert not problems
    return next(s for s in document.statements if isinstance(s, ListDecl))


def test_rules_of_a_list() -> None:
    assert list_rules(_decl("")) == ListRules()
    assert list_rules(_decl("rules shopline")) == SHOPLINE
    own = _decl(
        "analyse from 60 days before to 180 days after\nat most 90 days per report\nrefresh every hour for 180 days"
    )
    assert list_rules(own) == SHOPLINE
    months = list_rules(_decl("analyse from 1 months before to 2 months after"))
    assert months.before == Length(1, "month")
    assert months.bounds(dt.date(2026, 3, 31)) == (dt.date(2026, 2, 28), dt.date(2026, 5, 31))
