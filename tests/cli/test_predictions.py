"""`patron predictions check`: the card of a project."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from click.testing import CliRunner

from patron.engine.cli.group import patron

SPEC = """language 1
project "Tries" {
  timezone "UTC"
  currency USD
}
source files from csv {
  folder "data"
}
table orders from files.orders
"""
USE = "use predictions {\n  gate_buyers 20\n  gate_days 60\n  horizon 60 days\n}\n"


@pytest.fixture
def ask(tmp_path: Path):
    """Runs the command in a shop of fifty customers, each of whom comes every so many days."""
    first, rows = dt.date(2025, 6, 1), ["id,customer,created_at,total"]
    for customer in range(50):
        days = range(customer, 300, 7 + customer)
        rows += [f"o{customer}-{d},c{customer},{first + dt.timedelta(d)},{20 + customer}" for d in days]
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.csv").write_text("\n".join(rows))

    def run(use: str, *args: str):
        (tmp_path / "shop.patron").write_text(SPEC + use)
        given = ["--project", str(tmp_path), "predictions", "check", "--as-of", "2026-03-31", *args]
        return CliRunner().invoke(patron, given)

    return run


def test_the_card_has_a_row_for_each_model_and_line_and_a_sentence_for_what_is_used(ask) -> None:
    done = ask(USE, "--format", "csv")
    assert done.exit_code == 0, done.output
    head, *rows = (line.split(",") for line in done.stdout.splitlines())
    assert [name.rpartition(".")[2].partition(")")[0] for name in head][:7] == (
        "level target origin days model used n".split()
    )
    assert {row[1] for row in rows} == {"orders", "order_value", "lifetime_value"}
    used = [row for row in rows if row[5] == "yes" and row[1] == "orders"]
    assert used
    assert {"mean", "own_rate", "repeat"} <= {row[4] for row in rows}
    assert f"back-test of orders of 50 customers, made on {used[-1][2]} for {used[-1][3]} days" in done.stderr
    assert "no source fills `lines`" in done.stderr


def test_too_little_history_is_told(ask) -> None:
    done = ask("use predictions\n", "--format", "csv")
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 1)
    assert "50 customers have bought, 500 are needed (gate_buyers)" in done.stderr


def test_without_the_pack_it_says_what_to_write(ask) -> None:
    done = ask("")
    assert done.exit_code == 3
    assert "Write `use predictions`." in done.stderr
