"""The other tables that Patron knows (reviews, points, visits ...): a file is one when it is called so and has all
columns that such a table needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from patron.engine.model.canonical import TABLES, CanonicalColumn, CanonicalTable
from patron.engine.runner.proposal.choices import CONSENTS, choice
from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.finding import refer
from patron.engine.runner.proposal.mapped import Mapped, bad_values
from patron.engine.runner.proposal.names import ENTITIES, has_any, words
from patron.engine.runner.proposal.orders import unsure
from patron.engine.runner.proposal.tables import Sources, Table, contained, source_table

CALLED: Mapping[str, str] = {
    "reviews": "review rating feedback bewertung avis", "shifts": "shift roster schicht",
    "memberships": "membership member club mitgliedschaft", "points": "point loyalty punkte",
    "redemptions": "redemption", "consents": "consent optin permission einwilligung",
    "messages": "message sending nachricht", "actions": "action event click engagement", "sessions": "session visit",
    "locations": "location place", "stock": "stock inventory bestand",
}  # fmt: skip
"""Words in the name of a file, by the table that it may be."""

_COLUMNS: Mapping[str, str] = {
    "rating": "rating stars score", "kind": "kind type event action", "started_at": "started start begin from",
    "ended_at": "ended end until to", "acted_at": "acted occurred happened", "posted_at": "posted booked",
    "joined_at": "joined since start", "left_at": "left until end", "sent_at": "sent", "delivered_at": "delivered",
    "changed_at": "changed updated", "redeemed_at": "redeemed used", "created_at": "created written posted",
    "counted_on": "counted", "on_hand": "hand stock level", "quantity": "quantity points",
    "expires_on": "expires expiry", "tier": "tier level", "channel": "channel", "source": "source referrer",
    "latitude": "latitude", "longitude": "longitude", "postcode": "postcode", "city": "city town",
    "region": "region state province", "country": "country", "status": "status state", "amount": "amount value",
    "coupon": "coupon voucher", "url": "url link", "unit": "unit", "cost": "cost",
}  # fmt: skip
"""Words in the name of a column, by ours."""


def further(
    free: Sequence[Table], files: Sequence[Table], mapped: Sequence[Mapped], sources: Sources
) -> Iterator[Mapped]:
    """Statements for those free files that are called after a table of Patron and hold what it needs."""
    taken = {m.table for m in mapped}
    for table in free:
        fitting = (name for name in CALLED if name not in taken and _called(table.name, CALLED[name]))
        made = next((m for name in fitting if (m := _mapped(TABLES[name], table, files, sources)) is not None), None)
        if made is not None:
            taken.add(made.table)
            yield made


def link(made: Mapped, name: str, table: Table, target: Mapped) -> None:
    """A reference to a table of this kind, when a column is called after it and holds its keys."""
    key = next((e for n, e, _ in target.lines if n == "id"), "id")
    keys = [c for t in target.reads for c in t.columns if c.written == key]
    called = [c for c in table.columns if _called(c.name, CALLED[target.table]) and c.kind in ("whole", "text")]
    found = next((c for c in called if any(contained(c, k) > 0.9 for k in keys)), None)
    if found is not None:
        made.add(name, found.written)


def _called(name: str, known: str) -> bool:
    return any(w in known.split() or w.removesuffix("s") in known.split() for w in words(name))


def _mapped(ours: CanonicalTable, table: Table, files: Sequence[Table], sources: Sources) -> Mapped | None:
    """The statement; None when something that must be there is not found."""
    made = Mapped(ours.name, source_table(table, sources), reads=(table,))
    used: list[Column] = []
    for wanted in ours.columns:
        column = _column(wanted, table, ours.name, files, [c.name for c in used])
        if column is None and wanted.required:
            return None
        if column is None or (wanted.name == "id" and wanted.computed):
            continue
        used.append(column)
        made.add(wanted.name, _expression(ours, wanted, column), unsure(column))
    bad_values(made, used)
    return made


def _column(
    wanted: CanonicalColumn, table: Table, ours: str, files: Sequence[Table], used: Sequence[str]
) -> Column | None:
    """The column of a file that fills one of ours: by its name, by what it points to, or the only one that can."""
    free = [c for c in table.columns if c.name not in used and c.kind != "empty"]
    same = next((c for c in free if c.name.lower() == wanted.name), None)
    if same is not None:
        return same if _fits(wanted, same) else None
    if wanted.name == "id":
        return next((c for c in free if c.unique and not c.dated and c.kind != "decimal" and _names(ours, c)), None)
    if wanted.type.kind == "reference":
        return _reference(wanted, table, files, free)
    fitting = [c for c in free if _fits(wanted, c)]
    called = [c for c in fitting if has_any(c.name, _COLUMNS.get(wanted.name, "").split())]
    dated = wanted.type.kind in ("moment", "date") and wanted.required and len(fitting) == 1
    return called[0] if called else fitting[0] if dated else None


def _names(ours: str, column: Column) -> bool:
    """Whether a unique column is the key: `place` of places, `review_id`, `code`."""
    return _called(column.name, CALLED[ours]) or column.identifier


def _reference(wanted: CanonicalColumn, table: Table, files: Sequence[Table], free: Sequence[Column]) -> Column | None:
    entity = TABLES[wanted.type.table or ""].singular
    if wanted.name != entity:
        return None  # an actor, an entry action: only under that name
    if entity in ENTITIES:
        found = refer(table, entity, files)
        return found if found in free else None
    called = CALLED.get(wanted.type.table or "", "").split()
    near = [c for c in free if has_any(c.name, called) and c.kind in ("whole", "text")]
    keys = [k for t in files if t is not table and _called(t.name, " ".join(called)) for k in t.columns if k.unique]
    return next((c for c in near if any(contained(c, k) > 0.3 for k in keys)), None)


def _fits(wanted: CanonicalColumn, column: Column) -> bool:
    kind = wanted.type.kind
    if kind in ("moment", "date"):
        return column.dated
    if kind in ("number", "money"):
        return column.numeric
    return kind == "yesno" or not column.dated


def _expression(ours: CanonicalTable, wanted: CanonicalColumn, column: Column) -> str:
    if wanted.type.kind in ("moment", "date"):
        return column.as_date
    if wanted.type.kind in ("number", "money"):
        return column.clean
    found = choice(column, column.written, CONSENTS) if (ours.name, wanted.name) == ("consents", "status") else None
    return found.expression if found is not None else column.written
