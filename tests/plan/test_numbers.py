"""Whether a row is the first of its key is told as numbering all rows tells it."""

import csv
import random
from pathlib import Path

import pytest

import patron
from patron.engine.plan import numbers

SPEC = """language 1
project "First or not" {
  timezone "Europe/Berlin"
  currency EUR
  sales total
}
source shop from csv { folder "data" }
table customers from shop.customers
table stores from shop.stores
table orders from shop.orders
table reviews from shop.reviews
table lines from shop.lines

trait review_number on reviews = number_within(customer)
trait line_number on lines = number_within(order.customer where quantity > 1)
trait firsts on customers = count(reviews where review_number = 1)
trait next_order on orders = next_within(customer where valid_order and customer is known)
metric third_orders = count(orders where order_number = 3)
metric soon_again = count(orders where next_order.created_at is within 2 days of created_at)
metric gap = average(orders.days_since_previous_order)
metric new_orders = count(orders where order_number = 1)
metric old_orders = count(orders where order_number >= 2)
metric new_sales = sum(orders.value where order_number < 2)
metric of_new = sum(lines.quantity where order.order_number = 1)
metric of_old = sum(lines.quantity where order.order_number > 1)
metric new_lines = count(lines where line_number <= 1)
metric new_reviews = count(reviews where review_number = 1)
metric old_reviews = count(reviews where review_number > 1)
audience began_late { include has first_order in the last 30 days }
"""
QUERIES = (
    "new_orders, old_orders, new_sales, of_new, of_old",
    "new_orders, old_orders, new_sales, of_new, of_old by day during 2025-03-09 to 2025-03-12",
    "new_orders, old_orders by order.customer, store during 2025-03-11 to 2025-03-12",
    'new_orders by order.id during 2025-03-01 to 2025-03-20 where channel is "online"',
    "new_orders, old_orders by customer for audience began_late",
    "new_lines by line.id",
    "members by customer.firsts, customer",
    "new_orders, old_orders during 2025-03-03 to 2025-03-12",
    "new_reviews, old_reviews by review.id for all records",
)


def write(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def shop(folder: Path, seed: int) -> None:
    """Rows on few moments, so that ties are common; dates beside moments, two zones, missing dates and customers."""
    draw = random.Random(seed)

    def moment() -> str:
        day = f"2025-03-{draw.randint(8, 14):02d}"
        return day if draw.random() < 0.2 else f"{day} {draw.choice(['00:00', '08:30', '23:30'])}:00"

    def customer() -> str:
        return draw.choice([*(f"c{n}" for n in range(25)), ""])

    data = folder / "data"
    data.mkdir()
    (folder / "shop.patron").write_text(SPEC)
    write(data / "customers.csv", "id", [(f"c{n}",) for n in range(25)])
    write(data / "stores.csv", "id,timezone", [("s0", ""), ("s1", "America/New_York"), ("s2", "Asia/Tokyo")])
    status = ["paid", "paid", "paid", "canceled"]
    write(data / "orders.csv", "id,customer,created_at,total,status,store,channel",
          [(f"o{n}", customer(), moment(), draw.randint(100, 9999) / 100, draw.choice(status),
            f"s{draw.randint(0, 2 if seed % 2 else 0)}", draw.choice(["online", "retail"])) for n in range(120)]
          + [(f"o9{n}{store}", f"c{n}", "2025-03-02T23:30:00Z", 5, "paid", store, "online")
             for n in range(8, 12) for store in ("s1", "s2")])  # fmt: skip
    write(data / "reviews.csv", "id,customer,created_at,rating",
          [(f"r{n}", customer(), moment() if draw.random() < 0.7 else "", 4) for n in range(60)])  # fmt: skip
    write(data / "lines.csv", "id,order,quantity,amount",
          [(f"l{n}", f"o{draw.randint(0, 119)}", draw.randint(1, 3), 1) for n in range(200)])  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_first_is_the_row_numbered_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    shop(tmp_path, seed)
    with patron.open_project(tmp_path, as_of="2025-04-10") as project:
        found = [project.query(query).rows for query in QUERIES]
        text = project.sql(QUERIES[1])
        monkeypatch.setattr(numbers, "by_first", lambda term: term)
        counted = [project.query(query).rows for query in QUERIES]
    assert found == counted
    assert all(any(row[-1] or row[-2] for row in rows) for rows in found[1:])
    assert "MIN(" in text
    assert text.count("2025-03-09") > text.count("UNION ALL")


IN_DATES = (
    "third_orders, soon_again, gap during 2025-03-10 to 2025-03-12",
    "third_orders, soon_again, gap by day, customer during 2025-03-09 to 2025-03-11",
    'third_orders, soon_again, gap by store during 2025-03-10 to 2025-03-10 where channel is "online"',
    "third_orders, soon_again, gap for audience began_late",
)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_only_rows_on_the_side_that_decides_are_laid_in_sequence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    shop(tmp_path, seed)
    with patron.open_project(tmp_path, as_of="2025-04-10") as project:
        found = [project.query(query).rows for query in IN_DATES]
        text = project.sql(IN_DATES[0])
        monkeypatch.setattr(numbers, "_on_one_side", lambda p, outer, leaf: [])
        of_all = [project.query(query).rows for query in IN_DATES]
        shorter = project.sql(IN_DATES[0])
    assert found == of_all
    assert sum(any(any(row) for row in rows) for rows in found) > 2
    assert text.count("2025-03-10") > shorter.count("2025-03-10")
