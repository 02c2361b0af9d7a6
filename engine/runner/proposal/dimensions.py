"""Mappings of the tables that sales refer to: customers, products, stores, staff, campaigns and what people did."""

from __future__ import annotations

from collections.abc import Sequence

from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.finding import Sales, refer
from patron.engine.runner.proposal.mappings import Mapped, product_id, source_table, spelled_twice
from patron.engine.runner.proposal.names import has_any, measure_rank, names_entity, words
from patron.engine.runner.proposal.tables import Table, contained, key_of

Sources = dict[str, str]

_PERSONAL = ("email", "phone", "gender", "city", "region", "postcode", "country")
_WORDS = {
    "email": ("email", "mail"), "phone": ("phone",), "gender": ("gender", "sex"), "city": ("city", "town"),
    "region": ("region", "state", "province"), "postcode": ("postcode",), "country": ("country",),
    "latitude": ("latitude",), "longitude": ("longitude",), "brand": ("brand",),
}  # fmt: skip


def customers(table: Table, key: Column, sales: Sales, stores: bool, sources: Sources) -> Mapped:
    """The people: who they are, and everybody else who bought."""
    made = _keyed("customers", table, key, sources)
    _name(made, table, "customer")
    for name in _PERSONAL:
        _plain(made, table, name)
    _dated(made, table, "birth_date", ("birthdate", "birth", "birthday"), not_words=("year",))
    _dated(made, table, "created_at", ("since", "created", "signup", "registered", "joined", "registration"))
    age = next((c for c in table.columns if c.kind == "text" and set(words(c.name)) & {"age"}), None)
    if age is not None:
        made.add("age_band", age.written)
    home = refer(table, "store")
    if stores and home is not None:
        made.add("home_store", home.written)
    if sales.customer is not None:
        lost = sum(1 for v in sales.customer.values if v not in key.values)
        if lost > 3:
            made.clause("add missing from orders.customer", f"{lost:,} people bought and are not in this file")
    return made


def products(table: Table | None, sales: Sales, tables: Sequence[Table], sources: Sources) -> Mapped | None:
    """The products: their own table, or the codes met in the lines."""
    if table is None:
        return _products_of_lines(sales, sources)
    key = key_of(table, "product")
    assert key is not None
    made = _keyed("products", table, key, sources, product_id(sales) if sales.product else None)
    _name(made, table, "product")
    _category(made, table, tables, sources)
    _plain(made, table, "brand")
    for ours, wanted in (("price", ("retail", "list", "unit", "price")), ("cost", ("wholesale", "cost"))):
        column = _priced(table, ours, wanted)
        if column is not None:
            made.add(ours, column.clean)
    return made


def _products_of_lines(sales: Sales, sources: Sources) -> Mapped | None:
    if sales.product is None and sales.product_name is None:
        return None
    made = Mapped("products", source_table(sales.table, sources), ["made from the codes met in the lines"])
    code = product_id(sales)
    column = sales.product or sales.product_name
    if column is not None and (column.missing or column.junk):
        made.where = f"{column.written} is known"
    made.group = (code,)
    made.add("id", code)
    name = sales.product_name
    if name is not None and name is not sales.product:
        made.add("name", f"most_common(trim({name.written}))")
    elif sales.product is not None:
        made.add("name", f"min({sales.product.written})" if spelled_twice(sales.product) else code)
    return made


def stores(table: Table | None, sales: Sales, sources: Sources) -> Mapped | None:
    """The shops: their own table, or the ids met in the orders."""
    if sales.store is None:
        return None
    if table is None:
        return _ids_met("stores", sales.facts, sales.store, sources)
    key = key_of(table, "store")
    assert key is not None
    made = _keyed("stores", table, key, sources)
    _name(made, table, "store")
    for name in ("city", "region", "postcode", "country", "latitude", "longitude"):
        _plain(made, table, name)
    return made


def staff(table: Table | None, sales: Sales, sources: Sources) -> Mapped | None:
    """The people who sell."""
    if sales.staff is None:
        return None
    if table is None:
        return _ids_met("staff", sales.facts, sales.staff, sources)
    key = key_of(table, "staff")
    assert key is not None
    made = _keyed("staff", table, key, sources)
    _name(made, table, "staff")
    role = next((c for c in table.columns if {"position", "title", "role", "job"} & set(words(c.name))), None)
    if role is not None:
        made.add("role", role.written)
    _dated(made, table, "started_on", ("start", "hire", "hired", "started"))
    return made


def campaigns(tables: Sequence[Table], sales: Sales, sources: Sources) -> list[Mapped]:
    """Campaigns, and who received or redeemed them."""
    found = [(t, k) for t in tables if (k := key_of(t, "campaign")) is not None and names_entity(k.name, "campaign")]
    if not found or sales.customer is None:
        return []
    table, key = max(found, key=lambda tk: tk[0].size)
    made = _keyed("campaigns", table, key, sources)
    made.add("name", f'text_join(" ", "Campaign", {key.written})')
    kind = next((c for c in table.columns if "type" in words(c.name) or "category" in words(c.name)), None)
    if kind is not None:
        made.add("category", kind.written)
    _dated(made, table, "sent_at", ("start", "sent", "launched"))
    _dated(made, table, "ends_on", ("end", "ends"))
    sent = any(n == "sent_at" for n, _, _ in made.lines)
    return [made, *(a for t in tables if t is not table and (a := _actions(t, key, sent, sources)) is not None)]


def _actions(table: Table, campaign_key: Column, sent: bool, sources: Sources) -> Mapped | None:
    campaign = next(
        (c for c in table.columns if names_entity(c.name, "campaign") and contained(c, campaign_key) > 0.9), None
    )
    customer = refer(table, "customer")
    date = next((c for c in table.columns if c.dated), None)
    if campaign is None or customer is None or (date is None and not sent):
        return None
    kind = "redeemed" if has_any(table.name, ("redemptions", "redemption", "redeemed")) else "received"
    made = Mapped("actions", source_table(table, sources), [f"a row of {table.name}: somebody has {kind} the campaign"])
    parts = [campaign, customer, *([date] if date is not None else [])]
    if table.size != len(set(table.values(*parts))):
        made.group = tuple(c.written for c in parts)
    made.add("id", f'text_join("/", "{kind}", {", ".join(c.written for c in parts)})')
    made.add("customer", customer.written)
    made.add("campaign", campaign.written)
    made.add("kind", f'"{kind}"')
    if date is not None:
        made.add("acted_at", date.as_date)
    else:
        made.add("acted_at", "campaign.sent_at", "the file has no date: the day of the campaign")
    return made


# ---------------------------------------------------------------- columns


def _keyed(ours: str, table: Table, key: Column, sources: Sources, like: str | None = None) -> Mapped:
    made = Mapped(ours, source_table(table, sources))
    expression = f"upper(trim({key.written}))" if like is not None and like.startswith("upper(") else key.written
    if expression != "id":
        made.add("id", expression)
    return made


def _ids_met(ours: str, table: Table, column: Column, sources: Sources) -> Mapped:
    made = Mapped(ours, source_table(table, sources), [f"made from the ids met in {table.name}"])
    made.where = f"{column.written} is known" if column.missing else ""
    made.group = (column.written,)
    made.add("id", column.written)
    return made


def _name(made: Mapped, table: Table, entity: str) -> None:
    """A name: first and last joined, or the column that is called so."""
    by_words = {words(c.name): c for c in table.columns if c.kind == "text"}
    first = next((c for w, c in by_words.items() if w[-2:] == ("first", "name")), None)
    last = next((c for w, c in by_words.items() if w[-2:] == ("last", "name")), None)
    if first is not None and last is not None:
        made.add("name", f'text_join(" ", {first.written}, {last.written})')
        return
    rank = [("name",), (entity, "name"), ("full", "name"), ("company", "name"), (entity,), (entity, "type"),
            ("title",), ("description",), (entity, "description"), ("neighborhood",), ("neighorhood",)]  # fmt: skip
    found = next((by_words[w] for w in rank if w in by_words), None) or first
    found = found or next((c for w, c in by_words.items() if w[-1:] == ("name",)), None)
    if found is not None and found.name.lower() != "name":
        made.add("name", found.written)


def _plain(made: Mapped, table: Table, ours: str) -> None:
    if any(c.name.lower() == ours for c in table.columns):
        return
    kinds = ("decimal", "whole") if ours in ("latitude", "longitude") else ("text", "whole", "yesno")
    found = [c for c in table.columns if c.kind in kinds and set(words(c.name)) & set(_WORDS[ours])]
    if found:
        made.add(ours, found[0].written)


def _dated(made: Mapped, table: Table, ours: str, wanted: Sequence[str], not_words: Sequence[str] = ()) -> None:
    found = [c for c in table.columns if c.dated and set(words(c.name)) & set(wanted) - set(not_words)]
    if found and (found[0].name.lower() != ours or found[0].as_date != found[0].written):
        made.add(
            ours, found[0].as_date, "day and month could be swapped" if found[0].form and found[0].form.unsure else ""
        )


def _category(made: Mapped, table: Table, tables: Sequence[Table], sources: Sources) -> None:
    """The category: a text, or the name behind an id in another table."""
    texts = [c for c in table.columns if "category" in words(c.name) and c.kind == "text"]
    ids = [c for c in table.columns if "category" in words(c.name) and c.kind == "whole"]
    for column in ids:
        for other in tables:
            key = next((c for c in other.columns if c.unique and c.name.lower() == column.name.lower()), None)
            named = next((c for c in other.columns if c.kind == "text" and words(c.name)[-1:] == ("name",)), None)
            if other is not table and key is not None and named is not None:
                place = f"{source_table(other, sources)}.{named.written}"
                made.add("category", f"lookup({place}, {key.written} = {column.written})")
                return
    if texts and texts[0].name.lower() != "category":
        made.add("category", texts[0].written)


def _priced(table: Table, ours: str, wanted: Sequence[str]) -> Column | None:
    fitting = [c for c in table.columns if c.numeric and not c.identifier and (c.adds_up or c.sign)]
    if ours == "cost":
        return next((c for c in fitting if set(words(c.name)) & set(wanted)), None)
    priced = [c for c in fitting if measure_rank(c.name, "price") < 999 and not has_any(c.name, ("wholesale", "cost"))]
    return min(priced, key=lambda c: measure_rank(c.name, "price"), default=None)
