import csv
import dataclasses

import pytest

from patron.engine.contracts import ExportError
from patron.engine.results import Section
from patron.plugins.exporters import csv as exporter
from patron.plugins.exporters.parts import figures, slug, stable_slugs


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_a_report_is_an_index_and_a_file_for_every_figure(sample, job):
    main, *others = exporter.export(sample.rich(), job)
    head, *lines = rows(main)
    index = [dict(zip(head, line, strict=True)) for line in lines]
    assert main.name == "rep.csv"
    assert [entry["file"] for entry in index if entry["file"]] == [path.name for path in others]
    assert [entry["title"] for entry in index] == [placed.title for placed in figures(sample.rich().parts)]
    assert {entry["spec_hash"] for entry in index} == {"5f2c9a71e0b34d18"}
    assert sorted(path.name for path in job.folder.iterdir()) == sorted(path.name for path in (main, *others))


def test_a_figure_that_could_not_be_made_is_named_and_the_rest_is_there(sample, job):
    main, *others = exporter.export(sample.rich(), job)
    broken = next(line for line in rows(main) if line[1] == "Stock by day")
    assert broken[0] == ""
    assert broken[-1].startswith("P0703")
    assert len(others) == len(rows(main)) - 2


def test_only_one_figure_is_one_file(sample, job):
    paths = exporter.export(sample.rich(), dataclasses.replace(job, only="Activities"))
    assert [path.name for path in paths] == ["rep.csv"]
    assert len(rows(paths[0])) == 66


def test_moments_begin_with_the_date_by_which_the_report_counts(sample, job):
    (path,) = exporter.export(sample.rich(), dataclasses.replace(job, only="Activities"))
    sent = [line[2] for line in rows(path)[1:4]]
    assert sent == ["2026-04-07T09:00:00-06:00", "2026-04-07T20:00:00-06:00", "2026-04-08T07:00:00-06:00"]


def test_a_count_that_is_hidden_is_empty_and_says_so(sample, job):
    (path,) = exporter.export(sample.rich(), dataclasses.replace(job, only="Filters"))
    head, first, *_ = lines = rows(path)
    assert (head[-1], first) == ("people_left_state", ["0", "everyone", "41820", "ok"])
    assert ["2", "consent.email is yes", "", "suppressed"] in lines


def test_a_figure_nobody_knows_is_told_with_those_there_are(sample, job):
    with pytest.raises(ExportError, match=r'no show "Activties"; it has .*"Activities"'):
        exporter.export(sample.rich(), dataclasses.replace(job, only="Activties"))


def test_an_export_of_what_could_not_be_made_is_no_empty_file(sample, job):
    with pytest.raises(ExportError, match="P0703"):
        exporter.export(sample.rich(), dataclasses.replace(job, only="Stock by day"))


def test_hostile_texts_begin_with_nothing_a_spreadsheet_runs(sample, job):
    for path in exporter.export(sample.hostile(), job):
        for line in rows(path)[1:]:
            assert not [cell for cell in line if cell.lstrip(" \"'")[:1] in "=@＝＋－＠" and cell[:1] not in ("", "'")]


def test_raw_leaves_texts_as_they_are(sample, job):
    made = {}
    for raw in (False, True):
        (path,) = exporter.export(sample.rich(), dataclasses.replace(job, only="Activities", raw=raw))
        made[raw] = path.read_text(encoding="utf-8")
    assert "'=Half price" in made[False]
    assert "'=" not in made[True]
    assert "=Half price" in made[True]


def test_file_names_stay_when_others_come_and_go(sample):
    placed = tuple(figures(sample.rich().parts))
    by_title = dict(zip((each.title for each in placed), stable_slugs(placed), strict=True))
    fewer = placed[3:]
    assert all(by_title[each.title] == name for each, name in zip(fewer, stable_slugs(fewer), strict=True))


def test_figures_of_one_title_get_different_names(sample):
    daily = sample.daily()
    twin = dataclasses.replace(daily, address="list_performance/other/Sales day by day")
    names = stable_slugs(tuple(figures((daily, twin, twin))))
    assert len(set(names)) == 3
    assert all(name.startswith("sales-day-by-day-") for name in names)


def test_figures_of_one_title_are_told_apart_by_their_tabs(sample):
    daily = sample.daily()
    parts = [Section(tab, (dataclasses.replace(daily, address=tab),), True) for tab in ("Orders", "To come")]
    assert stable_slugs(tuple(figures(parts))) == ("sales-day-by-day-orders", "sales-day-by-day-to-come")


@pytest.mark.parametrize("title", ["../../x", "/etc/passwd", "a\x00b", "CON", "名單", "~" * 300, "a" * 300])
def test_a_slug_is_a_safe_piece_of_a_name(title):
    assert not set(slug(title)) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(slug(title)) <= 40


def test_what_no_source_fills_has_no_file_and_no_rows_have_one(sample, job):
    lacking = sample.channels()
    names = {c.name: ("reviews",) for c in lacking.result.columns if c.role == "metric"}
    nothing = dataclasses.replace(lacking, title="Ratings", result=dataclasses.replace(lacking.result, lacking=names))
    bare = dataclasses.replace(lacking.result, rows=(), states={})
    untaught = dataclasses.replace(bare, short=("28 days of history, 180 are needed",))
    parts = (
        nothing,
        dataclasses.replace(lacking, title="Quiet", result=bare),
        dataclasses.replace(lacking, title="Young", result=untaught),
    )
    main, *others = exporter.export(dataclasses.replace(sample.rich(), parts=parts), job)
    assert [path.name for path in others] == ["rep-quiet.csv"]
    assert len(rows(others[0])) == 1
    told = {line[1]: line[-1] for line in rows(main)[1:]}
    assert told["Ratings"].startswith("no source fills `reviews`: map it to see")
    assert (told["Quiet"], told["Young"]) == ("", "28 days of history, 180 are needed")
