import datetime as dt

import pytest

from patron.engine.report.reader import shown
from patron.engine.results import OK
from patron.engine.runtime.errors import SpecError

TODAY = dt.date(2026, 3, 31)
FROM = {"under 18": 0, "18-24": 18, "25-34": 25, "35-44": 35, "45-54": 45, "55-64": 55, "65+": 65}


def age(customer):
    born = customer["birth_date"]
    return None if born is None else TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))


def band(years):
    return [name for name, begin in FROM.items() if begin <= years][-1]


def values(shop, trait):
    return {c: found for c, found, _ in shop.rows(f"members by customer, demographics.{trait}")}


def test_age_and_its_band(shop):
    assert values(shop, "age") == {c["id"]: age(c) for c in shop.customers}
    bands = {c["id"]: c["age_band"] if age(c) is None else band(age(c)) for c in shop.customers}
    assert values(shop, "age_band") == bands
    assert shop.row("demographics.known_age") == (sum(b is not None for b in bands.values()) / len(bands),)


def test_bands_come_in_their_order(shop):
    found = [name for name, _ in shop.rows("members by demographics.age_band")]
    assert found == [name for name in FROM if name in found] + [None]


def test_bands_of_a_source_stand_among_them_by_where_they_begin(open_shop):
    written = ["65+", "25-34", "19-24", "unknown", "under 18", "7-12", "18-24", None, "55 to 64", "75+"]
    people = [{"id": f"c{n}", "birth_date": None, "age_band": band} for n, band in enumerate([*written, "19-24"])]
    people.append({"id": "c99", "birth_date": "2006-01-01", "age_band": None})
    orders = [
        {"id": f"o{n}", "customer": p["id"], "created_at": "2026-01-01", "total": 1} for n, p in enumerate(people)
    ]
    shop = open_shop({"customers": people, "orders": orders}, ["demographics"])
    rows = [row[0] for row in shop.rows("members by demographics.age_band")]
    assert rows == ["7-12", "under 18", "18-24", "19-24", "25-34", "55 to 64", "65+", "75+", "unknown", None]
    each = [row[0] for row in shop.rows("members by demographics.age_band, customer")]
    assert [band for n, band in enumerate(each) if each.index(band) == n] == rows
    assert each.count("19-24") == each.count("18-24") == 2


def test_other_bands(open_shop):
    people = [{"id": "c1", "birth_date": "2006-01-01"}, {"id": "c2", "birth_date": "1890-01-01"}]
    orders = [{"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 1}]
    shop = open_shop({"customers": people, "orders": orders}, ["demographics {\n  bands 21, 50\n}"])
    assert values(shop, "age_band") == {"c1": "under 21", "c2": None}
    assert values(shop, "age") == {"c1": 20, "c2": None}


def test_gender_is_never_guessed(shop):
    assert values(shop, "gender") == {c["id"]: c["gender"] for c in shop.customers}
    known = [c for c in shop.customers if c["gender"]]
    assert shop.row("demographics.known_gender") == (pytest.approx(len(known) / len(shop.customers)),)


@pytest.mark.parametrize(
    "year, name",
    [(1945, "Silent"), (1946, "Boomer"), (1964, "Boomer"), (1965, "X"), (1980, "X"), (1981, "Millennial"),
     (1996, "Millennial"), (1997, "Z"), (2012, "Z"), (2013, "Alpha"), (None, None)],
)  # fmt: skip
def test_generations(generations, year, name):
    assert generations[f"c{year}"] == name


@pytest.fixture(scope="module")
def generations(open_shop):
    years = [1945, 1946, 1964, 1965, 1980, 1981, 1996, 1997, 2012, 2013, None]
    people = [{"id": f"c{y}", "birth_date": y and dt.date(y, 7, 1)} for y in years]
    orders = [{"id": "o1", "customer": "c1945", "created_at": "2026-01-01", "total": 1}]
    return values(open_shop({"customers": people, "orders": orders}, ["demographics"]), "generation")


def test_generations_come_in_order_of_birth_in_words_that_can_be_read(open_shop):
    people = [{"id": f"c{year}", "birth_date": dt.date(year, 7, 1)} for year in (1990, 2000, 1940, 1970, 2020, 1950)]
    orders = [{"id": "o1", "customer": "c1940", "created_at": "2026-01-01", "total": 1}]
    result = open_shop({"customers": people, "orders": orders}, ["demographics"]).project.query(
        "members by demographics.generation where demographics.generation is known"
    )
    assert [row[0] for row in result.rows] == ["Silent", "Boomer", "X", "Millennial", "Z", "Alpha"]
    said = [shown(row[0], OK, result.columns[0]) for row in result.rows]
    assert said == ["Silent", "Boomer", "Gen X", "Millennial", "Gen Z", "Alpha"]


def test_who_redeemed_in_the_period(shop):
    in_march = {r["customer"] for r in shop.redemptions if r["redeemed_at"] >= dt.datetime(2026, 3, 1, tzinfo=dt.UTC)}
    found = shop.row("demographics.redeemed_share during 2026-03-01 to 2026-03-31")
    assert found == (pytest.approx(len(in_march) / len(shop.customers)),)


def test_areas_by_the_newest_count_of_the_census(open_shop):
    """c1 lives where the location says, c2 where no census was taken."""
    people = [{"id": "c1", "postcode": "2", "home": "h"}, {"id": "c2", "postcode": "3", "home": None}]
    counts = [(1, 2020, 50, 40), (1, 2024, 70, 42), (2, 2024, 90, 30)]
    tables = {
        "customers": people,
        "orders": [{"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 1}],
        "locations": [{"id": "h", "latitude": 1, "longitude": 1, "postcode": "1"}],
        "census": [
            {"area": area, "area_kind": "postcode", "year": year, "income": income, "median_age": age}
            for area, year, income, age in counts
        ],
    }
    shop = open_shop(tables, ["demographics"])
    assert values(shop, "area_income") == {"c1": 70, "c2": None}
    assert values(shop, "area_age") == {"c1": 42, "c2": None}


def test_without_a_census_there_are_no_areas(shop):
    result = shop.project.query("members by demographics.area_income")
    assert result.state(0, 0) == "source missing"


def test_what_is_looked_for_is_of_the_same_kind(open_shop):
    order = {"id": "o1", "customer": "c1", "created_at": "2026-01-01", "total": 1}
    with pytest.raises(SpecError, match="cannot look for a date among a text"):
        open_shop(
            {"orders": [order]}, [], "trait odd on customers = overall_for(count(census), area, birth_date)\n"
        ).row("count(customers.odd)")
