"""The pack `predictions` (language reference, section 16): the same models, over purchase days that are read here.

What the models are right about is tested in tests/predict; here, that they get the rows they should and that what they
say arrives whole at whom it is said of."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np

from patron.engine.predict import customers, products
from tests.packs.members import metric, trait
from tests.packs.of_lifecycle import rules, stage_today, waits
from tests.packs.plain import DAY, by, ratio

FIRST = dt.date(1970, 1, 1)


def wanted(shop):
    return customers.Wanted(house_gap=rules(shop).house_gap, **shop.settings.get("predictions", {}))


def purchases(shop):
    """Purchase days of tracked users, in order of their ids."""
    known = shop.tracked & shop.orders_of.keys()
    people = sorted(known, key=int) if all(c.isdigit() for c in known) else sorted(known)
    rows = []
    for number, customer in enumerate(people):
        for day in sorted({o.created_at.day for o in shop.orders_of[customer]}):
            values = [float(shop.value(o)) for o in shop.orders_of[customer] if o.created_at.day == day]
            rows.append((number, (day - FIRST).days, len(values), sum(values), sum(v**2 for v in values)))
    columns = list(zip(*rows, strict=True)) or [()] * 5
    whole = [np.array(c, dtype=np.int32) for c in columns[:3]]
    return people, customers.Purchases(*whole, *map(np.array, columns[3:]), (shop.today - FIRST).days)


def said(shop):
    """(what was fitted, {customer: {figure: value}}) of everybody who is tracked and bought."""
    return shop.kept("predicted", lambda: _said(shop))


def _said(shop):
    people, rows = purchases(shop)
    fitted = customers.fit(rows, wanted(shop))
    if fitted.learned is None:
        return fitted, {}
    scores = customers.score(rows, wanted(shop), fitted)
    found = {n: getattr(scores, n) for n in LEARNED if getattr(scores, n, None) is not None}
    found["value_ahead"] = (scores.expected_orders * scores.order_value).round(4)
    return fitted, {c: {n: values[i] for n, values in found.items()} for i, c in enumerate(people)}


LEARNED = """expected_orders expected_orders_low expected_orders_high order_value lifetime_value lifetime_value_low
    lifetime_value_high churn_risk cell_people cell_orders value_ahead""".split()
MONEY = {"order_value", "lifetime_value", "lifetime_value_low", "lifetime_value_high", "value_ahead"}


def figure(name):
    def of(shop, row):
        value = said(shop)[1].get(row.id, {}).get(name)
        if value is None:
            return None
        return Decimal(f"{value:.4f}") if name in MONEY else float(value)

    return trait("customers", f"predictions.{name}")(of)


FIGURES = {name: figure(name) for name in LEARNED}


@trait("customers", "predictions.historic_value")
def historic_value(shop, row):
    return sum(map(shop.value, shop.orders_of.get(row.id, ())), Decimal(0))


@trait("customers", "predictions.next_order_on")
def next_order_on(shop, row):
    """Her last purchase day and her rhythm, not before today; nobody waits for who is Gone."""
    wait = next((w for w in waits(shop) if w.customer == row.id and w.later is None), None)
    if wait is None or stage_today(shop, row) in ("Gone", "Likely gone"):
        return None
    return max(wait.day + math.ceil(round(wait.cadence, 9)) * DAY, shop.today)


@trait("customers", "predictions.made_on")
def made_on(shop, row):
    return shop.today if row.id in said(shop)[1] else None


@trait("customers", "predictions.flags")
def flags(shop, row):
    fitted, known = said(shop)
    return list(fitted.flags) or None if row.id in known else None


def figures(view, name):
    """A figure of the people asked."""
    return [v for c in view.customers if (v := FIGURES[name](view.shop, c)) is not None]


def total(view, name, start, band="", place=0):
    """The sum of a figure, times the multiple where a band begins or ends; None where there is too little to learn."""
    found, fitted = sum(figures(view, name), start), said(view.shop)[0]
    if fitted.learned is None or not band:
        return found if fitted.learned is not None else None
    bounds = getattr(fitted.judged, band)
    return bounds and (found * bounds[place] if name == "expected_orders" else times(found, bounds[place]))


def times(money, number):
    """Money times a number: six decimals."""
    return (money * Decimal(repr(number))).quantize(Decimal("0.000001"), ROUND_HALF_UP)


metric("predictions.expected_orders")(lambda view: total(view, "expected_orders", 0))
metric("predictions.expected_orders_low")(lambda view: total(view, "expected_orders", 0, "order_band", 0))
metric("predictions.expected_orders_high")(lambda view: total(view, "expected_orders", 0, "order_band", 1))
metric("predictions.lifetime_value")(lambda view: total(view, "lifetime_value", Decimal(0)))
metric("predictions.lifetime_value_low")(lambda view: total(view, "lifetime_value", Decimal(0), "lifetime_band", 0))
metric("predictions.lifetime_value_high")(lambda view: total(view, "lifetime_value", Decimal(0), "lifetime_band", 1))


@metric("predictions.order_value")
def mean_order(view):
    orders = sum(Decimal(f"{v:.6f}") for v in figures(view, "expected_orders"))
    return Fraction(sum(figures(view, "value_ahead"), Decimal(0))) / Fraction(orders) if orders else None


# ---------------------------------------------------------------- products, categories, brands

LEVELS = {"product": "id", "category": "category", "brand": "brand"}
OF_ITEMS = "units revenue low high rank rank_change direction units_per_day".split()
IN_MONEY = {"revenue", "low", "high"}


def in_order(shop, ids):
    """Ids are numbers where all of the table are, those of things that were never sold too."""
    ids = list(ids)
    numbers = all(i.isdigit() for i in ids) and "products" not in shop.settings.get("text_ids", ())
    return sorted(ids, key=int) if numbers else sorted(ids)


def forecasts(shop, level):
    """{item: {figure: value}} of a level, and None in its place where there is too little to learn from."""
    return shop.kept(("forecast", level), lambda: _forecasts(shop, level))


def _forecasts(shop, level):
    sold = defaultdict(lambda: [0, Decimal(0)])
    for line in shop.rows("lines"):
        order, product = shop.row("orders", line.order), shop.row("products", line.product)
        item = None if product is None else getattr(product, LEVELS[level])
        if order is not None and shop.valid(order) and item is not None:
            cell = sold[item, (order.created_at.day - FIRST).days]
            cell[0] += line.quantity or 0
            cell[1] += line.amount or 0
    items = in_order(shop, {item for item, _ in sold})
    number = {item: n for n, item in enumerate(items)}
    rows = sorted((number[i], day, float(u), float(r)) for (i, day), (u, r) in sold.items())
    columns = [np.array(c) for c in zip(*rows, strict=True)] if rows else [np.array([])] * 4
    sales = products.Sales(*columns, (shop.today - FIRST).days, len(items))
    asked = products.Wanted(level=level, gate_days=180)
    fitted = products.fit(sales, asked)
    if fitted.reason:
        return None
    scores = products.score(sales, asked, fitted)
    found = {item: {"flags": ["new"]} for item in items}
    for place, n in enumerate(scores.items):
        short = ["short history"] if scores.short_history[place] else []
        values = {f: v[place] for f in OF_ITEMS if (v := getattr(scores, f)) is not None}
        found[items[n]] = values | {"flags": short + list(fitted.flags)}
    return found


def item_figure(level, name):
    def of(shop, row):
        found = forecasts(shop, level)
        value = (found or {}).get(getattr(row, LEVELS[level]), {}).get(name)
        if value is None or name in ("flags", "direction"):
            return value
        return Decimal(f"{value:.2f}") if name in IN_MONEY else float(value)

    return of


ITEMS = {(level, name): item_figure(level, name) for level in LEVELS for name in OF_ITEMS}
for (level, name), of_item in ITEMS.items():
    trait("products", f"predictions.{level}_{name}")(of_item)
FLAGS = item_figure("product", "flags")


@trait("products", "predictions.item_flags")
def item_flags(shop, row):
    """Of a product that nobody ever bought: it is new."""
    if forecasts(shop, "product") is None:
        return None
    return FLAGS(shop, row) or ["new"]


@trait("products", "predictions.first_of_category")
def first_of_category(shop, row):
    return row.id == firsts(shop, "category").get(row.category)


@trait("products", "predictions.first_of_brand")
def first_of_brand(shop, row):
    return row.id == firsts(shop, "brand").get(row.brand)


def firsts(shop, level):
    """The product that stands for each category or brand."""

    def found():
        groups = by(shop.rows("products"), level)
        return {value: in_order(shop, (r.id for r in rows))[0] for value, rows in groups.items() if value is not None}

    return shop.kept(("firsts", level), found)


@trait("stock", "predictions.counted_at")
def counted_at(_, row):
    return "|".join(filter(None, (row.product, row.store)))


@trait("stock", "predictions.counted_last")
def counted_last(shop, row):
    return row.counted_on == shop.kept("counted", lambda: _counts(shop))[counted_at(shop, row)]


def _counts(shop):
    places = by(shop.rows("stock"), "product", "store").values()
    return {counted_at(shop, rows[0]): max(r.counted_on for r in rows) for rows in places}


@trait("products", "predictions.on_hand")
def on_hand(shop, row):
    return sum(r.on_hand for r in shop.rows("stock") if r.product == row.id and counted_last(shop, r))


def items_of(view, level):
    """The products that speak for what a level's numbers are about."""
    heads = {"product": lambda *_: True, "category": first_of_category, "brand": first_of_brand}
    return [row for row in view.undated("products") if heads[level](view.shop, row)]


def item_metric(level, name):
    def of(view):
        rows, found = items_of(view, level), forecasts(view.shop, level)
        values = [v for row in rows if (v := ITEMS[level, name](view.shop, row)) is not None]
        if found is None or not any(name in figures for figures in found.values()):  # of few items there is no interval
            return None
        if name in ("rank", "rank_change", "direction"):
            best = {"rank": min, "rank_change": max, "direction": max}[name]
            return best(values) if values else None
        return sum(values, Decimal(0) if name in IN_MONEY else 0)

    metric(f"predictions.{level}_{name}")(of)


def cover(level):
    def of(view):
        hand = sum(on_hand(view.shop, row) for row in view.undated("products"))
        sold = sum(ITEMS[level, "units_per_day"](view.shop, row) or 0 for row in items_of(view, level))
        return None if forecasts(view.shop, level) is None else ratio(Fraction(hand), Fraction(sold))

    metric(f"predictions.{level}_days_of_cover")(of)


for level in LEVELS:
    cover(level)
    for name in OF_ITEMS:
        if name != "units_per_day":
            item_metric(level, name)
