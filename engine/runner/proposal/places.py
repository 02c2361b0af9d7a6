"""Zone and currency, as far as the data say: by currency signs, by countries, by cities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from patron.engine.runner.proposal.currencies import codes_of, currency_column, spelled
from patron.engine.runner.proposal.finding import Sales
from patron.engine.runner.proposal.names import has_any
from patron.engine.runner.proposal.tables import Table

_PLACES = """
gb uk great_britain united_kingdom england: Europe/London GBP; de germany deutschland: Europe/Berlin EUR
fr france: Europe/Paris EUR; es spain espana: Europe/Madrid EUR; it italy italia: Europe/Rome EUR
nl netherlands nederland: Europe/Amsterdam EUR; at austria osterreich: Europe/Vienna EUR
be belgium: Europe/Brussels EUR; ie ireland: Europe/Dublin EUR; ch switzerland schweiz: Europe/Zurich CHF
pl poland polska: Europe/Warsaw PLN; se sweden sverige: Europe/Stockholm SEK; dk denmark: Europe/Copenhagen DKK
tw taiwan: Asia/Taipei TWD; jp japan: Asia/Tokyo JPY; in india: Asia/Kolkata INR; sg singapore: Asia/Singapore SGD
hk hong_kong: Asia/Hong_Kong HKD; cn china: Asia/Shanghai CNY; br brazil brasil: America/Sao_Paulo BRL
mx mexico: America/Mexico_City MXN; ca canada: America/Toronto CAD; au australia: Australia/Sydney AUD
nz new_zealand: Pacific/Auckland NZD; us usa united_states united_states_of_america: - USD
"""
COUNTRIES: Mapping[str, tuple[str, str]] = {
    name.replace("_", " "): (place.split()[0], place.split()[1])
    for entry in _PLACES.replace("\n", ";").split(";")
    if entry.strip()
    for names, place in [entry.split(":")]
    for name in names.split()
}
"""The zone (`-` where there are several) and currency of countries; one zone where most people live in one."""

STATES: Mapping[str, str] = {
    "VA": "America/New_York", "NC": "America/New_York", "OH": "America/New_York", "MI": "America/Detroit",
    "MN": "America/Chicago", "WI": "America/Chicago", "MO": "America/Chicago", "NM": "America/Denver",
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
    country = _most(tables, ("country",), COUNTRIES)
    if country in COUNTRIES and COUNTRIES[country][0] != "-":
        return COUNTRIES[country][0], f"a guess: most rows say {country.title()}"
    state = _most(tables, ("state", "province", "region"), {s.lower(): z for s, z in STATES.items()})
    if state.upper() in STATES:
        return STATES[state.upper()], f"a guess: most shops or people are in {state.upper()}"
    return "UTC", CHECK_ZONE


def currency_of(tables: Sequence[Table], sales: Sales) -> tuple[str, str]:
    """The currency, and what to say about it."""
    codes = currency_column(sales) or next((c for t in tables if (c := codes_of(t)) is not None), None)
    if codes is not None:
        counts = spelled(codes)
        told = f"{codes.name} says so" if len(counts) == 1 else f"most rows with a {codes.name} say so"
        return counts.most_common(1)[0][0], told
    signs = Counter(c.sign for t in tables for c in t.columns if c.sign)
    if signs:
        sign = signs.most_common(1)[0][0]
        return SIGNS[sign], f"prices are written with {sign}"
    country = _most(tables, ("country",), COUNTRIES)
    if country in COUNTRIES:
        return COUNTRIES[country][1], f"a guess: most rows say {country.title()}"
    return "USD", CHECK_CURRENCY


def _most(tables: Sequence[Table], wanted: Sequence[str], known: Mapping[str, object]) -> str:
    """The value that more than half of all rows of columns with such values have, in small letters."""
    counts: Counter[str] = Counter()
    for table in tables:
        for column in table.columns:
            if has_any(column.name, wanted) and column.kind == "text":
                found = {v: n for v, n in column.values.items() if v.strip().lower() in known}
                if sum(found.values()) > 0.3 * column.values.total():
                    counts.update({v.strip().lower(): n for v, n in column.values.items()})
    if not counts:
        return ""
    value, number = counts.most_common(1)[0]
    return value if number > 0.5 * counts.total() else ""
