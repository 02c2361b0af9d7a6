"""What has a calculation: members of packs by their full names."""

from __future__ import annotations

METRICS = {}
"""name -> calculation of a view"""
TRAITS = {}
"""name -> (table, calculation of a shop and a row); filters too, whose values are yes and no"""
EVENTS = {}
"""name -> calculation of a shop: the customer of every time that it happened"""


def metric(*names):
    def keep(calculation):
        METRICS.update(dict.fromkeys(names, calculation))
        return calculation

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
