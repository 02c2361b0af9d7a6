"""What looks odd in loaded data: told, never hidden, rarely fatal."""

from __future__ import annotations

from collections.abc import Sequence

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.load.tables import Finisher
from patron.engine.model.mapping import Aggregate, OfRow, every_part
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
    message = f"two currencies: {ordered[0]} and {ordered[1]}"
    return [Problem("P0707", finisher.filler.span("orders", "currency"), message, _way_out(finisher, ordered, found))]


def _way_out(finisher: Finisher, ordered: Sequence[str], found: set[str]) -> str:
    """What to do about two currencies: the project has another one, or rows of one are left out."""
    from patron.dsl.format import format_expr  # most loads need no hint

    if len(found) == 1:
        return f"write `currency {ordered[1]}` in the project, or convert in the mapping: no order is in {ordered[0]}"
    column = finisher.filler.column("orders", "currency")
    read: tree.Expr = tree.Path((tree.Name("currency"),))
    if column is not None and column.written is not None:
        read = column.written
    if column is not None and isinstance(column.value, Aggregate) and isinstance(read, tree.Call):
        read = read.args[0].value
    elif column is None or any(isinstance(part, (Aggregate, OfRow)) for part in every_part(column.value)):
        return "convert in the mapping, or leave the rows of one out"
    condition = tree.Compare("=", read, tree.Text(ordered[0]), words=True)
    return f"convert in the mapping, or leave one out: `where {format_expr(condition)}`"
