"""`if failed send` says what failed; a place that cannot be reached is told, not thrown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from patron import open_project
from patron.engine.contracts import SettingSpec, TargetType

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
