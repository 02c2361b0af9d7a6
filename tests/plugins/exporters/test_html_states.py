"""States on the page: nine that nobody can mistake for each other, and one quiet panel where nothing is there."""

import dataclasses

import pytest

pytest.importorskip("jinja2")
html5lib = pytest.importorskip("html5lib")

from patron.engine import results as r  # noqa: E402
from patron.engine.contracts import ExportJob  # noqa: E402
from patron.plugins.exporters import html as exporter  # noqa: E402

IN_A_CELL = {
    r.OK: ("$0", None),
    r.EMPTY: ("–", "empty"),
    r.NOT_TRACKED: ("not tracked", "not tracked"),
    r.NOT_ENOUGH_DATA: ("not enough data", "not enough data"),
    r.PENDING: ("pending", "pending"),
    r.EXPIRED: ("$777 *", "expired"),
    r.SUPPRESSED: ("hidden", "suppressed"),
    r.NOT_PERMITTED: ("not permitted", "not permitted"),
    r.SOURCE_MISSING: ("source missing", "source missing"),
}
ON_A_CARD = {
    r.OK: "$0",
    r.EMPTY: "–",
    r.NOT_TRACKED: "not tracked",
    r.NOT_ENOUGH_DATA: "not enough data",
    r.PENDING: "pending: list not taken yet",
    r.EXPIRED: "$777",
    r.SUPPRESSED: "hidden: fewer than 10 people",
    r.NOT_PERMITTED: "not permitted for your role",
    r.SOURCE_MISSING: "source missing",
}
VALUES = {r.OK: 0, r.EXPIRED: 777}


@pytest.fixture
def page(sample, tmp_path):
    """A page of these parts as the tree of its elements."""

    def make(*parts):
        report = dataclasses.replace(sample.rich(), parts=parts, notes=())
        (path,) = exporter.export(report, ExportJob(tmp_path, "page"))
        tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(path.read_text(encoding="utf-8"))
        return next(e for e in tree.iter() if e.tag == "main")

    return make


def words(element):
    return " ".join("".join(element.itertext()).split())


def of_class(tree, name):
    return [e for e in tree.iter() if isinstance(e.tag, str) and name in e.attrib.get("class", "").split()]


def stated(sample, kind, state):
    """A figure with one value in a state beside one that is there."""
    column = sample.metric("total_sales", "Total sales", sample.MONEY, "money")
    rows = ((VALUES.get(state),),)
    states = {(0, 0): state} if state not in (r.OK, r.EMPTY) else {}
    if kind == "cards":
        return sample.figure("cards", "", r.Result((column, sample.ORDERS), ((*rows[0], 5),), states))
    shifted = dict.fromkeys([(0, 1)] if states else [], state)
    made = r.Result((sample.dim("case", "Case"), column), (("a", *rows[0]), ("b", 5)), shifted)
    return sample.figure(kind, "One", made)


@pytest.mark.parametrize("state", r.STATES)
def test_a_cell_in_each_state(sample, page, state):
    cell = [e for e in page(stated(sample, "table", state)).iter() if e.tag == "td"][1]
    inner = [e.attrib["data-state"] for e in cell.iter() if "data-state" in e.attrib]
    assert (words(cell), inner[0] if inner else None) == IN_A_CELL[state]


@pytest.mark.parametrize("state", r.STATES)
def test_a_card_in_each_state_says_what_to_do(sample, page, state):
    tree = page(stated(sample, "cards", state))
    value, other = of_class(tree, "card-value")
    assert words(other) == "5"
    assert words(value) == ON_A_CARD[state]
    assert value.attrib.get("data-state") == (None if state == r.OK else state)
    assert len(of_class(tree, "card-advice")) == (state not in (r.OK, r.EMPTY))


def test_no_two_states_look_the_same():
    assert set(IN_A_CELL) == set(ON_A_CARD) == set(r.STATES)
    assert len(set(IN_A_CELL.values())) == len(set(ON_A_CARD.values())) == len(r.STATES)


@pytest.mark.parametrize("state", [s for s in r.STATES if s not in (r.OK, r.EXPIRED, r.EMPTY)])
def test_a_card_without_a_value_is_compared_with_nothing(sample, page, state):
    columns = (*sample.compared(sample.SALES), sample.ORDERS)
    made = r.Result(columns, ((None, None, None, 5),), {(0, n): state for n in range(3)})
    assert not of_class(page(sample.figure("cards", "", made)), "card-change")


@pytest.mark.parametrize("kind", ["cards", "line", "bar", "pie", "table", "heatmap", "funnel"])
@pytest.mark.parametrize("state", [s for s in r.STATES if s not in (r.OK, r.EXPIRED, r.EMPTY)])
def test_a_figure_wholly_in_one_state_is_one_panel_with_its_words_and_advice(sample, page, state, kind):
    columns = (sample.dim("day", "Day", sample.DATE, "day"), *sample.compared(sample.SALES))
    rows = tuple((sample.FIRST, None, None, None) for _ in range(3))
    made = r.Result(columns, rows, {(row, n): state for row in range(3) for n in range(1, 4)})
    tree = page(sample.figure(kind, "Sales", made))
    (panel,) = of_class(tree, "waiting")
    assert ON_A_CARD[state] in words(panel) or state == r.SOURCE_MISSING
    assert not of_class(tree, "chart")


@pytest.mark.parametrize("kind", ["line", "bar", "pie", "heatmap", "funnel"])
def test_a_drawing_of_nothing_says_so_and_what_to_do(sample, page, kind):
    columns = (sample.dim("day", "Day", sample.DATE, "day"), sample.SALES)
    tree = page(sample.figure(kind, "Sales", r.Result(columns, ((sample.FIRST, None),))))
    (told,) = of_class(tree, "empty")
    assert words(told).startswith("Nothing to show No rows met the conditions")


# ---------------------------------------------------------------- nothing fills it


def lacking(sample, title, kind="table", names=("reviews",), **more):
    columns = (sample.dim("staff", "Staff"), sample.metric("rating", "Rating", sample.NUMBER, "number"))
    made = r.Result(columns, (("Ann", None),), {(0, 1): r.SOURCE_MISSING}, lacking={"rating": names}, **more)
    return sample.figure(kind, title, made)


@pytest.mark.parametrize("kind", ["cards", "line", "bar", "pie", "table", "matrix", "heatmap", "funnel", "facts"])
def test_a_figure_that_nothing_fills_is_one_quiet_panel(sample, page, kind):
    tree = page(sample.cards(), lacking(sample, "Ratings", kind))
    (panel,) = of_class(tree, "waiting")
    assert words(panel).startswith("Ratings Shown once a source fills reviews")
    assert "What to write table reviews from source.file {" in words(panel)
    assert len([e for e in tree.iter() if e.tag == "figure"]) == 1
    assert "source missing" not in words(tree)


def test_figures_that_wait_side_by_side_share_a_panel(sample, page):
    tree = page(lacking(sample, "Ratings"), lacking(sample, "Tips", names=("reviews", "orders.tip")), sample.cards())
    (panel,) = of_class(tree, "waiting")
    assert words(panel).startswith("Ratings Tips Shown once a source fills reviews orders.tip")


def test_a_tab_that_nothing_fills_is_one_panel(sample, page):
    inner = r.Section("Details", (lacking(sample, "Tips"), r.Note("A word.")))
    tab = r.Section("Ratings", (lacking(sample, "By staff"), inner), tab=True)
    tree = page(r.Section("Sales", (sample.cards(),), tab=True), tab)
    (panel,) = of_class(tree, "whole")
    assert words(panel).startswith("Nothing to see here yet By staff Tips")
    assert len(of_class(tree, "waiting")) == 1
    assert "A word." not in words(tree)


def test_a_section_that_nothing_fills_has_its_title_and_a_line(sample, page):
    tree = page(sample.cards(), r.Section("Ratings", (lacking(sample, "By staff"), lacking(sample, "By day"))))
    (panel,) = of_class(tree, "waiting")
    assert words(panel).startswith("By staff By day Shown once a source fills reviews")
    assert not of_class(tree, "whole")


def test_a_table_without_rows_because_nothing_fills_what_they_are_told_by_waits(sample, page):
    columns = (sample.dim("geo.cell", "Cell"), sample.dim("store", "Store"), sample.SALES)
    made = r.Result(columns, (), lacking={"geo.cell": ("locations",)})
    (panel,) = of_class(page(sample.figure("table", "Hot spots", made)), "waiting")
    assert "locations" in words(panel)


def test_what_a_pack_promises_for_later_is_no_fault(sample, page):
    told = "`p.a`, `p.b` are not there yet: they need models"
    later = dataclasses.replace(lacking(sample, "Rank"), result=None, problem=told, awaited=True)
    tree = page(later)
    assert not of_class(tree, "problem")
    assert words(of_class(tree, "waiting")[0]) == "Nothing to see here yet Rank They need models."


def test_columns_that_nothing_fills_leave_the_table_and_are_told_below(sample, page):
    columns = (sample.dim("staff", "Staff"), sample.SALES, sample.metric("rating", "Rating", sample.NUMBER, "number"))
    made = r.Result(
        columns, (("Ann", 5, None),), {(0, 2): r.SOURCE_MISSING}, lacking={"rating": ("reviews",)},
        notes=("no source fills `reviews`: map it to see Rating",),
    )  # fmt: skip
    tree = page(sample.figure("table", "Staff", made))
    assert [words(e) for e in tree.iter() if e.tag == "th"] == ["Staff", "Total sales"]
    assert [words(e) for e in of_class(tree, "small-note")] == ["No source fills reviews: map it to see Rating."]


def test_names_in_notes_are_code_and_nothing_else_is(sample, page):
    made = dataclasses.replace(sample.channels(), notes=("see `a<b>` and `c",))
    (note,) = of_class(page(made), "small-note")
    assert words(note) == "See `a<b>` and `c."
    assert not [e for e in note.iter() if e.tag == "b"]


def test_cards_whose_time_is_over_say_so_once(sample, page):
    cards = sample.cards()
    over = {(0, n): r.EXPIRED for n, column in enumerate(cards.result.columns) if column.role == "metric"}
    tree = page(dataclasses.replace(cards, result=dataclasses.replace(cards.result, states=over)))
    assert len(of_class(tree, "card-advice")) == 0
    assert [words(each).endswith("*") for each in of_class(tree, "card-value")] == [True] * len(over)
    assert words(tree).count("its last values stay") == 1
