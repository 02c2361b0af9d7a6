"""The forms of attribution for busy customers give what the plain join of actions and orders gives."""

import csv
import random
from pathlib import Path

import pytest
from sqlglot import exp

import patron
from patron.engine.plan import credit, pairs
from patron.engine.sql import lower

made = lower._join
SPEC = """language 1
project "Two forms" {
  timezone "Europe/Berlin"
  currency EUR
  sales total
}
source shop from csv { folder "data" }
table customers from shop.customers
table campaigns from shop.campaigns
table messages from shop.messages
table orders from shop.orders
table actions from shop.actions

attribution every {
  actions received, opened, clicked
  conversion ordered
  within 5 days of action unless campaign sets attribution_window
  starts at WINDOW
  counts every purchase
  credit to last action
}
attribution first extends every { counts first purchase only }
attribution shared extends first { credit by equal share }
attribution began extends every { credit to first action }

metric last_orders  = count(orders) attributed by every
metric last_sales   = sum(orders.value) attributed by every
metric reached      = count(orders) influenced by every
metric reached_sum  = sum(orders.value) influenced by every
metric first_orders = count(orders) attributed by first
metric first_sum    = sum(orders.value) influenced by first
metric began_orders = count(orders) attributed by began
metric began_sales  = sum(orders.value) attributed by began
metric shared_sum   = sum(orders.value) attributed by shared
"""
QUERIES = (
    "last_orders, last_sales by action.kind, campaign.id",
    "last_orders, last_sales by week",
    "reached, reached_sum",
    "reached, reached_sum by day",
    "reached, reached_sum by action.campaign",
    "reached, reached_sum by action.kind, action.channel, customer",
    "began_orders, began_sales by action.kind, action",
    "first_orders, first_sum, shared_sum by campaign.id",
)


def write(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def shop(folder: Path, seed: int, dates: str) -> None:
    """Few customers with many rows, on few moments, so that ties are common."""
    draw = random.Random(seed)

    def moment(side: str) -> str:
        day = f"2025-03-{draw.randint(1, 28):02d}"
        return day if dates in (side, "both") else f"{day} {draw.randint(8, 11):02d}:{draw.choice(['00', '30'])}:00"

    data = folder / "data"
    data.mkdir()
    (folder / "shop.patron").write_text(SPEC.replace("WINDOW", "send" if seed % 2 else "action"))
    write(data / "customers.csv", "id", [(f"c{n}",) for n in range(3)])
    write(data / "campaigns.csv", "id,attribution_window", [("k0", ""), ("k1", 1), ("k2", 3), ("k3", "0.5")])
    write(data / "messages.csv", "id,campaign,customer,sent_at",
          [(f"m{n}", f"k{n % 4}", f"c{n % 3}", moment("actions")) for n in range(40)])  # fmt: skip
    write(data / "orders.csv", "id,customer,created_at,total",
          [(f"o{n}", f"c{draw.randint(0, 2)}", moment("orders"), draw.randint(100, 9999) / 100)
           for n in range(80)])  # fmt: skip
    actions = []
    for n in range(120):
        message = draw.randint(0, 39)
        kind = draw.choice(["received", "opened", "clicked"])
        actions.append((f"a{n}", kind, moment("actions"), f"c{message % 3}", f"k{message % 4}", f"m{message}", "mail"))
    for n in range(40):
        channel = draw.choice(["mail", "push", ""])
        actions.append((f"b{n}", "opened", moment("actions"), f"c{n % 3}", draw.choice(["k1", ""]), "", channel))
    write(data / "actions.csv", "id,kind,acted_at,customer,campaign,message,channel", actions)


@pytest.mark.parametrize("dates", ["none", "actions", "orders", "both"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_both_forms_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, dates: str) -> None:
    shop(tmp_path, seed, dates)
    with patron.open_project(tmp_path, as_of="2025-04-10") as project:
        plain = [project.query(query).rows for query in QUERIES]
        assert any(row[-1] for rows in plain for row in rows)
        monkeypatch.setattr(credit, "BUSY", -1)
        assert [project.query(query).rows for query in QUERIES] == plain


@pytest.mark.parametrize("query", QUERIES)
def test_pairs_are_not_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    """Whatever is asked of a busy customer here, it is told without all pairs of an action and an order."""
    shop(tmp_path, 2, "none")
    monkeypatch.setattr(credit, "BUSY", -1)
    monkeypatch.setattr(pairs, "inside", refuse)
    with patron.open_project(tmp_path, as_of="2025-04-10") as project:
        project.query(query)


def refuse(*_: object) -> None:
    raise AssertionError


def test_an_engine_without_nearest_joins_has_plain_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop(tmp_path, 1, "none")
    monkeypatch.setattr(credit, "BUSY", -1)
    with patron.open_project(tmp_path, as_of="2025-04-10") as project:
        nearest = [project.query(query).rows for query in QUERIES]
        monkeypatch.setattr(lower, "WITH_NEAREST", ())
        monkeypatch.setattr(lower, "_join", without_nearest)
        assert [project.query(query).rows for query in QUERIES] == nearest


def without_nearest(source: exp.Expr | None, kind: str, on: list[exp.Expr]) -> exp.Join:
    assert kind != "nearest"
    return made(source, kind, on)
