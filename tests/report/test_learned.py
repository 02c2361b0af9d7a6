"""What packs learn: a table that a plugin's model makes, read by traits and metrics like any other."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from patron import open_project
from patron.engine.contracts import Learned, LearnedTable, Pack, SettingSpec
from patron.engine.results import NOT_ENOUGH_DATA
from patron.engine.runtime.errors import InternalError, SpecError

PACK = """language 1
trait seen on customers = learned(people.seen)
trait words on customers = learned(people.words)
trait since on customers = learned(people.since)
trait rare on customers = learned(people.rare)
trait of_category on products = learned(categories.amount, category)
filter head on products = id = overall_for(min(products.id), category, category)
metric seen "Seen" = sum(customers.seen * $weight)
metric scaled = seen * learned(people.factor)
metric rare "Rare" = sum(customers.rare)
metric category_amount "Amount" = sum(products.of_category where head)
metric product_amount "Amount" = sum(lines.amount)
report both {
  for audience all_tracked_users
  period 2026-01-01 to 2026-05-06
  show cards of counting.seen
  show cards "Again" of counting.seen, counting.scaled
}
"""
ORDERS = "count(orders where purchase), sum(orders.value where purchase) by customer, order.created_date"
LEVELS = {"product.category": "counting.category_amount", "product": "counting.product_amount"}


class Model:
    """A model that counts; it remembers what it was handed."""

    def __init__(self, **answer):
        self.calls, self.answer = [], answer

    def __call__(self, task):
        import numpy as np

        self.calls.append(task)
        if "raises" in self.answer:
            raise self.answer["raises"]
        orders, worth = (np.bincount(task.rows["of"], task.rows[n], task.things) for n in ("orders", "amount"))
        columns = {
            "seen": orders, "rare": np.where(orders > 2, np.nan, orders), "worth": worth,
            "words": [("old", "rich") if n > 2 else ("old",) for n in orders],
            "since": [dt.date(2026, 1, int(n)) for n in orders],
        }  # fmt: skip
        found = Learned(
            columns,
            {"factor": 2.5},
            keep={"things": task.things},
            notes={"": "It counts.", "factor": "It is a factor."},
        )
        return replace(found, **self.answer)


def amounts(task):
    import numpy as np

    return Learned({"amount": np.bincount(task.rows["of"], task.rows["amount"], task.things)})


@pytest.fixture
def counting(tmp_path, write_shop):
    """A shop that uses a pack with a model."""
    opened = []
    (tmp_path / "counting.patron").write_text(PACK)

    def make(model=None, extra="", as_of="2026-05-06", weight="1"):
        people = LearnedTable(
            "people", "counts", f"{ORDERS} for audience all_tracked_users during all time", ("day", "orders", "amount"),
            {"seen": "number", "worth": "money", "words": "texts", "since": "date", "rare": "number"},
            model or Model(), of="customers", numbers={"factor": "number"}, needs="predict",
        )  # fmt: skip
        categories = LearnedTable(
            "categories", "counts", "sum(lines.amount) by product.category, order.created_date during all time",
            ("day", "amount"), {"amount": "money"}, amounts,
        )  # fmt: skip
        pack = Pack(
            "counting", "1", "counts", {"counting.patron": tmp_path / "counting.patron"},
            (SettingSpec("weight", "number", "how much one counts", 1),),
            learned=(people, categories), levels={"counting.amount": LEVELS},
        )  # fmt: skip
        use = f"\nuse counting {{ weight {weight} }}\naudience often {{ include counting.seen >= 3 }}\n"
        project = open_project(write_shop(tmp_path / "shop", use + extra), as_of=as_of)
        project.catalog = replace(project.catalog, packs={**project.catalog.packs, "counting": pack})
        opened.append(project)
        return project

    yield make
    for project in opened:
        project.close()


def test_a_model_gets_rows_by_thing_and_in_order(counting):
    model = Model()
    counting(model, weight="2").query("counting.seen")
    (task,) = model.calls
    assert task.rows["of"].tolist() == [0, 0, 0, 1, 1, 2, 2]
    days = [dt.date(1970, 1, 1) + dt.timedelta(int(d)) for d in task.rows["day"]]
    assert days[:4] == [dt.date(2025, 8, 1), dt.date(2026, 1, 10), dt.date(2026, 3, 20), dt.date(2026, 2, 1)]
    assert task.rows["amount"].tolist() == [80, 200, 200, 300, 180, 20, 30]
    assert (task.things, task.today, dict(task.settings)) == (3, dt.date(2026, 5, 6), {"weight": 2})


def test_nothing_after_the_as_of_is_learned_from(counting):
    model = Model()
    counting(model, as_of="2026-02-15").query("counting.seen")
    assert model.calls[0].rows["amount"].tolist() == [80, 200, 300]


def test_what_is_learned_is_a_value_of_customers(counting):
    shop = counting()
    found = shop.query("counting.seen by customer.id")
    assert found.rows == (("c1", 3.0), ("c2", 2.0), ("c3", 2.0), ("c4", 0.0), ("c7", 0.0))
    assert shop.audience("often", ["counting.words", "counting.since"]).rows == (
        ("c1", ["old", "rich"], dt.date(2026, 1, 3)),
    )
    assert shop.query("members for audience often").rows == ((1,),)


def test_numbers_of_all_stand_beside_others(counting):
    assert counting().query("counting.scaled for audience often").rows == ((7.5,),)


def test_what_is_not_a_number_is_missing(counting):
    rows = counting().query("counting.rare by customer.id where customer.counting.rare is known").rows
    assert rows == (("c2", 2.0), ("c3", 2.0))


def test_learning_is_done_once_for_all_figures_of_a_report(counting):
    model = Model()
    report = counting(model).report("counting.both")
    assert [p.result.rows[0][0] for p in report.parts] == [7.0, 7.0]
    assert len(model.calls) == 1


def test_what_was_learned_is_kept_and_handed_back_until_something_else_is_asked(counting):
    model = Model()
    counting(model).query("counting.seen")
    counting(model).query("counting.seen")
    counting(model, as_of="2026-05-05").query("counting.seen")
    counting(model, weight="3").query("counting.seen")
    assert [c.kept for c in model.calls] == [None, {"things": 3}, None, None]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"other": 1}', "\udcff"])
def test_a_damaged_file_is_learned_anew(counting, text):
    model = Model()
    shop = counting(model)
    shop.query("counting.seen")
    (file,) = (shop.root / ".patron" / "learned").iterdir()
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    counting(model).query("counting.seen")
    assert model.calls[1].kept is None
    assert json.loads(file.read_text())["learned"] == {"things": 3}


def test_too_little_to_learn_from_is_said_of_every_number(counting):
    shop = counting(Model(columns={}, numbers={}, lacks={"": "3 have bought, 500 are needed"}))
    found = shop.query("counting.seen, counting.scaled, members by customer.city for audience all_tracked_users")
    assert {row[1] for row in found.rows} == {None}
    assert set(found.states.values()) == {NOT_ENOUGH_DATA}
    assert "not enough data for Seen, Scaled: 3 have bought, 500 are needed" in found.notes
    assert sum(row[3] for row in found.rows) == 4
    assert shop.audience("often").rows == ()


def test_what_lacks_one_column_is_told_of_that_alone(counting):
    found = counting(Model(lacks={"factor": "no past"})).query("counting.seen, counting.scaled")
    assert found.rows == ((7.0, None),)
    assert found.notes == ("It counts.", "It is a factor.", "not enough data for Scaled: no past")
    assert counting().query("counting.seen").notes == ("It counts.",)


def test_an_absent_library_is_told_with_what_to_install(counting):
    found = counting(Model(raises=ImportError("no", name="scipy"))).query("counting.seen")
    assert found.rows == ((None,),)
    assert found.notes == ("not enough data for Seen: scipy is not installed: pip install 'patron[predict]'",)


def test_nothing_is_learned_without_numpy_and_everything_else_is_answered(counting, monkeypatch):
    shop = counting()
    monkeypatch.setitem(sys.modules, "numpy", None)
    found = shop.query("counting.seen, members by customer.city for audience all_tracked_users")
    assert ({row[1] for row in found.rows}, sum(row[2] for row in found.rows)) == ({None}, 4)
    assert "not enough data for Seen: numpy is not installed: pip install 'patron[predict]'" in found.notes
    assert shop.audience("often").rows == ()
    assert shop.query("counting.scaled").rows == ((None,),)


def test_a_figure_that_is_not_finite_is_a_fault(counting):
    with pytest.raises(InternalError, match=r"counting\.people\.seen is not finite"):
        counting(Model(columns={"seen": [1.0, float("inf"), 2.0]})).query("counting.seen")


def test_a_metric_of_levels_is_that_of_what_it_is_shown_by(counting):
    shop = counting()
    found = shop.query('counting.amount by product.category total "All"')
    assert found.rows == (
        ("Edibles", Decimal(652)), ("Gear", Decimal(370)), ("All", Decimal(1022)),
    )  # fmt: skip
    assert [c.name for c in found.columns] == ["product.category", "counting.amount"]
    metrics = {
        name: shop.query(f"counting.amount by {name}").columns[1].title for name in ("product.name", "product.category")
    }
    assert metrics == {"product.name": "Amount", "product.category": "Amount"}


@pytest.mark.parametrize("phrase", ["counting.amount", "counting.amount by month", "counting.amount by store.name"])
def test_a_metric_of_levels_says_what_it_must_be_shown_by(counting, phrase):
    with pytest.raises(SpecError, match="it needs a dimension that tells which") as raised:
        counting().query(phrase)
    assert "`product.category`, `product`" in raised.value.problems[0].hint


def test_only_the_files_of_a_pack_read_what_it_learned(counting):
    (found,) = (p for p in counting(extra="\ntrait mine on customers = learned(people.seen)\n").check() if p.stops)
    assert (found.code, "in the files of the pack" in found.message) == ("P0302", True)


def test_the_sql_shows_what_is_learned_from(counting):
    shop = counting()
    sql, plan = shop.sql("counting.seen"), shop.plan("counting.seen")
    assert "-- counting_people: counting.people, learned, of these rows\nSELECT\n" in sql
    assert "learn things of counting.people" in plan


def test_checks_and_other_questions_import_no_models(counting, tmp_path):
    counting().close()
    code = (
        "import sys; from patron import open_project\n"
        "with open_project(sys.argv[1], as_of='2026-05-06') as p:\n"
        "    p.check(data=True); p.query('total_sales')\n"
        "print([m for m in ('numpy', 'scipy', 'sklearn', 'pandas', 'pyarrow') if m in sys.modules])"
    )
    (tmp_path / "shop" / "shop.patron").write_text(
        (tmp_path / "shop" / "shop.patron").read_text().partition("\nuse counting")[0] + "\nuse predictions\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "shop")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
