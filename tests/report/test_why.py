"""Why somebody is or is not in: each clause with what decided it, and the nearest change."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from patron.engine.runtime.errors import SpecError

CHOICES = {
    "compared": ('city is "Denver"', "c1", 'city is "Boulder", needs "Denver"', 'city would have to be "Denver"'),
    "missing": ('city is "Denver"', "c2", 'city is missing, needs "Denver"', 'city would have to be "Denver"'),
    "one_of": (
        'city is not one of "Boulder", "Austin"', "c1", 'city is "Boulder", needs none of "Boulder", "Austin"',
        'city would have to be none of "Boulder", "Austin"',
    ),
    "known": ("email is known", "c5", "email is missing", ""),
    "personal": (
        'name starts with "Z"', "c1", "name is something else", 'name would have to be something that starts with "Z"',
    ),
    "texts": ('tags contains "vip"', "c3", 'tags is "employee", "vip"',
              'tags would have to be something that does not contain "vip"'),
    "counted": ("has ordered exactly 1 times", "c2", "2 orders, needs exactly 1; last on 2026-04-03", ""),
    "never": ("has ordered", "c4", "no orders ever", "1 order"),
    "left_out": (
        "has ordered in the last 10 days", "c2",
        "no orders in the last 10 days; 1 order does not count (canceled, on 2026-04-28); last on 2026-04-03",
        "1 order",
    ),
    "only_left_out": (
        "has ordered where (total > $400)", "c2",
        "no orders where total > $400 that count; 1 order does not count (canceled, on 2026-04-28)",
        "1 order where total > $400",
    ),
    "fewer": (
        "has ordered fewer than 5 times", "c1", "3 orders, needs fewer than 5; last on 2026-03-20", "2 more orders",
    ),
    "spent": (
        "has bought spending at least $1,000", "c1",
        "3 orders; worth $480.00, needs at least $1,000.00; last on 2026-03-20", "$520.00 more spent",
    ),
    "each_time": (
        "has bought spending more than $25 each time", "c3",
        "2 orders; worth $20.00 to $30.00 each, needs more than $25.00 each time; last on 2026-04-30", "",
    ),
    "turning": (
        "has ordered in the last 60 days", "c1", "1 order; last on 2026-03-20; turns on 2026-05-19 if nothing happens",
        "on 2026-05-19 by itself, if nothing happens",
    ),
    "in_each": (
        "has ordered in each of the last 3 full months", "c2",
        "2 orders; enough in 2 of 3, not in 2026-03-01 to 2026-03-31; last on 2026-04-03", "",
    ),
    "past": ("has ordered before 2025-01-01", "c1", "no orders before 2025-01-01; last on 2026-03-20", ""),
    "their": (
        "their total_sales in the last 12 months >= $spent", "c1",
        "their total_sales in the last 12 months is $480.00, needs $500.00 or more",
        "$20.00 more total_sales in the last 12 months",
    ),
    "days": (
        "days_since_last_order > 60", "c1",
        "days_since_last_order is 47, needs more than 60; turns on 2026-05-20 if nothing happens",
        "on 2026-05-20 by itself, if nothing happens",
    ),
    "dated": (
        "last_order_at is before 60 days ago", "c1",
        "last_order_at is 2026-03-20 10:00, needs earlier than 2026-03-07; turns on 2026-05-20 if nothing happens",
        "last_order_at would have to be earlier than 2026-03-07; or on 2026-05-20 by itself, if nothing happens",
    ),
    "birthday": (
        "birth_date is in the next 30 days", "c1", "birth_date is 1990-05-20; turns on 2026-05-21 if nothing happens",
        "on 2026-05-21 by itself, if nothing happens",
    ),
    "filter": ("local", "c3", 'city is "Denver", needs "Boulder"', 'city would have to be "Boulder"'),
    "several": (
        'city is "Boulder" or has ordered at least 3 times', "c2",
        ('city is missing, needs "Boulder"; 2 orders, needs at least 3; '
         "1 order does not count (canceled, on 2026-04-28); last on 2026-04-03"),
        "1 more order",
    ),
    "sequence": (
        "has clicked then ordered within 2 days", "c1",
        "clicked 1 time, last on 2026-03-16; ordered 3 times, last on 2026-03-20; but not one after the other as asked",
        "",
    ),
    "bucket": ('in bucket 0 to 9 of 100 salted "spring"', "c1", "in bucket ", ""),
    "sequence_in_time": (
        "has received in the last 30 days then ordered", "c3",
        ("received 1 time, last on 2026-04-29; ordered 2 times, last on 2026-04-30; "
         "turns at the latest on 2026-05-29 if nothing happens"),
        "at the latest on 2026-05-29 by itself, if nothing happens",
    ),
    "rank": (
        "their total_sales is in the top 2", "c3",
        "their total_sales is $50.00; the last of the 2 people at the top has $480.00",
        "their total_sales would have to be more than $480.00",
    ),
    "rank_alone": (
        "their total_sales is in the bottom 1", "c1",
        "their total_sales is $480.00; the only one at the bottom has $50.00",
        "their total_sales would have to be less than $50.00",
    ),
    "unranked": (
        "their total_sales is in the top 1", "c4",
        "their total_sales is $0.00; only people with something to count are ranked",
        "their total_sales would have to be more than $480.00",
    ),
    "inside": (
        "in audience win_back", "c1", "turns on 2027-01-10 if nothing happens",
        "1 order; or on 2027-01-10 by itself, if nothing happens",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def choosing(tmp_path_factory, write_shop):
    """The shop with an audience for every choice."""
    from patron import open_project

    extra = "".join(f"audience x_{name} = {text[0]}\n" for name, text in CHOICES.items())
    with open_project(write_shop(tmp_path_factory.mktemp("why") / "shop", extra), as_of="2026-05-06") as project:
        yield project


@pytest.mark.parametrize("name", CHOICES)
def test_each_kind_of_condition(choosing, name):
    condition, customer, detail, nearest = CHOICES[name]
    found = choosing.why(customer, f"x_{name}")
    line = found.lines[1]
    assert line.words == f"include {condition}"
    assert line.holds == found.member
    assert line.detail.startswith(detail) if detail.endswith(" ") else line.detail == detail
    if nearest:
        assert found.nearest == nearest


def test_what_is_told_turns_on_that_very_day(choosing):
    """Nothing happens in the shop after 6 May: what is said about later dates must come true."""
    said = re.compile(r"turns( at the latest)? on (\d{4}-\d\d-\d\d)")
    for name in CHOICES:
        for customer in ("c1", "c2", "c3"):
            line = choosing.why(customer, f"x_{name}").lines[1]
            turns = said.search(line.detail)
            if turns is None:
                continue
            day = dt.date.fromisoformat(turns[2])
            before = () if turns[1] else ((day - dt.timedelta(days=1), True),)
            for when, same in (*before, (day, False)):
                later = choosing.seen_from(when)
                found = later.why(customer, f"x_{name}").lines[1]
                assert (found.holds == line.holds) is same, (name, customer, when)
                later.close()


def test_every_clause_is_told(shop):
    found = shop.why("c2", "win_back")
    assert not found.member
    assert [(x.depth, x.holds) for x in found.lines] == [
        (0, True), (0, False), (1, False), (1, True), (1, False), (2, False), (2, False),
        (0, False), (1, False), (2, False), (1, False),
    ]  # fmt: skip
    assert found.lines[2].detail == '1 order with category "Edibles", needs at least 2; last on 2026-04-03'
    assert found.nearest == (
        '1 more order with category "Edibles" and $20.00 more total_sales in the last 12 months, '
        "and then once more: has not bought in the last 30 days"
    )


def test_a_member_is_told_what_would_end_it(shop):
    found = shop.why("c1", "win_back")
    assert found.member
    assert found.nearest == "1 order; or on 2027-01-10 by itself, if nothing happens"


def test_an_exclusion_is_told(shop):
    lines = shop.why("c4", "win_back").lines
    assert (lines[7].holds, lines[7].detail) == (True, "this leaves them out")
    assert lines[9].words == 'include tags contains "employee"'
    assert lines[10].detail == (
        '1 time with campaign "Win back SMS"; last on 2026-05-04; turns on 2026-05-11 if nothing happens'
    )


@pytest.mark.parametrize(
    "customer, reason", [("c5", "merged into c1"), ("c6", "deleted on 2026-01-15 12:00"), ("c7", "anonymous")]
)
def test_people_who_do_not_count(shop, customer, reason):
    found = shop.why(customer, "win_back")
    assert (found.member, found.lines[0].holds, found.lines[0].detail) == (False, False, reason)


def test_who_is_kept(shop):
    last = "the last of the 2 people at the top has $480.00"
    assert shop.why("c1", "best").lines[-1].detail == f"their total_sales is $480.00; {last}"
    assert not shop.why("c4", "best").member


def test_the_rank_of_keep_looks_at_those_who_are_included(shop_with):
    extra = 'audience few {\n  include city is "Denver"\n  keep top 1 of their total_sales\n}\n'
    with shop_with(extra, as_of="2026-05-06") as project:
        outside, inside = project.why("c1", "few"), project.why("c3", "few")
    assert (outside.member, inside.member) == (False, True)
    assert outside.nearest == 'city would have to be "Denver"'


def test_the_clauses_of_another_audience_are_told(shop):
    """c3 is an employee: the exclusion shows why."""
    found = shop.why("c3", "win_back")
    place = next(i for i, x in enumerate(found.lines) if x.words == "in audience employees")
    line, below = found.lines[place : place + 2]
    assert (line.depth, line.holds, below.depth, below.holds) == (1, True, 2, True)
    assert below.words == 'include tags contains "employee"'
    assert below.detail == 'tags is "employee", "vip"'


def test_somebody_unknown(shop):
    with pytest.raises(SpecError) as caught:
        shop.why("c99", "win_back")
    assert (caught.value.problems[0].code, str(caught.value)) == ("P0201", "there is no customer `c99`")


def test_a_list_that_was_not_taken_yet(shop):
    found = shop.why("c1", "later")
    assert (found.member, [x.detail for x in found.lines]) == (False, ["the list has not been taken yet"])
    with pytest.raises(SpecError):
        shop.why("c99", "later")


def test_a_list_is_explained_as_it_was_frozen(shop_with):
    shop = shop_with()
    shop.take_list("fans")
    weeks_later = shop.seen_from(dt.date(2027, 6, 1))
    found = weeks_later.why("c1", "fans")
    assert found.member
    assert found.lines[0].words == "in list fans version 1"
    assert found.lines[0].detail == "taken at the end of 2026-05-06 with 1 person"
    assert found.lines[3].detail.startswith("3 orders")
    assert not weeks_later.why("c2", "fans").member
    assert "c1" not in {row[0] for row in weeks_later.audience("win_back").rows}
    weeks_later.close()


def test_nothing_personal_is_told_that_nobody_asked(shop):
    told = " ".join(line.detail for c in ("c1", "c2", "c3") for line in shop.why(c, "win_back").lines)
    assert not any(word in told for word in ("Ann", "Bob", "Cid", "@example.com"))


TRAITS = """
trait spent_so_far on customers = sum(orders.value where valid_order)
trait big on customers =
  if (spent_so_far > $100) then "big" else if (has ordered) then first_known(city, "far") else "none"
trait called on customers = first_known(name, "nobody")
trait worth on orders = value
"""


def test_the_value_of_a_trait_and_what_it_is_made_of(shop_with):
    shop = shop_with(TRAITS)
    found = shop.why("c1", "spent_so_far")
    assert found.value == "$480.00"
    assert [(x.depth, x.words, x.detail) for x in found.lines] == [
        (0, "sum(orders.value where valid_order)", "$480.00, of 3 orders")
    ]
    found = shop.why("c1", "BIG")
    assert (found.name, found.value) == ("big", '"big"')
    assert [(x.depth, x.words, x.detail) for x in found.lines[1:]] == [
        (1, "spent_so_far", "$480.00, of 3 orders"), (1, "has ordered", "yes"), (1, "city", '"Boulder"'),
    ]  # fmt: skip
    assert {line.detail for line in shop.why("c1", "called").lines} == {"known"}, "what tells who it is stays untold"


def test_the_value_of_a_trait_agrees_with_the_query(shop_with):
    shop = shop_with(TRAITS)
    for customer, value in shop.query("total_sales by customer where customer.id is known").rows:
        assert shop.why(customer, "spent_so_far").value == f"${value:,.2f}"


@pytest.mark.parametrize(
    "customer, trait, message",
    [("c1", "worth", "worth is a trait on orders"), ("c99", "big", "there is no customer `c99`")],
)
def test_a_trait_that_no_such_customer_has(shop_with, customer, trait, message):
    with pytest.raises(SpecError) as told:
        shop_with(TRAITS).why(customer, trait)
    (problem,) = told.value.problems
    assert (problem.code, problem.message) == ("P0201", message)
