"""The page in a real browser: nothing is asked for, nothing complains, everything works by keyboard."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from patron.engine.contracts import ExportJob
from patron.engine.results import Result, Section
from patron.plugins.exporters import html as exporter

browsers = pytest.importorskip("playwright.sync_api")


@pytest.fixture
def visit(browser, tmp_path):
    """Opens a report's page and watches it; afterwards it must have been quiet."""
    seen = []
    contexts = []

    def open_page(report, width=1280, scheme="light"):
        (path,) = exporter.export(report, ExportJob(tmp_path, "page"))
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: seen.append(message.text))
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else seen.append(asked.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert seen == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_charts_are_drawn(sample, visit, scheme):
    page = visit(sample.rich(), scheme=scheme)
    places = page.locator("[data-chart]").count()
    assert page.locator("[data-chart] svg").count() == places > 8
    assert page.locator(".undrawn").count() == 0


def test_a_page_counts_as_loaded_when_its_charts_are_drawn(sample, visit):
    """So they are on what takes a picture of it or prints it as soon as it is loaded."""
    page = visit(sample.rich())
    assert page.evaluate("document.readyState") == "complete"
    assert page.evaluate("document.documentElement.dataset.charts") == "drawn"
    assert page.locator("iframe").count() == 0


def test_charts_are_drawn_in_a_frame_that_may_run_scripts_and_nothing_else(sample, browser, tmp_path):
    """As viewers of files show a page: it may touch no other document, and keeps nothing."""
    report = dataclasses.replace(sample.rich(), parts=(sample.daily(), sample.conversion_pie()))
    (path,) = exporter.export(report, ExportJob(tmp_path, "page"))
    outside = tmp_path / "outside.html"
    outside.write_text(f'<iframe sandbox="allow-scripts" src="{path.name}" width="900" height="700"></iframe>')
    page = browser.new_page()
    page.goto(outside.as_uri())
    inside = page.frame_locator("iframe")
    browsers.expect(inside.locator("html")).to_have_attribute("data-charts", "drawn", timeout=8000)
    assert inside.locator("[data-chart] svg").count() == 2
    page.close()


@pytest.mark.parametrize("width", [390, 700, 1280])
def test_charts_side_by_side_on_paper_are_drawn_for_half_of_it(sample, visit, width):
    """Whether they were so in the window or not: else their letters would be printed half as large."""
    page = visit(
        dataclasses.replace(sample.rich(), parts=(sample.daily(), sample.daily(), sample.several_lines())), width
    )
    widths = "[...document.querySelectorAll('svg.marks')].map(each => Number(each.getAttribute('width')))"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    one, other, *alone = page.evaluate(widths)
    assert 250 < one == other < 345
    assert all(600 < each < 690 for each in alone)


def test_hostile_texts_do_nothing(sample, visit):
    page = visit(sample.hostile())
    assert page.locator("[data-chart] svg").count() == page.locator("[data-chart]").count()
    for tab in page.locator("[role=tab]").all():
        tab.click()
    place = page.locator(".panel[data-open] [data-chart], [data-chart]").first
    place.hover(force=True)
    assert page.locator("main img").count() == 0


def test_tabs_go_by_arrow_keys(sample, visit):
    page = visit(sample.rich())
    page.locator("[role=tab]").first.focus()
    page.keyboard.press("ArrowRight")
    assert opened(page) == "Messages"
    assert page.locator("[role=tabpanel]:visible").count() == 1
    page.keyboard.press("End")
    assert opened(page) == "What is missing"


def opened(page):
    return page.locator("[role=tab][aria-selected=true]").inner_text()


def test_the_address_of_a_tab_is_its_name_and_the_way_back_leads_through_them(sample, visit):
    page = visit(sample.rich())
    page.locator("[role=tab]", has_text="What is missing").click()
    assert page.url.endswith("#what-is-missing")
    page.locator("[role=tab]", has_text="Messages").click()
    page.keyboard.press("ArrowRight")
    there = page.url
    page.go_back()
    browsers.expect(page.locator("[role=tab][aria-selected=true]")).to_have_text("What is missing")
    page.go_back()
    browsers.expect(page.locator("[role=tab][aria-selected=true]")).to_have_text(
        page.locator("[role=tab]").first.inner_text()
    )
    page.goto(there)
    assert opened(page) not in ("Messages", page.locator("[role=tab]").first.inner_text())


def test_an_address_of_other_letters_opens_its_tab(sample, visit):
    tabs = tuple(Section(title, (sample.products(),), tab=True) for title in ("銷售", "會員 / 活動"))
    page = visit(dataclasses.replace(sample.rich(), parts=tabs))
    page.locator("[role=tab]").nth(1).click()
    page.reload()
    assert opened(page) == "會員 / 活動"
    page.goto(page.url.partition("#")[0] + "#%E0%A4%A")  # no address at all
    assert opened(page) in ("銷售", "會員 / 活動")


def cells(page, column):
    return page.locator(f".kind-table tbody tr:not(.sum) td:nth-child({column})").all_inner_texts()


def test_rows_are_sorted_by_value_filtered_and_paged(sample, visit):
    page = visit(dataclasses.replace(sample.rich(), parts=(sample.activities(), sample.channels())))
    page.locator(".kind-table thead th:nth-child(4) button").click()
    sent = [int(text.replace(",", "")) for text in cells(page, 4)]
    assert sent == sorted(sent, reverse=True)
    assert len(sent) == 25
    page.locator(".kind-table [data-do=next]").click()
    assert int(cells(page, 4)[0].replace(",", "")) <= sent[-1]
    page.locator(".kind-table .find").fill("birthday")
    assert all("Birthday" in name for name in cells(page, 2))
    assert page.locator(".kind-table .sum").count() == 0
    page.locator(".kind-table .find").fill("nobody")
    assert page.locator(".no-match").count() == 1


def test_pointing_at_a_day_tells_its_numbers(sample, visit):
    page = visit(dataclasses.replace(sample.rich(), parts=(sample.daily(),)))
    page.locator("[data-chart]").hover(position={"x": 500, "y": 100})
    page.wait_for_selector("#tip:visible")
    assert "before" in page.locator("#tip").inner_text()


def test_nothing_on_an_axis_of_thousands_is_no_thousand(sample, visit):
    days = [(dt.date(2026, 4, n), Decimal(10_000 * n)) for n in range(1, 9)]
    day = dataclasses.replace(sample.dim("day", "Day", sample.DATE), time="day")
    result = Result((day, sample.SALES), tuple(days))
    page = visit(dataclasses.replace(sample.rich(), parts=(sample.figure("line", "Sales", result),)))
    told = page.locator("[data-chart] svg text").all_text_contents()
    assert "$0" in told
    assert "$80k" in told
    assert "$0k" not in told


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_is_wider_than_the_window(sample, visit, width):
    page = visit(sample.hostile(), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_opened_is_not_wider_than_the_window_either(sample, visit, width):
    """A query has long lines, which are scrolled by themselves."""
    wide = "SELECT " + " + ".join(f"a_column_of_many_{n}" for n in range(60))
    parts = [dataclasses.replace(each, sql=wide) for each in (sample.products(), sample.channels(), sample.cards())]
    page = visit(dataclasses.replace(sample.rich(), parts=tuple(parts)), width=width)
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    browsers.expect(page.locator("details[open] .sql code").first).to_contain_text("a_column_of_many_59")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_matrix_of_very_many_rows_is_scrolled_by_itself_and_printed_whole(sample, visit):
    rows = [(f"Category {n}", age, Decimal(n)) for n in range(300) for age in ("18-24", "25-34")]
    result = Result((sample.dim("c", "Category"), sample.dim("a", "Age"), sample.SALES), tuple(rows))
    page = visit(dataclasses.replace(sample.rich(), parts=(sample.figure("matrix", "Categories by age", result),)))
    box = page.locator(".scroll:has(.matrix)")
    assert box.bounding_box()["height"] <= 640
    box.evaluate("e => e.scrollTo(0, 5000)")
    browsers.expect(page.locator(".matrix .across").first).to_be_in_viewport()
    page.emulate_media(media="print")
    assert box.bounding_box()["height"] > 5000


def test_the_theme_can_be_turned(sample, visit):
    page = visit(sample.rich())
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-do=theme]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


@pytest.mark.parametrize("until, late", [(dt.datetime(2020, 1, 1), True), (dt.datetime(9000, 1, 1), False)])
def test_a_page_says_when_it_is_out_of_date(sample, visit, until, late):
    report = sample.rich()
    source = dataclasses.replace(report.provenance, fresh_until=until.replace(tzinfo=dt.UTC))
    page = visit(dataclasses.replace(report, provenance=source))
    assert page.locator(".late").is_visible() == late


def test_all_tabs_are_printed(sample, visit):
    page = visit(sample.rich())
    page.emulate_media(media="print")
    assert page.locator("[role=tabpanel]:visible").count() == page.locator("[role=tab]").count()
    assert page.locator(".panel-title:visible").all_inner_texts()[0] == "Key numbers"


@pytest.mark.parametrize("width", [360, 390, 900, 1280])
def test_no_number_of_a_card_is_broken_or_cut(sample, visit, width):
    """Sizes of up to £99,999,999,999,999.00, the longest money there is."""
    page = visit(sample.long_numbers(), width=width)
    values = page.locator(".card-value").all()
    assert len(values) > 10
    for value in values:
        wide, shown, high, line = value.evaluate(
            "e => [e.scrollWidth, e.clientWidth, e.clientHeight, parseFloat(getComputedStyle(e).lineHeight)]"
        )
        assert wide <= shown, value.inner_text()
        assert high <= line * 1.5


def test_the_query_is_shown_to_who_opens_it(sample, visit):
    page = visit(dataclasses.replace(sample.rich(), parts=(sample.products(), sample.channels())))
    assert page.locator(".sql code").all_text_contents() == ["", ""]
    page.locator("details:has(.sql) > summary").first.click()
    browsers.expect(page.locator("details[open] .sql code").first).to_contain_text("SEMI JOIN")
    assert page.locator(".sql code").last.text_content() == ""


def test_a_table_without_tools_is_copied_too(sample, visit):
    page = visit(dataclasses.replace(sample.rich(), parts=(sample.products(),)))
    page.evaluate("window.patronCopy = (text) => { window.kept = text; }")
    page.locator("[data-copy]").click()
    first, second, *_ = page.evaluate("window.kept").split("\n")
    assert first.split("\t")[:3] == ["Product", "Units", "Units before"]
    assert second.split("\t")[4:6] == ["9360.00", "8400.00"]
