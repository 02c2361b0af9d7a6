"""The tree of an audience: its lines in words, and the people left after each."""

from __future__ import annotations

from patron.engine.report.explain import list_tree, tree_of


def shown(found):
    return [(f"{'  ' * c.depth}{c.words}", c.left) for c in found.lines]


def test_lines_in_order_with_the_people_left(shop):
    found = shop.conditions("win_back")
    assert (found.title, found.address, found.total) == ("Lapsed fans", "win_back", 1)
    assert shown(found) == [
        ("all tracked users", 4),
        ("include all of", 1),
        ('  has bought category "Edibles" at least 2 times in the last 12 months', 1),
        ("  has not bought in the last 30 days", 1),
        ("  any of", 1),
        ("    their total_sales in the last 12 months >= $spent", 0),
        ('    city is "Boulder"', 1),
        ("exclude any of", 1),
        ("  in audience employees", 1),
        ('  has received campaign "Win back SMS" in the last 7 days', 1),
    ]


def test_what_is_left_of_groups_one_in_the_other(shop_with):
    shop = shop_with("""
audience nested {
  include any of {
    all of {
      has ordered
      city is known
    }
    none of {
      city is "Boulder"
      city is "Denver"
    }
  }
  exclude city is "Denver"
}
""")
    assert shown(shop.conditions("nested")) == [
        ("all tracked users", 4),
        ("include any of", 3),
        ("  all of", 2),
        ("    has ordered", 3),
        ("    city is known", 2),
        ("  none of", 1),
        ('    city is "Boulder"', 2),
        ('    city is "Denver"', 3),
        ('exclude city is "Denver"', 2),
    ]


def test_who_is_kept_is_the_last_line(shop):
    found = shop.conditions("best")
    assert shown(found)[-1] == ("keep top 2 of their total_sales", 2)
    assert found.total == 2
    assert shown(found)[1] == ("include everyone", 4)


def test_anonymous_people_and_one_condition(shop):
    assert shown(shop.conditions("guests")) == [
        ("all tracked users, anonymous ones too", 5),
        ("include city is missing", 2),
    ]


def test_the_total_is_the_number_of_members(shop):
    for name in ("employees", "win_back", "best", "guests", "all_tracked_users"):
        assert shop.conditions(name).total == len(shop.audience(name).rows)


def test_a_tree_is_one_statement_beside_the_audiences_it_needs(shop, monkeypatch):
    asked = []
    session = type(shop.context.session)
    fetch = session.fetch
    monkeypatch.setattr(session, "fetch", lambda self, sql: asked.append(sql) or fetch(self, sql))
    shop.conditions("win_back")
    assert len(asked) == 1


def test_an_audience_as_of_its_own_moment(shop_with):
    shop = shop_with("""
audience earlier {
  as of 2026-02-15
  include has ordered in the last 30 days
}
""")
    assert shown(shop.conditions("earlier"))[-1] == ("include has ordered in the last 30 days", 1)
    assert shop.conditions("earlier").total == 1


def test_a_list_that_was_not_taken_yet_has_no_counts(shop):
    found = tree_of(shop.model, "later", shop.context)
    assert found.total is None
    assert {c.left for c in found.lines} == {None}
    assert found.lines[1].words == "include all of"


def test_a_list_keeps_the_conditions_it_was_taken_with(shop_with):
    shop = shop_with()
    shop.take_list("fans")
    found = list_tree(shop.model, "fans", None, shop.context)
    assert (found.title, found.total) == ("Fans", 1)
    assert shown(found) == shown(shop.conditions("win_back"))


SMALL = """
report people {
  for audience win_back
  smallest_group 2
  show conditions "Who"
}
"""


def test_a_report_hides_counts_of_few_people(shop_with):
    (tree,) = shop_with(SMALL).report("people").parts
    assert [(c.left, c.state) for c in tree.lines[:2]] == [(4, "ok"), (None, "suppressed")]
    assert (tree.lines[5].left, tree.lines[5].state) == (0, "ok"), "nobody is no group of people"
    assert (tree.total, tree.state) == (None, "suppressed")
