"""The tab of scores: whoever ever ordered has them, and those shown together make up a whole."""

import pytest


@pytest.fixture(scope="module")
def scores(shop, open_shop):
    more = "report scores like rfm.overview {\n  for audience all_tracked_users\n}\n"
    return open_shop(
        {"customers": shop.customers, "orders": shop.orders}, ["rfm", "lifecycle {\n  rfm_bins 3\n}"], more
    )


def test_who_has_a_score(shop, scores):
    bought = {o["customer"] for o in shop.purchases} - {None}
    assert scores.row("rfm.scored") == (pytest.approx(len(bought) / len(shop.customers)),)


@pytest.mark.parametrize("score", ["recency", "frequency", "monetary"])
def test_shares_are_of_those_with_a_score(shop, scores, score):
    bought = {o["customer"] for o in shop.purchases} - {None}
    scored = scores.by(f"members by rfm.{score} where rfm.{score} is known")
    assert set(scored) == {1, 2, 3}, "as many bins as the project says"
    assert sum(scored.values()) == len(bought)
    shares = scores.rows(f"rfm.people_share, rfm.sales_share by rfm.{score} where rfm.{score} is known")
    assert {b: p for b, p, _ in shares} == {b: pytest.approx(n / len(bought)) for b, n in scored.items()}
    assert sum(float(s) for _, _, s in shares) == pytest.approx(1)


def test_the_tab(scores):
    report = scores.project.report("scores")
    titles = [p.title for p in report.parts if getattr(p, "kind", "") in ("matrix", "table")]
    assert titles == ["Lately and often", "By recency", "By frequency", "By monetary value"]
    matrix = next(p.result for p in report.parts if getattr(p, "kind", "") == "matrix")
    assert sum(row[2] for row in matrix.rows) == sum(
        scores.by("members by rfm.recency where rfm.recency is known").values()
    )
