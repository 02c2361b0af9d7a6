"""What has a calculation: members of packs by their full names."""

from __future__ import annotations

from functools import wraps

METRICS = {}
"""name -> calculation of a view"""
TRAITS = {}
"""name -> (table, calculation of a shop and a row); filters too, whose values are yes and no"""
EVENTS = {}
"""name -> calculation of a shop: the customer of every time that it happened"""


def metric(*names):
    def keep(calculation):
        @wraps(calculation)
        def once(view):
            return view.shop.kept((calculation, view), lambda: calculation(view))

        METRICS.update(dict.fromkeys(names, once))
        return once

    return keep


def trait(table, *names):
    def keep(calculation):
        TRAITS.update(dict.fromkeys(names, (table, calculation)))
        return calculation

    return keep


def event(name):
    def keep(calculation):
        EVENTS[name] = calculation
        return calculation

    return keep
