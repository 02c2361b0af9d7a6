"""Members of a club who stand among the customers: since when they belong to it, told by the names of columns."""

from __future__ import annotations

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.mapped import Mapped
from patron.engine.runner.proposal.names import has_any, words
from patron.engine.runner.proposal.orders import unsure
from patron.engine.runner.proposal.tables import Sources, Table, source_table

_CLUB = ("member", "members", "membership", "memberships", "loyalty", "club", "mitglied", "mitgliedschaft")
_SINCE = ("since", "joined", "join", "start", "started", "enrolled", "enrolment", "date", "seit")
_UNTIL = ("left", "until", "ended", "end", "expired", "bis")


def memberships(people: Table, key: Column, customers: Mapped, sources: Sources) -> Mapped | None:
    """The stays in the club: of a file or date that says so, or of those who carry a card. What may as well be the
    date of an account is a comment above the customers."""
    of_the_club = has_any(people.name, _CLUB)
    dated = [c for c in people.columns if c.dated and set(words(c.name)) & set(_SINCE)]
    said = next((c for c in dated if of_the_club or has_any(c.name, _CLUB)), None)
    since = said or next((c for c in dated if set(words(c.name)) & {"since", "joined"}), None)
    if since is None or not key.unique:
        return None
    card = next((c for c in people.columns if has_any(c.name, _CLUB) and c.identifier and c.kind != "empty"), None)
    source = source_table(people, sources)
    if said is None and card is None:
        shown = f"table memberships from {source} {{ customer = {key.written}  joined_at = {since.as_date} }}"
        customers.comments.append(f"if these people joined a club on their {since.name}: {shown}")
        return None
    made = Mapped("memberships", source, reads=(people,))
    made.where = " and ".join(f"{c.written} is known" for c in (since, card) if c is not None and c.missing)
    made.add("customer", key.written)
    guess = "" if said is not None or card is None else f"a guess: who has a {card.name} is a member"
    made.add("joined_at", since.as_date, guess or unsure(since))
    left = next((c for c in people.columns if c.dated and c is not since and has_any(c.name, _UNTIL)), None)
    if left is not None and (of_the_club or has_any(left.name, _CLUB)):
        made.add("left_at", left.as_date, unsure(left))
    tier = next((c for c in people.columns if c.kind == "text" and has_any(c.name, ("tier", "level"))), None)
    if tier is not None:
        made.add("tier", tier.written)
    return made
