"""Charts as SVG and PNG: read as XML, and as pixels by another library."""

from __future__ import annotations

import dataclasses
import sys
from xml.etree import ElementTree

import pytest

from patron.engine import results as r
from patron.engine.contracts import ExportError
from patron.engine.testing import check_exporter
from patron.plugins.exporters import png, svg
from patron.plugins.exporters.picture import measure, wrapped

pytest.importorskip("vl_convert", reason="needs the extra `html`")

DRAWN = [
    "Sales day by day", "Sales by channel", "Who bought", "Sales by category", "When people order",
    "Stores over the year", "Orders by weekday", "Who bought, by age and gender", "Where they live",
]  # fmt: skip


def texts(path):
    return [e.text for e in ElementTree.parse(path).iter() if e.tag.endswith("}text")]


@pytest.mark.parametrize("exporter", [svg, png])
def test_the_contract_is_kept(exporter, tmp_path):
    check_exporter(exporter.patron_exporters()[0], tmp_path)


def test_every_chart_is_a_file_and_all_are_on_one(sample, job):
    main, *others = svg.export(sample.rich(), job)
    assert len(others) == len(DRAWN)
    assert [texts(path)[0] for path in others] == DRAWN
    assert set(DRAWN) < set(texts(main))


def test_a_chart_says_what_it_is_about_and_shows_its_legend_and_marks(sample, job):
    (path,) = svg.export(sample.rich(), dataclasses.replace(job, only="Sales day by day"))
    said = texts(path)
    assert any(text.startswith("Spring VIPs (list, version 2)") for text in said)
    assert {"Total sales", "before", "$3,000", "(1) Apr 19, 2026: Spring preview (SMS)"} <= set(said)
    assert any("2026-05-06 09:00" in text for text in said)


def test_letters_that_are_wider_on_another_machine_are_not_cut(sample, job):
    for path in svg.export(sample.rich(), job):
        inner = [e for e in ElementTree.parse(path).getroot() if e.tag.endswith("}svg")]
        assert inner
        assert {e.get("overflow") for e in inner} == {"visible"}


def test_a_hidden_value_is_not_drawn(sample, job):
    figure = sample.channels()
    hidden = dataclasses.replace(figure.result, states={(1, 1): r.SUPPRESSED})
    report = dataclasses.replace(sample.rich(), parts=(dataclasses.replace(figure, result=hidden),))
    (path,) = svg.export(report, dataclasses.replace(job, only=figure.title))
    said = texts(path)
    assert "hidden: fewer than 10 people" in said
    assert "$18,933" not in path.read_text(encoding="utf-8")


def test_hostile_texts_are_only_texts(sample, job):
    for path in svg.export(sample.hostile(), job):
        tags = {e.tag.rpartition("}")[2] for e in ElementTree.parse(path).iter()}
        assert tags <= {"svg", "g", "rect", "path", "text", "line", "defs", "clipPath"}
        named = [n for e in ElementTree.parse(path).iter() for n in e.attrib]
        assert not [n for n in named if n.startswith("on") or "href" in n]


def test_names_inside_one_picture_are_not_taken_twice(sample, job):
    for path in svg.export(sample.rich(), job):
        names = [e.get("id") for e in ElementTree.parse(path).iter() if e.get("id")]
        assert len(names) == len(set(names))
        uses = [u.removeprefix("url(#").removesuffix(")") for e in ElementTree.parse(path).iter()
                if (u := e.get("clip-path"))]  # fmt: skip
        assert set(uses) <= set(names)


def test_pixels_have_the_size_asked_for_and_the_colours_of_the_page(sample, job):
    image = pytest.importorskip("PIL.Image", reason="needs the extra `test`")
    sizes = {}
    for scale in (1, 3):
        asked = dataclasses.replace(job, only="Who bought", settings={"scale": scale})
        (path,) = png.export(sample.rich(), asked)
        with image.open(path) as found:
            sizes[scale] = found.size
            colours = {colour for _, colour in found.convert("RGB").getcolors(found.width * found.height)}
            assert {(0x14, 0x79, 0x5F), (0xCD, 0xD6, 0xD0), (255, 255, 255)} <= colours
    assert sizes[3] == tuple(3 * side for side in sizes[1])


def test_what_is_not_drawn_is_told(sample, job):
    with pytest.raises(ExportError, match=r'"Activities" is a table') as told:
        svg.export(sample.rich(), dataclasses.replace(job, only="Activities"))
    assert told.value.hint == "Drawn are: bar, heatmap, line, pie."
    with pytest.raises(ExportError, match="P0703"):
        svg.export(sample.rich(), dataclasses.replace(job, only="Stock by day"))


def test_a_report_without_charts_has_no_picture(sample, job):
    report = dataclasses.replace(sample.rich(), parts=(sample.figure("table", "T", sample.channels().result),))
    with pytest.raises(ExportError, match="no chart to draw") as refused:
        svg.export(report, job)
    assert "bar" in refused.value.hint
    assert not list(job.folder.iterdir())


def test_what_has_no_data_is_not_drawn(sample, job):
    def of(title, rows):
        return dataclasses.replace(sample.figure("bar", title, dataclasses.replace(full, rows=rows)), address=title)

    full = sample.channels().result
    lacking = dataclasses.replace(full, states={(r, c): "source missing" for r in range(len(full.rows))
                                                for c in range(len(full.columns))})  # fmt: skip
    report = dataclasses.replace(
        sample.rich(), parts=(of("Full", full.rows), of("Empty", ()), sample.figure("bar", "Lacking", lacking))
    )
    assert [path.name for path in svg.export(report, job)] == [f"{job.stem}.svg", f"{job.stem}-full.svg"]
    with pytest.raises(ExportError, match='"Empty" has nothing to draw'):
        svg.export(report, dataclasses.replace(job, only="Empty"))


def test_an_absent_library_is_told_with_the_extra(sample, job, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    for exporter in (svg, png):
        with pytest.raises(ImportError, match=r"pip install 'patron\[html\]'"):
            exporter.export(sample.rich(), job)


def test_lines_are_not_wider_than_asked():
    text = "word " * 40 + "x" * 200 + " 名單" * 30
    lines = list(wrapped(text, 30.0))
    assert all(measure(line) <= 30.0 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
