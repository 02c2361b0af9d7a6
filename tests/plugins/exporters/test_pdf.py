"""Pages, read back by PDFium."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import time

import pytest

from patron.engine import results as r
from patron.engine.contracts import ExportError
from patron.engine.results import Result
from patron.engine.testing import check_exporter
from patron.plugins.exporters import pdf as exporter

pdfium = pytest.importorskip("pypdfium2", reason="needs the extra `test`")
pytest.importorskip("weasyprint", reason="needs the extra `pdf`")


def read(path):
    """The texts of the pages, on one line each, and their sizes."""
    document = pdfium.PdfDocument(path)
    try:
        texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
        return texts, [page.get_size() for page in document]
    finally:
        document.close()


def pages_of(report, job, **more):
    (path,) = exporter.export(report, dataclasses.replace(job, **more))
    return read(path)


@pytest.fixture(scope="module")
def rich(sample, tmp_path_factory):
    from patron.engine.contracts import ExportJob

    (path,) = exporter.export(sample.rich(), ExportJob(tmp_path_factory.mktemp("pdf"), "rep"))
    return path


def test_the_contract_is_kept(tmp_path):
    check_exporter(exporter.patron_exporters()[0], tmp_path)


def test_every_page_has_its_number_and_its_head(rich, sample):
    texts, sizes = read(rich)
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        assert "As of 2026-05-06 09:00 America/Denver" in text
    assert all("Greenleaf stores · Customer group analytics" in text for text in texts[1:])
    assert {tuple(map(round, size)) for size in sizes} == {(595, 842)}


def test_the_contents_lead_to_the_pages_of_their_tabs(rich):
    texts, _ = read(rich)
    document = pdfium.PdfDocument(rich)
    named = {mark.get_title(): mark.get_dest().get_index() for mark in document.get_toc()}
    document.close()
    for title in ("Key numbers", "Messages", "Customers", "What is missing"):
        assert title in texts[0].partition("Contents")[2]
        assert title in texts[named[title]]


def test_tabs_with_nothing_to_see_begin_no_page(sample, job):
    rating = sample.metric("staff.rating", "Rating", sample.NUMBER, "number")
    nothing = Result((rating,), ((None,),), {(0, 0): r.SOURCE_MISSING}, lacking={"staff.rating": ("reviews",)})
    tabs = [r.Section(title, (sample.figure("cards", title, nothing),), tab=True) for title in ("Staff", "Tips")]
    tabs.insert(0, r.Section("Sales", (sample.cards(),), tab=True))
    texts, _ = pages_of(dataclasses.replace(sample.rich(), parts=tuple(tabs)), job)
    assert sum("Shown once a source fills" in text for text in texts) == 1
    assert len(texts) == 2, "the report, and where its numbers come from"


def test_sections_stand_in_the_contents_with_their_page(sample, job):
    parts = tuple(r.Section(title, (sample.cards(), sample.products())) for title in ("Now", "Then", "Later"))
    first = pages_of(dataclasses.replace(sample.rich(), parts=parts), job)[0][0]
    for title in ("Now", "Then", "Later"):
        assert re.search(rf"{title} ?\.{{9,}} ?\d", first), title


def test_a_tab_shares_the_page_of_one_with_nothing_to_see(sample, job):
    rating = sample.metric("staff.rating", "Rating", sample.NUMBER, "number")
    nothing = Result((rating,), ((None,),), {(0, 0): r.SOURCE_MISSING}, lacking={"staff.rating": ("reviews",)})
    figures = {"Sales": sample.products(), "Tips": sample.figure("cards", "", nothing), "Orders": sample.cards()}
    tabs = tuple(r.Section(title, (figure,), tab=True) for title, figure in figures.items())
    texts, _ = pages_of(dataclasses.replace(sample.rich(), parts=tabs), job)
    (page,) = [text for text in texts if "Shown once a source fills" in text]
    assert "$68,215" in page.partition("Shown once a source fills")[2]


def test_what_waits_is_named_in_the_words_of_its_metrics_and_not_in_bands(sample, job):
    metrics = [sample.metric(f"pack.made_up_{n}", f"Told {n}", sample.WHOLE, "number") for n in range(11)]
    lacking = dict.fromkeys((c.name for c in metrics), ("reviews",))
    states = {(0, n): r.SOURCE_MISSING for n in range(1, 12)}
    nothing = Result((sample.dim("n", "Name"), *metrics), (("row", *[None] * 11),), states, lacking=lacking)
    figure = sample.figure("table", "Made up 0, made up 1, made up 2, ...", nothing, named=False)
    text = " ".join(pages_of(dataclasses.replace(sample.rich(), parts=(figure, sample.cards())), job)[0])
    assert "Told 0, Told 1, Told 2, ..." in text
    assert "Made up" not in text.partition("What the numbers mean")[0]
    assert "(2)" not in text


def test_figures_states_and_what_could_not_be_made_are_on_the_pages(rich):
    text = " ".join(read(rich)[0])
    for said in ("$68,215", "Sales day by day", "hidden: fewer than 10 people", "not enough data", "source missing",
                 "P0703", "Nothing to show", "Who came back", "sum(orders.value where valid_order)"):  # fmt: skip
        assert said in text


def test_charts_are_drawings_and_no_pictures(rich):
    document = pdfium.PdfDocument(rich)
    kinds = {found.type for page in document for found in page.get_objects(max_depth=5)}
    document.close()
    assert 2 in kinds  # paths
    assert 3 not in kinds  # images


def test_a_hidden_value_is_nowhere(sample, job):
    figure = sample.channels()
    hidden = dataclasses.replace(figure.result, states={(1, 1): r.SUPPRESSED})
    report = dataclasses.replace(sample.rich(), parts=(dataclasses.replace(figure, result=hidden),))
    texts, _ = pages_of(report, job)
    assert "18,933" not in " ".join(texts)
    assert "hidden: fewer than 10 people" in " ".join(texts)


def test_a_long_table_is_cut_where_asked_and_says_so(sample, job):
    figure = sample.figure("table", "T", Result((sample.dim("n", "N"),), tuple((f"row {n}.",) for n in range(300))))
    report = dataclasses.replace(sample.rich(), parts=(figure,))
    text = " ".join(pages_of(report, job, settings={"rows": 40})[0])
    assert "row 39." in text and "row 40." not in text
    assert "the first 40 of 300 rows" in text
    assert "row 299." in " ".join(pages_of(report, job, settings={"rows": 1000})[0])


def test_paper_may_be_wide_or_american(sample, job):
    report = dataclasses.replace(sample.rich(), parts=(sample.products(),))
    _, sizes = pages_of(report, job, settings={"paper": "letter", "landscape": True})
    assert {tuple(map(round, size)) for size in sizes} == {(792, 612)}


def test_hostile_texts_are_only_texts(sample, job, monkeypatch):
    asked = []
    monkeypatch.setattr("patron.plugins.exporters.pdf.pages._nothing", lambda url, *_more, **_named: asked.append(url))
    (path,) = exporter.export(sample.hostile(), job)
    raw = path.read_bytes()
    assert asked == []
    assert b"/JavaScript" not in raw and b"/URI" not in raw and b"/Launch" not in raw and b"/EmbeddedFile" not in raw
    assert "<script>" in " ".join(read(path)[0])


def test_the_same_bytes_a_second_later(sample, job, tmp_path):
    report = dataclasses.replace(sample.rich(), parts=(sample.products(),))
    (path,) = exporter.export(report, job)
    first = path.read_bytes()
    time.sleep(1.1)
    (path,) = exporter.export(report, job)
    assert path.read_bytes() == first


def test_one_figure_alone_and_chinese_words(sample, job):
    texts, _ = pages_of(sample.rich(), job, only="Best products", locale="zh-TW")
    assert f"第 1 頁，共 {len(texts)} 頁" in texts[0]
    assert "Blue Dream 3.5 g" in texts[0]
    assert "Activities" not in " ".join(texts)


def test_absent_libraries_are_told_with_the_extra(sample, job, monkeypatch):
    monkeypatch.delitem(sys.modules, "patron.plugins.exporters.pdf.pages", raising=False)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ImportError, match=r"pip install 'patron\[pdf\]'"):
        exporter.export(sample.rich(), job)


def test_an_absent_library_of_the_system_is_told(sample, job, monkeypatch):
    class Absent:
        def find_spec(self, name, *_more):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "patron.plugins.exporters.pdf.pages", raising=False)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(ExportError, match="libpango") as told:
        exporter.export(sample.rich(), job)
    assert "apt install" in told.value.hint


def test_nothing_heavy_is_imported_before_it_is_used():
    code = "import sys, patron.plugins.exporters.pdf as x; x.patron_exporters(); print('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_wide_table_without_rows_is_said_once_and_nothing_is_said_to_be_below(sample, job):
    wide = sample.products().result
    columns = tuple(dataclasses.replace(c, name=f"{c.name}{n}") for n in range(9) for c in wide.columns)
    figure = dataclasses.replace(sample.figure("table", "Wide", r.Result(columns, ())), named=True)
    text = " ".join(pages_of(dataclasses.replace(sample.rich(), parts=(figure,)), job)[0])
    assert text.count("Nothing to show") == 1
    assert "look into" not in text


def test_a_wide_table_is_printed_in_bands_that_begin_with_the_names(sample, job):
    columns = [sample.metric(f"m{n}", f"Metric {n}", sample.WHOLE, "number") for n in range(7)]
    rows = [(f"row {n}", *(100 * n + m for m in range(14))) for n in range(3)]
    wide = sample.compared_result([sample.dim("n", "Name"), *columns], rows, 1)
    report = dataclasses.replace(sample.rich(), parts=(sample.figure("table", "Wide", wide),))
    text = pages_of(report, job)[0][0]
    assert [text.count(each) for each in ("Wide (2)", "Wide (3)", "Wide (4)")] == [1, 1, 0]
    assert text.count("row 2") == 3
    assert all(text.count(f"Metric {n}") == 1 for n in range(7))
    assert (
        "Wide (2)"
        not in " ".join(pages_of(report, job, settings={"landscape": True, "rows": 2})[0]).partition("Wide (2)")[2]
    )


def test_bands_repeat_as_many_names_as_tell_the_rows_apart(sample, job):
    dims = [sample.dim(name, name.title()) for name in ("level", "target", "model", "used")]
    columns = [sample.metric(f"m{n}", f"Metric {n}", sample.WHOLE, "number") for n in range(9)]
    rows = [(a, b, c, "no", *range(9)) for a in ("one", "two") for b in ("x", "y") for c in ("plain", "smooth")]
    figure = sample.figure("table", "Wide", Result((*dims, *columns), tuple(rows)))
    text = pages_of(dataclasses.replace(sample.rich(), parts=(figure,)), job)[0][0]
    second = text.partition("Wide (2)")[2]
    assert [second.count(each) for each in ("smooth", " no ")] == [4, 0]


def test_a_usual_word_in_front_of_many_columns_is_not_broken(sample, job):
    columns = [sample.metric(f"m{n}", f"Predicted revenue {n}", sample.WHOLE, "number") for n in range(8)]
    names = ("Gudbrandsdalsost", "Original Frankfurter grüne Soße", "Louisiana Fiery Hot Pepper Sauce")
    wide = Result((sample.dim("n", "Name"), *columns), tuple((name, *[123456] * 8) for name in names))
    report = dataclasses.replace(sample.rich(), parts=(sample.figure("table", "Products", wide),))
    assert "Gudbrandsdalsost" in pages_of(report, job)[0][0]


def test_a_table_of_texts_dates_and_numbers_stays_on_the_paper_and_breaks_no_word(sample, job):
    names = ("Type", "Name", "Status", "Sent at")
    counts = [sample.metric(f"m{n}", f"Placed order with kind {n}", sample.WHOLE, "number") for n in range(6)]
    columns = (*(sample.dim(f"d{n}", name, sample.TEXT) for n, name in enumerate(names)), *counts)
    row = ("WhatsApp Broadcast", "Five dollars for you Apr 2026", "Sent successfully", "Apr 24, 2026 10:48", *range(6))
    figure = sample.figure("table", "Activities", Result(columns, (row,) * 3))
    (path,) = exporter.export(dataclasses.replace(sample.rich(), parts=(figure,)), job)
    page = pdfium.PdfDocument(path)[0]
    text = page.get_textpage()
    right = max(text.get_charbox(n)[2] for n in range(text.count_chars()))
    assert right < page.get_width() - 30
    assert all(
        text.search(word, match_whole_word=True).get_next() for word in ("successfully", "WhatsApp", "Broadcast")
    )
