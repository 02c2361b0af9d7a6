"""The proposal as a whole: what was found, and the files to write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from patron.engine.runner.proposal import dimensions
from patron.engine.runner.proposal.dates import parsed
from patron.engine.runner.proposal.finding import Sales, find_dimension, find_sales
from patron.engine.runner.proposal.mappings import Mapped, lines, orders
from patron.engine.runner.proposal.places import currency_of, zone_of
from patron.engine.runner.proposal.tables import ReadParquet, Table, Unread, key_of, read_folder
from patron.engine.runner.proposal.writing import About, SourceText, Span, model_text, report_text
from patron.engine.runtime.errors import UsageError

SOURCE_NAMES: Mapping[str, str] = {"csv": "files", "parquet": "data", "json": "documents"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files of a project, and what was found, in sentences."""

    files: Mapping[str, str]
    found: tuple[str, ...]


def propose(
    data: Path, folder: str, title: str, read_parquet: ReadParquet, *, timezone: str | None = None,
    currency: str | None = None,
) -> Proposal:  # fmt: skip
    """A project over the files of a folder; `folder` is how its files name that folder."""
    tables, unread = read_folder(data, read_parquet)
    sales = find_sales(tables)
    if sales is None:
        raise UsageError(
            f"no file in {data} looks like sales: a date, an amount or price and quantity, of orders or people",
            f"Files read: {', '.join(t.name for t in tables) or 'none'}. Without --from there is a template.",
        )
    mapped = _mapped(tables, sales)
    sources = _sources(tables, mapped)
    zone, zone_told = (timezone, "") if timezone else zone_of(tables)
    money, money_told = (currency.upper(), "") if currency else currency_of(tables)
    about = About(title, folder, zone, money, zone_told, money_told)
    files = {
        "model.patron": model_text(about, sources, mapped),
        "first_look.patron": report_text(about, sales, mapped, _span(sales)),
    }
    return Proposal(files, tuple(_told(tables, mapped, unread)))


def _mapped(tables: Sequence[Table], sales: Sales) -> list[Mapped]:
    names = {c: SOURCE_NAMES[c] for c in SOURCE_NAMES}
    facts = [t for t in (sales.table, sales.head) if t is not None]

    def dimension(entity: str, reference: object) -> Table | None:
        return find_dimension(tables, entity, reference, facts) if reference is not None else None  # type: ignore[arg-type]

    people = dimension("customer", sales.customer)
    key = key_of(people, "customer") if people is not None else None
    goods, shops, team = (
        dimension(e, r) for e, r in (("product", sales.product), ("store", sales.store), ("staff", sales.staff))
    )
    found = [
        dimensions.stores(shops, sales, names),
        dimensions.staff(team, sales, names),
        dimensions.products(goods, sales, tables, names),
        dimensions.customers(people, key, sales, shops is not None, names)
        if people is not None and key is not None
        else None,
    ]
    made = [m for m in found if m is not None]
    made.append(orders(sales, people, key, names))
    line = lines(sales, any(m.table == "products" for m in made), names)
    if line is not None:
        made.append(line)
    others = [t for t in tables if not any(t is f for f in facts)]
    made += dimensions.campaigns(others, sales, names)
    _add_missing(made)
    return made


def _add_missing(made: Sequence[Mapped]) -> None:
    """People met only in campaigns are people too."""
    people = next((m for m in made if m.table == "customers" and m.clauses), None)
    if people is not None and any(m.table == "actions" for m in made):
        clause, _, told = people.clauses[0]
        people.clauses[0] = (f"{clause}, actions.customer", "", told)


def _sources(tables: Sequence[Table], mapped: Sequence[Mapped]) -> list[SourceText]:
    """The sources that something is read from."""
    text = " ".join(" ".join([m.source, *(e for _, e, _ in m.lines)]) for m in mapped)
    out = []
    for connector, name in SOURCE_NAMES.items():
        used = tuple(t for t in tables if t.connector == connector and f"{name}." in text)
        used = tuple(t for t in used if t.name in text)
        if used:
            junk = tuple(sorted({j for t in used for c in t.columns for j in c.junk}))
            out.append(SourceText(name, connector, used, junk))
    return out


def _span(sales: Sales) -> Span | None:
    """The first and the last day of the orders, as far as they were looked at."""
    days = [d for v in sales.date.values if (d := _day(v, sales)) is not None]
    return Span(min(days), max(days)) if days else None


def _day(value: str, sales: Sales) -> dt.date | None:
    form = sales.date.form
    if form is not None and form.pattern is not None:
        found = parsed(value, form.pattern)
        return found.date() if found else None
    try:
        return dt.date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None


def _told(tables: Sequence[Table], mapped: Sequence[Mapped], unread: Sequence[Unread]) -> list[str]:
    """What was found, file by file."""
    out = []
    for one in mapped:
        keys = "" if not one.group else f", one for each {', '.join(one.group)}"
        out.append(f"{one.table:<10} from {one.source}{keys}")
    used = {m.source.split(".", 1)[1].strip("`") for m in mapped}
    looked_up = " ".join(e for m in mapped for _, e, _ in m.lines)
    spare = [t.name for t in tables if t.name not in used and t.name not in looked_up]
    if spare:
        out.append(f"not used:  {', '.join(spare)}")
    out += [f"left out:  {u.file.name}: {u.reason}" for u in unread]
    return out
