"""Shops whose purchase days are drawn from the model of counting: small, and the same every time."""

import numpy as np

from patron.engine.predict.purchases import Purchases

TODAY = 20_000
UNKNOWN = object()


def purchases(rows, today=TODAY):
    """From (person, day, orders, amount, squares)."""
    columns = [np.array(column) for column in zip(*sorted(rows), strict=True)] or [np.array([], dtype=int)] * 5
    person, day, orders, amount, squares = columns
    return Purchases(person, day, orders, amount * 1.0, squares * 1.0, today)


def single(rows, today=TODAY):
    """From (person, day, amount) of single orders."""
    return purchases([(person, day, 1, amount, amount * amount) for person, day, amount in rows], today)


def shop(people=400, days=500, seed=7, r=0.6, alpha=40.0, a=0.8, b=3.0, today=TODAY):
    """Everybody begins somewhere in the first two thirds, buys at her own rate and leaves by her own chance."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        day = today - days + (0 if person == 0 else int(random.integers(0, days * 2 // 3)))
        rate, leaves, worth = random.gamma(r) / alpha + 1e-4, random.beta(a, b), random.lognormal(3.5, 0.5)
        at = float(day)
        while at <= today:
            orders = 1 + int(random.random() < 0.1)
            values = [round(worth * float(random.lognormal(0, 0.3)), 2) for _ in range(orders)]
            rows.append((person, int(at), orders, sum(values), sum(value**2 for value in values)))
            if random.random() < leaves:
                break
            at = int(at) + max(1.0, random.exponential(1 / rate))
    return purchases(rows, today)
