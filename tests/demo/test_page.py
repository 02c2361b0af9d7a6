"""The demo's report as a reader meets it in a browser: small, soon there, quiet, and whole on paper."""

from importlib.resources import files

import pytest

from patron import open_project
from patron.engine.contracts import ExportJob
from patron.plugins.exporters import html as exporter

browsers = pytest.importorskip("playwright.sync_api")
judge = pytest.importorskip("axe_playwright_python")
pdfium = pytest.importorskip("pypdfium2")

SERIOUS = """axe.run(document, {{{rules} resultTypes: ['violations']}}).then(found => found.violations
  .filter(each => ['serious', 'critical'].includes(each.impact)).map(each => each.id + ': ' + each.nodes[0].html))"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@pytest.fixture(scope="module")
def path(shop, tmp_path_factory):
    with open_project(shop) as project:
        report = project.report("overview")
    return exporter.export(report, ExportJob(tmp_path_factory.mktemp("page"), "overview"))[0]


@pytest.fixture(scope="module")
def visit(path, browser):
    """Opens the page and watches it; afterwards it must have been quiet and have asked for nothing."""
    seen, contexts = [], []

    def open_page(**more):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **more})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: seen.append(message.text))
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else seen.append(asked.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-charts=drawn]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert seen == []


@pytest.fixture(scope="module")
def desk(visit):
    """The page on a desk, for tests that need no fresh one."""
    return visit(permissions=["clipboard-read", "clipboard-write"])


def open_tab(page):
    return page.locator("[role=tab][aria-selected=true]").inner_text()


def test_it_is_small(path):
    assert path.stat().st_size <= 1_500_000


def test_something_is_seen_within_a_second(visit):
    """In the best of some tries: what else the machine does only adds."""
    assert min(visit().evaluate(PAINTED) for _ in range(5)) < 1000


def test_every_chart_of_every_tab_is_drawn(desk):
    page = desk
    assert page.locator("[data-chart]").count() == page.locator("[data-chart] svg").count() > 15
    assert page.locator(".undrawn").count() == 0


ALL_OPEN = "document.querySelectorAll('.panel').forEach(each => each.setAttribute('data-open', ''))"


def test_no_tab_is_wider_than_the_window(visit):
    page = visit()
    page.evaluate(ALL_OPEN)
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_table_of_many_columns_fits_a_desk(desk):
    """Its heads take several lines before it has to be scrolled."""
    desk.locator("[role=tab]", has_text="Marketing").click()
    table = desk.locator("figure", has=desk.locator("h3", has_text="Campaigns")).locator(".scroll").first
    assert table.locator("th").count() > 10
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")


def test_nothing_serious_is_in_the_way_in_any_tab(visit):
    page = visit(bypass_csp=True)
    page.evaluate((files(judge) / "axe.min.js").read_text(encoding="utf-8"))
    page.evaluate(ALL_OPEN)
    assert page.evaluate(SERIOUS.format(rules="")) == []
    page.locator("[data-do=theme]").click()
    assert page.evaluate(SERIOUS.format(rules="runOnly: ['color-contrast'],")) == []


def test_the_whole_report_is_reached_without_a_mouse(visit):
    """The skip link, the tabs by arrows, a figure's definition by Enter, a column sorted by Enter."""
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "report"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tab"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    opened = open_tab(page)
    assert opened == page.evaluate("document.activeElement.textContent")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "sort":
            break
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('th').ariaSort") in ("ascending", "descending")
    page.locator(".panel[data-open] summary", has_text="How this is counted").first.focus()
    page.keyboard.press("Enter")
    assert page.locator(".panel[data-open] .how:visible").count() == 1


def test_a_tile_of_the_overview_leads_to_its_tab_and_the_address_keeps_it(desk):
    page = desk
    page.locator("[role=tab]").first.click()
    tile = page.locator(".tile a").nth(2)
    wanted = tile.inner_text()
    tile.click()
    browsers.expect(page.locator("[role=tab][aria-selected=true]")).to_have_text(wanted)
    page.reload()
    browsers.expect(page.locator("[role=tab][aria-selected=true]")).to_have_text(wanted)


def test_rows_are_copied_as_a_spreadsheet_takes_them(desk):
    page = desk
    page.locator("[role=tab]", has_text="Staff").click()
    page.locator(".panel[data-open] [data-copy], .panel[data-open] [data-do=copy-rows]").first.click()
    browsers.expect(page.locator("#said")).not_to_be_empty()
    head, *rows = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(rows) > 3
    assert {line.count("\t") for line in rows} == {head.count("\t")}
    assert all("$" not in line for line in rows)


def test_the_theme_stays_as_it_was_turned(desk):
    page = desk
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.locator("[data-do=theme]").click()
    dark = page.evaluate(colour)
    page.reload()
    assert light != dark == page.evaluate(colour)


def test_on_paper_every_tab_begins_a_page(visit):
    page = visit()
    names = page.locator("[role=tab]").all_inner_texts()
    sheets = [sheet.get_textpage() for sheet in pdfium.PdfDocument(page.pdf(format="A4"))]
    assert [name for name in names[1:] if not any(begins(sheet, name) for sheet in sheets)] == []


def begins(sheet, name):
    """Whether a page has these words at its top."""
    found = sheet.search(name, match_case=True, match_whole_word=True).get_next()
    return found is not None and sheet.get_charbox(found[0])[3] > 780  # of the 842 points of A4
