"""Credit is worked out from all pairs of an order, whichever of them a question is about."""

import csv
import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import patron
from patron.engine.runner.project import Project

MODELS = ("last action", "first action", "every action", "equal share", "position 40 20 40", "decay 2 days")
SPEC = """language 1
project "Parts of orders" {
  timezone "Europe/Berlin"
  currency EUR
  sales total
  order_rule net_of_returns
}
source shop from csv { folder "data" }
table customers from shop.customers
table campaigns from shop.campaigns
table orders from shop.orders
table actions from shop.actions

event placed on orders at created_at worth value
attribution shared {
  actions received, opened, clicked
  conversion placed
  within 5 days of action
  counts COUNTS
  credit to MODEL
  dated by DATED
}
metric credited = sum(orders.value) attributed by shared
metric orders_credited = count(orders) attributed by shared
metric reached = sum(orders.value) influenced by shared
"""
EVERY = "every purchase"


def write(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def shop(folder: Path, model: str, counts: str = EVERY, dated: str = "order", begin: str = "2025-03-01") -> Project:
    draw, first = random.Random(model + counts), dt.datetime.fromisoformat(begin)
    data = folder / "data"
    data.mkdir()
    credit = f"by {model}" if model in MODELS[3:] else f"to {model}"
    (folder / "shop.patron").write_text(
        SPEC.replace("to MODEL", credit).replace("COUNTS", counts).replace("DATED", dated)
    )

    def moment() -> str:
        days, hours, half = draw.randint(0, 19), draw.randint(8, 20), draw.choice([0, 30])
        return str(first + dt.timedelta(days=days, hours=hours, minutes=half))

    write(data / "customers.csv", "id", [(f"c{n}",) for n in range(4)])
    write(data / "campaigns.csv", "id", [("k0",), ("k1",)])
    write(data / "orders.csv", "id,customer,created_at,total,kind",
          [(f"o{n}", f"c{n % 4}", moment(), draw.randint(1, 4999) / 100, draw.choice(["sale", "sale", "return"]))
           for n in range(60)])  # fmt: skip
    write(data / "actions.csv", "id,kind,acted_at,customer,campaign",
          [(f"a{n}", draw.choice(["received", "opened", "clicked"]), moment(), f"c{n % 4}", f"k{n % 2}")
           for n in range(80)])  # fmt: skip
    return patron.open_project(folder, as_of="2025-04-10")


@pytest.mark.parametrize("model", MODELS)
def test_parts_of_an_order_are_the_same_whoever_asks(tmp_path: Path, model: str) -> None:
    with shop(tmp_path, model) as project:
        by_kind = dict(project.query("credited by action.kind").rows)
        for kind, credited in by_kind.items():
            assert project.query(f'credited where action.kind is "{kind}"').rows == ((credited,),)
        ((reached,),) = project.query("reached").rows
    assert len(by_kind) == 3
    if model != "every action":
        assert sum(by_kind.values()) == reached != 0


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("counts", [EVERY, "first purchase only"])
@pytest.mark.parametrize("dated", ["order", "action"])
def test_a_period_keeps_pairs_of_all_history(tmp_path: Path, model: str, counts: str, dated: str) -> None:
    with shop(tmp_path, model, counts, dated) as project:
        days = {day: (money, n) for day, money, n in project.query("credited, orders_credited by day").rows}
        for first, last in ((5, 8), (9, 9), (10, 16)):
            found = project.query(f"credited, orders_credited by day during 2025-03-{first:02d} to 2025-03-{last:02d}")
            assert [(money, n) for _, money, n in found.rows] == [days.get(day, (0, 0)) for day, *_ in found.rows]
    assert sum((money for money, _ in days.values()), Decimal(0)) != 0


@pytest.mark.parametrize("begin", ["1969-12-22", "1970-01-01", "2025-03-01", "2025-03-20"])
def test_all_orders_in_the_window_of_an_action_are_found(tmp_path: Path, begin: str) -> None:
    """Orders are looked for in the stretch of time of the action and in the next: none is missed at their ends."""
    with shop(tmp_path, "every action", begin=begin) as project:
        ((found,),) = project.query("orders_credited during all time").rows
    orders, actions = (_read(tmp_path / "data" / f"{name}.csv") for name in ("orders", "actions"))
    ways = [(a["customer"], _elapsed(a["acted_at"])) for a in actions]
    times = [(o["customer"], _elapsed(o["created_at"])) for o in orders]
    assert found == sum(any(who == a and 0 <= at - acted <= 5 * 86_400 for a, acted in ways) for who, at in times) > 0


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _elapsed(local: str) -> float:
    return dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
