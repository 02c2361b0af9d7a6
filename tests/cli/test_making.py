"""Reports, runs, tests and lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from patron.engine.catalog import Catalog
from patron.engine.contracts import ExporterType
from patron.engine.runtime.errors import LimitReached

if TYPE_CHECKING:
    import pytest
    from cli.conftest import Shop  # type: ignore[import-not-found]


def test_a_report_is_made_with_its_exports(shop: Shop) -> None:
    done = shop("run", "weekly", "--as-of", "2026-05-06")
    assert done.exit_code == 5, "an export of bosses is skipped and told"
    assert done.stdout == "out/weekly/Weekly_numbers.txt\n"
    assert "P0805" in done.stderr
    assert (shop.root / "out/weekly/Weekly_numbers.txt").read_text() == "weekly as of 2026-05-06\n"
    manifest = json.loads((shop.root / "out/weekly/manifest.json").read_text())
    assert manifest["as_of"] == "2026-05-06"
    assert len(manifest["files"][0]["sha256"]) == 64
    assert sorted(p.name for p in (shop.root / "out").iterdir()) == ["weekly"]


def test_a_format_asked_for_once_stands_beside_the_exports(shop: Shop) -> None:
    shop("run", "weekly", "--as-of", "2026-05-05")
    done = shop("run", "weekly", "--format", "fake", "--as-of", "2026-05-06")
    assert (done.exit_code, done.stdout) == (0, "out/weekly/weekly.txt\n")
    folder = shop.root / "out/weekly"
    assert sorted(p.name for p in folder.iterdir()) == ["Weekly_numbers.txt", "manifest.json", "weekly.txt"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["as_of"] == "2026-05-06"
    assert {f["name"]: f.get("as_of") for f in manifest["files"]} == {
        "weekly.txt": None, "Weekly_numbers.txt": "2026-05-05",
    }  # fmt: skip
    (folder / "weekly.txt").unlink()
    shop("run", "weekly", "--format", "fake", "--as-of", "2026-05-07")
    told = [f.get("as_of") for f in json.loads((folder / "manifest.json").read_text())["files"]]
    assert told == [None, "2026-05-05"], "a file keeps its own moment"
    shop("run", "weekly")
    assert sorted(p.name for p in folder.iterdir()) == ["Weekly_numbers.txt", "manifest.json"], "what is declared"


def test_an_absent_library_is_told_before_anything_is_computed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop("run", "weekly")
    monkeypatch.setattr("patron.engine.runner.making.absent", lambda extra: "xlsxwriter" if extra == "xlsx" else "")
    exporter = ExporterType("xlsx", "a book", ".xlsx", lambda _r, _j: [], needs="xlsx")
    known = shop.stages.catalog(None).exporters
    monkeypatch.setattr(shop.stages, "catalog", lambda _config: Catalog(exporters={**known, "xlsx": exporter}))
    shop.stages.crash = AssertionError("nothing is asked")
    done = shop("run", "weekly", "--format", "xlsx")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "P0807: xlsx cannot be made: xlsxwriter is not installed" in done.stderr
    assert "pip install 'patron[xlsx]'" in done.stderr
    assert (shop.root / "out/weekly/Weekly_numbers.txt").exists()


def test_an_export_that_cannot_be_made_is_left_out_and_told(shop: Shop) -> None:
    spec = 'language 1\nimport "shop.patron"\nreport art {\n  for all records\n  show cards of total_sales\n'
    (shop.root / "art.patron").write_text(spec + '  export "Picture" as picky\n  export "Words" as fake\n}\n')
    done = shop("run", "art")
    assert (done.exit_code, done.stdout) == (3, "out/art/Words.txt\n")
    assert "P0807" in done.stderr
    assert "art.patron:6" in done.stderr
    assert "Name a show with a chart." in done.stderr
    assert not (shop.root / "out/art/Picture.txt").exists()


def test_an_unknown_format_and_an_unknown_report(shop: Shop) -> None:
    done = shop("run", "weekly", "--format", "fax")
    assert (done.exit_code, "fake" in done.stderr) == (2, True)
    done = shop("run", "weekli")
    assert (done.exit_code, "weekly" in done.stderr) == (3, True)


def test_without_names_every_report_is_made(shop: Shop) -> None:
    done = shop("run", "--format", "fake", "--out", "elsewhere", "--json")
    body = json.loads(done.stdout)
    assert [x["name"] for x in body["results"]] == ["weekly"]
    assert (shop.root / "elsewhere/weekly/weekly.txt").exists()


def test_a_run_is_performed_in_order(shop: Shop) -> None:
    done = shop("run", "nightly", "--as-of", "2026-05-06")
    steps = [line for line in done.stderr.splitlines() if line.startswith(("done", "FAILED"))]
    assert [s.split()[1] for s in steps] == ["list", "test", "report", "send"]
    assert f"1 file to {shop.root / 'sent'}" in done.stderr
    assert [path.name for path in (shop.root / "sent").iterdir()] == ["Weekly_numbers.txt"], "it is the whole report"
    assert done.exit_code == 5


def test_a_failing_test_stops_a_run(shop: Shop) -> None:
    done = shop("run", "broken")
    assert done.exit_code == 4
    assert "FAILED  test" in done.stderr
    assert "total_sales = $12.50" in done.stderr
    assert not (shop.root / "out").exists()


def test_a_failing_step_is_told_however_quiet(shop: Shop) -> None:
    done = shop("run", "broken", "--quiet")
    assert 'FAILED  test "bad"' in done.stderr
    assert "done" not in done.stderr
    (step,) = json.loads(shop("run", "broken", "--json").stdout)["results"][0]["steps"]
    assert step["tests"][0]["failures"][0]["sides"] == ["total_sales = $12.50", "$1.00"]


def test_names_of_files_differ_by_more_than_case(shop: Shop) -> None:
    spec = 'language 1\nimport "shop.patron"\nreport %s {\n  for all records\n  show cards "Sales" of total_sales\n'
    (shop.root / "a.patron").write_text(spec % "tiny" + '  export "Tiny" as fake\n}\n')
    (shop.root / "b.patron").write_text(spec % "sales" + '  export "Sales" as fake of "Sales"\n}\n')
    run = "run both {\n  every day at 06:00\n  report tiny, sales as fake\n}\n"
    (shop.root / "run.patron").write_text('language 1\nimport "a.patron"\nimport "b.patron"\n' + run)
    files = shop("run", "both").stdout.splitlines()
    assert files[0] == "out/tiny/Tiny.txt", "the export is the whole report: made once"
    assert files[1].startswith("out/sales/sales-"), "this export is another file"
    assert files[2:] == ["out/sales/Sales.txt"]


def test_tests_print_both_sides(shop: Shop) -> None:
    done = shop("test")
    assert done.exit_code == 3
    assert done.stdout.splitlines() == [
        "ok      good",
        "FAILED  bad",
        "  shop.patron:47: expect total_sales = $1.00 tolerance $0.50",
        "      total_sales = $12.50",
        "      $1.00",
        "FAILED  bad with data",
        "  shop.patron:51: expect total_orders / total_sales > 5",
        "      total_orders / total_sales = 0.32",
        "      5",
        '  shop.patron:52: expect "9" in audience romans',
        '      "9" is not among the 5 people of romans',
    ]
    assert "3 tests: 2 failed" in done.stderr


def test_data_checks_alone_end_with_four(shop: Shop) -> None:
    assert shop("test", "bad").exit_code == 4
    assert shop("test", "GOOD").exit_code == 0
    assert shop("test", "bad with data").exit_code == 3
    assert shop("test", "nope").exit_code == 2
    assert json.loads(shop("test", "--json").stdout)["tests"][0]["passed"] is True


def test_lists_are_taken_shown_and_exported(shop: Shop) -> None:
    assert "photo,pending,,,,,,,90,\n" in shop("lists").stdout
    assert shop("lists", "export", "photo").exit_code == 2
    done = shop("lists", "take", "photo", "--as-of", "2026-03-01T09:00")
    assert done.stdout == "photo version 1: 5 people\n"
    assert shop("lists", "take", "photo", "--as-of", "2026-03-01T09:00").stdout == done.stdout
    told = shop("lists", "--as-of", "2026-03-02").stdout
    assert "photo,live,1,5,2026-03-01T09:00:00+00:00,2026-08-28T09:00:00+00:00,2025-12-31,2026-08-28,90" in told
    assert "expired" in shop("list", "--as-of", "2026-12-01").stdout
    assert shop("lists", "export", "photo").stdout == "id\n1\n2\n3\n4\n5\n"
    assert shop("lists", "--format", "markdown").stdout.startswith("| List | State |")
    (row,) = json.loads(shop("lists", "show", "photo", "--format", "json").stdout)["rows"]
    assert len(row[-1]) == 12, "the beginning of a hash tells photographs apart"
    assert shop("lists", "--format", "csv", "show", "photo").exit_code == 2
    assert (
        shop("lists", "show", "photo").stdout.splitlines()[1].startswith("photo,1,5,2026-03-01T09:00:00+00:00,romans,")
    )


def test_versions_are_compared_and_people_erased(shop: Shop) -> None:
    assert shop("lists", "diff", "photo").exit_code == 2
    shop("lists", "take", "photo", "--as-of", "2026-03-01T09:00")
    one = shop("lists", "diff", "photo")
    assert (one.exit_code, "has one version only" in one.stderr) == (2, True)
    shop("lists", "take", "photo", "--as-of", "2026-03-02T09:00")
    done = shop("list", "diff", "photo", "1", "2", "--count", "--format", "csv")
    assert done.stdout == "before,after,entered,left,stayed\n1,2,0,0,5\n"
    assert "version 1 to 2: 0 entered, 0 left, 5 stayed" in done.stderr
    assert shop("lists", "diff", "photo", "1", "9").exit_code == 2
    done = shop("list", "erase", "3")
    assert done.stdout == "3: erased from 2 versions of photo and 0 kept results\n"
    assert shop("list", "erase", "3").stdout == "3: erased from 0 versions and 0 kept results\n"
    assert shop("lists", "export", "photo").stdout == "id\n1\n2\n4\n5\n"
    assert ",2026-08-29,90,1\n" in shop("lists", "--format", "csv", "--as-of", "2026-03-03").stdout
    assert shop("lists", "diff", "photo", "--format", "csv").stdout == "id,change\n"
    told = shop("lists", "show", "photo", "--version", "1", "--spec").stdout
    assert told.startswith("list photo ")
    assert "audience romans" in told


def test_a_damaged_list_ends_with_nine(shop: Shop) -> None:
    shop("lists", "take", "photo")
    next((shop.root / ".patron/kept").glob("*/*")).write_text('"7"\n')
    done = shop("lists", "export", "photo")
    assert done.exit_code == 9
    assert done.stdout == ""
    assert "the members of `photo` version 1" in done.stderr


def test_a_report_that_fails_is_told_and_leaves_what_was_there(shop: Shop) -> None:
    shop("run", "weekly", "--format", "fake")
    (shop.root / "zz.patron").write_text(
        'language 1\nimport "shop.patron"\nreport zz {\n  for all records\n  show cards of total_sales\n}\n'
    )
    shop.stages.crash = LimitReached("P0902: total_sales took more than 1 seconds")
    done = shop("run", "--format", "fake")
    assert done.exit_code == 7
    assert done.stderr.count("was not made") == 2
    assert (shop.root / "out/weekly/weekly.txt").exists()
    assert [r["error"] for r in json.loads(shop("run", "--format", "fake", "--json").stdout)["results"]]
