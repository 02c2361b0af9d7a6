"""What commands print, where, and how they end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from patron.dsl.problems import Problem
from patron.dsl.tree import Span
from patron.engine.runtime.errors import Busy, Damaged, DataError, LimitReached, PermissionDenied

if TYPE_CHECKING:
    from cli.conftest import Shop  # type: ignore[import-not-found]


def test_a_query_in_a_pipe_is_csv_and_notes_go_to_standard_error(shop: Shop) -> None:
    done = shop("query", "total_sales, total_orders")
    assert (done.exit_code, done.stdout) == (0, "total_sales,total_orders\n12.50,4\n")
    assert "a note" in done.stderr
    assert shop("query", "total_sales", "--quiet").stderr == ""


@pytest.mark.parametrize(
    "form, told",
    [
        ("table", "total_sales\n"),
        ("json", '"rows": [["12.50"]]'),
        ("jsonl", '{"total_sales": "12.50"}\n'),
        ("markdown", "| total\\_sales |\n"),
        ("csv", "total_sales\n12.50\n"),
    ],
)
def test_formats(shop: Shop, form: str, told: str) -> None:
    assert told in shop("query", "total_sales", "--format", form).stdout


@pytest.mark.parametrize(
    "form, told",
    [
        (
            "exel",
            "Did you mean `xlsx`? Reports are written as xlsx: `patron run REPORT --format xlsx`. Known: table, csv,",
        ),
        ("html", "  Reports are written as html: `patron run REPORT --format html`. Known: table, csv,"),
        ("JSON", "  Did you mean `json`? Known: table, csv,"),
        ("zzz", "  Known: table, csv, json, jsonl, parquet, arrow, markdown\n"),
    ],
)
def test_another_format_is_told_with_what_may_be_meant(shop: Shop, form: str, told: str) -> None:
    done = shop("query", "total_sales", "--format", form)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"there is no format `{form}` for an answer" in done.stderr
    assert told in done.stderr


def test_a_file_instead_of_standard_output(shop: Shop) -> None:
    done = shop("query", "total_sales", "--out", "answer.json")
    assert (done.exit_code, done.stdout) == (0, "")
    assert json.loads((shop.root / "answer.json").read_text())["columns"][0]["type"] == "money"


def test_formulas_are_made_inert_unless_raw(shop: Shop) -> None:
    assert shop("query", "bad_name").stdout == "bad_name\n'=1+1\n"
    assert shop("query", "bad_name", "--raw").stdout == "bad_name\n=1+1\n"


def test_shared_options_stand_before_or_after_the_command(shop: Shop) -> None:
    for args in (
        ["--json", "query", "total_sales"],
        ["query", "--json", "total_sales"],
        ["query", "total_sales", "--json"],
    ):
        assert json.loads(shop(*args).stdout)["rows"] == [["12.50"]]


def test_a_mistake_in_a_phrase_shows_the_phrase(shop: Shop) -> None:
    done = shop("query", "total_sales by month month")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "phrase:1:22: P0101" in done.stderr
    assert "    1 | total_sales by month month" in done.stderr


def test_problems_as_json_go_to_standard_output(shop: Shop) -> None:
    done = shop("query", "total_sales by month month", "--json")
    body = json.loads(done.stdout)
    assert done.exit_code == 3
    assert body["problems"][0]["code"] == "P0101"
    assert body["error"]["exit_code"] == 3
    assert done.stderr == ""


def test_check_of_a_good_project(shop: Shop) -> None:
    done = shop("check")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "1 file: no problems\n")
    assert json.loads(shop("check", "--json").stdout) == {"problems": []}


def test_check_shows_place_line_and_carets(shop: Shop) -> None:
    (shop.root / "more.patron").write_text("language 1\nfilter f on orders = status is 'canceled'\n")
    done = shop("check")
    assert done.exit_code == 3
    assert "more.patron:2:32: P0101:" in done.stderr
    assert "    2 | filter f on orders = status is 'canceled'\n      |                                ^" in done.stderr
    assert "2 files: 1 error" in done.stderr
    assert shop("check", "shop.patron").exit_code == 0


def test_check_of_a_file_that_is_not_there(shop: Shop) -> None:
    done = shop("check", "shp.patron")
    assert done.exit_code == 2
    assert "shop.patron" in done.stderr


def test_data_faults_end_with_four(shop: Shop) -> None:
    span = Span("shop.patron", 3, 1, 3, 8)
    shop.stages.warnings = (Problem("P0705", span, "2 values of total are not money"),)
    done = shop("query", "total_sales")
    assert done.exit_code == 4
    assert "P0705" in done.stderr
    assert shop("check").exit_code == 0
    assert shop("check", "--data").exit_code == 4


def test_warnings_of_the_load_are_told_beside_the_answer(shop: Shop) -> None:
    span = Span("shop.patron", 3, 1, 3, 8)
    shop.stages.warnings = (Problem("P0705", span, "329 values of total are not money", severity="W"),)
    done = shop("query", "total_sales")
    assert done.exit_code == 0
    assert "329" in done.stderr


def test_warnings_of_a_load_are_told_once_and_on_demand(shop: Shop) -> None:
    span = Span("shop.patron", 3, 1, 3, 8)
    shop.stages.warnings = (Problem("P0705", span, "329 values of total are not money", severity="W"),)
    assert "shop.patron:3:1: P0705" in shop("why", "1", "romans").stderr
    later = shop("query", "total_sales").stderr.splitlines()
    assert "rows: 329 values of total are not money (`patron check --data` tells where)" in later
    assert not [line for line in later if "P0705" in line]
    assert "shop.patron:3:1: P0705" in shop("check", "--data").stderr


def test_many_warnings_of_a_load_are_recalled_in_one_line(shop: Shop) -> None:
    many = (Problem("P0708", Span("shop.patron", n, 1, n, 8), f"{n} of 9 rows", severity="W") for n in range(1, 6))
    shop.stages.warnings = tuple(many)
    shop("query", "total_sales")
    told = [line for line in shop("query", "total_sales").stderr.splitlines() if " rows" in line]
    assert told == [
        "rows: 1 of 9 rows, 2 of 9 rows, 3 of 9 rows, and 2 warnings more (`patron check --data` tells where)"
    ]
    assert shop("query", "total_sales", "--quiet").stderr == ""


@pytest.mark.parametrize(
    "error, code",
    [
        (PermissionDenied("no"), 5), (Busy("busy"), 6), (LimitReached("P0902: too long"), 7), (Damaged("broken"), 9),
        (DataError((), "data"), 4), (MemoryError(), 7), (OSError(28, "No space left on device", "/x"), 8),
        (RuntimeError("a fault"), 1), (KeyboardInterrupt(), 130), (RuntimeError("Query interrupted"), 130),
    ],
)  # fmt: skip
def test_exit_codes(shop: Shop, error: BaseException, code: int) -> None:
    shop.stages.crash = error
    done = shop("query", "total_sales")
    assert done.exit_code == code
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_a_fault_has_a_key_and_a_trace_only_with_debug(shop: Shop) -> None:
    shop.stages.crash = RuntimeError("a fault")
    told = shop("query", "total_sales").stderr
    assert "P0999" in told
    assert "[key " in told
    assert told == shop("query", "total_sales").stderr
    assert "Traceback" in shop("query", "total_sales", "--debug").stderr
    body = json.loads(shop("query", "total_sales", "--json").stdout)
    assert body["error"]["key"] in told


def test_audience_members(shop: Shop) -> None:
    assert shop("audience", "romans").stdout == "id\n1\n2\n3\n4\n5\n"
    assert shop("audience", "ROMANS", "--count").stdout == "5\n"
    assert shop("audience", "romans", "--columns", "name, city").stdout.startswith("id,name,city\n1,x,x\n")
    sample = shop("audience", "romans", "--sample", "2").stdout
    assert len(sample.splitlines()) == 3
    assert sample == shop("audience", "romans", "--sample", "2").stdout
    assert json.loads(shop("audience", "romans", "--count", "--json").stdout)["members"] == 5


def test_audience_tree(shop: Shop) -> None:
    assert shop("audience", "romans", "--tree").stdout == (
        'romans            5\ninclude all of    9\n  city is "Rome"  5\n'
    )


def test_an_unknown_audience(shop: Shop) -> None:
    done = shop("audience", "roman")
    assert done.exit_code == 3
    assert "P0201" in done.stderr
    assert "Did you mean `romans`?" in done.stderr


def test_why(shop: Shop) -> None:
    done = shop("why", "7", "romans")
    assert done.stdout.startswith('7 is not in romans\n\n  no   city is "Rome"  city is "Milan"\n')
    assert json.loads(shop("why", "7", "romans", "--json").stdout)["member"] is False


def test_set_and_as_of_are_checked(shop: Shop) -> None:
    assert shop("query", "total_sales", "--set", "days=3").exit_code == 0
    assert shop("query", "total_sales", "--set", "day=3").exit_code == 3
    assert shop("query", "total_sales", "--set", "days").exit_code == 2
    assert shop("query", "total_sales", "--as-of", "soon").exit_code == 2


def test_secrets_never_show(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "canary-4711/x")
    (shop.root / "base.patron").write_text('language 1\nsource s from csv {\n  folder env("SHOP_KEY")\n}\n')
    for error in (RuntimeError("cannot reach canary-4711/x"), Busy("canary-4711%2Fx is busy", "canary-4711/x")):
        shop.stages.crash = error
        for options in ((), ("--debug",), ("--json",)):
            done = shop("query", "total_sales", *options)
            assert done.exit_code != 0
            assert "canary" not in done.output, done.output
            assert "***" in done.output
