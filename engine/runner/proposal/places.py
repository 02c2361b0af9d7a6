"""Zone and currency, as far as the data say: by currency signs, by countries, by cities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from patron.engine.runner.proposal.names import has_any
from patron.engine.runner.proposal.tables import Table

COUNTRIES: Mapping[str, tuple[str, str]] = {
    "united kingdom": ("Europe/London", "GBP"), "uk": ("Europe/London", "GBP"),
    "great britain": ("Europe/London", "GBP"),
    "germany": ("Europe/Berlin", "EUR"), "france": ("Europe/Paris", "EUR"), "spain": ("Europe/Madrid", "EUR"),
    "italy": ("Europe/Rome", "EUR"), "netherlands": ("Europe/Amsterdam", "EUR"), "austria": ("Europe/Vienna", "EUR"),
    "switzerland": ("Europe/Zurich", "CHF"), "poland": ("Europe/Warsaw", "PLN"), "sweden": ("Europe/Stockholm", "SEK"),
    "taiwan": ("Asia/Taipei", "TWD"), "japan": ("Asia/Tokyo", "JPY"), "india": ("Asia/Kolkata", "INR"),
    "singapore": ("Asia/Singapore", "SGD"), "hong kong": ("Asia/Hong_Kong", "HKD"), "china": ("Asia/Shanghai", "CNY"),
    "brazil": ("America/Sao_Paulo", "BRL"), "mexico": ("America/Mexico_City", "MXN"),
    "canada": ("America/Toronto", "CAD"),
    "australia": ("Australia/Sydney", "AUD"), "new zealand": ("Pacific/Auckland", "NZD"),
}  # fmt: skip
"""The zone and currency of countries that have one of each, or one that most people live in."""

STATES: Mapping[str, str] = {
    "NY": "America/New_York", "NJ": "America/New_York", "MA": "America/New_York", "PA": "America/New_York",
    "FL": "America/New_York", "GA": "America/New_York", "IL": "America/Chicago", "TX": "America/Chicago",
    "CO": "America/Denver", "UT": "America/Denver", "AZ": "America/Phoenix", "CA": "America/Los_Angeles",
    "WA": "America/Los_Angeles", "OR": "America/Los_Angeles", "NV": "America/Los_Angeles",
}  # fmt: skip
SIGNS = {"€": "EUR", "£": "GBP", "¥": "JPY", "$": "USD"}

CHECK_ZONE = "no file says where the shop is: write its own zone, days depend on it"
CHECK_CURRENCY = "no file says which: write its own"


def zone_of(tables: Sequence[Table]) -> tuple[str, str]:
    """The zone, and what to say about it."""
    country = _most(tables, ("country",))
    if country in COUNTRIES:
        return COUNTRIES[country][0], f"most rows say {country.title()}"
    state = _most(tables, ("state", "province"))
    if state.upper() in STATES:
        return STATES[state.upper()], f"most shops or people are in {state.upper()}"
    return "UTC", CHECK_ZONE


def currency_of(tables: Sequence[Table]) -> tuple[str, str]:
    """The currency, and what to say about it."""
    signs = Counter(c.sign for t in tables for c in t.columns if c.sign)
    if signs:
        sign = signs.most_common(1)[0][0]
        return SIGNS[sign], f"prices are written with {sign}"
    country = _most(tables, ("country",))
    if country in COUNTRIES:
        return COUNTRIES[country][1], f"most rows say {country.title()}"
    return "USD", CHECK_CURRENCY


def _most(tables: Sequence[Table], wanted: Sequence[str]) -> str:
    """The value that more than half of all rows with such a column have, in small letters."""
    counts: Counter[str] = Counter()
    for table in tables:
        for column in table.columns:
            if has_any(column.name, wanted) and column.kind == "text":
                counts.update({v.strip().lower(): n for v, n in column.values.items()})
    if not counts:
        return ""
    value, number = counts.most_common(1)[0]
    return value if number > 0.5 * counts.total() else ""
