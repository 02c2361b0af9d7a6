"""AIQ data analytics over a shop whose numbers were counted by hand; `shop/data` holds its rows."""

import datetime as dt
from decimal import Decimal

import pytest

import patron
from patron.engine.report.reader import shown
from patron.engine.results import Note

MAY = "during 2026-05-02 to 2026-05-31"
TOGETHER = ("Together", 510, 19)


def of(shop, audience):
    return {row[0] for row in shop.project.audience(audience).rows}


def about(value):
    return pytest.approx(value, abs=1e-6)


# ---------------------------------------------------------------- audience, dates, run


def test_rows_of_a_report_are_people(shop):
    assert of(shop, "tea_people") == {"ann", "bob", "cid", "dee", "hal"}


def test_a_report_says_whom_it_is_about(shop, folder, tmp_path):
    assert shop.only("for_vips") == [(2, 450)]
    (tmp_path / "shop.patron").write_text((folder / "model.patron").read_text(encoding="utf-8"), encoding="utf-8")
    spec = 'language 1\nimport "shop.patron"\nreport nobody {\n  show cards of total_sales\n}\n'
    (tmp_path / "nobody.patron").write_text(spec, encoding="utf-8")
    with patron.open_project(tmp_path) as project:
        assert "P0603" in [p.code for p in project.check() if p.stops]


def test_who_is_tracked(shop):
    """Neither somebody merged away, deleted, erased nor anonymous; with orders or without."""
    assert of(shop, "all_tracked_users") == {"ann", "bob", "cid", "dee", "eve", "gus", "hal", "ivy"}
    assert shop.only("tracked") == [(8, 810)]
    assert shop.only("everything") == [(835,)], "25.00 of nobody"
    (figure,) = shop.figures("tracked").values()
    assert "1 order without a customer is left out (7% of 15)" in figure.result.notes


def test_people_of_two_audiences_count_once(shop):
    assert shop.only("together") == [(2, 450)]
    assert shop.only("side_by_side") == [("vips", 2, 450), ("regulars", 1, 250), ("all", 2, 450)]
    (figure,) = shop.figures("side_by_side").values()
    assert "1 person is in more than one audience" in figure.result.notes


def test_dates_include_both_ends(shop):
    assert shop.only("ever") == [(14,)]
    assert shop.only("ten_days") == [(7,)], "10 May at noon, and both parts of the order of 20 May"


def test_a_second_range_of_another_length(shop):
    """510 after 50; 19 units after 1; two ratings after none: no change can be told."""
    assert shop.only("beside") == [(510, 50, 9.2, 19, 1, 18, 2, 0, None)]
    (figure,) = shop.figures("beside").values()
    assert "comparing 31 days with 30 days" in figure.result.notes


def test_a_report_carries_the_hash_of_its_specs(shop, tmp_path):
    made = shop.report("stamped").provenance
    assert made.as_of == "end of 2026-05-31"
    assert shop.report("for_vips").provenance.spec_hash == made.spec_hash
    assert hash_of(tmp_path, "last 30 days") == hash_of(tmp_path, "last   30   days  # spacing says nothing")
    assert hash_of(tmp_path, "last 30 days") != hash_of(tmp_path, "last 31 days")


def hash_of(folder, period):
    spec = f"report r {{\n  for all records\n  period {period}\n  show cards of total_sales\n}}\n"
    (folder / "o.csv").write_text("id,customer,created_at,total\n1,a,2026-05-01,5\n", encoding="utf-8")
    above = 'language 1\nproject "P" {\n  timezone "UTC"\n  currency USD\n}\nsource s from csv {\n  folder "."\n}\n'
    (folder / "s.patron").write_text(f"{above}table orders from s.o\n{spec}", encoding="utf-8")
    with patron.open_project(folder, as_of="2026-05-31") as project:
        return project.report("r").provenance.spec_hash


# ---------------------------------------------------------------- orders, predictions, club


def test_order_insights(shop):
    """Days until return: 125 days over 3 gaps, 30, 1 and 1; all history, whatever the dates."""
    names = "total_sales total_orders average_order items_per_order orders.days_until_return"
    assert shop.values("order_insights", names) == (510, 8, Decimal("63.75"), 19 / 8, about((125 / 3 + 30 + 1 + 1) / 4))
    assert shop.shown("order_insights", "Payment") == [("card", 430), ("cash", 80)]
    assert shop.shown("order_insights", "Brands") == [("Best", 260, 6), ("Acme", 250, 13), TOGETHER]
    assert shop.shown("order_insights", "Products") == [
        ("Pipe", 260, 6),
        ("Tea", 150, 8),
        ("Gum", 100, 5),
        TOGETHER,
    ], "nothing was cut off, so there are no others"
    by_day = dict(shop.shown("order_insights", "Orders by day"))
    assert len(by_day) == 30
    assert by_day[dt.date(2026, 5, 20)] == 2
    assert sum(by_day.values()) == 8


@pytest.mark.parametrize("report", ["forecast", "predicted_rank", "supply"])
def test_the_tab_of_predictions(shop, report):
    """Every figure is there; this shop has too little history for a number, and says so."""
    for figure in shop.figures(report).values():
        assert figure.problem == ""
        assert {"not enough data", "source missing"} >= set(figure.result.states.values())


@pytest.mark.parametrize("report", ["next_order", "worth", "too_early"])
def test_too_little_history_is_told(shop, report):
    """Seven people have bought; 500 are needed."""
    (figure,) = shop.figures(report).values()
    assert figure.result.state(0, 0) == "not enough data"
    assert any("500 are needed (gate_buyers)" in note for note in figure.result.notes)


def loyalty(names, before=""):
    return " ".join(f"loyalty.{before}{name}" for name in names.split())


def test_the_member_club(shop):
    """A member order is one of a member at its moment: ann joined two hours after her order of March."""
    names = "members_end signups departures member_sales member_share"
    assert shop.values("club", loyalty(names)) == (2, 1, 0, 160, 3 / 8)
    names = "opening earned boosted adjusted redeemed expired open"
    assert shop.values("club", loyalty(names, "points_")) == (100, 50, 5, -5, 30, 10, 110)
    assert shop.row("loyalty.member_orders") == (4,)


# ---------------------------------------------------------------- actions and conversions


def test_conversions_by_campaign(shop):
    """The last action before each order earns it, and each action only its first order."""
    columns = "conversions.conversions, conversions.revenue by campaign.name"
    assert shop.rows(columns) == [("Flash", 1, 10), ("Gift", 3, 320), ("Spring", 2, 120), ("Winter", 1, 50)]
    spring = next(row for row in shop.shown("campaign_reports", "Campaigns") if row[0] == "Spring")
    assert spring == ("Spring", "email", 4, 1, 2, 120, 30, 10, 11)


def test_fourteen_days_to_the_second(shop):
    """dee's message came exactly 14 days before her order, eve's a second earlier than that; eve acted again later."""
    query = 'two_week_orders by order where campaign.name is "Spring"'
    assert shop.rows(query) == [("o03", 1), ("o06", 1), ("o09", 1)]


def test_known_spellings_of_actions_are_one_kind(shop):
    """Four delivered messages are received too."""
    assert shop.only("kinds") == [("clicked", 7), ("opened", 1), ("received", 11), ("reviewed", 1)]


def test_actions_credited_and_preceding(shop):
    """Credited orders add up to all; an order may be preceded by several."""
    assert shop.only("top_actions") == [("clicked", 4, 4, 210), ("received", 1, 6, 40), ("reviewed", 1, 1, 200)]


def test_the_most_special_window_counts(shop):
    """Spring has two days by its name: only cid's order, a day later, is left. Flash has one by itself."""
    orders = dict(shop.rows("own_window_orders by campaign.name"))
    assert orders == {"Flash": 1, "Gift": 3, "Spring": 1, "Winter": 1}


def test_the_first_purchase_or_every_one(shop):
    """bob's canceled order of April earns nothing, the next one does; his second in the window only with `every`."""
    assert shop.row(f"first_sales, every_sales {MAY}") == (450, 510)


def test_revenue_of_all_time(shop):
    assert shop.shown("snapshot", "All time") == [(500,)]
    assert shop.shown("snapshot", "In the period") == [(450,)]


# ---------------------------------------------------------------- places, staff, people


def test_homes_and_places_of_purchase(shop):
    homes = shop.shown("places", "Where customers live")
    assert homes == [("38.2/-104.7", 1), ("39/-104.1", 2), ("40/-105.1", 2), (None, 3)]
    assert shop.shown("places", "Where they buy") == [("39/-104.1", 270), ("40/-105.1", 260), (None, 280)]
    assert shop.values("places", "geo.located geo.people_per_cell") == (5 / 8, about(5 / 3))


def test_hot_spots_around_stores(shop):
    """Homes lie 0.04 degrees from their store in both directions, eve's more than 100 kilometres away."""
    spots = {row[0]: row[1:] for row in shop.shown("places", "Hot spots")}
    assert spots["40/-105.1"] == ("North", 2, 2 / 5, about(5.601952))
    assert spots["38.2/-104.7"] == ("South", 1, 1 / 5, about(105.31108))
    assert of(shop, "near_a_store") == {"ann", "bob", "cid", "dee"}


def test_few_people_are_hidden(shop):
    result = shop.figures("around_stores")["Hot spots"].result
    assert [row[2] for row in result.rows].count(None) == 2, "one person alone, and the next fewest beside them"
    assert result.state(0, 2) == "suppressed"
    assert [row[3] for row in result.rows].count(None) == 2, "a share would give the number beside it away"


def test_a_shop_without_positions_has_bars(folder, tmp_path):
    (tmp_path / "data").mkdir()
    for name in ("customers", "orders"):
        text = (folder / "data" / f"{name}.csv").read_text(encoding="utf-8")
        (tmp_path / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    spec = (
        'language 1\nproject "Small" {\n  timezone "UTC"\n  currency USD\n}\n'
        'source shop from csv {\n  folder "data"\n}\n'
        "table customers from shop.customers\ntable orders from shop.orders\nuse geo\n"
        'report places {\n  for audience all_tracked_users\n  tab "Geo insights" like geo.overview\n}\n'
    )
    (tmp_path / "shop.patron").write_text(spec, encoding="utf-8")
    with patron.open_project(tmp_path, as_of="2026-05-31") as project:
        postcodes = project.query("members by geo.home_postcode for audience all_tracked_users")
        assert [tuple(row) for row in postcodes.rows] == [("80202", 2), ("80301", 2), ("81001", 1), (None, 3)]
        cells = project.query("geo.located for audience all_tracked_users")
        assert cells.state(0, 0) == "source missing"


def test_the_team(shop):
    """kim sold 25 to nobody too; one rating is hers, one her order's; max has sold nothing."""
    result = shop.figures("team")["Staff"].result
    names = [column.name for column in result.columns]
    kim = dict(zip(names, next(row for row in result.rows if row[0] == "kim"), strict=True))
    assert (kim["staff.counted_sales"], kim["total_orders"], kim["staff.customers_served"]) == (105, 3, 1)
    assert (kim["staff.average_rating"], kim["staff.ratings"]) == (3, 2)
    assert (kim["staff.hours"], kim["staff.sales_per_hour"]) == (8, Decimal("13.125"))
    lee = dict(zip(names, next(row for row in result.rows if row[0] == "lee"), strict=True))
    assert (lee["staff.average_rating"], lee["staff.ratings"], lee["staff.return_rate"]) == (None, 0, 0.5)


def test_the_card_comes_before_the_form(shop):
    """ann's card says 1990, her form 1999; bob has a form only."""
    ages = dict(row[:2] for row in shop.rows("members by customer, demographics.age"))
    assert (ages["ann"], ages["bob"], ages["dee"], ages["cid"]) == (36, 55, 22, None)
    assert shop.values("who_they_are", "demographics.known_age demographics.known_gender") == (5 / 8, 6 / 8)


def test_the_census_is_of_the_area(shop):
    """Two counts of 80301: the newer holds. Nobody's own age comes from it."""
    assert shop.shown("who_they_are", "Areas") == [
        ("80202", 80_000, 31, 2),
        ("80301", 90_000, 34, 2),
        ("81001", None, None, 1),
        (None, None, None, 3),
    ]


def test_ages(shop):
    """Members, share, average order, in the club, active, redeemed; the missing age is a row too."""
    assert shop.shown("ages", "Ages") == [
        ("18-24", 1, 1 / 8, 50, 0, 1, 1),
        ("25-34", 1, 1 / 8, 25, 0, 1, 1),
        ("35-44", 1, 1 / 8, 80, 1, 1, 0),
        ("55-64", 1, 1 / 8, 40, 1, 1, 1),
        ("65+", 1, 1 / 8, 200, 0, 1, 0),
        (None, 3, 3 / 8, None, 0, 0, 0),
    ]
    best = dict(row[:2] for row in shop.shown("ages", "Best products"))
    assert best == {"18-24": "Gum", "25-34": "Tea", "35-44": "Tea", "55-64": "Pipe", "65+": "Pipe"}


def test_each_category_divided_among_the_ages(shop):
    shares = {row[:2]: row[2] for row in shop.only("categories_by_age")}
    assert shares["Edibles", "18-24"] == about(60 / 100)
    assert shares["Drinks", "35-44"] == about(50 / 150)
    for category in ("Drinks", "Edibles", "Gear"):
        assert sum(share for (own, _), share in shares.items() if own == category) == about(1)


def test_categories_by_gender(shop):
    sales = {row[:2]: row[2] for row in shop.only("genders")}
    assert sales["Drinks", "F"] == 90
    assert sales["Gear", "other"] == 200
    assert sales["Drinks", None] == 40


def test_a_report_names_its_sources_and_what_is_known_of_people(shop):
    made = shop.report("sources").provenance
    assert made.people == 8
    assert {s.table for s in made.sources} >= {"customers", "orders", "census"}
    shares = {c.name: c.share for c in made.coverage}
    assert shares["customer.birth_date"] == 4 / 8
    assert shares["customer.gender"] == 6 / 8


# ---------------------------------------------------------------- lifecycle


def test_stages_of_the_small_shop(shop):
    """With few gaps the house gap is 90 days. hal: cadence 73.5 (root of 60 by 90), 181 days waited; ivy: 364 of 90."""
    stages = dict(shop.only("named_stages"))
    assert stages == {"New": 2, "Active": 3, "Absent": 1, "Gone": 1, "Prospect": 1}
    assert all(f.result is not None for f in shop.figures("lifecycle_tab").values())
    assert shop.values("won_back", "lifecycle.won_back lifecycle.won_back_customers") == (0, 0)
    assert shop.values("lifecycle_tab", "lifecycle.new_customers lifecycle.gone") == (7, 1)


def test_gone_is_shown_as_likely_gone(shop):
    """Readers see the preset's word; conditions and files keep the value."""
    result = shop.figures("named_stages")["Stages"].result
    kept = [row[0] for row in result.rows]
    read = [shown(row[0], "ok", result.columns[0]) for row in result.rows]
    assert [(k, r) for k, r in zip(kept, read, strict=True) if k != r] == [("Gone", "Likely gone")]


def test_gone_for_each_new_one(shop):
    """ivy bought once, on 1 June: she is gone three house gaps later, on 26 February."""
    names = "lifecycle.leaky_bucket lifecycle.gone lifecycle.new_customers"
    assert shop.values("bucket", names) == (about(1 / 7), 1, 7)
    days = [row[0] for row in shop.shown("bucket", "Day by day") if row[1]]
    assert days == [dt.date(2026, 2, 26)]


def test_stages_choose_people(shop):
    assert of(shop, "going") == {"hal"}
    assert of(shop, "likely_to_leave") == {"hal"}
    assert of(shop, "win_back_at_once") == set(), "ivy is gone for more than 90 days"
    assert shop.values("what_to_do", "lifecycle.leaky_bucket") == (about(1 / 7),)


def test_what_to_do_is_said_when_it_is_to_be_done(shop):
    """One turned Gone in February and nobody came; in all there were seven new ones for one who went."""
    said = [part.text for part in shop.report("what_to_do_of_february").parts if isinstance(part, Note)]
    assert [text.partition(":")[0] for text in said] == ["More customers go than come", "Fewer are active than before"]
    assert not any(isinstance(part, Note) for part in shop.report("what_to_do").parts)
