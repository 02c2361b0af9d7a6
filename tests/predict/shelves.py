"""Shops whose products sell by chance around a size of their own, and the same counted slowly."""

import numpy as np

from patron.engine.predict.periods import Sales

TODAY = 20_000


def sales(rows, items=None, today=TODAY):
    """From (item, day, units, revenue), one of each item and day."""
    columns = [np.array(column) for column in zip(*sorted(rows), strict=True)] or [np.array([], dtype=int)] * 4
    item, day, units, revenue = columns
    if items is None:
        items = int(item.max()) + 1 if len(item) else 0
    return Sales(item, day, units * 1.0, revenue * 1.0, today, items)


def shelf(items=40, days=330, seed=3, today=TODAY, season=0.0, grows=0.0):
    """Each has a size, a price and a first day; sales swing by `season` in a year, and grow by `grows`."""
    random = np.random.default_rng(seed)
    rows = []
    for item in range(items):
        size, price = random.lognormal(0, 1), round(float(random.lognormal(2, 0.5)), 2)
        begins = today - days + (0 if item % 3 else int(random.integers(0, days - 40)))
        for day in range(begins, today + 1):
            swing = (1 + season * np.sin(2 * np.pi * day / 364)) * (1 + grows) ** ((day - today) / 364)
            units = int(random.poisson(size * swing * 0.5))
            if units or day == begins:
                rows.append((item, day, units + (day == begins), round((units + (day == begins)) * price, 2)))
    return sales(rows, items, today)


def rows_of(shop):
    columns = (shop.item, shop.day, shop.units, shop.revenue)
    return [(int(i), int(d), float(u), float(r)) for i, d, u, r in zip(*columns, strict=True)]


def slow_periods(rows, today, horizon, measure, later=0):
    """By item: what each whole period brought, the oldest first; of sales moved so many days on."""
    rows = [row for row in rows if row[1] <= today]
    first = min(row[1] for row in rows)
    count = 0
    while today - (count + 1) * horizon + 1 >= first:
        count += 1
    found = {}
    for item in sorted({row[0] for row in rows}):
        found[item] = []
        for back in range(count, -1 if later else 0, -1):
            start, end = today - back * horizon + 1, today - (back - 1) * horizon
            found[item].append(sum(row[measure] for row in rows if row[0] == item and start <= row[1] + later <= end))
    return found
