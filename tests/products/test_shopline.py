"""SHOPLINE customer group analytics over a shop whose numbers were counted by hand; `shop/data` holds its rows."""

import datetime as dt

import pytest

import patron
from patron.engine.results import PENDING, Section
from patron.engine.runtime.errors import SpecError
from tests.products.conftest import TAKEN

SIX = (5, 510, 8, 5 / 6, 270, 6)
"""Shoppers, sales, orders, conversion, attributed sales and orders of the last 30 days."""


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


# ---------------------------------------------------------------- list condition


def test_the_count_of_a_list_is_frozen(shop):
    """Six were taken; one was erased since, whom an audience no longer has."""
    assert shop.shown("count_of_list", "Count, Erased since") == [(6, 1)]
    assert shop.shown("count_of_list", "Members") == [(6,)]
    assert shop.row("members for audience neighbours") == (5,)
    assert shop.row("conversion for list spring during last 30 days") == (pytest.approx(5 / 6),)
    assert shop.rows("members for each list spring, renamed") == [("spring", 6), ("renamed", 6), ("all", 6)]
    assert shop.row("members for list spring compare to audience neighbours") == (6, 5, pytest.approx(1 / 5))


def test_facts_of_a_list(shop):
    assert shop.only("made") == [(TAKEN,)]


def test_a_section_is_folded(shop):
    (section,) = shop.report("folded").parts
    assert isinstance(section, Section)
    assert section.collapsed
    assert shop.only("folded") == [(6,)]


def test_a_title_is_not_the_name(shop):
    """Both lists were taken of the same people at the same moment."""
    assert shop.only("title_of_list") == [("Spring, renamed",)]
    sales = [shop.row(f"total_sales for list {name} during last 30 days") for name in ("renamed", "spring")]
    assert sales == [(510,), (510,)]


def test_a_report_tells_how_new_its_sources_are(shop):
    sources = {source.table: source for source in shop.report("hourly").provenance.sources}
    assert sources["orders"].rows == 18
    assert all(source.newest is not None for source in sources.values())


# ---------------------------------------------------------------- range


def test_the_range_is_a_parameter(shop):
    assert shop.only("chosen_days") == [(510,)]
    earlier = shop.project.report("chosen_days", **{"from": dt.date(2026, 4, 2), "to": dt.date(2026, 5, 1)})
    assert earlier.parts[0].result.rows[0][0] == 50


def refused(shop, period):
    with pytest.raises(SpecError) as raised:
        shop.project.query(f"total_sales for list spring during {period}")
    return [problem.code for problem in raised.value.problems]


def test_ninety_days_are_enough(shop):
    assert shop.row("total_sales for list spring during 2026-03-03 to 2026-05-31") == (660,), "90 dates"
    assert refused(shop, "2026-03-02 to 2026-05-31") == ["P0503"], "91 dates"


def test_sixty_days_before_and_no_more(shop):
    """Taken on 1 April: from 31 January to 28 September."""
    assert shop.row("total_sales for list spring during 2026-01-31 to 2026-02-28") == (0,)
    assert refused(shop, "2026-01-30 to 2026-02-28") == ["P0504"]
    assert refused(shop, "2026-09-01 to 2026-09-29") == ["P0504"]


def test_an_expired_list_earns_nothing_new(shop, folder):
    """180 days and an hour later: what was earned stays."""
    with patron.open_project(folder, as_of="2026-09-28T10:00") as later:
        (facts,) = (f for f in later.list_facts() if f.name == "spring")
        assert (facts.state, facts.expires_at) == ("expired", at("2026-09-28T09:00"))
        (row,) = later.query("attributed_sales for list spring during 2026-05-02 to 2026-05-31").rows
        assert row[0] == 270


# ---------------------------------------------------------------- key numbers


def test_returns_over_the_counter_are_out_and_online_ones_stay(shop):
    """Left out: the canceled order, the sale returned to the counter and its return document."""
    assert shop.row("valid_orders, left_out_orders") == (15, 3)
    assert shop.row('total_sales where customer.id is "cid"') == (50,), "40 returned online and 10"


def test_key_numbers(shop):
    """The order in two parts is two orders, on the day of the first."""
    names = "shoppers_of_list sales_of_list orders_of_list conversion_of_list".split()
    assert [shop.only(name)[0][0] for name in names] == [5, 510, 8, pytest.approx(5 / 6)]
    by_day = dict(shop.rows("total_orders by day for list spring during last 30 days"))
    assert (by_day[dt.date(2026, 5, 20)], by_day[dt.date(2026, 5, 27)]) == (2, 0)


def test_attributed_to_marketing(shop):
    """Clicked themselves, bought while the list lived: ann 80, bob 60 and 20, cid 10, dee 60 and 40."""
    assert shop.only("marketing_of_list") == [(270, 6)]


def test_a_cancellation_changes_the_day_of_the_order(shop):
    """100 of 30 April, canceled on 5 May."""
    assert shop.only("april") == [(100,)]
    assert shop.row("total_sales for list spring during 2026-04-30") == (0,)
    assert shop.row("total_sales for list spring during 2026-05-05") == (0,)


def test_a_list_that_was_not_taken_is_pending(shop):
    (figure,) = shop.figures("waiting").values()
    assert figure.result.rows[0] == (None,)
    assert figure.result.state(0, 0) == PENDING
    assert any("`patron lists take not_yet`" in note for note in shop.report("waiting").notes)


# ---------------------------------------------------------------- what counts as marketing


def test_categories_are_data(shop):
    assert shop.only("activity_types") == [("Email broadcast", 1), ("SMS broadcast", 1), ("Send coupon", 2)]
    assert shop.row("link_sales for list spring during last 30 days") == (260,), "without cid's 10 by SMS"


def test_a_link_that_was_handed_on_earns_nothing(shop):
    """eve clicked dee's link and bought for 200: nothing for eve, and nothing for dee by that click."""
    earned = dict(shop.rows("by_hand_sales by customer for list spring during last 30 days"))
    assert earned == {"ann": 80, "bob": 80, "cid": 10, "dee": 100}
    assert shop.rows("by_hand_sales by campaign.name for list spring during last 30 days") == [
        ("Flash", 10), ("Gift", 180), ("Spring", 80),
    ]  # fmt: skip


def test_without_a_click_nothing_is_earned(shop):
    """cid's message was delivered, and the order of the next day had no click before it."""
    assert "o06" not in dict(shop.rows("clicked_sales by order for list spring during last 30 days"))


def test_attributed_and_performed(shop):
    """bob clicked, left, and came back another way: attributed, no performance. cid and dee bought in their visit."""
    assert shop.row("attributed_sales, performed_sales for list spring during last 30 days") == (270, 70)
    assert dict(shop.rows("performed_sales by customer for list spring")) == {"cid": 10, "dee": 60}


def test_visits_are_the_sources(shop):
    assert shop.only("visits_by_source") == [("email", 5), ("facebook", 1), ("search", 2), ("sms", 1)]


# ---------------------------------------------------------------- day by day


def test_every_day_has_a_row(shop):
    rows = shop.only("daily")
    assert [row[0] for row in rows] == [dt.date(2026, 5, 2) + dt.timedelta(days=n) for n in range(30)]
    assert sum(row[1] for row in rows) == 510
    assert rows[0][1] == 0


def test_the_days_before_are_aligned_by_position(shop):
    """10 April is the ninth day before, as 10 May is the ninth of the period."""
    rows = {row[0]: row for row in shop.only("two_months")}
    assert rows[dt.date(2026, 5, 10)] == (dt.date(2026, 5, 10), 80, 50, pytest.approx(0.6))
    assert sum(row[2] for row in rows.values()) == 50


def test_activities_of_the_list_are_marked(shop):
    """Winter was for nobody's list, Nudge was not sent."""
    (figure,) = shop.figures("marked").values()
    assert [(mark.on, mark.names) for mark in figure.marks] == [
        (dt.date(2026, 4, 3), ("Points",)),
        (dt.date(2026, 4, 29), ("Gift",)),
        (dt.date(2026, 5, 1), ("Spring",)),
        (dt.date(2026, 5, 9), ("Flash",)),
        (dt.date(2026, 5, 20), ("Credits",)),
    ]


def test_the_pie_is_whole(shop):
    (figure,) = shop.figures("who_bought").values()
    assert figure.rest == "Did not order"
    assert figure.result.rows == ((pytest.approx(5 / 6),),)


# ---------------------------------------------------------------- exports


def test_both_exports_are_made(shop, folder):
    with patron.open_project(folder, as_of="2026-05-31") as project:
        (made,) = project.run(["performance_of_spring"])
    assert made.skipped == ()
    names = {file.name for file in made.files}
    assert {"List_Performance_Report-indicators.csv", "List_Performance_Report-activities.csv"} <= names
    assert any(name.startswith("Order_Detail_Report") for name in names)
    (six,) = shop.shown("performance_of_spring", "Indicators")
    assert six[::3] == pytest.approx(SIX)
    assert six[1::3] == pytest.approx((1, 50, 1, 1 / 6, 0, 0))


def test_what_is_to_come_is_a_part_of_the_preset(shop):
    """The shop is too small to learn from, and the page says so."""
    sections = [part for part in shop.report("performance_of_spring").parts if isinstance(part, Section)]
    assert [section.title for section in sections][-1] == "Predictive analytics"
    (line,) = shop.shown("performance_of_spring", "What is to come")
    assert line == (None,) * 5


def test_orders_with_what_they_are_attributed_to(shop):
    found = shop.project.detail("details_of_spring", "order_details")
    names = [column.name for column in found.columns]
    wanted = [names.index(n) for n in ("order", "value", "attributed_category", "attributed_name")]
    rows = [tuple(row[n] for n in wanted) for row in found.rows if row[names.index("status")] != "canceled"]
    attributed = [row for row in rows if row[2] is not None]
    assert attributed == [
        ("o03", 80, "Email broadcast", "Spring"),
        ("o05", 60, "Send coupon", "Gift"),
        ("o15", 20, "Send coupon", "Gift"),
        ("o16", 10, "SMS broadcast", "Flash"),
        ("o09", 60, "Send coupon", "Gift"),
        ("o10", 40, "Send coupon", "Gift"),
    ]
    assert [row[0] for row in rows if row[2] is None] == ["o06", "o07", "o08", "o11"]
    assert shop.only("attributed_details") == [
        ("Email broadcast", "Spring", 1), ("SMS broadcast", "Flash", 1), ("Send coupon", "Gift", 4),
    ]  # fmt: skip


# ---------------------------------------------------------------- activities


def test_the_list_of_activities(shop):
    """What was not sent is there too; what was made for no list or another one is not."""
    assert [row[:3] + row[5:] for row in shop.only("activity_list")] == [
        ("Add credits", "Credits", "sent", None),
        ("Add points", "Points", "sent", None),
        ("Email broadcast", "Spring", "sent", 4),
        ("SMS broadcast", "Flash", "sent", 2),
        ("Send coupon", "Gift", "sent", 3),
        ("SmartPush", "Nudge", "scheduled", 0),
    ]
    assert shop.only("sent_to") == [("Flash", 2), ("Gift", 3), ("Spring", 4)]


def test_activity_performance(shop):
    """Flash: cid bought in the visit of the click, and redeemed points. Gift: dee did, with its very coupon."""
    clicked = dict(shop.only("clicked_by"))
    assert (clicked["Flash"], clicked["Gift"], clicked["Spring"]) == (1, 2, 1), "no machine, no link handed on"
    assert shop.only("placed_by") == [("Flash", 1), ("Gift", 1)]
    assert shop.only("placed_with") == [("Flash", 1, 0)]
    assert shop.only("placed_with_its_coupon") == [("Gift", "SAVE", 1)]


def test_not_tracked_is_not_nothing(shop):
    """Points was sent before its tracking began, Credits by SMS where only e-mail is tracked; Nudge was not sent."""
    (figure,) = shop.figures("tracking").values()
    states = {row[0]: (row[3], figure.result.state(n, 3)) for n, row in enumerate(figure.result.rows)}
    assert states["Points"] == states["Credits"] == (None, "not tracked")
    assert (states["Nudge"], states["Gift"]) == ((0, "ok"), (2, "ok"))
    by_people = shop.project.query("conversions.sent, conversions.clicked by campaign.category")
    assert ("Add credits", 1, None) in [tuple(row) for row in by_people.rows], "what is known is shown"
    assert shop.row('conversions.clicked where campaign.category is "Add credits"') == (0,), "no row of a campaign"


def test_broadcasts(shop):
    """Of five messages of Spring four arrived; Flash has no messages of its own, only what was received."""
    rows = {row[0]: row[1:] for row in shop.only("broadcasts")}
    assert rows["Spring"] == (4, 0.8, 0, 1, 0.25)
    assert rows["Flash"] == (2, None, 1, 1, 0.5)


def test_what_was_not_sent_has_no_time(shop):
    assert shop.only("automatic") == [("Nudge", "scheduled", at("2026-06-10T08:00"), None, 0)]


def test_steps_grow_smaller(shop):
    assert shop.only("steps") == [(5, 4, 2, 1)]
    (figure,) = shop.figures("steps").values()
    assert figure.notes == ()


def test_a_step_that_grows_is_told(shop):
    """Five bought after an action, three clicked."""
    assert shop.figures("messaging")["From message to order"].notes == (
        '"Clicked" (3) is larger than the step before it (1).',
        '"People who converted" (5) is larger than the step before it (3).',
    )
