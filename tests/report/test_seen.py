"""What data lacks that a definition names: columns (P0609), values (P0303), anybody at all (P0614)."""

from __future__ import annotations

import pytest

from patron import open_project
from patron.engine.load.tables import FEW
from patron.engine.runtime.errors import SpecError

VALUES = """
filter a on orders = channel is "onlin"
filter b on orders = status is not one of "canceled", "payed"
audience c = has bought category "Edible" at least 2 times
audience d = has received campaign "Win bak SMS"
audience e = city is not "Boulder" and city is "boulder"
attribution f {
  actions clicked
  within 3 days for campaign "Sprig"
}
metric m = sum(orders.value) attributed by f
metric here = count(orders where a)
"""
WRONG = """
audience never = has ordered at least 900 times
audience nobody {
  include all of {
    has ordered
    any of {
      city is "Boulder"
      city is known
    }
    city is missing
    has not ordered
  }
}
audience shut {
  include has ordered
  exclude any of {
    city is known
    city is missing
  }
}
audience gone {
  include city is "Austin"
  exclude any of {
    city is "Boulder"
    city is known
  }
}
report empty {
  for audience never
  show cards of total_sales
}
"""


def told(problems, code):
    return [(p.span.line, p.message, p.hint) for p in problems if p.code == code]


def test_values_that_nobody_has(shop_with):
    shop = shop_with(VALUES)
    first = next(d for d in shop.documents[0].text.splitlines() if d.startswith("filter a"))
    start = shop.documents[0].text.splitlines().index(first) + 1
    found = [(p.span.line - start, p.message, p.hint.partition("?")[0]) for p in shop.check(data=True)
             if p.code == "P0303" and p.span.line >= start]  # fmt: skip
    assert found == [
        (0, 'orders.channel has no value "onlin" in the data', "Did you mean `online`"),
        (1, 'orders.status has no value "payed" in the data', "Did you mean `paid`"),
        (2, 'products.category has no value "Edible" in the data', "Did you mean `Edibles`"),
        (3, 'campaigns.name has no value "Win bak SMS" in the data', "Did you mean `Win back SMS`"),
        (4, 'customers.city has no value "boulder" in the data', "Did you mean `Boulder`"),
        (7, 'campaigns.name has no value "Sprig" in the data', "Did you mean `Spring`"),
    ]
    assert told(shop.check(), "P0303") == [], "a check reads no rows"


def test_an_answer_tells_of_them_with_their_place(shop_with):
    shop = shop_with(VALUES)
    (note,) = [n for n in shop.query("here").notes if "P0303" in n]
    assert note.startswith("shop.patron:")
    (note,) = [n for n in shop.query('total_orders where order.channel is "retial"').notes if "P0303" in n]
    assert note.startswith('P0303: orders.channel has no value "retial" in the data. Did you mean `retail`?')
    assert shop.query('total_orders where order.channel is "retail"').notes == ()


def test_what_the_language_knows_may_be_named_before_it_happens(shop):
    assert not [p for p in shop.check(data=True) if p.code == "P0303"], "channel social, status deleted, kind return"


def test_a_column_with_many_values_is_no_choice(shop_with, write_shop):
    shop = shop_with('filter note_x on orders = note is "zzz"\n')
    orders = (shop.root / "data" / "orders.csv").read_text().splitlines()
    for many in (FEW, FEW + 1):
        rows = [f"n{n},c1,2026-01-01 10:00:00,paid,online,1.00,v{n}" for n in range(many)]
        (shop.root / "data" / "orders.csv").write_text("\n".join([orders[0] + ",note", *rows]) + "\n")
        found = [p for p in shop.seen_from(None).check(data=True) if p.code == "P0303" and "note" in p.message]
        assert len(found) == (many == FEW)


def test_a_kind_of_action_that_nobody_did(shop_with):
    shop = shop_with("attribution g {\n  actions forwarded\n}\nmetric h = count(orders) attributed by g\n")
    assert told(shop.check(), "P0604") == []
    with pytest.raises(SpecError) as refused:
        shop.query("h")
    (problem,) = refused.value.problems
    assert (problem.code, problem.hint) == ("P0604", "Known: clicked, opened, received")


def test_audiences_without_anybody(shop_with):
    shop = shop_with(WRONG)
    lines = shop.documents[0].text.splitlines()
    at = {line.strip(): n for n, line in reversed(list(enumerate(lines, 1)))}
    found = {message.split("`")[1]: (line, hint) for line, message, hint in told(shop.check(data=True), "P0614")}
    assert set(found) == {"never", "nobody", "shut", "gone"}
    assert found["never"] == (
        at["audience never = has ordered at least 900 times"],
        f"People left: all tracked users: 4, line {at['audience never = has ordered at least 900 times']}: 0.",
    )
    assert found["nobody"][0] == at["city is missing"]
    assert found["gone"][0] == at['include city is "Austin"']
    assert lines[found["shut"][0] - 1].strip() == "exclude any of {"


def test_an_answer_about_nobody_says_why(shop_with):
    shop = shop_with(WRONG)
    for notes in (
        shop.audience("never").notes,
        shop.query("total_sales by order.channel for audience never").notes,
        shop.report("empty").notes,
    ):
        assert [n for n in notes if "P0614" in n and n.endswith(": 0.")]
    assert not [n for n in shop.query("total_sales for audience best").notes if "P0614" in n]


@pytest.mark.parametrize(
    "clause, column", [("campaigns of the list", "campaigns.list"), ("until campaign.ends_on", "campaigns.ends_on")]
)
def test_a_clause_over_a_column_that_nothing_fills(shop_with, clause, column):
    shop = shop_with(f"attribution a {{\n  actions clicked\n  {clause}\n}}\n")
    (problem,) = [p for p in shop.check() if p.stops]
    assert problem.code == "P0609"
    assert f"`{column}`, which no source fills" in problem.message
    assert shop.line(problem.span.file, problem.span.line).strip() == clause


@pytest.mark.parametrize(
    "channel, status, rule, warned",
    [
        ("way", "returned", "shopline", True),
        ("way", "paid", "shopline", False),
        ("way", "returned", "all_sales", False),
        ("channel", "returned", "shopline", False),
    ],
)
def test_returned_orders_of_no_channel_stay_and_that_is_told(write_shop, tmp_path, channel, status, rule, warned):
    folder = write_shop(tmp_path / "shop")
    data, spec = folder / "data" / "orders.csv", folder / "shop.patron"
    data.write_text(data.read_text().replace("status,channel", f"status,{channel}").replace("canceled", status))
    spec.write_text(spec.read_text().replace("sales total", f"sales total\n  order_rule {rule}"))
    with open_project(folder, as_of="2026-05-06") as shop:
        found = [p for p in shop.check(data=True) if p.code == "P0303" and "no order has a channel" in p.message]
    assert bool(found) == warned
    assert all(p.severity == "W" and p.span.line for p in found)
