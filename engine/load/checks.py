"""What looks odd in loaded data: told, never hidden, rarely fatal."""

from __future__ import annotations

from patron.dsl.problems import Problem
from patron.engine.load.tables import Finisher
from patron.engine.sql.load import derived

UNLIKE = "orders whose lines do not add up to gross less discount: {n}"


def checks(finisher: Finisher) -> tuple[tuple[str, ...], list[Problem]]:
    """Sentences about the data, and problems that stop."""
    notes: list[str] = []

    def filled(table: str, *columns: str) -> bool:
        stored = finisher.stored[table]
        return stored.rows > 0 and all(c in stored.columns and stored.columns[c].filled for c in columns)

    def tell(query: object, words: str) -> None:
        told(int(finisher.run(query)[0][0]), words)

    def told(count: int, words: str) -> None:
        if count:
            notes.append(words.format(n=count))

    if filled("orders", "created_at", "updated_at"):
        tell(derived.odd("orders", "created_at", "updated_at"), "orders updated before they were created: {n}")
    if filled("reviews", "rating"):
        tell(derived.outside("reviews", "rating", 0, 5), "ratings outside of 0 to 5: {n}")
    if filled("actions", "message") and filled("messages", "sent_at"):
        tell(derived.actions_before_messages(), "actions before the message they react to was sent: {n}")
    if filled("lines", "order", "amount") and filled("orders", "gross", "discount"):
        told(finisher.unlike_lines(), UNLIKE)
    return tuple(notes), _currencies(finisher) if filled("orders", "currency") else []


def _currencies(finisher: Finisher) -> list[Problem]:
    """P0707 when amounts are in two currencies."""
    project = finisher.bound.currency.upper()
    found = {c for (c,) in finisher.run(derived.currencies()) if c}
    every = sorted(found | ({project} if project else set()))
    if len(every) < 2:
        return []
    ordered = [project, *(c for c in every if c != project)] if project else every
    return [Problem("P0707", finisher.filler.span("orders", "currency"),
                    f"two currencies: {ordered[0]} and {ordered[1]}",
                    f'convert in the mapping, or leave one out: `where currency is "{ordered[0]}"`')]  # fmt: skip
