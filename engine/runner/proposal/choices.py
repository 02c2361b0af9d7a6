"""Columns with a few values that have a meaning: status, channel, gender, consent, told by their values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.names import has_any, text, without_accents, words
from patron.engine.runner.proposal.tables import Table

Vocabulary = Mapping[str, str]
"""Our words, and theirs parted by blanks; `_` stands for a blank in one of theirs."""

STATUSES: Vocabulary = {
    "open": "open placed pending new processing unpaid created on_hold awaiting_payment offen pendiente en_attente "
    "in_bearbeitung aberto in_attesa",
    "paid": "paid authorized captured bezahlt paye pagado pagato pago betaald ok",
    "fulfilled": "fulfilled completed complete shipped delivered done closed return_pending partially_shipped success "
    "versendet geliefert abgeschlossen erledigt livre expedie entregado enviado completado spedito "
    "verzonden",
    "canceled": "canceled cancelled cancel void voided failed declined rejected storniert abgebrochen annule cancelado "
    "anulado annullato geannuleerd",
    "returned": "returned refunded return refund chargeback retourniert erstattet rembourse retourne devuelto "
    "reembolsado reso rimborsato",
    "deleted": "deleted geloscht",
}
CHANNELS: Vocabulary = {
    "retail": "retail shop store instore in_store pos point_of_sale counter offline filiale laden magasin tienda",
    "online": "online web website webshop web_shop app mobile_app internet ecommerce e_commerce onlineshop enligne",
    "social": "social facebook instagram tiktok",
}
GENDERS: Vocabulary = {
    "F": "f female woman w weiblich frau femme mujer femenino femminile",
    "M": "m male man mannlich mann homme hombre masculino maschile",
}
CONSENTS: Vocabulary = {
    "in": "in yes true 1 opt_in optin opted_in subscribed granted ja oui si",
    "out": "out no false 0 opt_out optout opted_out unsubscribed denied revoked nein non",
    "pending": "pending unconfirmed waiting",
}
OFF: Mapping[str, str] = {"canceled": "canceled cancelled void voided storniert", "deleted": "deleted removed"}
"""Words of yes/no columns that say that an order does not count."""

SIDES: Mapping[str, tuple[frozenset[str], ...]] = {
    "online": tuple(map(frozenset, (["online"], ["web"], ["internet"], ["ecommerce"]))),
    "retail": tuple(map(frozenset, (["instore"], ["in", "store"], ["offline"], ["pos"]))),
}
"""Words of yes/no columns that say where an order was made: `is_online`, `instore_yn`."""
_BESIDE = frozenset("is was yn flag order ordered sale purchase bought".split())


@dataclass(frozen=True, slots=True)
class Choice:
    """A column in our words: the expression, the share of its rows that are known, and values that are not."""

    expression: str
    known: float
    unknown: tuple[str, ...]
    plain: bool


def choice(column: Column, value: str, vocabulary: Vocabulary) -> Choice | None:
    """The expression that turns the values of a column into ours; None when none of them is known."""
    ours = {said: our for our, theirs in vocabulary.items() for said in (our.lower(), *theirs.split())}
    found = {v: our for v in column.values if (our := ours.get(_plainly(v)))}
    if not found:
        return None
    known = sum(column.values[v] for v in found) / column.values.total()
    unknown = tuple(sorted(v for v in column.values if v not in found and v not in column.junk))
    if all(v == our for v, our in found.items()):
        return Choice(value, known, unknown, plain=True)
    if all(v.lower() == our for v, our in found.items()):
        return Choice(f"lower({value})", known, unknown, plain=False)
    chain = [_when(value, our, [v for v, o in found.items() if o == our and v != our]) for our in vocabulary]
    written = "\n               else ".join(c for c in chain if c)
    return Choice(f"{written}\n               else {value}", known, unknown, plain=False)


def _plainly(value: str) -> str:
    return re.sub(r"[\s_-]+", "_", without_accents(value.strip().lower()))


def _when(value: str, ours: str, theirs: Sequence[str]) -> str:
    """`if (...) then ours`; nothing when no word of theirs is that of ours."""
    if not theirs:
        return ""
    if len(theirs) == 1:
        return f"if ({value} is {text(theirs[0])}) then {text(ours)}"
    return f"if ({value} is one of {', '.join(text(t) for t in sorted(theirs))}) then {text(ours)}"


# ---------------------------------------------------------------- which column it is


def status_column(table: Table) -> Column | None:
    """The column that says what became of an order: by its values, and of several by its name."""
    ranked = [(_status_rank(c), c) for c in table.columns if c.kind == "text" and c.distinct <= 15]
    best = max(ranked, key=lambda rc: rc[0], default=(0.0, None))
    return best[1] if best[0] >= 0.7 else None


def _status_rank(column: Column) -> float:
    found = choice(column, "x", STATUSES)
    named = has_any(column.name, ("status", "state", "stage", "stand", "etat", "zustand"))
    if found is None or has_any(column.name, ("channel", "place", "location", "method")):
        return 0.0
    off = any(choice(column, "x", {our: STATUSES[our]}) for our in ("canceled", "returned"))
    return found.known + 0.3 * named + 0.1 * off if named or off else 0.0


def channel_column(table: Table) -> Column | None:
    """The column that says where an order was made, told by its values."""
    fitting = [c for c in table.columns if c.kind == "text" and 2 <= c.distinct <= 12]
    found = [c for c in fitting if (made := choice(c, "x", CHANNELS)) is not None and made.known >= 0.8]
    return next((c for c in found if has_any(c.name, ("channel",))), found[0] if found else None)


def off_column(table: Table) -> tuple[Column, str] | None:
    """A yes/no column that says that an order does not count, and what it makes of it."""
    for column in table.columns:
        for our, theirs in OFF.items():
            if column.kind == "yesno" and has_any(column.name, theirs.split()):
                return column, our
    return None


def side_column(table: Table) -> tuple[Column, str] | None:
    """A yes/no column that says where an order was made, and the channel of its yes."""
    for column in table.columns:
        said = set(words(column.name)) - _BESIDE if column.kind == "yesno" else set()
        side = next((side for side, named in SIDES.items() if said in named), None)
        if side is not None:
            return column, side
    return None


def yes_of(column: Column) -> str | None:
    """How a yes/no column writes yes."""
    return next((v for v in column.values if v.strip().lower() in ("y", "yes", "true", "t", "1")), None)
