"""Markdown pages, read by a parser of Markdown."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt

from patron.engine.contracts import ExportError
from patron.engine.testing import check_exporter
from patron.plugins.exporters import markdown as exporter
from patron.plugins.exporters.markdown.drawn import bar, course


def text_of(report, job, **more):
    main, *_ = exporter.export(report, dataclasses.replace(job, **more))
    return main.read_text(encoding="utf-8")


def tables(text):
    """The cells of each table of a page, by the heading before it."""
    found, heading, row = {}, "", []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            heading = _plain(token)
        elif token.type == "table_open":
            found.setdefault(heading, [])
        elif token.type == "tr_open":
            row = []
            found[heading].append(row)
        elif before.type in ("td_open", "th_open"):
            row.append(_plain(token))
    return found


def _plain(inline):
    return "".join(t.content for t in inline.children if t.type in ("text", "text_special", "code_inline"))


def test_the_contract_is_kept(tmp_path):
    (path,) = check_exporter(exporter.patron_exporters()[0], tmp_path)
    assert path.name == "sample.md"


def test_remarks_for_those_who_keep_the_report_stand_last_and_folded(sample, job):
    note = "P0506: history before 2026-05-01 is not stored; today's state is used"
    text = text_of(dataclasses.replace(sample.rich(), notes=(note,)), job)
    before, _, behind = text.partition("<details><summary>1 remark for those who keep this report</summary>\n\n- ")
    assert "P0506" not in before
    assert behind.startswith("P0506: history before 2026")
    assert text.endswith("\n</details>\n")


def test_the_page_says_what_it_is_about_and_holds_every_figure(sample, job):
    text = text_of(sample.rich(), job)
    report = sample.rich()
    for fact in (report.subject, "last 30 days: Apr 7 – May 6, 2026", "Mar 8 – Apr 6, 2026", "shopline"):
        assert fact in text
    found = tables(text)
    assert found["Activities"][1][:4] == ["SMS", "Spring preview 1", "Apr 7, 2026 09:00", "7,611"]
    assert found["Activities"][-1][0] == "Together"
    assert "Rows 1 to 25 of 64" in text
    assert found["Who came back"][0] == ["Cohort", "0", "1", "2", "3", "4", "5"]
    assert "P0703: the source erp" in text


def test_what_the_head_says_and_made_up_titles_are_not_repeated(sample, job):
    figure = dataclasses.replace(sample.products(), title="Units, total sales", named=False, period="x")
    report = dataclasses.replace(sample.rich(), period="last month (x)", parts=(figure,))
    text = text_of(report, job)
    assert "Units, total sales" not in text
    assert "*x*" not in text


def test_states_are_told_apart(sample, job):
    lines = {row[0]: row[1] for row in tables(text_of(sample.rich(), job))["Every state"][1:]}
    assert lines["Case 2: ok"] == "$0"
    assert lines["Case 7: expired"] == "$777 (expired: last known value)"
    assert len(set(lines.values())) == len(lines)


def test_hostile_texts_are_no_markup(sample, job):
    tokens = MarkdownIt("commonmark").enable("table").parse(text_of(sample.hostile(), job))
    own = {"<details>", "<summary>", "</summary>", "</details>"}
    blocks = "".join(t.content for t in tokens if t.type == "html_block")
    assert set(re.findall(r"</?\w+[^>]*>", blocks)) <= own
    inline = [c for t in tokens for c in t.children or ()]
    assert not [c for c in inline if c.type in ("html_inline", "link_open", "image")]


def test_pictures_are_asked_for_and_lie_beside_the_page(sample, job):
    main, *pictures = exporter.export(sample.rich(), dataclasses.replace(job, settings={"pictures": True}))
    named = re.findall(r"!\[.*?\]\((.*?)\)", main.read_text(encoding="utf-8"))
    assert named == [path.name for path in pictures]
    assert len(pictures) == 9


def test_one_figure_and_one_that_could_not_be_made(sample, job):
    found = tables(text_of(sample.rich(), job, only="Best products"))
    assert found["Best products"][1][0] == "Blue Dream 3.5 g"
    with pytest.raises(ExportError, match="P0703"):
        text_of(sample.rich(), job, only="Stock by day")


def test_bars_are_as_long_as_their_share():
    assert [len(bar(v, 100.0)) for v in (100.0, 50.0, 0.1)] == [20, 10, 1]
    assert [bar(v, 100.0) for v in (None, 0.0, -5.0)] == ["", "", ""]


def test_a_course_has_a_sign_for_each_value_and_a_dot_for_none():
    assert course([1.0, None, 9.0]) == "▁·█"
    assert course([None, 3.0]) == ""
