"""A small shop in which everything personal is a canary, and projects of it under any policy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import patron
from patron.engine.runner.permissions import identity, rights
from patron.engine.runner.project import Project

SPEC = """language 1
project "Canaries" {
  timezone "UTC"
  currency USD
}
use demographics
use geo
source shop from csv {
  folder "data"
}
table orders from shop.orders
table lines from shop.lines
table products from shop.products
table customers from shop.customers
table locations from shop.locations
table consents from shop.consents

filter birthday on customers = birth_date is in the next 30 days
trait mail on customers = lower(email)
trait same_mail on customers = mail
trait house "House" on customers = text_join(" ", name, postcode)
trait early on customers = if (phone starts with "CANARY") then "yes" else "no"
trait placed on customers = cell(home.latitude, home.longitude, 1)
trait ages "Ages" on customers = band(age(birth_date), 20, 30, 40, 50)
trait narrow on customers = band(age(birth_date), 20, 21, 22, 23)
metric mails = unique(customers.email)
metric with_mail = count(customers where email is known)
metric first_mail = min(customers.birth_date)

audience everybody_known {
  include has ordered
}
audience soon {
  include birthday
}
audience gold {
  include nickname is "CANARYnick1"
}
audience best {
  include has ordered at least 2 times
}
list kept {
  from audience everybody_known
  take once on 2026-05-05 09:00
}
report plain "Plain" {
  for all records
  show table "Cities" of total_sales by customer.city
  show table "Ages" of total_sales by demographics.age_band
  show table "Single" of total_sales by customer
  show facts "About" of list.size
}
report allowed "Allowed" {
  for audience everybody_known
  show cards of total_sales, mails, with_mail
  export "Details" as csv, json of order_details allow owners, exporters
  export "Everyone" as csv of order_details
}
report hidden "Hidden" {
  for audience soon
  show cards of total_sales
}
run nightly {
  every day at 06:00
  report allowed
  send to folder(path = "sent")
}
"""
PEOPLE = 6

POLICY = """
[roles.owners]
may = ["export", "see_pii", "see_sensitive"]
users = ["olga", "runs"]

[roles.exporters]
may = ["export"]
users = ["emil"]

[roles.viewers]
may = ["see_pii"]
users = ["vera"]

[roles.analysts]
users = ["anna"]
groups = ["crm"]
"""

Act = Callable[[str, set[str]], None]


def _rows() -> dict[str, str]:
    people = "".join(
        f"c{n},CANARYname{n},CANARYmail{n}@x.org,CANARYphone{n},19{60 + 5 * n}-0{n}-1{n},City{n % 2},CANARYpost{n},"
        f"l{n},CANARYnick{n},2026-01-0{n}\n"
        for n in range(1, PEOPLE + 1)
    )
    orders = "".join(f"o{n},c{n % PEOPLE + 1},2026-04-{n:02}T10:00:00,{n * 10},paid\n" for n in range(1, 13))
    return {
        "customers": "id,name,email,phone,birth_date,city,postcode,home,nickname,created_at\n" + people,
        "orders": "id,customer,created_at,total,status\n" + orders,
        "lines": "id,order,product,amount\n" + "".join(f"n{n},o{n},p{n % 2},{n * 10}\n" for n in range(1, 13)),
        "products": "id,name,category,department\np0,Pot,Garden,D1\np1,Mug,Kitchen,D2\n",
        "locations": "id,latitude,longitude,postcode\n"
        + "".join(f"l{n},4{n}.765432{n},-10{n}.987654{n},CANARYpost{n}\n" for n in range(1, PEOPLE + 1)),
        "consents": "customer,channel,status\n" + "".join(f"c{n},ads,in\n" for n in range(1, PEOPLE + 1)),
    }


CANARIES = ("canary", ".765432", ".987654", *(f"0{n}-1{n}" for n in range(1, PEOPLE + 1)))
"""What no output of a role may hold that sees no personal column: names, addresses, places, days of birth."""


def leaks(text: str) -> list[str]:
    """The canaries in a text."""
    return [c for c in CANARIES if c in text.casefold()]


def _shop(root: Path) -> Path:
    (root / "data").mkdir(parents=True)
    for name, rows in _rows().items():
        (root / "data" / f"{name}.csv").write_text(rows, encoding="utf-8")
    (root / "shop.patron").write_text(SPEC, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def loaded_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _shop(tmp_path_factory.mktemp("canaries"))


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Project]]:
    """Projects that stay open for all tests that change nothing, by user."""
    root = _shop(tmp_path_factory.mktemp("standing"))
    (root / "patron.toml").write_text(POLICY, encoding="utf-8")
    opened = {user: patron.open_project(root, as_of="2026-05-06") for user in ("olga", "emil", "vera", "anna")}
    yield opened
    for project in opened.values():
        project.close()


@pytest.fixture
def user_at(standing: dict[str, Project], act: Act) -> Callable[[str], Project]:
    """The shop as it is to a user."""

    def at(user: str) -> Project:
        act(user, set())
        return standing[user]

    return at


@pytest.fixture
def folder(loaded_shop: Path) -> Path:
    """The shop as it was, but for the stored load: loading is most of the time."""
    state = loaded_shop / ".patron"
    for path in (*loaded_shop.iterdir(), *(state.iterdir() if state.exists() else ())):
        if path.name not in ("data", "shop.patron", ".patron", "loads"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return loaded_shop


@pytest.fixture
def act(monkeypatch: pytest.MonkeyPatch) -> Act:
    """Be another user for the rest of the test."""

    def be(user: str, groups: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        monkeypatch.setattr(rights, "caller", lambda: identity.Caller(4242, user, frozenset(groups)))

    return be


@pytest.fixture
def shop(folder: Path, act: Act) -> Iterator[Callable[..., Project]]:
    """The shop as it is to a user, under a policy."""
    opened: list[Project] = []

    def open_as(user: str, policy: str = POLICY, groups: set[str] = frozenset()) -> Project:  # type: ignore[assignment]
        (folder / "patron.toml").write_text(policy, encoding="utf-8")
        act(user, groups)
        opened.append(patron.open_project(folder, as_of="2026-05-06"))
        return opened[-1]

    yield open_as
    for project in opened:
        project.close()
