import base64
import dataclasses
import hashlib
import json
import re
import sys
import zlib
from decimal import Decimal

import pytest
from markupsafe import escape

pytest.importorskip("jinja2")
pytest.importorskip("vl_convert")
html5lib = pytest.importorskip("html5lib")

from patron.engine.contracts import ExportJob  # noqa: E402
from patron.engine.report.reader import plain  # noqa: E402
from patron.engine.results import Result  # noqa: E402
from patron.plugins.exporters import html as exporter  # noqa: E402

NEEDS = {"script", "style"}


def text_of(report, tmp_path, **more):
    (path,) = exporter.export(report, ExportJob(tmp_path, "page", **more))
    return path.read_text(encoding="utf-8")


def elements(text):
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(text)
    return [element for element in tree.iter() if isinstance(element.tag, str)]


def outline(text):
    """Every element with the names of its attributes, in order: what data must never change."""
    return [(element.tag, tuple(sorted(map(str, element.attrib)))) for element in elements(text)]


@pytest.fixture(scope="session")
def page(sample, tmp_path_factory):
    return text_of(sample.rich(), tmp_path_factory.mktemp("page"))


def test_hostile_texts_make_no_element_and_no_attribute(sample, page, tmp_path):
    mild = text_of(sample.poisoned(lambda text: "mild " + text), tmp_path)
    for attack in sample.EVIL:
        assert outline(text_of(sample.poisoned(lambda text, a=attack: a + text), tmp_path)) == outline(mild)


def test_no_element_runs_loads_or_links(sample, tmp_path):
    for element in elements(text_of(sample.hostile(), tmp_path)):
        assert element.tag not in {"img", "iframe", "object", "embed", "form", "base", "audio", "video"}
        assert not [name for name in element.attrib if str(name).startswith("on") or name in ("src", "srcset", "style")]
        if "href" in element.attrib:
            assert element.attrib["href"].startswith(("#", "data:image/svg+xml,"))


def test_the_policy_allows_the_scripts_and_the_style_of_the_page_and_nothing_else(page):
    found = elements(page)
    policy = next(e.attrib["content"] for e in found if e.attrib.get("http-equiv") == "Content-Security-Policy")
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    runs = [e for e in found if e.tag == "script" and e.attrib.get("id") not in ("data", "queries")]
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in policy
    assert directives["script-src"].split() == [sha(unpacked(e)) for e in runs]
    assert directives["style-src"].split() == [sha(e.text) for e in found if e.tag == "style"]


def unpacked(script):
    """The library is packed, and runs as what it is unpacked to."""
    packed = script.attrib.get("type") == "text/plain"
    return zlib.decompress(base64.b64decode(script.text)).decode() if packed else script.text


def test_equal_queries_are_packed_once(page):
    packed = next(e for e in elements(page) if e.attrib.get("id") == "queries")
    queries = json.loads(unpacked(packed))["queries"]
    asked = [int(e.attrib["data-query"]) for e in elements(page) if "data-query" in e.attrib]
    assert len(asked) > len(queries) == len(set(queries)) == max(asked) + 1
    assert "SEMI JOIN" in queries[0]
    assert "SEMI JOIN" not in page


def sha(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_data_is_json_and_cannot_leave_its_element(sample, tmp_path):
    text = text_of(sample.hostile(), tmp_path)
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL).group(1)
    assert not set(block) & set("<>&'\u2028\u2029")
    assert set(json.loads(block)) == {"charts", "tables", "words", "locale"}


def test_equal_reports_give_equal_bytes(sample, page, tmp_path):
    assert text_of(sample.rich(), tmp_path) == page
    assert " object at 0x" not in page


def test_a_typical_page_is_small(page):
    assert len(page.encode()) < 1_500_000


def test_a_page_without_charts_carries_no_library(sample, tmp_path):
    assert len(text_of(sample.rich(), tmp_path, only="Activities").encode()) < 100_000


def test_only_one_figure(sample, tmp_path):
    text = text_of(sample.rich(), tmp_path, only="Activities")
    assert [e.text for e in elements(text) if e.tag == "h3" and "id" in e.attrib] == ["Activities"]


def test_ids_are_unique_and_every_reference_is_met(page):
    found = elements(page)
    ids = [e.attrib["id"] for e in found if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    for name in ("aria-labelledby", "aria-controls"):
        assert {e.attrib[name] for e in found if name in e.attrib} <= set(ids)


def test_every_figure_and_every_text_of_the_report_is_on_the_page(sample, page):
    from patron.plugins.exporters.parts import figures

    for placed in figures(sample.rich().parts):
        assert str(escape(plain(placed.part.title))) in page
    assert "P0703: the source erp has no table stock" in page
    assert "5f2c9a71e0b34d18" in page


def test_every_state_has_words_and_advice(sample, page):
    for words in ("not tracked", "not enough data", "pending", "expired", "hidden: fewer than 10 people",
                  "not permitted", "source missing"):  # fmt: skip
        assert words in page
    for advice in ("choose a later period", "Add the source to the project", "Ask an owner of the project"):
        assert advice in page


@pytest.mark.parametrize("change", [0.0004, -0.0004])
def test_a_change_that_rounds_to_nothing_is_none(sample, tmp_path, change):
    columns = sample.compared(sample.SALES)
    values = (Decimal(10000), Decimal(10004), change)
    both = [sample.figure(kind, "Sales", Result(columns, (values,))) for kind in ("cards", "table")]
    text = text_of(dataclasses.replace(sample.rich(), parts=tuple(both)), tmp_path)
    tones = [e.attrib["class"] for e in elements(text) if e.attrib.get("class", "").startswith("change ")]
    assert tones == ["change flat"] * 2
    assert "no change" in text
    assert not [sign for sign in ("▲", "▼", "+0.0%", "−0.0%") if sign in text]


def test_a_change_is_coloured_by_what_is_good_and_neutral_when_flat_or_missing(sample, tmp_path):
    found = elements(text_of(dataclasses.replace(sample.rich(), parts=(sample.cards(),)), tmp_path))
    tones = [e.attrib["class"].split()[1] for e in found if e.attrib.get("class", "").startswith("change ")]
    assert tones == ["good", "good", "flat", "bad", "good", "bad"]


def test_every_chart_has_its_numbers_behind_it(page):
    charts = [e for e in elements(page) if "data-chart" in e.attrib]
    figures = [e for e in elements(page) if e.tag == "figure" and "kind-chart" in e.attrib["class"]]
    assert all(e.attrib["role"] == "img" and e.attrib["aria-label"] for e in charts)
    assert all(any(inner.tag == "table" for inner in figure.iter()) for figure in figures)


@pytest.mark.parametrize("kind", ["card", "line", "bar", "pie", "table", "matrix", "heatmap", "funnel", "facts", "odd"])
def test_every_kind_shows_any_result(sample, tmp_path, kind):
    """A kind given something else than it draws falls back to a table, never to nothing."""
    shapes = [sample.daily(), sample.cohorts(), sample.cards(), sample.every_state(), sample.nothing(), sample.broken()]
    parts = tuple(dataclasses.replace(each, kind=kind) for each in shapes)
    text = text_of(dataclasses.replace(sample.rich(), parts=parts), tmp_path)
    assert sum(e.tag == "figure" for e in elements(text)) == len(parts)


def test_rows_beyond_the_first_page_are_in_the_data(sample, tmp_path):
    text = text_of(dataclasses.replace(sample.rich(), parts=(sample.activities(500),)), tmp_path)
    data = json.loads(next(e.text for e in elements(text) if e.attrib.get("id") == "data"))
    (table,) = data["tables"].values()
    assert len(table["rows"]) == 501
    assert table["perPage"] == 25
    assert sum(e.tag == "tr" for e in elements(text)) < 60


def test_a_page_in_chinese_has_no_english_left(sample, tmp_path):
    text = text_of(sample.rich(), tmp_path, locale="zh-TW")
    assert '<html lang="zh-TW">' in text
    assert "計算方式" in text
    assert "How this is counted" not in text


def test_an_absent_library_is_told_with_what_to_install(sample, job, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.setattr("patron.plugins.exporters.html.page.chart_library", uncached_library)
    with pytest.raises(ImportError, match=r"pip install 'patron\[html\]'"):
        exporter.export(sample.rich(), job)


def uncached_library():
    from patron.plugins.exporters.html.bundle import chart_library

    return chart_library.__wrapped__()


def test_a_damaged_cache_is_made_again(tmp_path, monkeypatch):
    from patron.plugins.exporters.html.bundle import chart_library

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = chart_library.__wrapped__()
    (kept,) = (tmp_path / "patron").iterdir()
    kept.write_text(kept.read_text(encoding="utf-8")[:-100], encoding="utf-8")
    assert chart_library.__wrapped__() == first


def test_listing_exporters_imports_nothing_heavy():
    import subprocess

    code = (
        "import sys, patron.plugins.exporters.html as h, patron.plugins.exporters.csv, patron.plugins.exporters.json;"
        "h.patron_exporters(); print([m for m in ('jinja2', 'vl_convert', 'babel', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "text, locale, told",
    [
        ("last 30 days (2026-05-02 to 2026-05-31)", "en", "last 30 days (May 2 – 31, 2026)"),
        ("2025-12-02 to 2026-05-31", "en_GB", "2 Dec 2025 – 31 May 2026"),
        ("2026-05-02 to 2026-05-31", "zh_TW", "2026年5月2日至31日"),
        ("end of 2026-05-31", "en", "end of May 31, 2026"),
        ("2026-05-06 09:00", "en", "2026-05-06 09:00"),
        ("9999-99-99 to 2026-13-01", "en", "9999-99-99 to 2026-13-01"),
        ("all time", "en", "all time"),
    ],
)
def test_dates_in_sentences_are_written_for_the_reader(text, locale, told):
    from patron.plugins.exporters.html.dates import readable

    assert readable(text, locale) == told


def texts_of(text, css_class, tag=None):
    return [
        "".join(e.itertext()).strip()
        for e in elements(text)
        if css_class in e.attrib.get("class", "").split() and tag in (None, e.tag)
    ]


def test_a_figure_repeats_nothing_that_the_head_says(sample, tmp_path):
    same, other = sample.daily(), dataclasses.replace(sample.channels(), period="2025-01-01 to 2025-01-31")
    report = dataclasses.replace(
        sample.rich(), parts=(dataclasses.replace(same, period="2026-04-07 to 2026-05-06"), other),
        period="last 30 days (2026-04-07 to 2026-05-06)",
    )  # fmt: skip
    assert texts_of(text_of(report, tmp_path), "sub") == ["Jan 1 – 31, 2025"]


def test_notes_are_sentences_and_each_is_told_once(sample, tmp_path):
    note = "18 orders without a customer are left out"
    figure = dataclasses.replace(sample.channels(), notes=(note, note))
    text = text_of(dataclasses.replace(sample.rich(), parts=(figure,)), tmp_path)
    assert texts_of(text, "small-note") == [f"{note}."]


def test_remarks_on_the_specs_are_folded(sample, tmp_path):
    remarks = ("sales.patron:68:19: P0201: no such thing", "sales.patron:69:19: P0201: no such thing")
    text = text_of(dataclasses.replace(sample.rich(), notes=remarks), tmp_path)
    (folded,) = [e for e in elements(text) if e.attrib.get("class") == "remarks"]
    assert (folded.tag, "open" in folded.attrib) == ("details", False)
    assert texts_of(text, "remarks")[0].startswith("2 remarks")


def test_the_columns_of_a_comparison_are_named_after_their_metric_once(sample, tmp_path):
    text = text_of(dataclasses.replace(sample.rich(), parts=(sample.products(),)), tmp_path)
    heads = ["".join(e.itertext()).strip() for e in elements(text) if e.tag == "th" and "scope" in e.attrib][:7]
    assert heads == ["Product", "Units", "before", "change", "Total sales", "before", "change"]
    told = [e.attrib.get("aria-label") for e in elements(text) if e.attrib.get("class") == "sort"]
    assert told == [None, None, "Units before", "Units change", None, "Total sales before", "Total sales change"]


def test_other_people_are_called_by_their_name(sample, tmp_path):
    figures = [dataclasses.replace(f, comparison="employees") for f in (sample.cards(), sample.channels())]
    text = text_of(dataclasses.replace(sample.rich(), parts=tuple(figures)), tmp_path)
    assert texts_of(text, "was")[0] == "employees: 1,139"
    assert texts_of(text, "key-text") == ["Total sales", "employees"]


def test_a_made_up_title_is_only_heard(sample, tmp_path):
    figure = dataclasses.replace(sample.cards(), title="Shoppers, sales, orders, ...", named=False)
    text = text_of(dataclasses.replace(sample.rich(), parts=(figure,)), tmp_path)
    assert texts_of(text, "unseen", "h3") == ["Shoppers, sales, orders, ..."]
