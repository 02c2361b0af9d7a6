"""The packs `demographics` and `personas` (language reference, section 16), calculated."""

from __future__ import annotations

from tests.packs.members import metric, trait
from tests.packs.of_lifecycle import stage
from tests.packs.of_loyalty import members
from tests.packs.plain import mean, ratio, total

BANDS = ((65, "65+"), (55, "55-64"), (45, "45-54"), (35, "35-44"), (25, "25-34"), (18, "18-24"), (0, "under 18"))
GENERATIONS = ((1945, "Silent"), (1964, "Boomer"), (1980, "X"), (1996, "Millennial"), (2012, "Z"), (9999, "Alpha"))


# ---------------------------------------------------------------- of one customer


@trait("customers", "demographics.age")
def age(shop, customer):
    """Completed years today; somebody of more than 120 is a slip of the pen."""
    born = customer.birth_date
    if born is None:
        return None
    years = shop.today.year - born.year - ((shop.today.month, shop.today.day) < (born.month, born.day))
    return years if 0 <= years <= 120 else None


@trait("customers", "demographics.age_band")
def age_band(shop, customer):
    years = age(shop, customer) if "birth_date" in vars(customer) else None
    if years is None:
        return customer.age_band if "birth_date" not in vars(customer) else customer.get("age_band")
    return next(band for least, band in BANDS if years >= least)


@trait("customers", "demographics.gender")
def gender(_, customer):
    return customer.gender


@trait("customers", "demographics.generation", "demographics.plain_generation")
def generation(_, customer):
    born = customer.birth_date
    return born and next(name for last, name in GENERATIONS if born.year <= last)


@trait("customers", "demographics.home_postcode", "geo.home_postcode")
def home_postcode(shop, customer):
    """The home's, else the customer's own."""
    home = shop.row("locations", customer.home) if customer.get("home") else None
    return (home and home.get("postcode")) or customer.get("postcode")


def newest(shop, area):
    counts = [c for c in shop.rows("census") if c.area == area]
    return max(counts, key=lambda c: c.year, default=None)


@trait("census", "demographics.newest")
def is_newest(shop, count):
    return newest(shop, count.area) is count


@trait("customers", "demographics.area_income")
def area_income(shop, customer):
    count = newest(shop, home_postcode(shop, customer))
    return count and count.income


@trait("customers", "demographics.area_age")
def area_age(shop, customer):
    count = newest(shop, home_postcode(shop, customer))
    return count and count.median_age


# ---------------------------------------------------------------- shares of people


def share(view, counts):
    return ratio(sum(map(counts, view.customers)), len(view.customers))


@metric("demographics.known_age")
def known_age(view):
    return share(view, lambda c: age_band(view.shop, c) is not None)


@metric("demographics.known_gender")
def known_gender(view):
    return share(view, lambda c: c.gender is not None)


@metric("demographics.redeemed_share")
def redeemed_share(view):
    return ratio(len({r.customer for r in view.rows("redemptions")} - {None}), len(view.customers))


@metric("demographics.club_share", "personas.club")
def club_share(view):
    return ratio(len(members(view)), len(view.customers))


@metric("demographics.active_share")
def active_share(view):
    return share(view, lambda c: stage(view.shop, c.id, view.shop.today) in ("New", "Active"))


@metric("demographics.gone_share")
def gone_share(view):
    return share(view, lambda c: stage(view.shop, c.id, view.shop.today) == "Gone")


# ---------------------------------------------------------------- a group beside everybody


@metric("personas.of_everybody")
def of_everybody(view):
    return ratio(len(view.customers), len(view.shop.tracked))


@metric("personas.average_age")
def average_age(view):
    return mean(age(view.shop, c) for c in view.customers)


@metric("personas.women")
def women(view):
    known = [c.gender for c in view.customers if c.get("gender") is not None]
    return ratio(known.count("F"), len(known))


@metric("personas.orders_each")
def orders_each(view):
    return ratio(len(view.orders), len(view.customers))


@metric("personas.sales_each")
def sales_each(view):
    return ratio(view.sales, len(view.customers))


@metric("personas.sales_share")
def sales_share(view):
    return ratio(total(view.lines, "amount"), total(view.whole.lines, "amount"))


@metric("personas.order_share")
def order_share(view):
    return ratio(len(view.orders), len(view.whole.orders))
