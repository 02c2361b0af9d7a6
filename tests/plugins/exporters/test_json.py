import dataclasses
import json

from patron.engine.results import STATES, Note
from patron.plugins.exporters import json as exporter
from patron.plugins.exporters.json.document import part_object


def read(paths):
    (path,) = paths
    return json.loads(path.read_text(encoding="utf-8"))


def figures(part):
    return [part] if part["part"] == "figure" else [f for each in part.get("parts", ()) for f in figures(each)]


def test_the_document_holds_the_whole_report(sample, job):
    document = read(exporter.export(sample.rich(), job))
    made = [figure for part in document["parts"] for figure in figures(part)]
    assert document["patron_report"] == 1
    assert document["provenance"]["sources"][2]["newest"] is None
    assert {figure["kind"] for figure in made} == {
        "cards", "line", "bar", "pie", "table", "matrix", "heatmap", "funnel", "facts", "sankey",
    }  # fmt: skip
    assert [figure["problem"] is None for figure in made].count(False) == 1


def test_money_is_text_and_every_state_is_told(sample, job):
    document = read(exporter.export(sample.rich(), dataclasses.replace(job, only="Every state")))
    values = [row[1] for row in document["result"]["rows"]]
    told = [value["state"] for value in values if isinstance(value, dict)]
    assert values[:3] == ["1250.00", "0.00", None]
    assert set(told) == set(STATES) - {"ok", "empty"}
    assert {"value": "777.00", "state": "expired"} in values


def test_moments_are_told_in_the_zone_of_the_report(sample, job):
    document = read(exporter.export(sample.rich(), job))
    of_all = [figure for part in document["parts"] for figure in figures(part) if figure["title"] == "Activities"]
    alone = read(exporter.export(sample.rich(), dataclasses.replace(job, only="Activities")))
    assert [each["result"]["rows"][1][2] for each in (*of_all, alone)] == ["2026-04-07T20:00:00-06:00"] * 2


def test_a_count_that_is_hidden_says_so(sample):
    lines = part_object(sample.conditions())["lines"]
    assert {"depth": 2, "words": "consent.email is yes", "left": {"value": None, "state": "suppressed"}} in lines
    assert {"depth": 2, "words": "consent.sms is yes", "left": None} in lines


def test_equal_reports_give_equal_bytes(sample, job, tmp_path):
    (first,) = exporter.export(sample.rich(), job)
    (second,) = exporter.export(sample.rich(), dataclasses.replace(job, stem="again"))
    assert first.read_bytes() == second.read_bytes()


def test_a_note_tells_when_it_is_said():
    assert part_object(Note("Always.")) == {"part": "note", "text": "Always."}
    assert part_object(Note("Few.", "total_orders < 2"))["when"] == "total_orders < 2"
