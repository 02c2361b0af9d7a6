"""Names of columns and files: their words, how they are written in a spec, and what they usually hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_PLAIN = re.compile(r"[^\W\d]\w*")
_RESERVED = frozenset("add bad describe group keep where by during having sorted top per then else".split())


def words(name: str) -> tuple[str, ...]:
    """`customerID` and `customer_id` are both customer, id."""
    found = [w.lower() for w in _WORD.findall(name)]
    return tuple(_SAME.get(w, w) for w in found)


_SAME = {
    "cust": "customer", "qty": "quantity", "amt": "amount", "num": "number", "nr": "number", "no": "number",
    "desc": "description", "disc": "discount", "prod": "product", "cat": "category", "lng": "longitude",
    "lon": "longitude", "lat": "latitude", "dob": "birthdate", "zip": "postcode", "postal": "postcode",
    "zipcode": "postcode", "addr": "address", "tel": "phone", "mobile": "phone", "telephone": "phone",
}  # fmt: skip


def quoted(name: str) -> str:
    """A name as it stands in an expression."""
    return name if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED else f"`{name}`"


def snake(name: str) -> str:
    """A name for a column of ours: `OrderDate` becomes order_date."""
    text = "_".join(w.lower() for w in _WORD.findall(name)) or "column"
    return f"c_{text}" if text[0].isdigit() else text


def text(value: str) -> str:
    """A text as a spec writes it."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


# ---------------------------------------------------------------- what names usually hold

ENTITIES: Mapping[str, frozenset[str]] = {
    "order": frozenset(
        "order orders invoice basket transaction receipt ticket sale bill purchase cart checkout".split()
    ),
    "customer": frozenset("customer customers client user household member buyer shopper account guest person".split()),
    "product": frozenset("product products item sku stock article goods variant upc ean".split()),
    "store": frozenset("store stores outlet branch shop location site".split()),
    "staff": frozenset(
        "staff employee employees seller cashier associate clerk waiter server agent salesperson".split()
    ),
    "campaign": frozenset("campaign campaigns mailing promotion".split()),
}
"""Words by the thing that they name."""

ID_WORDS = frozenset("id number code key ref uid guid uuid sku upc ean".split())

MEASURES: Mapping[str, tuple[str, ...]] = {
    "amount": (
        "line item amount", "line amount", "line total", "sales value", "total spent", "order total", "grand total",
        "net sales", "total amount", "total price", "total", "amount", "revenue", "sales", "turnover", "value", "spent",
        "dollars", "paid", "subtotal", "extended price",
    ),
    "price": ("unit price", "price each", "item price", "retail price", "list price", "price", "current retail price"),
    "quantity": ("quantity", "units", "count", "pieces", "cds", "items"),
    "discount": ("discount",),
    "tax": ("tax", "vat"),
    "tip": ("tip", "gratuity"),
    "shipping": ("shipping", "freight", "delivery fee", "postage"),
}  # fmt: skip
"""Phrases by the measure that they name, the surest first."""

NOT_AMOUNTS = frozenset(
    "tax vat discount shipping freight tip cost wholesale refund goal target balance stock level start waste points "
    "unit id percent rate ratio budget quantity".split()
)
"""Words that keep a column from being what was sold."""


def names_entity(name: str, entity: str) -> int:
    """How surely a column's name points to a row of that thing: 0 not at all, 3 as `customer_id` does."""
    said = words(name)
    hits = [w for w in said if w in ENTITIES[entity]]
    if not hits:
        return 0
    others = [w for w in said if w not in ENTITIES[entity] and w not in ID_WORDS]
    if others and not set(others) <= {"sales", "transaction", "order", "the", "stock"}:
        return 0
    return 3 if any(w in ID_WORDS for w in said) else 2


def measure_rank(name: str, measure: str) -> int:
    """The place of a name among the phrases of a measure, 0 the surest; a large number when it is none."""
    said = " ".join(words(name))
    for rank, phrase in enumerate(MEASURES[measure]):
        if said == phrase:
            return rank
    for rank, phrase in enumerate(MEASURES[measure]):
        if f" {phrase} " in f" {said} ":
            return 50 + rank
    return 999


def has_any(name: str, wanted: Iterable[str]) -> bool:
    """Whether one of the words is in the name."""
    return not set(words(name)).isdisjoint(wanted)
