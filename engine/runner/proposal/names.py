"""Names of columns and files: their words, how they are written in a spec, and what they usually hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_PLAIN = re.compile(r"[^\W\d]\w*")
_RESERVED = frozenset("add bad describe group keep where by during having sorted top per then else".split())


@lru_cache(maxsize=1 << 14)
def words(name: str) -> tuple[str, ...]:
    """`customerID`, `customer_id`, `customerid` and `Kundennummer` are all about a customer's number."""
    pieces = _WORD.findall(without_accents(name))
    return tuple(english for piece in pieces for english in _in_english(piece.lower()))


def without_accents(name: str) -> str:
    """`Stückzahl` as it is searched for."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _in_english(word: str) -> Iterable[str]:
    """A word in the words below; one made of two of them is taken apart."""
    if word in _STEMS:
        return _STEMS[word].split()
    for cut in range(len(word) - 2, 2, -1):
        head, tail = word[:cut], word[cut:]
        if head in _STEMS and tail in _TAILS:
            return (*_STEMS[head].split(), *_STEMS.get(tail, tail).split())
    return (word,)


def _read(text: str) -> dict[str, str]:
    """Lines of `our word: their words`, from theirs to ours."""
    pairs = (line.split(": ") for line in text.strip().splitlines())
    return {word: ours for ours, theirs in pairs for word in theirs.split()}


_MEANING: Mapping[str, str] = _read("""
line item: lineitem
customer: cust kunde kunden cliente clientes klant klanten kund
order: bestellung bestellungen auftrag auftrage  commande commandes pedido pedidos ordine ordini bestelling
order: encomenda
invoice: rechnung rechnungen facture factures factura facturas fattura factuur fatura
receipt: beleg bon quittung recibo ricevuta
sale: verkauf verkaufe vente ventes venta ventas vendita vendas
product: prod produkt produkte artikel produit produits producto productos prodotto prodotti produto produtos
product: articolo articulo
store: filiale filialen laden magasin magasins tienda tiendas negozio winkel loja sucursal
staff: mitarbeiter verkaufer vendeur vendedor empleado dipendente medewerker employe funcionario
campaign: kampagne kampagnen campagne campana campanha
amount: amt betrag summe montant importe importo bedrag valor gesamtbetrag
total: gesamt totale
revenue: umsatz umsatze omzet
price: preis prix precio prezzo prijs preco
quantity: qty menge anzahl quantite cantidad quantita aantal quantidade stuck
discount: disc rabatt remise descuento sconto korting desconto
tax: mwst ust steuer tva iva btw imposto
shipping: versand livraison envio spedizione
date: datum fecha giorno dag
time: uhrzeit zeit heure hora ora
day: tag jour dia
number: num nr no nummer numero numeri
name: nom nombre nome naam bezeichnung
first name: vorname prenom firstname fname
last name: nachname apellido cognome surname familienname lastname lname
city: stadt ort ville ciudad citta stad cidade town
country: land pays pais paese
postcode: plz zip postal zipcode cap
email: mail courriel correo
phone: tel mobile telephone telefon telefono handy
birthdate: geburtsdatum geburtstag dob nacimiento birthday
gender: geschlecht sexe sexo sex genero
category: cat kategorie warengruppe categorie categoria
description: desc beschreibung descripcion descrizione
longitude: lng lon
latitude: lat
address: addr adresse direccion indirizzo
created: erstellt angelegt
status: statut estado stato
channel: kanal canal canale
brand: marke marque marca
""")
"""Short forms, and what shops in other languages write; accents are taken off before."""

_STEMS: Mapping[str, str] = {
    **{w: w for w in (
        "order customer client user member product item stock sku invoice transaction receipt ticket basket purchase "
        "store shop branch outlet staff employee campaign unit total sales line category birth".split()
    )},
    **_MEANING,
    "bestell": "order", "auftrags": "order", "rechnungs": "invoice", "beleg": "receipt", "filial": "store",
    "kauf": "purchase", "einzel": "unit", "verkaufs": "sale",
}  # fmt: skip
"""What the first half of a word of two can be."""
_TAILS = frozenset(
    "id ids no nr nummer number num code key ref name date datum time price preis amount betrag total summe value qty "
    "quantity menge count type".split()
)


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
    "customer": frozenset(
        "customer customers client user household member buyer shopper account guest person people contact".split()
    ),
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
    "gross": ("subtotal", "gross"),
    "discount": ("discount",),
    "tax": ("tax", "taxes", "vat"),
    "tip": ("tip", "gratuity"),
    "shipping": ("shipping", "freight", "delivery fee", "postage"),
}  # fmt: skip
"""Phrases by the measure that they name, the surest first."""

NOT_AMOUNTS = frozenset(
    "tax vat discount shipping freight tip cost wholesale refund goal target balance stock level start waste points "
    "unit id percent rate ratio budget quantity".split()
)
"""Words that keep a column from being what was sold."""


def named_for(name: str, entity: str) -> bool:
    """Whether the name of a file says that its rows are such things: `raw_customers`, `Kunden`, `people`."""
    said = words(name)
    return any(w in ENTITIES[entity] or w.removesuffix("s") in ENTITIES[entity] for w in said)


def names_entity(name: str, entity: str) -> int:
    """How surely a column's name points to a row of that thing: 0 not at all, 3 as `customer_id` does."""
    said = words(name)
    hits = [w for w in said if w in ENTITIES[entity]]
    if not hits:
        return 0
    others = [w for w in said if w not in ENTITIES[entity] and w not in ID_WORDS]
    allowed = {"sales", "transaction", "order", "the", "stock"}
    if entity == "product" and not set(said) & {"id", "number"}:
        allowed.add("line")
    if others and not set(others) <= allowed:
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
