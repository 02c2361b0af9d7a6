"""How a page is laid out: the overview, sides beside each other, notes told once, what stands along an axis."""

import dataclasses
import datetime as dt

import pytest

pytest.importorskip("jinja2")
html5lib = pytest.importorskip("html5lib")

from patron.engine import results as r  # noqa: E402
from patron.engine.contracts import ExportJob  # noqa: E402
from patron.engine.report.reader import Reader  # noqa: E402
from patron.engine.types import Type  # noqa: E402
from patron.plugins.exporters import html as exporter  # noqa: E402
from patron.plugins.exporters.html.charts.bar import bar  # noqa: E402
from patron.plugins.exporters.html.charts.heatmap import heatmap  # noqa: E402
from patron.plugins.exporters.html.charts.line import line  # noqa: E402
from patron.plugins.exporters.html.desk import Desk  # noqa: E402
from patron.plugins.exporters.html.shape import heads, order  # noqa: E402
from patron.plugins.exporters.html.words import page_words  # noqa: E402


@pytest.fixture
def page(sample, tmp_path):
    """A page of these parts as the tree of its elements."""

    def make(*parts):
        report = dataclasses.replace(sample.rich(), parts=parts, notes=())
        (path,) = exporter.export(report, ExportJob(tmp_path, "page"))
        return html5lib.HTMLParser(namespaceHTMLElements=False).parse(path.read_text(encoding="utf-8"))

    return make


def words(element):
    return " ".join("".join(element.itertext()).split())


def of_class(tree, name):
    return [e for e in tree.iter() if isinstance(e.tag, str) and name in e.attrib.get("class", "").split()]


def of_tag(tree, name):
    return [e for e in tree.iter() if e.tag == name]


def tabs(*parts):
    return [r.Section(f"Tab {n}", inner, tab=True) for n, inner in enumerate(parts, 1)]


# ---------------------------------------------------------------- overview


def test_several_tabs_begin_with_an_overview_that_leads_to_each(sample, page):
    tree = page(*tabs((sample.cards(),), (sample.products(),), (sample.channels(), sample.cards())))
    names = {e.attrib["aria-controls"]: words(e) for e in tree.iter() if e.attrib.get("role") == "tab"}
    assert list(names.values()) == ["Overview", "Tab 1", "Tab 2", "Tab 3"]
    tiles = of_class(tree, "tile")
    assert [names[of_tag(tile, "a")[0].attrib["href"][1:]] for tile in tiles] == ["Tab 1", "Tab 3", "Tab 2"]
    assert [len(of_class(tile, "card")) for tile in tiles] == [4, 4, 0]
    assert "Best products" in words(tiles[2])


def test_a_number_alone_is_shown_small_in_the_overview(sample, page):
    one = sample.metric("members", "Members", sample.WHOLE, "number")
    alone = sample.figure("card", "Members", r.Result((one,), ((93,),)))
    tree = page(*tabs((sample.cards(),), (alone,), (sample.cards(),), (sample.products(),)))
    large, small = of_class(tree, "tiles")
    assert [len(of_class(tile, "card")) for tile in of_class(large, "tile")] == [4, 4]
    assert [len(of_class(tile, "card")) for tile in of_class(small, "tile")] == [1, 0]


def test_addresses_of_tabs_tell_their_titles_and_are_all_different(sample, page):
    titles = ("The shop", "Ünïcode & 商店", "the  SHOP!", "Report", "f1", "???")
    tree = page(*(r.Section(title, (sample.products(), sample.channels()), tab=True) for title in titles))
    names = [e.attrib["aria-controls"] for e in tree.iter() if e.attrib.get("role") == "tab"]
    assert names == ["the-shop", "ünïcode-商店", "the-shop-2", "tab-report", "tab-f1", "tab"]
    ids = [e.attrib["id"] for e in tree.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))


def test_a_tab_keeps_its_address_when_another_is_added(sample, page):
    def address(*all_tabs):
        tree = page(*all_tabs)
        return next(
            e.attrib["aria-controls"] for e in tree.iter() if words(e) == "Sales" and "aria-controls" in e.attrib
        )

    sales = r.Section("Sales", (sample.products(),), tab=True)
    other = r.Section("People", (sample.products(), r.Section("Sales", (sample.channels(),), tab=True)), tab=True)
    assert address(sales, other) == address(other, sales) == address(sales) == "sales"


def test_a_tile_shows_numbers_of_the_period_of_the_report_before_others(sample, page):
    """Those of all time beside those of a month read like ones of the month."""
    always = dataclasses.replace(sample.cards(), title="All time", period="all time", comparison="")
    of_some = dataclasses.replace(always, subject="VIPs")
    tree = page(*tabs((always, sample.cards()), (always,), (of_some, always)))
    now, ever, some = of_class(tree, "tile")
    assert not of_class(now, "tile-said")
    assert words(of_class(ever, "tile-said")[0]) == "all time"
    assert words(of_class(some, "tile-said")[0]) == "VIPs · all time"


def test_an_overview_says_once_what_is_to_be_known_of_its_numbers(sample, page):
    note = "18 orders without a customer are left out (of 20)"
    cards = dataclasses.replace(sample.cards(), notes=(note,))
    tree = page(*tabs((cards,), (cards,), (dataclasses.replace(sample.channels(), notes=("of a chart",)),)))
    panel = of_class(tree, "panel")[0]
    assert of_class(panel, "tile")
    assert (words(panel).count(note), words(panel).count("of a chart")) == (1, 0)


def test_what_cannot_be_learned_is_one_panel_with_the_reasons(sample, page):
    reasons = ("28 days of history, 180 are needed (gate_days)",)
    bare = sample.channels()
    empty = dataclasses.replace(bare, result=dataclasses.replace(bare.result, rows=(), states={}, short=reasons))
    tree = page(empty, sample.cards())
    (panel,) = of_class(tree, "waiting")
    assert "28 days of history, 180 are needed (gate_days)." in words(panel)
    assert not of_class(tree, "empty")


def test_an_overview_of_the_author_is_enough(sample, page):
    mine = r.Section("overview", (sample.cards(),), tab=True)
    tree = page(mine, *tabs((sample.cards(),), (sample.cards(),)))
    assert not of_class(tree, "tile")


def test_figures_before_the_tabs_are_the_overview(sample, page):
    tree = page(r.Note("A word."), sample.cards(), *tabs((sample.cards(),), (sample.cards(),), (sample.cards(),)))
    assert not of_class(tree, "tile")
    assert of_class(page(r.Note("A word."), *tabs(*[(sample.cards(),)] * 3)), "tile")


@pytest.mark.parametrize("kinds", [["cards", "cards"], ["cards", "products", "products"]])
def test_few_tabs_or_numbers_need_no_overview(sample, page, kinds):
    assert not of_class(page(*tabs(*((getattr(sample, kind)(),) for kind in kinds))), "tile")


# ---------------------------------------------------------------- side by side


def beside(sample, *dims, kind="cards", compare=True):
    """Two lists and their union, alone or told apart by something else too."""
    sides = (("vips", ""), ("others", ""), ("all", "all"))
    metrics = [c for m in (sample.SALES, sample.ORDERS) for c in (sample.compared(m) if compare else (m,))]
    columns = (sample.dim("list", "List"), *dims, *metrics)
    values = (50, 40, 0.25, 4, 4, 0.0) if compare else (50, 4)
    rows = [(name, *(("A",) if dims else ()), *values) for name, _ in sides]
    made = r.Result(columns, tuple(rows), kinds=tuple(k for _, k in sides))
    figure = sample.figure(kind, "Groups", made)
    return dataclasses.replace(figure, sides={"vips": "Best customers", "others": "Everybody else"})


@pytest.mark.parametrize("kind", ["cards", "table"])
def test_lists_stand_side_by_side_under_their_titles(sample, page, kind):
    (table,) = of_class(page(beside(sample, kind=kind)), "sides")
    heads = [words(e) for e in of_tag(table, "th") if e.attrib["scope"] == "col"]
    assert heads == ["Best customers", "Everybody else", "All together"]
    assert [words(e) for e in of_tag(table, "th") if e.attrib["scope"] == "row"] == ["Total sales", "Orders"]
    assert [words(e) for e in of_class(table, "side-value")][:3] == ["$50"] * 3
    assert words(of_class(table, "side-change")[0]) == "+25.0%"
    assert len(of_class(table, "fill")) == 4  # the union has no length beside its parts


def test_lists_told_apart_by_something_else_too_are_columns_of_one_table(sample, page):
    figure = beside(sample, sample.dim("channel", "Channel"), kind="table", compare=False)
    (table,) = of_class(page(figure), "kind-table")
    heads = [words(e) for e in of_tag(table, "th")]
    assert heads[:3] == ["Channel", "Total sales · Best customers", "Total sales · Everybody else"]
    assert [words(e) for e in of_tag(table, "td")] == ["A", "$50", "$50", "$50", "4", "4", "4"]


# ---------------------------------------------------------------- comparisons and notes


def test_a_past_without_anything_is_told_in_words_instead_of_columns(sample, page):
    rows = [(name, 5, 0) for name in "abc"]
    made = sample.compared_result((sample.dim("case", "Case"), sample.ORDERS), rows, 1)
    tree = page(sample.figure("table", "Orders", made))
    assert [words(e) for e in of_tag(of_class(tree, "kind-table")[0], "th")] == ["Case", "Orders"]
    assert "before: all 0 or empty" in words(of_class(tree, "sub")[0])


@pytest.mark.parametrize("past, state", [(1, None), (None, r.NOT_TRACKED)])
def test_a_past_with_anything_in_it_stays(sample, page, past, state):
    made = sample.compared_result((sample.dim("case", "Case"), sample.ORDERS), [("a", 5, 0), ("b", 5, past)], 1)
    made = dataclasses.replace(made, states={(1, 2): state} if state else {})
    tree = page(sample.figure("table", "Orders", made))
    assert [words(e) for e in of_tag(of_class(tree, "kind-table")[0], "th")] == ["Case", "Orders", "before", "change"]


def test_a_page_knows_until_when_it_is_fresh(sample, tmp_path):
    """A script shows the line from then on."""
    report = sample.rich()
    until = dt.datetime(2026, 5, 6, 11, tzinfo=dt.UTC)
    for fresh, lines in ((until, 1), (None, 0)):
        source = dataclasses.replace(report.provenance, fresh_until=fresh, zone="Europe/Berlin")
        (path,) = exporter.export(dataclasses.replace(report, provenance=source), ExportJob(tmp_path, "page"))
        tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(path.read_text(encoding="utf-8"))
        found = of_class(tree, "late")
        assert len(found) == lines
        assert all("hidden" in e.attrib and e.attrib["data-until"] == until.isoformat() for e in found)
        assert all("13:00" in words(e) for e in found)


def test_a_note_tells_when_it_is_said(page):
    found = of_class(page(r.Note("Always."), r.Note("Few.", 'total_orders < 2 and "<"')), "note")
    always, seldom = (next(e for e in found if words(e) == text) for text in ("Always.", "Few."))
    assert "title" not in always.attrib
    assert seldom.attrib["title"] == 'Said when total_orders < 2 and "<"'


def test_a_note_that_three_figures_share_is_told_once_below(sample, page):
    figures = [dataclasses.replace(sample.channels(), notes=("18 orders are left out", f"only {n}")) for n in range(3)]
    tree = page(*figures)
    assert [words(e) for e in of_class(tree, "small-note")] == ["Only 0.", "Only 1.", "Only 2."]
    assert [words(e) for e in of_class(tree, "common")] == ["18 orders are left out."]


def test_a_figure_names_the_tables_it_was_read_from(sample, page):
    tree = page(dataclasses.replace(sample.channels(), tables=("lines", "orders")))
    (facts,) = of_class(tree, "how-facts")
    assert words(facts).endswith("Read fromlines, orders · Sources")
    assert [e.attrib["href"] for e in of_tag(facts, "a")] == ["#sources"]
    (sources,) = [e for e in tree.iter() if e.attrib.get("id") == "sources"]
    assert words(sources).startswith("3 source tables with 626,041 rows · 15 rejected · newest load May 6")


# ---------------------------------------------------------------- axes


@pytest.mark.parametrize(
    "values, type_, wanted",
    [
        (["25-34", "9-17", "18-24", None], Type("text"), ["9-17", "18-24", "25-34", None]),
        (["65+", "under 25", "25-64"], Type("text", labels=("under 25", "25-64", "65+")), ["under 25", "25-64", "65+"]),
        (
            ["65+", "19-24", "?", "25-34"],
            Type("text", labels=("under 25", "25-34", "65+")),
            ["19-24", "25-34", "65+", "?"],
        ),
        ([10, 9, 100], Type("number"), [9, 10, 100]),
        (["b", "A"], Type("text"), ["A", "b"]),
    ],
)
def test_names_across_have_their_natural_order(sample, values, type_, wanted):
    assert list(order(values, sample.dim("x", "X", type_))) == wanted


@pytest.mark.parametrize(
    "values, wanted",
    [([0, 3, 2, None], ["0", "1", "2", "3", "not known"]), ([1, 9], ["1", "9"]), ([None], ["not known"])],
)
def test_whole_numbers_across_have_no_gaps_where_most_of_them_occur(sample, values, wanted):
    made = r.Result((sample.dim("n", "N", sample.WHOLE),), tuple((v,) for v in values))
    assert list(heads(made, range(len(values)), 0, Reader()).values()) == wanted


def test_bars_stand_along_the_numbers_of_two_dimensions(sample):
    columns = (sample.dim("kind", "Kind"), sample.dim("days", "Days", sample.WHOLE), sample.ORDERS)
    rows = (("received", 0, 9), ("received", 10, 4), ("clicked", 2, 3))
    desk = Desk(Reader(), page_words("en"))
    figure = sample.figure("bar", "Days", r.Result(columns, rows))
    chart = bar(figure, figure.result, desk)
    encoding = desk.charts[chart.panels[0].id]["layer"][0]["encoding"]
    assert [key.text for key in chart.keys] == ["received", "clicked"]
    assert encoding["x"]["field"] == "k"
    names = [bar["k"] for bar in desk.charts[chart.panels[0].id]["data"]["values"]]
    assert list(dict.fromkeys(names)) == ["0", "2", "10"]


def test_one_point_is_no_line(sample):
    made = r.Result((sample.dim("day", "Day", sample.DATE, "day"), sample.ORDERS), ((sample.FIRST, 3),))
    figure = sample.figure("line", "Days", made)
    assert line(figure, made, Desk(Reader(), page_words("en"))) is None


def test_a_line_of_weeks_has_its_weeks_on_the_axis_and_whole_numbers_beside_it(sample):
    weeks = [sample.FIRST + dt.timedelta(7 * n) for n in range(3)]
    made = r.Result((sample.dim("week", "Week", sample.DATE, "week"), sample.ORDERS), tuple((w, 1) for w in weeks))
    desk = Desk(Reader(), page_words("en"))
    chart = line(sample.figure("line", "Weeks", made), made, desk)
    encoding = desk.charts[chart.panels[0].id]["layer"][-2]["encoding"]
    assert encoding["x"]["axis"]["values"] == [week.isoformat() for week in weeks]
    assert encoding["y"]["axis"]["values"] == [0, 1]


def test_a_subtitle_repeats_no_title(sample, page):
    tree = page(dataclasses.replace(sample.channels(), title="All time", period="all time"))
    assert not of_class(tree, "sub")


def test_values_of_crowded_cards_stand_in_one_line(sample, page):
    columns = [sample.metric(f"m{n}", "Revenue from conversions" if n == 2 else "Sent", sample.WHOLE, "number")
               for n in range(6)]  # fmt: skip
    crowded = sample.figure("cards", "", r.Result(tuple(columns), ((1,) * 6,)))
    few = sample.figure("cards", "", r.Result(tuple(columns[:3]), ((1,) * 3,)))
    assert [len(of_class(page(figure), "tall")) for figure in (crowded, few)] == [1, 0]


def without_rows(figure, *lost):
    """A figure without some of its rows; of their states none is left."""
    rows = tuple(row for n, row in enumerate(figure.result.rows) if n not in lost)
    return dataclasses.replace(figure, result=dataclasses.replace(figure.result, rows=rows, states={}))


def test_a_month_of_a_cohort_that_has_not_come_is_none_without_a_buyer(sample, page):
    tree = page(without_rows(sample.cohorts(), 2))
    (matrix,) = of_class(tree, "matrix")
    to_come = [cell for cell in of_class(matrix, "to-come") if cell.tag == "td"]
    assert len(to_come) == 5 + 4 + 3 + 2 + 1
    assert {(words(cell), cell.attrib["title"]) for cell in to_come} == {("", "has not come yet")}
    first = of_tag(of_tag(matrix, "tbody")[0], "tr")[0]
    assert [words(cell) for cell in of_tag(first, "td")][1:4] == ["53%", "–", "27%"]
    assert "has not come yet" in words(of_class(tree, "small-note")[0])


def test_a_matrix_of_other_things_has_nothing_to_come(sample, page):
    other = without_rows(sample.cohorts(), 2)
    columns = (other.result.columns[0], sample.dim("visits", "Visits", sample.WHOLE), other.result.columns[2])
    tree = page(dataclasses.replace(other, result=dataclasses.replace(other.result, columns=columns)))
    assert not of_class(tree, "to-come")


@pytest.mark.parametrize("form, told", [("number", ""), ("percent", "0%")])
def test_no_amount_is_drawn_like_no_row(sample, form, told):
    column = sample.metric("n", "N", sample.NUMBER, form)
    columns = (sample.dim("weekday", "Weekday", sample.WHOLE, "weekday"), sample.dim("kind", "Kind"), column)
    figure = sample.figure("heatmap", "Heat", r.Result(columns, ((1, "a", 0), (1, "b", 1), (2, "b", 1))))
    desk = Desk(Reader(), page_words("en"))
    chart = heatmap(figure, figure.result, desk)
    cells = {(c["y"], c["x"]): c for c in desk.charts[chart.panels[0].id]["data"]["values"]}
    zero, absent = cells["Mon", "a"], cells["Tue", "a"]
    assert (zero["t"], absent["t"]) == (told, "")
    assert (zero["c"] == absent["c"]) == (form == "number")


@pytest.mark.parametrize("step, first", [(1, "Apr 7"), (400, "Apr 7, 2026")])
def test_days_below_bars_are_written_as_those_below_lines(sample, step, first):
    days = [sample.FIRST + dt.timedelta(step * n) for n in range(3)]
    made = r.Result((sample.dim("day", "Day", sample.DATE, "day"), sample.ORDERS), tuple((d, 1) for d in days))
    desk = Desk(Reader(), page_words("en"))
    chart = bar(sample.figure("bar", "Days", made), made, desk)
    told = desk.charts[chart.panels[0].id]["data"]["values"][0]
    assert told["k"] == first
    assert "Apr 7, 2026" in str(told["tip"])
