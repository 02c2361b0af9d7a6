"""Two shops that differ in masked values alone are the same shop to whoever may not see them: nothing flows.

Whatever is asked, in whatever way it is planned: either it is refused in both, or the answers are equal. This needs no
list of what is forbidden.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import patron
from patron.engine.runner.project import Project
from patron.engine.runtime.errors import PatronError
from tests.runner.permissions.conftest import PEOPLE, POLICY, SPEC, Act, _shop

TRAITS = """
trait t1 on customers = lower(name)
trait t2 on customers = if (name is known) then nickname else "x"
trait t3 on customers = length(email)
trait t4 on customers = first_known(nickname, city)
trait t5 on customers = if (length(name) > 10) then city else "short"
trait t6 on customers = band(length(nickname), 5, 10, 12, 20)
trait t7 on customers = missing_if(city, nickname)
trait t8 on orders = text_join("-", id, customer.nickname)
trait t9 on customers = first(orders.customer.name)
trait t10 on customers = most_common(orders.customer.nickname)
filter f1 on customers = name starts with "CANARYnameA"
filter f2 on orders = customer.nickname contains "1"
filter f3 on customers = nickname is in the top 3
filter f4 on customers = name = nickname
metric m1 = unique(customers.nickname)
metric m2 = count(customers where name is known)
metric m3 = sum(orders.total where customer.nickname ends with "1")
metric m4 = max(customers.name)
metric m5 = average(customers.t3)
metric m6 = total_sales where (f2)
audience a1 {
  include f1
}
audience a2 {
  include has ordered where (customer.nickname contains "1")
  exclude f4
}
audience a3 {
  include t3 is in the top 3
}
"""
METRICS = ("total_sales", "total_orders", "members", "m1", "m2", "m3", "m4", "m5", "m6")
DIMS = ("", "customer.city", *(f"customer.t{n}" for n in range(1, 8)), "order.t8", "customer.t9", "customer.t10",
        "customer.name", "customer.nickname", "customer", "demographics.age_band")  # fmt: skip
SUBJECTS = ("", "for audience a1", "for audience a2", "for audience a3", "for audience best")
WHERES = ("", "where order.f2", 'where customer.nickname is "CANARYnick1"', "where customer.f1", "where customer.f3")


def _changed(root: Path) -> Path:
    """Other names and nicknames, of other lengths and in another order, but as many."""
    _shop(root)
    path = root / "data" / "customers.csv"
    text = path.read_text("utf-8")
    for n in range(1, PEOPLE + 1):
        text = text.replace(f"CANARYname{n}", f"{'Z' * (PEOPLE - n)}ANOTHER{n}").replace(f"CANARYnick{n}", f"N{n}")
    path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, Project]]:
    made = []
    for root in (_shop(tmp_path_factory.mktemp("one")), _changed(tmp_path_factory.mktemp("other"))):
        (root / "shop.patron").write_text(SPEC + TRAITS, encoding="utf-8")
        (root / "patron.toml").write_text(POLICY, encoding="utf-8")
        made.append(patron.open_project(root, as_of="2026-05-06"))
    yield made[0], made[1]
    for project in made:
        project.close()


def _anew(twins: tuple[Project, ...]) -> None:
    """What was decided for somebody else is forgotten."""
    for project, name in itertools.product(twins, ("grants", "informed", "context")):
        project.__dict__.pop(name, None)


def _asked(project: Project, phrase: str) -> Any:
    try:
        return project.query(phrase).rows
    except PatronError as error:
        return error.exit_code, sorted({p.code for p in error.problems}), str(error)


@pytest.mark.parametrize("user", ["emil", "anna"])
def test_answers_do_not_depend_on_what_is_masked(twins, act: Act, user):
    act(user, set())
    _anew(twins)
    draw = random.Random(11)
    chosen = draw.sample(list(itertools.product(METRICS, DIMS, ("",), ("",))), 30)
    chosen += draw.sample(list(itertools.product(METRICS, DIMS, SUBJECTS, WHERES)), 30)
    given = 0
    for metric, dim, subject, where in chosen:
        phrase = " ".join(w for w in (metric, f"by {dim}" if dim else "", subject, where) if w)
        one, other = (_asked(project, phrase) for project in twins)
        assert one == other, phrase
        given += isinstance(one, tuple) and not (one and isinstance(one[0], int))
    assert given > 2, "some are answered"


def test_who_may_see_them_sees_the_difference(twins, act: Act):
    act("olga", set())
    _anew(twins)
    one, other = (_asked(project, "total_sales by customer.nickname") for project in twins)
    assert one != other


def test_members_and_details_do_not_depend_on_it_either(twins, act: Act):
    act("emil", set())
    _anew(twins)
    columns = ["name", "nickname", "city", *(f"t{n}" for n in range(1, 8)), "t9", "birth_date", "postcode"]
    one, other = (project.audience("everybody_known", columns).rows for project in twins)
    assert one == other
    one, other = (project.detail("allowed", "people").rows for project in twins)
    assert [r[:1] for r in one] == [r[:1] for r in other]
