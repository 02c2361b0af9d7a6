"""The jobs: their phrases parse, their SQL runs, and answers are compared as they should be."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from benchmarks.compare import differences, same
from benchmarks.definitions import definitions
from benchmarks.generate import SKEW_TABLES, generate, generate_skew
from benchmarks.hand_side import HandOnFiles
from benchmarks.jobs import HAND, JOBS, SKEW_PHRASES
from benchmarks.patron_side import SKEW_SPEC, SPEC
from patron.dsl.parse import parse_file, parse_phrase


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    generate(0.003, folder)
    side = HandOnFiles(folder, 1, "1GB", folder)
    yield side
    side.close()


@pytest.mark.parametrize("path", sorted([*SPEC.glob("*.patron"), *SKEW_SPEC.glob("*.patron")]), ids=lambda p: p.name)
def test_specs_parse(path):
    assert parse_file(path.read_bytes(), path.name)[1] == ()


@pytest.mark.parametrize("phrase", [*(j.phrase for j in JOBS if j.phrase), *SKEW_PHRASES.values()])
def test_phrases_parse(phrase):
    assert parse_phrase(phrase)[1] == ()


def test_a_thousand_definitions_parse():
    document, problems = parse_file("language 1\n" + "\n".join(definitions(1000)), "many.patron")
    assert problems == ()
    assert len(document.statements) == 1001


@pytest.mark.parametrize("job", JOBS, ids=lambda j: j.name)
def test_hand_sql_runs_and_agrees_with_itself(hand, job):
    rows, columns, _ = hand.answer(job)
    again, _, _ = hand.answer(job)
    assert rows
    assert set(job.keys) <= set(columns)
    assert list(differences(rows, columns, again, columns, job.keys)) == []


def test_every_day_of_the_period_and_a_total(hand):
    rows, _, _ = hand.answer(next(j for j in JOBS if j.name == "b"))
    assert len(rows) == 91
    assert rows[0][0] == dt.date(2025, 10, 3)
    assert rows[-2][:2] == (dt.date(2025, 12, 31), 0)
    assert rows[-1][0] is None


PAIRS = """
    WITH firsts AS (
        SELECT any_value(a.campaign) AS campaign, min(o.id) AS id
        FROM actions AS a
        JOIN campaigns AS c ON c.id = a.campaign
        JOIN orders AS o ON o.customer = a.customer AND o.created_at >= a.acted_at
            AND o.created_at <= a.acted_at + to_days(coalesce(c.attribution_window, 14)::INTEGER)
        GROUP BY a.id
    )
    SELECT campaign, count(*) AS conversions, sum(total) AS revenue
    FROM (SELECT DISTINCT campaign, id FROM firsts) AS credits
    JOIN orders USING (id)
    GROUP BY campaign
    ORDER BY campaign
"""


@pytest.mark.parametrize("name", ["one", "spread"])
def test_the_window_form_for_a_busy_customer_gives_what_all_pairs_give(name, tmp_path):
    generate_skew(3_000, tmp_path)
    connection = duckdb.connect()
    for table in SKEW_TABLES:
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{tmp_path / name / table}.parquet')")
    by_window = connection.execute((HAND / "skew_first.sql").read_text()).fetchall()
    assert by_window
    assert by_window == connection.execute(PAIRS).fetchall()


@pytest.mark.parametrize(
    "ours, theirs",
    [
        ("12", 12),
        (Decimal("1.50"), Decimal("1.5000")),
        (3, Decimal(3)),
        (Decimal("33.333333"), 33.33333333333),
        (0.1 + 0.2, 0.3),
        (None, None),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1)),
    ],
)
def test_same(ours, theirs):
    assert same(ours, theirs)


@pytest.mark.parametrize(
    "ours, theirs",
    [("12", 13), (Decimal("1.50"), Decimal("1.5001")), (None, 0), (0.3, 0.30000001), ("a", "b")],
)
def test_not_same(ours, theirs):
    assert not same(ours, theirs)


def test_differences_are_told():
    told = list(differences([("1", 5), ("2", 6)], ["id", "n"], [(1, 5), (2, 7)], ["id", "n"], ["id"]))
    assert told == ["(2,) n: 6, expected 7"]
    assert list(differences([], ["id"], [(1, 2)], ["id", "n"], ["id"])) == ["columns n are missing"]
