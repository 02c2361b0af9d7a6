"""Workbooks, read back by another library."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import subprocess
import sys
import warnings
import zipfile
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from patron.engine import results as r
from patron.engine.contracts import ExportError
from patron.engine.results import Report, Result
from patron.engine.testing import check_exporter
from patron.plugins.exporters import xlsx as exporter

openpyxl = pytest.importorskip("openpyxl", reason="needs the extra `test`")
pytest.importorskip("xlsxwriter", reason="needs the extra `xlsx`")


def book_of(report, job, **more):
    (path,) = exporter.export(report, dataclasses.replace(job, **more))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl does not keep small courses
        return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(sample, tmp_path_factory):
    from patron.engine.contracts import ExportJob

    return book_of(sample.rich(), ExportJob(tmp_path_factory.mktemp("xlsx"), "rep"))


def one(sample, columns, rows, job, **more):
    """The sheet of one table."""
    figure = sample.figure("table", "T", Result(tuple(columns), tuple(map(tuple, rows)), **more))
    report = dataclasses.replace(sample.rich(), parts=(figure,))
    return book_of(report, job)["T"]


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_the_contract_is_kept(tmp_path):
    check_exporter(exporter.patron_exporters()[0], tmp_path)


def test_the_first_sheet_says_what_it_is_about(book, sample):
    first = book.worksheets[0]
    said = {row[0]: row[1] for row in values(first) if row[0]}
    report = sample.rich()
    assert first.title == "About"
    assert (said["People"], said["Period"], said["As of"]) == (report.subject, report.period, "2026-05-06 09:00")
    assert said["Compared with"] == report.comparison
    assert said["Total sales"] == "sum(orders.value where valid_order)"
    links = {cell.value: cell.hyperlink.location for row in first.iter_rows() for cell in row if cell.hyperlink}
    assert links["Activities"] == "'Activities'!A1"
    assert set(links) == {sheet.title for sheet in book.worksheets[1:-1]}
    assert any("P0703" in str(cell) for row in values(first) for cell in row)


def test_cells_are_what_they_are(book):
    head, first, *_ = book["Activities"].iter_rows()
    by = {h.value: c for h, c in zip(head, first, strict=True)}
    assert by["Sent"].value == dt.datetime(2026, 4, 7, 9, 0)  # as clocks in the project's zone show it
    assert by["Sent"].number_format == "yyyy-mm-dd hh:mm"
    assert (by["Sent to"].value, by["Sent to"].data_type) == (7611, "n")
    assert (by["Click rate"].number_format, by["Revenue"].number_format) == ("0.0%", '"$"#,##0.00')
    assert by["Live"].value is True
    assert book["Activities"].freeze_panes == "B2"
    assert book["Activities"].auto_filter.ref == "A1:H65"  # the total stands below


def test_money_is_exact_or_a_text(sample, job):
    amounts = [Decimal("0.1"), Decimal("12345678901234.5"), Decimal("1234567890123456.78"), Decimal("-0.01")]
    rows = [(str(n), amount) for n, amount in enumerate(amounts)]
    sheet = one(sample, (sample.dim("n", "N"), sample.AVERAGE), rows, job)
    assert [Decimal(str(row[1])) for row in values(sheet)[1:]] == amounts
    assert [row[1].data_type for row in list(sheet.iter_rows())[1:]] == ["n", "n", "s", "n"]


def test_states_are_words_and_zero_is_a_number(book):
    cells = {row[0]: row[1:3] for row in values(book["Every state"])[1:]}
    assert [c for c in cells if isinstance(cells[c][0], int)] == ["Case 1: ok", "Case 2: ok", "Case 7: expired"]
    assert cells["Case 2: ok"][0] == 0
    assert cells["Case 7: expired"] == [777, "expired: last known value"]
    words = [c[0] for c in cells.values() if isinstance(c[0], str)]
    assert len(set(words)) == len(words) == len(r.STATES) - 2


def test_cards_have_their_comparison_and_course(book):
    head, *lines = values(book["Key numbers"])
    assert head[:5] == ["Name", "Value", "before", "change", "What it is"]
    assert lines[1][:3] == ["Total sales", 68214.5, 59870.25]


def test_two_dimensions_stand_across(book):
    head, first, *_, last = values(book["Who came back"])
    assert head == ["Cohort", "0", "1", "2", "3", "4", "5"]
    assert first[:3] == ["Dec 2025", 1, 0.5263]
    assert last[1] == "hidden: fewer than 10 people"


def test_charts_are_native_and_draw_the_numbers_of_the_table(book, sample, job):
    charts = {sheet.title: len(sheet._charts) for sheet in book.worksheets if sheet._charts}
    assert charts == {
        "Sales day by day": 1, "Sales by channel": 1, "Who bought": 1, "Sales by category": 1,
        "Stores over the year": 2, "Orders by weekday": 1, "Who bought, by age and gender": 1,
    }  # fmt: skip
    (path,) = exporter.export(sample.rich(), job)
    drawn = re.findall(r"<c:v>([^<]*)</c:v>", zipfile.ZipFile(path).read("xl/charts/chart1.xml").decode())
    table = [row[1] for row in values(book["Sales day by day"])[1:]]
    assert [float(v) for v in drawn if v in {str(t) for t in table}] == table


def test_a_value_that_is_not_there_is_a_gap_and_no_zero(sample, job):
    figure = sample.daily()
    rows = tuple((day, None if n == 3 else value, *more) for n, (day, value, *more) in enumerate(figure.result.rows))
    result = dataclasses.replace(figure.result, rows=rows, states={(3, 1): r.SUPPRESSED})
    report = dataclasses.replace(sample.rich(), parts=(dataclasses.replace(figure, result=result),))
    book = book_of(report, job)
    data = values(book["Chart data"])
    at = next(n for n, row in enumerate(data) if row[0] == dt.datetime(2026, 4, 7))
    assert data[at + 3][1] is None
    assert values(book["Sales day by day"])[4][1] == "hidden: fewer than 10 people"


def test_nothing_is_a_formula(sample, job):
    (path,) = exporter.export(sample.hostile(), job)
    pack = zipfile.ZipFile(path)
    for name in pack.namelist():
        root = ElementTree.fromstring(pack.read(name))
        assert not [e for e in root.iter() if e.tag.endswith("main}f") and "spreadsheetml" in e.tag]
        refs = [e.text for e in root.iter() if e.tag.endswith("chart}f")]
        assert all(text.startswith("'Chart data'!$") for text in refs)
    book = book_of(sample.hostile(), job)
    texts = [
        c for s in book for row in s.iter_rows() for c in row if isinstance(c.value, str) and c.value[:1] in "=+-@"
    ]
    assert texts
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in texts if cell.value)
    raw = book_of(sample.hostile(), job, raw=True)
    assert not [c for s in raw for row in s.iter_rows() for c in row if c.quotePrefix]


@pytest.mark.parametrize(
    "title", ["History", "a/b:c*d?e[f]g\\h", "'quoted'", "x" * 40, "\U0001f389" * 20, "", "名單" * 20]
)
def test_names_of_sheets_are_taken_by_spreadsheets(sample, job, title):
    figure = dataclasses.replace(sample.products(), title=title)
    book = book_of(dataclasses.replace(sample.rich(), parts=(figure, figure)), job)
    names = [sheet.title for sheet in book.worksheets]
    assert len({name.casefold() for name in names}) == len(names) == 3
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'") and not name.endswith("'") and name.casefold() != "history"


def test_a_figure_without_title_is_called_as_its_section(sample, job):
    figure = dataclasses.replace(sample.products(), title="Units, total sales", named=False)
    book = book_of(dataclasses.replace(sample.rich(), parts=(r.Section("At a glance", (figure, figure)),)), job)
    assert [sheet.title for sheet in book.worksheets] == ["About", "At a glance", "At a glance (2)"]


def test_texts_of_any_length_and_dates_before_spreadsheets(sample, job):
    rows = [("x" * 40_000, dt.date(1899, 12, 31)), ("", dt.date(1900, 3, 1)), (None, dt.date(9999, 12, 31))]
    sheet = one(sample, (sample.dim("t", "T"), sample.dim("d", "D", sample.DATE)), rows, job)
    (long, old), (_, known), (missing, last) = values(sheet)[1:]
    assert (len(long), old, known) == (32_767, "1899-12-31", dt.datetime(1900, 3, 1))
    assert (missing, last) == ("not known", dt.datetime(9999, 12, 31))


def test_a_table_that_is_too_long_goes_on(sample, job, monkeypatch):
    from patron.plugins.exporters.xlsx import book as books
    from patron.plugins.exporters.xlsx import sheets

    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    monkeypatch.setattr(books, "MOST_ROWS", 4)
    figure = sample.figure("table", "T", Result((sample.dim("n", "N"),), tuple((str(n),) for n in range(10))))
    book = book_of(dataclasses.replace(sample.rich(), parts=(figure,)), job)
    assert [s.title for s in book.worksheets] == ["About", "T", "T (2)", "T (3)"]
    assert [row[0] for s in book.worksheets[1:] for row in values(s)[1:] if row[0]] == [str(n) for n in range(10)]


def test_only_one_figure(sample, job):
    book = book_of(sample.rich(), job, only="Activities")
    assert [sheet.title for sheet in book.worksheets] == ["About", "Activities"]
    with pytest.raises(ExportError, match="P0703"):
        book_of(sample.rich(), job, only="Stock by day")


def test_euros_in_german_and_chinese_words(sample, job):
    source = dataclasses.replace(sample.rich().provenance, currency="EUR")
    book = book_of(dataclasses.replace(sample.rich(), provenance=source), job, locale="de")
    assert book["Best products"]["E2"].number_format == '#,##0" €"'
    assert book_of(sample.rich(), job, locale="zh-TW").worksheets[0].title == "關於"


def test_the_same_bytes_on_another_day(sample, job, tmp_path):
    """Nothing of the clock is in the file, whenever and by whichever process it is written."""
    (path,) = exporter.export(sample.rich(), job)
    stamps = {info.date_time for info in zipfile.ZipFile(path).infolist()}
    assert len(stamps) == 1
    core = zipfile.ZipFile(path).read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT", core)) == {"2026-05-06T"}


def test_nothing_heavy_is_imported_before_it_is_used():
    code = "import sys, patron.plugins.exporters.xlsx as x; x.patron_exporters(); print('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_an_absent_library_is_told_with_the_extra(sample, job, monkeypatch):
    for name in [n for n in sys.modules if n.startswith("patron.plugins.exporters.xlsx.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ImportError, match=r"pip install 'patron\[xlsx\]'"):
        exporter.export(sample.rich(), job)


def test_an_empty_report(sample, job):
    empty = Report("e", "E", "P", "all", "", "", (), sample.rich().provenance)
    assert [s.title for s in book_of(empty, job).worksheets] == ["About"]


def test_colours_have_six_digits(sample, job):
    (path,) = exporter.export(sample.rich(), job)
    styles = zipfile.ZipFile(path).read("xl/styles.xml").decode()
    assert {len(code) for code in re.findall(r'rgb="(\w*)"', styles)} == {8}


def test_what_no_source_fills_has_no_sheet_and_no_column(sample, job):
    rating = sample.metric("rating", "Rating", sample.NUMBER, "number")
    columns = (sample.dim("n", "N"), sample.AVERAGE, rating)
    part = Result(columns, (("a", 1, None),), {(0, 2): r.SOURCE_MISSING}, lacking={"rating": ("reviews",)})
    none = Result((rating,), ((None,),), {(0, 0): r.SOURCE_MISSING}, lacking={"rating": ("reviews", "staff.name")})
    figures = (sample.figure("table", "Some", part), sample.figure("cards", "None", none))
    book = book_of(dataclasses.replace(sample.rich(), parts=figures), job)
    assert [sheet.title for sheet in book.worksheets] == ["About", "Some"]
    assert len(values(book["Some"])[0]) == 2
    told = next(row for row in values(book["About"]) if row[0] == "None")
    assert "Shown once a source fills reviews, staff.name" in told


@pytest.mark.parametrize("kind", ["table", "bar", "cards", "funnel", "facts", "matrix", "heatmap", "line"])
def test_a_figure_without_rows_says_what_none_was_found_for(sample, job, kind):
    columns = (sample.dim("store", "Store"), sample.dim("day", "Day", sample.DATE), sample.SALES)
    figure = dataclasses.replace(
        sample.figure(kind, "T", Result(columns, (), notes=("a note",))),
        subject="everybody", period="2026-04-01 to 2026-04-30", filter="orders of Rome",
    )  # fmt: skip
    head, why, note = values(book_of(dataclasses.replace(sample.rich(), parts=(figure,)), job)["T"])
    assert head == ["Store", "Day", "Total sales"]
    assert why[0] == "No rows met the conditions: everybody; Apr 1 – 30, 2026; orders of Rome."
    assert note[0] == "a note"


def test_remarks_for_those_who_keep_the_report_stand_last(sample, job):
    notes = ("P0506: history before 2026-05-01 is not stored; today's state is used", "shop.patron:3:1: P0202: ...")
    first = values(book_of(dataclasses.replace(sample.rich(), notes=notes), job)["About"])
    lines = [row[0] for row in first]
    assert lines[-3:] == ["2 remarks for those who keep this report", *notes]
    assert not any("P0506" in str(line) for line in lines[:-2])


def test_no_title_is_cut_off(sample, job):
    """Each stands in a cell that breaks it into lines and is as high as they are; on the first sheet, too."""
    long = "What the people of the campaign spent in the thirty days after it reached them"
    metric = dataclasses.replace(sample.SALES, title=long)
    days = tuple((f"{long} {n}", day, n) for n in range(2) for day in ("Mon", "Tue"))
    figures = [
        dataclasses.replace(sample.figure("table", long, Result((metric, sample.ORDERS), ((1, 2),))), named=True),
        sample.figure("cards", "Cards", Result((metric, sample.ORDERS), ((1, 2),))),
        sample.figure("facts", "Facts", Result((metric,), ((1,),))),
        sample.figure("funnel", "Funnel", Result((metric, sample.ORDERS), ((1, 2),))),
        sample.figure("matrix", "Matrix", Result((sample.dim("a", "A"), sample.dim("d", long), metric), days)),
    ]
    book = book_of(dataclasses.replace(sample.rich(), parts=tuple(figures)), job)
    met = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
           if str(cell.value).startswith(long[:40])]  # fmt: skip
    assert len(met) == 7
    sheet = book.worksheets[1]
    assert (sheet.title, sheet.oddHeader.left.text) == (long[:30].strip() + "…", long)
    assert book["Cards"].oddHeader.left.text is None
    for cell in met:
        assert cell.alignment.wrap_text, cell
        assert cell.parent.row_dimensions[cell.row].height >= 30, cell


def test_a_count_of_people_is_a_number(sample, job):
    for people, said in ((12_345, 12_345), (0, 0), (None, "not counted")):
        source = dataclasses.replace(sample.rich().provenance, people=people)
        book = book_of(dataclasses.replace(sample.rich(), provenance=source), job)
        told = {row[0]: row[1] for row in values(book["About"])}
        assert told["People counted"] == said


def test_rows_are_as_high_as_their_texts_need_and_courses_are_written_as_their_metrics(sample, job):
    long = dataclasses.replace(sample.SALES, describe="many words " * 20)
    days = tuple((sample.FIRST + dt.timedelta(n), 5, 7) for n in range(3))
    trend = Result((sample.dim("day", "Day", sample.DATE, "day"), long, sample.ORDERS), days)
    figure = dataclasses.replace(sample.figure("cards", "Keys", Result((long, sample.ORDERS), ((5, 7),))), trend=trend)
    book = book_of(dataclasses.replace(sample.rich(), parts=(figure,)), job)
    heights = [book["Keys"].row_dimensions[line].height for line in (2, 3)]
    assert heights == [60, None]
    formats = [cell.number_format for cell in book["Chart data"][3][1:3]]
    assert (formats[0][:3], formats[1]) == ('"$"', "#,##0")


def test_a_chart_of_nothing_is_left_out_and_weeks_are_named_each(sample, job):
    weeks = [sample.FIRST + dt.timedelta(7 * n) for n in range(3)]
    columns = (sample.dim("week", "Week", sample.DATE, "week"), sample.ORDERS)
    for value, charts in ((None, 0), (4, 1)):
        figure = sample.figure("line", "Weeks", Result(columns, tuple((week, value) for week in weeks)))
        (path,) = exporter.export(dataclasses.replace(sample.rich(), parts=(figure,)), job)
        found = [name for name in zipfile.ZipFile(path).namelist() if "charts/chart" in name]
        assert len(found) == charts
    assert b"<c:dateAx>" not in zipfile.ZipFile(path).read(found[0])
