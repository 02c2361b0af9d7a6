"""Maps: cells on outlines that come with Patron, cut to what is seen, closer and farther."""

import dataclasses
import json
import random

import pytest

pytest.importorskip("jinja2")
html5lib = pytest.importorskip("html5lib")

from patron.engine import results as r  # noqa: E402
from patron.engine.contracts import ExportJob  # noqa: E402
from patron.engine.report.reader import Reader  # noqa: E402
from patron.plugins.exporters import html as exporter  # noqa: E402
from patron.plugins.exporters.html.charts.heatmap import heatmap  # noqa: E402
from patron.plugins.exporters.html.desk import Desk  # noqa: E402
from patron.plugins.exporters.html.ground import Box, ground  # noqa: E402
from patron.plugins.exporters.html.words import page_words  # noqa: E402

DENVER = Box(-105.4, 39.4, -104.5, 40.2)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_of_the_ground_lies_outside_the_view(seed):
    chance = random.Random(seed)
    west, south = chance.uniform(-125, -70), chance.uniform(25, 48)
    box = Box(west, south, west + chance.uniform(0.2, 30), south + chance.uniform(0.2, 20))
    found = ground(box)
    points = [point for line in (*found.thin, *found.thick) for point in line]
    points += [town.at for town in found.towns]
    assert all(box.west - 1e-9 <= x <= box.east + 1e-9 and box.south - 1e-9 <= y <= box.north + 1e-9 for x, y in points)
    assert all(len(line) > 1 for line in (*found.thin, *found.thick))


def test_near_by_there_are_counties_and_towns_and_far_away_countries():
    near, far = ground(DENVER), ground(Box(-10, 35, 30, 60))
    assert near.thin
    assert near.towns[0].name == "Denver"
    assert far.thick
    assert not far.thin
    assert not far.towns


def drawn(sample, figure):
    desk = Desk(Reader(smallest_group=10), page_words("en"))
    chart = heatmap(figure, figure.result, desk)
    return chart, desk.charts[chart.panels[0].id]


def test_cells_of_few_people_are_hidden(sample):
    made = sample.places().result
    hidden = dataclasses.replace(made, states={(0, 1): r.SUPPRESSED})
    chart, spec = drawn(sample, sample.figure("heatmap", "Where", hidden))
    cells = next(layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "rect")
    assert chart.kind == "map"
    assert len(cells) == len(made.rows)
    assert [cell["c"] == "var(--h-none)" for cell in cells] == [n == 0 for n in range(len(cells))]
    assert cells[0]["tip"][1][1] == "hidden: fewer than 10 people"
    assert str(made.rows[0][1]) not in json.dumps(cells[0])


def test_a_map_says_whose_names_it_shows(sample):
    chart, spec = drawn(sample, sample.places())
    assert "GeoNames" in chart.remarks[0]
    assert "Denver" in json.dumps(spec)


def test_a_country_without_an_outline_of_its_own_is_drawn_too(sample):
    columns = sample.places().result.columns
    taipei = r.Result(columns, (("25.0,121.5", 30), ("25.1,121.5", 12)))
    chart, spec = drawn(sample, sample.figure("heatmap", "Where", taipei))
    assert chart.remarks == ()
    assert len(next(layer["data"]["values"] for layer in spec["layer"] if layer["mark"]["type"] == "rect")) == 2


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def map_page(sample, tmp_path_factory, browser):
    report = dataclasses.replace(sample.rich(), parts=(sample.places(),))
    (path,) = exporter.export(report, ExportJob(tmp_path_factory.mktemp("map"), "page"))
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-charts=drawn]")
    yield page
    page.close()


def seen(page):
    return [float(n) for n in page.locator(".map svg").first.get_attribute("viewBox").split()]


def test_closer_farther_and_whole_by_buttons_and_keys(map_page):
    page, whole = map_page, seen(map_page)
    assert page.locator("[data-zoom=farther]").is_disabled()
    page.locator("[data-zoom=closer]").click()
    assert seen(page)[2] == pytest.approx(whole[2] / 1.6)
    page.locator(".map").focus()
    page.keyboard.press("ArrowLeft")
    assert seen(page)[0] < whole[2] * (1 - 1 / 1.6) / 2
    page.keyboard.press("+")
    assert seen(page)[2] == pytest.approx(whole[2] / 1.6**2)
    page.keyboard.press("0")
    assert seen(page) == pytest.approx(whole)


def test_a_closer_map_is_dragged(map_page):
    page = map_page
    page.keyboard.press("0")
    page.locator(".map").dblclick(position={"x": 300, "y": 150})
    before = seen(page)
    page.mouse.move(300, 300)
    page.mouse.down()
    page.mouse.move(360, 300, steps=3)
    page.mouse.up()
    assert seen(page)[0] < before[0]
    assert seen(page)[1] == pytest.approx(before[1])


def test_a_double_click_comes_closer_and_marks_no_name(map_page):
    page = map_page
    page.locator(".map").focus()
    page.keyboard.press("0")
    whole = seen(page)
    name = page.locator(".map text").first.bounding_box()
    page.mouse.dblclick(name["x"] + name["width"] / 2, name["y"] + name["height"] / 2)
    assert seen(page)[2] == pytest.approx(whole[2] / 1.6)
    assert page.evaluate("getSelection().toString()") == ""


def test_letters_keep_their_size_when_the_map_comes_closer(map_page):
    page = map_page
    size = "parseFloat(getComputedStyle(document.querySelector('.map text')).fontSize)"
    page.locator("[data-zoom=whole]").click() if page.locator("[data-zoom=whole]").is_enabled() else None
    before = page.evaluate(size)
    page.locator("[data-zoom=closer]").click()
    assert page.evaluate(size) == pytest.approx(before / 1.6, rel=0.01)
