"""`if failed send` says what failed; a place that cannot be reached is told, not thrown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from patron import open_project
from patron.engine.contracts import SettingSpec, TargetType
from patron.engine.report import reports
from patron.engine.report.answers import answer
from patron.engine.runtime.errors import LimitReached, PermissionDenied

SPEC = """language 1
project "P" {
  timezone "UTC"
  currency USD
}
source s from csv {
  folder "."
}
table orders from s.orders

test "many orders" {
  expect total_orders >= 10
}
run nightly {
  every day at 06:00
  test "many orders"
  send to pigeon(address = "boss")
  if failed send to pigeon(address = "ops")
}
"""


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "orders.csv").write_text("id,customer,created_at,total\n1,c1,2026-05-01,0.10\n")
    (tmp_path / "shop.patron").write_text(SPEC)
    return tmp_path


def opened(shop, send):
    with open_project(shop, as_of="2026-05-06") as project:
        catalog = project.catalog
    pigeon = TargetType("pigeon", "by air", send, (SettingSpec("address", "text", "whom"),))
    return open_project(shop, as_of="2026-05-06", catalog=replace(catalog, targets={"pigeon": pigeon}))


def test_what_failed_is_delivered(shop):
    letters = []

    def send(files, arguments):
        letters.append((arguments["address"], [(f.name, f.read_text()) for f in files]))
        return "gone"

    with opened(shop, send) as project:
        (run,) = project.run(["nightly"])
    assert run.exit_code == 4
    ((to, ((name, text),)),) = letters
    assert (to, name) == ("ops", "failed.txt")
    assert text == (
        'The run nightly failed at: test "many orders"\n'
        "many orders: expect total_orders >= 10\n  total_orders = 1\n  10\n"
    )


def test_a_place_that_cannot_be_reached(shop):
    def send(files, arguments):
        raise ConnectionRefusedError(111, "Connection refused")

    with opened(shop, send) as project:
        (run,) = project.run(["nightly"])
    assert run.exit_code == 4
    assert "pigeon: [Errno 111] Connection refused" in str(run.steps[-1].error)


LACKING = """
report sales "Sales" {
  for all records
  show table "By day" of total_sales by day during 2026-05-01
  show table "In all" of total_sales
}
run mornings {
  every day at 06:00
  report sales as json
  send to pigeon(address = "boss")
  if failed send to pigeon(address = "ops")
}
"""


@pytest.mark.parametrize("error, tells", [(LimitReached("too large"), True), (PermissionDenied("not yours"), False)])
def test_a_part_that_could_not_be_made(shop, monkeypatch, error, tells):
    """The rest is made and sent; the code is the part's. What failed is told, what is not permitted is no failure."""
    letters = {}

    def send(files, arguments):
        letters[arguments["address"]] = [f.read_text() for f in files]
        return "gone"

    def refused(asked, *given):
        if len(asked.query.dims) == 1:
            raise error
        return answer(asked, *given)

    (shop / "shop.patron").write_text(SPEC + LACKING)
    monkeypatch.setattr(reports, "answer", refused)
    with opened(shop, send) as project:
        (run,) = project.run(["mornings"])
        (made,) = project.run(["sales"], ["json"])
    assert (run.exit_code, made.exit_code) == (error.exit_code, error.exit_code)
    assert run.failure == (error.exit_code if tells else 0)
    told = f'"By day" could not be made: {error}'
    assert json.loads((made.folder / "manifest.json").read_text())["broken"] == [told]
    assert "0.10" in letters["boss"][0]
    assert ("ops" in letters) == tells
    assert not tells or letters["ops"][0] == f"The run mornings made reports that lack parts:\n{told}\n"
