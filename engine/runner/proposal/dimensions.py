"""Mappings of the tables that sales refer to: customers, products, stores, staff, campaigns and what people did."""

from __future__ import annotations

from collections.abc import Sequence

from patron.engine.runner.proposal.choices import GENDERS, choice
from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.finding import Items, Sales, refer
from patron.engine.runner.proposal.lines import product_id, spelled_twice
from patron.engine.runner.proposal.mapped import Mapped, bad_values
from patron.engine.runner.proposal.names import has_any, measure_rank, named_for, names_entity, words
from patron.engine.runner.proposal.orders import counted, strangers, unsure
from patron.engine.runner.proposal.tables import Sources, Table, contained, key_of, source_table

_PERSONAL = ("email", "phone", "city", "region", "postcode", "country")
_WORDS = {
    "email": ("email", "mail"), "phone": ("phone",), "gender": ("gender", "sex"), "city": ("city", "town"),
    "region": ("region", "state", "province"), "postcode": ("postcode",), "country": ("country",),
    "latitude": ("latitude",), "longitude": ("longitude",), "brand": ("brand",), "tags": ("tags",),
}  # fmt: skip


def customers(
    table: Table, key: Column, sales: Sales, stores: bool, tables: Sequence[Table], sources: Sources
) -> Mapped:
    """The people: who they are, and everybody else who bought."""
    made = keyed("customers", table, key, sources)
    _name(made, table, "customer")
    for name in _PERSONAL:
        _plain(made, table, name)
    _gender(made, table)
    _dated(made, table, "birth_date", ("birthdate", "birth", "birthday", "born"), not_words=("year",))
    _dated(made, table, "created_at", ("since", "created", "signup", "registered", "joined", "registration", "signed"))
    age = next((c for c in table.columns if c.kind == "text" and set(words(c.name)) & {"age"}), None)
    if age is not None:
        made.add("age_band", age.written)
    _generation(made, table, tables, sources)
    home = refer(table, "store")
    home = home or next((c for c in table.columns if c.kind == "text" and "store" in words(c.name)), None)
    if stores and home is not None:
        made.add("home_store", home.written)
    bad_values(made, [c for c in table.columns if c.dated and any(c.written in e for _, e, _ in made.lines)])
    lost = strangers(sales.customer, key) if sales.customer is not None else []
    if lost:
        shown = ", ".join(lost[:3]) + (", ..." if len(lost) > 3 else "")
        met = "id met in orders is" if len(lost) == 1 else "ids met in orders are"
        made.clause("add missing from orders.customer", f"{len(lost):,} {met} not in this file: {shown}")
    return made


def _generation(made: Mapped, table: Table, tables: Sequence[Table], sources: Sources) -> None:
    """The generation: a text of theirs, or what another file says of their year of birth."""
    own = next((c for c in table.columns if c.kind == "text" and "generation" in words(c.name)), None)
    if own is not None:
        if own.name.lower() != "generation":
            made.add("generation", own.written)
        return
    for other in tables:
        named = next((c for c in other.columns if c.kind == "text" and "generation" in words(c.name)), None)
        pairs = ((c, k) for c in table.columns if (k := _same_key(c, other)) is not None)
        column, key = next(pairs, (None, None))
        if other is not table and named is not None and column is not None and key is not None:
            place = f"{source_table(other, sources)}.{named.written}"
            made.add("generation", f"lookup({place}, {key.written} = {column.written})")
            return


def _same_key(column: Column, other: Table) -> Column | None:
    """The column that names the rows of another file, and is called as this one."""
    return next((c for c in other.columns if c.unique and c.name.lower() == column.name.lower()), None)


def _gender(made: Mapped, table: Table) -> None:
    column = next((c for c in table.columns if c.kind == "text" and set(words(c.name)) & set(_WORDS["gender"])), None)
    found = choice(column, column.written, GENDERS) if column is not None else None
    if column is not None and found is not None:
        made.add("gender", found.expression)


def products(table: Table | None, sales: Sales, tables: Sequence[Table], sources: Sources) -> Mapped | None:
    """The products: their own table, or the codes met in the lines."""
    if table is None:
        return _products_of_lines(sales, sources)
    key = key_of(table, "product")
    assert key is not None
    items = sales.items
    made = keyed("products", table, key, sources, product_id(items) if items and items.product else None)
    _name(made, table, "product")
    _category(made, table, tables, sources)
    _plain(made, table, "brand")
    for ours, wanted in (("price", ("retail", "list", "unit", "price")), ("cost", ("wholesale", "cost"))):
        column = _priced(table, ours, wanted)
        if column is not None:
            made.add(ours, column.clean)
    return made


def _products_of_lines(sales: Sales, sources: Sources) -> Mapped | None:
    items = sales.items
    if items is None or items.goods is None:
        return None
    made = Mapped("products", source_table(items.table, sources), reads=(items.table,))
    code, column = product_id(items), items.goods
    made.comments.append(f"no file of products: made from the {column.name} of {items.table.name}")
    if column.missing or column.junk:
        made.where = f"{column.written} is known"
        without = column.missing + sum(column.values[j] for j in column.junk)
        made.comments.append(f"{without:,} rows name none: they count as sales of product `missing`")
    made.group = (code,)
    made.add("id", code)
    _name_of_lines(made, items, code)
    return made


def _name_of_lines(made: Mapped, items: Items, code: str) -> None:
    name = items.product_name
    if name is not None and name is not items.goods:
        made.add("name", f"most_common(trim({name.written}))", "of several spellings the one that occurs most")
    elif items.goods is not None:
        made.add("name", f"min({items.goods.written})" if spelled_twice(items.goods) else code)


def stores(table: Table | None, sales: Sales, sources: Sources) -> Mapped | None:
    """The shops: their own table, or the ids met in the orders."""
    if sales.store is None:
        return None
    if table is None:
        return _ids_met("stores", sales.facts, sales.store, sources)
    key = key_of(table, "store")
    assert key is not None
    made = keyed("stores", table, key, sources)
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
    made = keyed("staff", table, key, sources)
    _name(made, table, "staff")
    role = next((c for c in table.columns if {"position", "title", "role", "job"} & set(words(c.name))), None)
    if role is not None:
        made.add("role", role.written)
    _dated(made, table, "started_on", ("start", "hire", "hired", "started"))
    return made


def campaigns(tables: Sequence[Table], sales: Sales, sources: Sources) -> list[Mapped]:
    """Campaigns, and who received or redeemed them."""
    keys = [(t, k) for t in tables if (k := key_of(t, "campaign")) is not None]
    found = [(t, k) for t, k in keys if names_entity(k.name, "campaign") or named_for(t.name, "campaign")]
    if not found or sales.customer is None:
        return []
    table, key = max(found, key=lambda tk: tk[0].size)
    made = keyed("campaigns", table, key, sources)
    _name(made, table, "campaign")
    if not made.has("name") and all(c.name.lower() != "name" for c in table.columns):
        made.add("name", f'text_join(" ", "Campaign", {key.written})', "no file names them")
    kind = next((c for c in table.columns if "type" in words(c.name) or "category" in words(c.name)), None)
    if kind is not None:
        made.add("category", kind.written)
    window = next((c for c in table.columns if c.kind == "whole" and "window" in words(c.name)), None)
    if window is not None:
        made.add("attribution_window", window.written, "days")
    _dated(made, table, "sent_at", ("start", "sent", "launched"))
    _dated(made, table, "ends_on", ("end", "ends"))
    sent = made.has("sent_at") or any(c.name.lower() == "sent_at" for c in table.columns)
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
    made = Mapped("actions", source_table(table, sources), reads=(table,))
    made.comments.append(f"a guess: a row of {table.name} says that somebody has {kind} the campaign")
    parts = [campaign, customer, *([date] if date is not None else [])]
    apart = len(set(table.values(*parts)))
    if table.size != apart:
        made.group = tuple(c.written for c in parts)
        made.comments.append(f"{counted(table)} rows, {apart:,} actions: several rows of one person and day are one")
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


def keyed(ours: str, table: Table, key: Column, sources: Sources, like: str | None = None) -> Mapped:
    """A statement for a table with a key; of rows that stand there twice the newest is kept."""
    made = Mapped(ours, source_table(table, sources), reads=(table,))
    made.add("id", f"upper(trim({key.written}))" if like is not None and like.startswith("upper(") else key.written)
    if key.missing:
        made.where = f"{key.written} is known"
        made.comments.append(f"{key.missing:,} rows without {key.name} are left out")
    double = key.values.total() - key.distinct
    newest = next((c for c in table.columns if c.dated and has_any(c.name, ("changed", "updated", "modified"))), None)
    if double and newest is not None:
        made.clause(f"keep latest by {newest.written}", f"{double:,} rows repeat an id")
    elif double:
        made.comments.append(f"{double:,} rows repeat an id: a guess that the last one holds")
        made.group, made.last = (key.written,), True
    return made


def _ids_met(ours: str, table: Table, column: Column, sources: Sources) -> Mapped:
    made = Mapped(ours, source_table(table, sources), [f"made from the ids met in {table.name}"], reads=(table,))
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
    rank = [("name",), (entity, "name"), ("full", "name"), ("company", "name"), (entity,), ("title",),
            ("description",), (entity, "description"), ("neighborhood",), ("neighorhood",)]  # fmt: skip
    if entity == "product":
        rank.insert(5, (entity, "type"))
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
        made.add(ours, found[0].as_date, unsure(found[0]))


def _category(made: Mapped, table: Table, tables: Sequence[Table], sources: Sources) -> None:
    """The category: a text, or the name behind an id in another table."""
    texts = [c for c in table.columns if "category" in words(c.name) and c.kind == "text"]
    ids = [c for c in table.columns if "category" in words(c.name) and c.kind == "whole"]
    for column in ids:
        for other in tables:
            key = _same_key(column, other)
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
