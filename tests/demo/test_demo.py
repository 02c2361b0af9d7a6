"""The demo shop: the same bytes every time, at every size, whole or not at all; and specs that are well written."""

import hashlib
import re
from pathlib import Path

import duckdb
import pytest

from patron.dsl.parse import parse_file
from patron.engine.cli.commands.demo import _holds_something
from patron.engine.runner.demo import SIZES, ground, make_shop, making, write_data
from patron.engine.runtime.errors import IoFailed
from tests.demo.conftest import read

SPECS = Path(__file__).parents[2] / "specs"
DIGEST = "8a43feae1e84e93f1d8a39e33ef89a40b058c7772a60a2f3ef930b490bd32f47"


def digest(folder):
    told = hashlib.sha256()
    for path in sorted(folder.rglob("*.csv")):
        told.update(path.name.encode() + path.read_bytes())
    return told.hexdigest()


# ---------------------------------------------------------------- the same everywhere


def test_same_bytes(shop, tmp_path):
    """Pinned: every version of the database that is allowed writes these."""
    write_data(tmp_path)
    assert digest(tmp_path) == digest(shop) == DIGEST


def test_another_seed_is_another_shop(shop, tmp_path):
    make_shop(tmp_path, seed=2)
    assert digest(tmp_path) != DIGEST
    assert not (tmp_path / "counted.patron").exists()
    assert (shop / "counted.patron").exists()


def test_another_shop_in_the_same_folder_keeps_no_numbers_of_the_first(tmp_path):
    make_shop(tmp_path)
    make_shop(tmp_path, 100, 2)
    assert not (tmp_path / "counted.patron").exists()
    assert len(read(tmp_path / "data" / "orders.csv")) < 200


@pytest.mark.parametrize("script", [*making.GROUND, *making.BLOCK])
def test_scripts_draw_by_whole_numbers(script):
    """What differs between versions, machines or numbers of threads has no place in them."""
    text = (Path(ground.__file__).parent / "sql" / f"{script}.sql").read_text(encoding="utf-8")
    code = re.sub(r"--.*|'(?:[^']|'')*'", "", text)
    forbidden = r"\b(random|uuid|hash|now|current_\w+|double|float|real|sample|avg|first_value|any_value)\b\s*\(?"
    assert re.findall(forbidden, code, re.IGNORECASE) == []
    assert re.findall(r"\d/\s*\d|[^/]/[^/*]", code) == []


@pytest.fixture
def draws():
    with duckdb.connect() as connection:
        made = ground.Ground(connection)
        made.settle(seed_key=0x9E3779B1, stores=4)
        made.run("macros")
        yield lambda sql: [row[0] for row in connection.execute(sql).fetchall()]


def test_draws_are_pinned(draws):
    assert draws("SELECT draw('a topic', i, 1000) FROM range(5) AS t(i)") == [49, 363, 885, 845, 123]
    assert draws("SELECT draw('a topik', i, 1000) FROM range(5) AS t(i)") != draws(
        "SELECT draw('a topic', i, 1000) FROM range(5) AS t(i)"
    )


def test_draws_are_even(draws):
    counted = draws("SELECT count(*) FROM range(20000) AS t(i) GROUP BY draw('even', i, 10)")
    assert len(counted) == 10
    assert all(1_800 < n < 2_200 for n in counted)


def test_neighbours_are_drawn_apart(draws):
    """Neither the next row nor the next topic says anything about a draw."""
    for other in ("draw('even', i + 1, 10)", "draw('odd', i, 10)", "draw_of('even', i, 1, 10)"):
        pairs = draws(f"SELECT count(*) FROM range(100000) AS t(i) GROUP BY draw('even', i, 10) * 10 + {other}")
        assert len(pairs) == 100
        assert all(850 < n < 1_150 for n in pairs)


@pytest.mark.parametrize("value, text", [(0, "0.00"), (5, "0.05"), (1234, "12.34"), (-150, "-1.50")])
def test_cents(draws, value, text):
    assert draws(f"SELECT cents({value})::VARCHAR") == [text]


def test_degrees(draws):
    assert draws("SELECT degrees(-104987001)::VARCHAR") == ["-104.987001"]


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize("orders", [1, 10, 2_000, 20_000])
def test_about_so_many_orders(tmp_path, orders):
    write_data(tmp_path, orders)
    assert abs(len(read(tmp_path / "orders.csv")) - orders) <= max(20, orders // 10)


def test_blocks_follow_each_other(tmp_path, monkeypatch):
    """A large shop is many blocks: no number twice, and the same campaigns for all."""
    monkeypatch.setattr(making, "CUSTOMERS", 100)
    write_data(tmp_path / "blocks", 2_000)
    for name, key in (("orders", "order_no"), ("actions", "id"), ("messages", "id"), ("customers", "customer_no")):
        rows = read(tmp_path / "blocks" / f"{name}.csv")
        assert name == "customers" or len({r[key] for r in rows}) == len(rows)
    assert len({r["customer_no"] for r in rows if r["customer_no"].startswith("C")}) == 380
    assert len(read(tmp_path / "blocks" / "campaigns.csv")) == 73


def test_a_large_shop_has_many_stores():
    with duckdb.connect() as connection:
        made = ground.Ground(connection)
        made.settle(seed_key=1, customers=1_000_000, stores=204)
        made.run(*making.GROUND)
        asked = (
            "SELECT count(*), count(DISTINCT id), count(DISTINCT city), count(DISTINCT first_postcode // 4) FROM stores"
        )
        assert connection.execute(asked).fetchall() == [(204, 204, 204, 204)]
        assert connection.execute("SELECT count(*) > 600 FROM sellers").fetchall() == [(True,)]


def test_sizes():
    assert SIZES == {"small": 2_000, "medium": 20_000, "large": 200_000}


# ---------------------------------------------------------------- whole or not at all


def test_a_disk_without_room(tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise duckdb.IOException("IO Error: Could not write file: No space left on device")

    monkeypatch.setattr(ground.Ground, "write", full)
    with pytest.raises(IoFailed, match="No space left"):
        make_shop(tmp_path / "shop")
    assert list((tmp_path / "shop").iterdir()) == []


def test_stopped_in_the_middle(tmp_path, monkeypatch):
    def stopped(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "move_in", stopped)
    with pytest.raises(KeyboardInterrupt):
        make_shop(tmp_path / "shop")
    assert list((tmp_path / "shop").iterdir()) == []


def test_what_a_killed_demo_left_is_nothing(tmp_path):
    left = tmp_path / ".scratch-1a2b.999999999.part"
    (left / "data").mkdir(parents=True)
    assert not _holds_something(tmp_path)
    assert not left.exists()
    (tmp_path / "notes.txt").touch()
    assert _holds_something(tmp_path)
    assert not _holds_something(tmp_path / "new")


# ---------------------------------------------------------------- the specs


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.patron")), ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_specs_parse(path):
    document, problems = parse_file(path.read_bytes(), path.name)
    assert problems == ()
    assert len(document.statements) > 1


def test_specs_import_what_is_there():
    for path in SPECS.rglob("*.patron"):
        for name in re.findall(r'^import .*"(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE):
            assert (path.parent / name).is_file()


def test_the_demo_is_a_project(shop):
    assert {p.name for p in shop.iterdir() if p.is_file()} == {p.name for p in (SPECS / "greenhouse").iterdir()}
