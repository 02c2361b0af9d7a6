"""Taking lists: what is the same version, what it was taken with, and who is in it, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from patron import open_project
from patron.engine.runner.config import Config
from patron.engine.runner.lists.erasing import erase
from patron.engine.runner.lists.store import ListStore, read_members, written_members
from patron.engine.runner.lists.taken import Taken
from patron.engine.runner.project import Project
from patron.engine.runner.state import open_state
from patron.engine.runtime.clock import FixedClock
from patron.engine.runtime.errors import Damaged, UsageError
from patron.engine.runtime.kept import Kept
from tests.postgres_server import PASSWORD, Server, programs, server
from tests.reliability.support import HEADER, Shop

SPEC = """language 1
project "Shop" {
  timezone "Europe/Berlin"
  currency USD
}
source s from csv {
  folder "data"
}
table orders from s.orders
audience staff = in audience insiders
audience insiders "Insiders" = has ordered at least 9 times
audience buyers {
  include has ordered
  exclude in audience staff
}
list photo "The photo" {
  from audience buyers
  take once on 2026-03-01 09:00
}
report seen {
  for list photo
  show facts of list.name, list.size, list.erased, list.conditions
  show conditions "Filters"
  show cards of members, total_shoppers, total_orders
}
"""
NINE = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
"""Nine o'clock in Berlin."""
DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop.at(tmp_path / "shop", 1)
    (made.root / "shop.patron").write_text(SPEC)
    orders(made, "ann", "bob", "cid")
    return made


def orders(shop: Shop, *people: str) -> None:
    rows = (f"{n},{who},2026-02-2{n},10\n" for n, who in enumerate(people, 1))
    (shop.root / "data" / "orders.csv").write_text(HEADER + "".join(rows))


def said(shop: Shop, old: str, new: str) -> None:
    path = shop.root / "shop.patron"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def at(shop: Shop, now: dt.datetime) -> Project:
    return open_project(shop.root, clock=FixedClock(now))


def test_what_is_due_is_taken_once_for_its_moment(shop: Shop) -> None:
    with at(shop, NINE + 3 * DAY) as project:
        late = project.take_list("photo", NINE)
        assert (late.created_at, late.due_at, late.taken_at) == (NINE, NINE, NINE + 3 * DAY)
        assert project.lists.members("photo") == ("ann", "bob", "cid")
    orders(shop, "ann", "dan")
    with at(shop, NINE + 4 * DAY) as project:
        assert project.take_list("photo", NINE) == late, "whoever would be in it now"
        assert project.take_list("photo", NINE + DAY).version == 2


def test_what_somebody_took_by_hand_at_that_moment_is_it(shop: Shop) -> None:
    with at(shop, NINE) as project:
        mine = project.take_list("photo")
    orders(shop, "ann", "dan")
    with at(shop, NINE + DAY) as project:
        assert project.take_list("photo", NINE) == mine


def test_another_title_is_the_same_list(shop: Shop) -> None:
    with at(shop, NINE) as project:
        first = project.take_list("photo")
    said(shop, '"The photo"', '"Renamed"')
    said(shop, '"Insiders"', '"Our own people"')
    with at(shop, NINE) as project:
        assert project.take_list("photo") == first
        facts = project.report("seen").parts[0].result.rows[0]
        assert facts[:3] == ("Renamed", 3, 0)
        (stored,) = project.lists.versions("photo")
        assert stored.spec == first.spec
        assert 'list photo "The photo" {' in stored.spec, "the text as it was then"


def test_versions_keep_what_they_were_taken_with(shop: Shop) -> None:
    with at(shop, NINE) as project:
        first = project.take_list("photo")
    assert "audience buyers {" in first.spec
    assert 'audience insiders "Insiders" = has ordered at least 9 times' in first.spec, "through another audience"
    said(shop, "at least 9 times", "at least 8 times")
    with at(shop, NINE) as project:
        second = project.take_list("photo")
        assert (second.version, second.digest) == (2, first.digest), "the same people, of another meaning"
        assert [t.spec for t in project.lists.versions("photo")] == [first.spec, second.spec]
    said(shop, "include has ordered\n", "include has ordered at least 2 times\n")
    with at(shop, NINE) as project:
        words = project.report("seen").parts
        assert "at least 2" not in words[0].result.rows[0][3]
        assert [line.left for line in words[1].lines][-1] == 3


def test_erased_people_stay_in_the_counts(shop: Shop) -> None:
    with at(shop, NINE) as project:
        project.take_list("photo")
        done = project.erase("bob")
        assert (done.versions, done.lists, done.results) == (1, ("photo",), 0)
        assert project.lists.members("photo") == ("ann", "cid")
        assert [row[0] for row in project.audience("photo").rows] == ["ann", "cid"]
        assert project.report("seen").parts[0].result.rows[0][1:3] == (3, 1)
        assert project.report("seen").parts[2].result.rows == ((3, 2, 2),)
        assert project.query("members for lists photo, photo").rows == ((3,),)
        assert project.erase("bob").versions == 0
        assert project.erase("nobody").versions == 0
    assert not any(b"bob" in f.read_bytes() for f in (shop.root / ".patron" / "kept").glob("*/*"))
    for file in (shop.root / ".patron").glob("state.sqlite*"):
        assert b"bob" not in file.read_bytes()


def test_taking_again_after_an_erasure_is_the_same_version(shop: Shop) -> None:
    with at(shop, NINE) as project:
        project.take_list("photo")
        project.erase("bob")
        again = project.take_list("photo")
        assert (again.version, project.lists.members("photo")) == (1, ("ann", "cid")), "the sources have bob still"
    orders(shop, "ann", "cid")
    with at(shop, NINE) as project:
        again = project.take_list("photo")
        assert (again.version, again.size, again.erased) == (1, 3, 1)


def test_ids_that_are_numbers(shop: Shop) -> None:
    orders(shop, "1", "2", "30", "4")
    with at(shop, NINE) as project:
        project.take_list("photo")
        project.erase("30")
    orders(shop, "1", "100", "20", "3")
    with at(shop, NINE + DAY) as project:
        project.take_list("photo")
        found = project.list_changes("photo")
        assert (found.entered, found.left, found.stayed) == (("3", "20", "100"), ("2", "4"), 1)
        assert project.query("members for list photo version 1").rows == ((4,),)
        assert project.query("members for list photo").rows == ((4,),)


def test_ids_that_become_numbers(shop: Shop) -> None:
    """People who were called otherwise when they were photographed stay in the count."""
    orders(shop, "A1", "A2", "3")
    with at(shop, NINE) as project:
        project.take_list("photo")
    orders(shop, "1", "2", "3")
    with at(shop, NINE + DAY) as project:
        assert project.query("members, total_orders for list photo").rows == ((3, 1),)


# ---------------------------------------------------------------- both databases


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ListStore]:
    config = Config(tmp_path, state_folder=tmp_path / ".patron")
    if request.param == "postgres":
        running = request.getfixturevalue("postgres")
        monkeypatch.setenv("PATRON_STATE", f"postgresql://patron@/postgres?host={running.folder}")
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        config = replace(config, state="env:PATRON_STATE", state_schema=f"shop {tmp_path.name}")
    with open_state(config) as state:
        yield ListStore(lambda: state, Kept(config.state_folder), {}, lambda moment: moment)


def photo(at: dt.datetime = NINE, **other: object) -> Taken:
    return replace(Taken("Photo", 0, 0, at, "buyers", 'list "q" {\n}'), **other)  # type: ignore[arg-type]


def test_the_store_keeps_and_compares(store: ListStore) -> None:
    odd = ["1", 'odd "id"\n', "\u2028", "\ud800", "é"]
    made = store.take(photo(), odd)
    assert store.get("PHOTO") == made
    assert list(store.members("photo")) == odd
    store.take(photo(NINE + DAY), ["1", "2"])
    found = store.changes("photo")
    assert (found.entered, set(found.left), found.stayed) == (("2",), set(odd[1:]), 1)
    assert store.changes("photo", 2, 1).left == ("2",)
    assert store.take(photo(due_at=NINE), []) == made
    for ask in ((3, None), (1, 7)):
        with pytest.raises(UsageError, match="has no version"):
            store.changes("photo", *ask)
    with pytest.raises(UsageError, match="was not taken yet"):
        store.changes("other")


def test_the_store_erases_everywhere(store: ListStore) -> None:
    before = [store.take(photo(NINE + n * DAY, name=name), ["a", "b", str(n)]) for n, name in enumerate("xyx")]
    done = erase(store, "a", NINE)
    assert (done.versions, done.lists) == (3, ("x", "y"))
    assert {store.counted("x", 1)[0], store.counted("x", 2)[0], store.counted("y", 1)[0]} == {str(-(10**18) - 1)}
    assert erase(store, "b", NINE).versions == 3
    assert store.counted("y")[1] == str(-(10**18) - 2), "another person is another number"
    assert [t.erased for t in store.versions("x")] == [2, 2]
    assert store.changes("x").stayed == 0
    for taken in before:
        assert store.kept.fault(taken.digest) == "is gone"


def test_nobody_is_erased_from_what_is_damaged(store: ListStore) -> None:
    first, second = (store.take(photo(NINE + n * DAY), ["a", str(n)]) for n in range(2))
    store.kept.place(second.digest).write_bytes(b'"x"\n')
    with pytest.raises(Damaged, match="the members of `Photo` version 2"):
        erase(store, "a", NINE)
    assert store.get("photo", 1) == first, "all of them or none"
    assert store.members("photo", 1) == ("a", "0")


@pytest.mark.parametrize(
    "people, lines",
    [
        ([], ""),
        (["1"], '"1"\n'),
        (["a,\nb", 'q"', -7, "é"], '"a,\\nb"\n"q\\""\n-7\n"é"\n'),
    ],
)
def test_people_are_kept_one_a_line(people: list[str | int], lines: str) -> None:
    assert written_members(people) == lines.encode()
    assert read_members(written_members(people)) == people
