"""The forms of attribution for busy customers give what the plain join of actions and orders gives."""

import csv
import random
from pathlib import Path

import pytest

import patron
from patron.engine.plan import credit

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

metric last_orders  = count(orders) attributed by every
metric last_sales   = sum(orders.value) attributed by every
metric reached      = count(orders) influenced by every
metric reached_sum  = sum(orders.value) influenced by every
metric first_orders = count(orders) attributed by first
metric first_sum    = sum(orders.value) influenced by first
metric shared_sum   = sum(orders.value) attributed by shared
"""
QUERIES = (
    "last_orders, last_sales by action.kind, campaign.id",
    "last_orders, last_sales by week",
    "reached, reached_sum",
    "reached, reached_sum by day",
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
        actions.append((f"a{n}", kind, moment("actions"), f"c{message % 3}", f"k{message % 4}", f"m{message}"))
    write(data / "actions.csv", "id,kind,acted_at,customer,campaign,message", actions)


@pytest.mark.parametrize("dates", ["none", "actions", "orders", "both"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_both_forms_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, dates: str) -> None:
    shop(tmp_path, seed, dates)
    with patron.open_project(tmp_path, as_of="2025-04-10") as project:
        plain = [project.query(query).rows for query in QUERIES]
        assert any(row[-1] for rows in plain for row in rows)
        monkeypatch.setattr(credit, "BUSY", -1)
        laid = [project.query(query).rows for query in QUERIES]
        text = project.sql(QUERIES[2])
    assert laid == plain
    assert "LAST_VALUE" in text or "MAX(" in text
