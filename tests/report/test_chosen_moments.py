"""The local date and hour of a moment that was chosen among others are those of the one that was chosen."""

import pytest

import patron

FILES = {
    "stores.csv": "id,timezone\nny,America/New_York\ntokyo,Asia/Tokyo\n",
    "customers.csv": "id,birth_date,created_at\n"
    "a,2000-02-03,2026-03-01 00:30:00\nb,,2026-01-15 12:00:00\nc,1999-01-01,\n",
    # in UTC: o1 on 1 March at 03:00, in New York 28 February; o2 on 1 March at 16:00, in Tokyo 2 March
    "orders.csv": "id,customer,store,created_at,canceled_at,total\n"
    "o1,a,ny,2026-02-28 22:00:00,2026-03-01 23:00:00,10\n"
    "o2,a,tokyo,2026-03-02 01:00:00,2026-03-01 09:00:00,20\n"
    "o3,b,ny,2026-02-01 08:00:00,,5\n",
}
SPEC = """language 1

project "Zones" {
  timezone   "UTC"
  currency   USD
  order_rule all_sales
}

source files from csv {
  folder "data"
}

table stores from files.stores
table customers from files.customers
table orders from files.orders

trait earliest on orders = date(least(created_at, canceled_at))
trait latest on orders = date(greatest(created_at, canceled_at))
trait clock on orders = hour(least(created_at, canceled_at))
trait nothing on orders = date(missing_if(created_at, created_at))
trait begun on customers = date(first_known(created_at, birth_date))
trait either on customers = date(if (id is "a") then created_at else birth_date)
trait after on customers = add_days(least(created_at, birth_date), 1)
trait opening on customers = date(overall(min(orders.created_at)))
"""


@pytest.fixture(scope="module")
def zones(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zones")
    (folder / "data").mkdir()
    for name, text in FILES.items():
        (folder / "data" / name).write_text(text)
    (folder / "zones.patron").write_text(SPEC)
    with patron.open_project(folder, as_of="2026-04-01") as project:
        yield project


def values(zones, metric, row, trait):
    found = zones.query(f"{metric} by {row}, {row}.{trait}").rows
    return {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value, _ in found}


@pytest.mark.parametrize(
    "trait, expected",
    [
        ("earliest", {"o1": "2026-02-28", "o2": "2026-03-01", "o3": "2026-02-01"}),
        ("latest", {"o1": "2026-03-01", "o2": "2026-03-02", "o3": "2026-02-01"}),
        ("clock", {"o1": 22, "o2": 9, "o3": 8}),
        ("nothing", {"o1": None, "o2": None, "o3": None}),
    ],
)
def test_of_an_order(zones, trait, expected):
    assert values(zones, "count(orders)", "order", trait) == expected


@pytest.mark.parametrize(
    "trait, expected",
    [
        ("begun", {"a": "2026-03-01", "b": "2026-01-15", "c": "1999-01-01"}),
        ("either", {"a": "2026-03-01", "b": None, "c": "1999-01-01"}),
        ("after", {"a": "2000-02-04", "b": "2026-01-16", "c": "1999-01-02"}),
        ("opening", {"a": "2026-02-01", "b": "2026-02-01", "c": "2026-02-01"}),
    ],
)
def test_of_a_customer(zones, trait, expected):
    assert values(zones, "members", "customer", trait) == expected
