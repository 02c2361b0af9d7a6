"""From nothing to answers, with every real stage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from patron.engine.cli.group import patron
from patron.engine.runtime import extras


def call(*args: str) -> Result:
    return CliRunner().invoke(patron, list(args), catch_exceptions=False)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    done = call("init", "shop")
    assert done.exit_code == 0, done.output
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


def test_a_template_is_right_and_in_form(shop: Path) -> None:
    assert (shop / "model.patron").exists()
    assert call("check", "--data").stderr == "4 files: no problems\n"
    assert call("fmt", "--check").exit_code == 0
    assert call("init", ".").exit_code == 2


def test_a_template_answers(shop: Path) -> None:
    done = call("query", "total_sales, total_orders by month", "--as-of", "2026-03-31")
    assert done.stdout == (
        "month,total_sales,total_orders\n2026-01-01,60.50,2\n2026-02-01,85.00,2\n2026-03-01,72.00,2\n"
    )
    assert call("audience", "came_back").stdout == "id\n1\n"
    assert call("query", "total_sales", "--format", "json").stdout.startswith('{"columns": [{"name": "total_sales"')
    assert call("test").exit_code == 0
    assert "SELECT" in call("sql", "came_back").stdout
    assert (shop / ".patron" / "loads").is_dir()


def test_hours_are_those_of_the_project_in_every_format(shop: Path) -> None:
    spec = next(path for path in shop.glob("*.patron") if "timezone" in path.read_text())
    spec.write_text(spec.read_text().replace('timezone "UTC"', 'timezone "America/New_York"'))
    asked = ("query", "total_orders by hour", "--as-of", "2026-03-31", "--format")
    hours = {form: call(*asked, form).stdout.splitlines() for form in ("csv", "jsonl", "table", "json")}
    (first, *_), (line, *_) = hours["csv"][1:], hours["jsonl"]
    moment = first.partition(",")[0]
    assert moment[-6:] == "-05:00"
    assert json.loads(line)["hour"] == json.loads(hours["json"][0])["rows"][0][0] == moment
    assert moment[11:16] in "".join(hours["table"])


def test_a_wrong_phrase_is_told_before_any_data_is_read(shop: Path) -> None:
    done = call("query", "total_salez")
    assert done.exit_code == 3
    assert "P0201" in done.stderr
    assert "total_sales" in done.stderr
    assert not (shop / ".patron").exists()


def test_formatting_is_told_and_undone_by_nothing(shop: Path) -> None:
    path = shop / "words.patron"
    good = path.read_text()
    path.write_text(good.replace("metric large_orders ", "metric   large_orders\t"))
    done = call("fmt", "--check", "--diff")
    assert done.exit_code == 3
    assert "-metric   large_orders" in done.stdout
    assert "+metric large_orders" in done.stdout
    assert call("fmt").exit_code == 0
    assert path.read_text() == good
    path.write_text("language 1\nmetric = 3\n")
    assert call("fmt").exit_code == 3
    assert path.read_text() == "language 1\nmetric = 3\n"


def test_fmt_of_standard_input(shop: Path) -> None:
    done = CliRunner().invoke(patron, ["fmt", "-"], input='language 1\nfilter f on orders = status = "paid"\n')
    assert done.stdout == 'language 1\nfilter f on orders = status is "paid"\n'


def test_a_test_on_other_data(shop: Path) -> None:
    other = shop / "other"
    other.mkdir()
    for name in ("customers", "lines", "products"):
        (other / f"{name}.csv").write_text((shop / "data" / f"{name}.csv").read_text().splitlines()[0] + "\n")
    (other / "orders.csv").write_text("id,customer,created_at,total\nx,9,2026-01-01,5.00\n")
    (shop / "more.patron").write_text(
        'language 1\nimport "model.patron"\ntest "small" on "other" at 2026-02-01 {\n'
        "  expect total_sales = $5.00\n  expect total_orders = 2\n}\n"
    )
    done = call("test", "small", "--json")
    body = json.loads(done.stdout)["tests"][0]
    assert done.exit_code == 3
    assert [f["sides"] for f in body["failures"]] == [["total_orders = 1", "2"]]


def test_amounts_that_are_the_same_once_rounded(shop: Path) -> None:
    """Of 60.50 in 2 orders: amounts with all their decimals beside what was written, and the tolerance to write."""
    (shop / "more.patron").write_text(
        'language 1\nimport "model.patron"\ntest "rounded" at 2026-02-01 {\n'
        "  expect total_sales * 1000 / 7 = $8,642.86\n  expect total_sales * 1000 / 7 = $8,642.86 tolerance $0.005\n"
        "  expect total_sales = $62\n  expect total_orders / 8 = 0.3\n  expect total_orders / total_sales = 1\n}\n"
    )
    body = json.loads(call("test", "rounded", "--json").stdout)["tests"][0]
    assert [(f["sides"][0].partition(" = ")[2], f["sides"][1], f.get("hint")) for f in body["failures"]] == [
        ("$8,642.857143", "$8,642.86", "the same to the decimals that are written: add `tolerance $0.005`"),
        ("$60.50", "$62.00", None),
        ("0.25", "0.3", "the same to the decimals that are written: add `tolerance 0.05`"),
        ("0.033058", "1", None),
    ]
    assert "\n    the same to the decimals that are written: add `tolerance $0.005`\n" in call("test", "rounded").stdout


def test_why_and_the_tree(shop: Path) -> None:
    tree = call("audience", "lapsed", "--tree", "--as-of", "2026-04-15")
    assert tree.exit_code == 0
    assert "has not ordered in the last 60 days" in tree.stdout
    told = call("why", "2", "lapsed", "--as-of", "2026-04-15").stdout
    assert told.startswith("2 is in lapsed\n")
    assert "Nearest change: " in told


def test_a_report_is_made(shop: Path) -> None:
    done = call("run", "overview", "--format", "csv,json")
    assert done.exit_code == 0
    assert "out/overview/overview.json\n" in done.stdout
    manifest = json.loads((shop / "out" / "overview" / "manifest.json").read_text())
    assert {f["name"] for f in manifest["files"]} >= {"overview.json", "overview.csv"}


def test_a_report_of_older_specs_is_said_to_be_out_of_date(shop: Path) -> None:
    call("run", "overview", "--format", "csv")
    assert "out of date" not in call("doctor").stdout
    words = shop / "words.patron"
    words.write_text(words.read_text() + "metric more_sales = total_sales * 2\n")
    told = call("doctor").stdout
    assert "overview: out of date, made by other specs or settings than those at hand" in told
    assert "`patron run overview` makes it again." in told
    call("run", "overview", "--format", "json")
    assert "out of date" in call("doctor").stdout, "the csv that stands beside it is old"
    call("run", "overview", "--format", "csv")
    assert "out of date" not in call("doctor").stdout


def test_lists_of_a_real_audience(shop: Path) -> None:
    (shop / "lists.patron").write_text(
        'language 1\nimport "words.patron"\nlist vips {\n  from audience came_back\n  take once on 2026-03-31\n}\n'
    )
    done = call("lists", "take", "vips", "--as-of", "2026-03-31")
    assert (done.exit_code, done.stdout) == (0, "vips version 1: 1 people\n")
    assert call("lists", "export", "vips").stdout == "id\n1\n"
    assert call("query", "members for list vips", "--as-of", "2026-04-01").stdout == "members\n1\n"


def test_a_project_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "exports"
    data.mkdir()
    (data / "sales.csv").write_text(
        "order_no,customer_id,order_date,amount\n"
        + "".join(f"{i},{i % 4},{i % 12 + 1}/{i % 28 + 1}/2025,{i}.25\n" for i in range(1, 60))
    )
    monkeypatch.chdir(tmp_path)
    done = call("init", "mine", "--from", "exports", "--currency", "EUR")
    assert done.exit_code == 0, done.output
    assert "allow_paths" in (tmp_path / "mine" / "patron.toml").read_text()
    monkeypatch.chdir(tmp_path / "mine")
    assert call("fmt", "--check").exit_code == 0
    assert call("check", "--data").exit_code == 0
    assert call("query", "total_orders, total_sales").stdout == "total_orders,total_sales\n59,1784.75\n"


def test_a_new_project_says_once_what_predictions_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(extras, "there", lambda _: False)
    assert call("init", "shop").stderr.count("pip install 'patron[predict]'") == 1


def test_a_proposal_does_not_take_in_specs_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text("id,customer,created_at,total\n1,a,2026-05-01,10.00\n")
    for name in ("one", "two"):
        (tmp_path / "old" / name).mkdir(parents=True)
        (tmp_path / "old" / name / "model.patron").write_text("language 1\nmetric m = count(orders)\n")
    monkeypatch.chdir(tmp_path)
    done = call("init", "--from", "data")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "old/one/model.patron and 1 more would belong to the new project" in done.stderr
    assert not (tmp_path / "model.patron").exists()
    assert call("init", "shop", "--from", "data").exit_code == 0


def test_the_doctor_asks_for_nothing_that_running_does_not_need(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from patron.engine.runner import examining

    had = examining._version
    monkeypatch.setattr(examining, "_version", lambda name: "" if name == "lark" else had(name))
    assert "lark" not in call("doctor").stdout


def test_titles_of_traits_head_their_columns(shop: Path) -> None:
    (shop / "kinds.patron").write_text(
        'language 1\nimport "model.patron"\n'
        'trait kind_of "New or returning" on orders = if (order_number = 1) then "new" else "returning"\n'
        "trait plain_kind on orders = kind_of\n"
    )
    done = call("query", "total_orders by order.kind_of, order.plain_kind", "--format", "json")
    titles = [c["title"] for c in json.loads(done.stdout)["columns"]]
    assert titles == ["New or returning", "Plain kind", "Total orders"]


def test_a_customer_who_is_not_there_is_no_fault_of_a_phrase(shop: Path) -> None:
    done = call("why", "nobody", "came_back")
    assert done.stderr.startswith("Error: P0201: there is no customer `nobody`")


def test_a_pack_does_not_warn_of_itself(shop: Path) -> None:
    (shop / "packs.patron").write_text("language 1\nuse conversions\nuse shopline\n")
    assert "P0611" not in call("check").stderr


def test_a_file_of_a_format_nobody_writes_is_refused(shop: Path) -> None:
    done = call("query", "total_sales", "--out", "answer.xlsx")
    assert (done.exit_code, (shop / "answer.xlsx").exists()) == (2, False)
    assert ".csv" in done.stderr


def test_the_doctor_finds_and_mends(shop: Path) -> None:
    left = shop / "out" / ".old.csv.99999999.part"
    left.parent.mkdir()
    left.write_text("half")
    done = call("doctor")
    assert "mended" in done.stdout
    assert not left.exists()
    assert "4 specs without errors" in done.stdout


def test_a_demo_tells_what_it_made_and_a_quiet_one_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("demo", "loud")
    assert "loud/out/overview/Overview.html" in done.stdout.splitlines()
    assert "P0705" in done.stderr
    assert "on purpose" in done.stderr
    assert "Open in a browser:\n  loud/out/" in done.stderr
    quiet = call("demo", "quiet", "--quiet")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")
    assert (tmp_path / "quiet/out/overview/Overview.html").exists()
