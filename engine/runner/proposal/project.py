"""The proposal as a whole: what was found, and the files to write."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from patron.engine.runner.proposal import dimensions
from patron.engine.runner.proposal.club import memberships
from patron.engine.runner.proposal.columns import Column
from patron.engine.runner.proposal.currencies import left_out
from patron.engine.runner.proposal.dates import parsed
from patron.engine.runner.proposal.finding import Sales, find_dimension, find_sales, measures, order_date, refer
from patron.engine.runner.proposal.first_look import Span, report_text
from patron.engine.runner.proposal.further import further, link
from patron.engine.runner.proposal.lines import lines
from patron.engine.runner.proposal.mapped import Mapped
from patron.engine.runner.proposal.names import named_for, snake
from patron.engine.runner.proposal.orders import counted, orders
from patron.engine.runner.proposal.places import currency_of, zone_of
from patron.engine.runner.proposal.reading import EXPECTED, read_folder
from patron.engine.runner.proposal.ready import list_taken, ready_text
from patron.engine.runner.proposal.tables import Origin, Sources, Table, Unread, key_of
from patron.engine.runner.proposal.writing import About, SourceText, model_text
from patron.engine.runtime.errors import UsageError

SOURCE_NAMES: Mapping[str, str] = {"csv": "files", "parquet": "data", "json": "documents"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files of a project, and what was found, in sentences. `take` is the command that takes its list, if any."""

    files: Mapping[str, str]
    found: tuple[str, ...]
    take: str = ""


def propose(
    data: Path, folder: str, title: str, *, timezone: str | None = None, currency: str | None = None
) -> Proposal:
    """A project over the files of a folder; `folder` is how its files name that folder."""
    tables, unread = read_folder(data)
    sales = find_sales(tables)
    if sales is None:
        raise UsageError(*_no_sales(data, tables, unread))
    names = _source_names(tables)
    zone, zone_told = (timezone, "") if timezone else zone_of(tables)
    money, money_told = (currency.upper(), "") if currency else currency_of(tables, sales)
    money_told = "; ".join(said for said in (money_told, *left_out(money, sales)) if said)
    mapped = _mapped(tables, sales, names, money)
    left = tuple(_left_out(tables, mapped, unread))
    about = About(title, folder, zone, money, zone_told, money_told, _charged(sales))
    span = _span(sales, zone)
    files = {
        "model.patron": model_text(about, _sources(names, tables, mapped), mapped, left),
        "first_look.patron": report_text(title, sales, mapped, span),
    }
    if sales.customer is not None:
        files["ready.patron"] = ready_text(title, span)
    take = list_taken(span) if "ready.patron" in files else ""
    doubts = (f"look at:   {text}" for text in _doubts(about, mapped))
    return Proposal(files, (*_told(mapped), *doubts, *(f"not used:  {text}" for text in left)), take)


def _no_sales(data: Path, tables: Sequence[Table], unread: Sequence[Unread]) -> tuple[str, str]:
    """Why nothing can be proposed, file by file."""
    message = f"no file in {data} looks like sales: orders with a date and an amount"
    if not tables:
        said = [f"{u.file.name}: {u.reason}" for u in unread] or [f"There are no {EXPECTED} in it"]
        return message, ". ".join(said) + "."
    said = [f"{t.name} has {_lacks(t)}" for t in tables] + [f"{u.file.name}: {u.reason}" for u in unread]
    return message, "; ".join(said[:8]) + ". Without --from there is a template to start from."


def _lacks(table: Table) -> str:
    """What keeps a table from being the sales."""
    if not table.size:
        return "no rows"
    amounts = measures(table, "amount") or (measures(table, "price") and measures(table, "quantity"))
    someone = refer(table, "customer") or key_of(table, "order") or refer(table, "order")
    missing = [
        said for said, there in (
            ("date of an order", order_date(table)), ("amount", amounts), ("number of an order or a customer", someone),
        ) if not there
    ]  # fmt: skip
    return " and ".join(f"no {m}" for m in missing) or "nothing that tells one order from the next"


# ---------------------------------------------------------------- what becomes of each file


def _mapped(tables: Sequence[Table], sales: Sales, sources: Sources, currency: str) -> list[Mapped]:
    def dimension(entity: str, reference: object) -> Table | None:
        return find_dimension(tables, entity, reference, sales.tables) if reference is not None else None  # type: ignore[arg-type]

    people = dimension("customer", sales.customer)
    key = key_of(people, "customer") if people is not None else None
    goods, shops, team = (
        dimension(e, r)
        for e, r in (
            ("product", sales.items.product if sales.items else None),
            ("store", sales.store),
            ("staff", sales.staff),
        )
    )
    found = [
        dimensions.stores(shops, sales, sources),
        dimensions.staff(team, sales, sources),
        dimensions.products(goods, sales, tables, sources),
        dimensions.customers(people, key, sales, shops is not None, tables, sources)
        if people is not None and key is not None
        else None,
    ]
    made = [m for m in found if m is not None]
    made.append(orders(sales, people, key, sources, currency))
    line = lines(sales, key_of(goods, "product") if goods is not None else None, sources, currency)
    if line is not None:
        made.append(line)
    others = _unused(tables, made)
    campaigns = dimensions.campaigns(others, sales, sources)
    made += campaigns[:1]
    made += further(_unused(tables, made), tables, made, sources)
    if all(m.table != "actions" for m in made):
        made += campaigns[1:]
    made += _club(people, key, made, sources)
    _links(made, sales)
    _add_missing(made)
    for one in made:
        one.keep_rest()
    return made


def _club(people: Table | None, key: Column | None, made: Sequence[Mapped], sources: Sources) -> list[Mapped]:
    """Who of the customers is a member, unless a file of members says it."""
    known = {m.table: m for m in made}
    if people is None or key is None or "memberships" in known:
        return []
    found = memberships(people, key, known["customers"], sources)
    return [found] if found is not None else []


def _unused(tables: Sequence[Table], made: Sequence[Mapped]) -> list[Table]:
    return [t for t in tables if not any(t is r for m in made for r in m.reads)]


def _links(made: Sequence[Mapped], sales: Sales) -> None:
    """References to tables that were found later: the visit of an order, the home of a customer."""
    known = {m.table: m for m in made}
    if sales.one_row and "sessions" in known:
        link(known["orders"], "session", sales.table, known["sessions"])
    if "customers" in known and "locations" in known:
        link(known["customers"], "home", known["customers"].reads[0], known["locations"])


def _add_missing(made: Sequence[Mapped]) -> None:
    """People met only in campaigns are people too."""
    people = next((m for m in made if m.table == "customers"), None)
    place = next((i for i, c in enumerate(people.clauses) if c[0].startswith("add missing")), None) if people else None
    if people is not None and place is not None and any(m.table == "actions" for m in made):
        clause, _, told = people.clauses[place]
        people.clauses[place] = (f"{clause}, actions.customer", "", told)


def _charged(sales: Sales) -> bool:
    """Whether a tax, postage or tip stands beside the total, which net sales would take off."""
    beside = (measures(sales.table, m) for m in ("tax", "shipping", "tip"))
    return any(c not in sales.amount.columns for found in beside for c in found)


# ---------------------------------------------------------------- sources


def _source_names(tables: Sequence[Table]) -> Sources:
    """A name for each source: files written in several ways need several."""
    names: dict[Origin, str] = {}
    for table in tables:
        base = SOURCE_NAMES.get(table.origin.connector) or snake(Path(table.origin.file).stem)
        taken = set(names.values()) - {names.get(table.origin)}
        free = next(n for n in (base, *(f"{base}_{i}" for i in range(2, 999))) if n not in taken)
        names.setdefault(table.origin, free)
    return names


def _sources(names: Sources, tables: Sequence[Table], mapped: Sequence[Mapped]) -> list[SourceText]:
    """The sources that something is read from."""
    text = " ".join(" ".join([m.source, *(e for _, e, _ in m.lines)]) for m in mapped)
    out = []
    for origin, name in names.items():
        used = tuple(t for t in tables if t.origin == origin and _read_from(t, mapped, text))
        if used:
            junk = {j for t in used for c in t.columns for j in c.junk} if origin.connector == "csv" else set()
            out.append(SourceText(name, origin, used, tuple(sorted(junk))))
    return out


def _read_from(table: Table, mapped: Sequence[Mapped], text: str) -> bool:
    return any(table is r for m in mapped for r in m.reads) or f".{table.name}." in text or f".`{table.name}`." in text


# ---------------------------------------------------------------- what is said of it


def _span(sales: Sales, zone: str) -> Span | None:
    """The first and the last day of the orders in the project's zone, as far as they were looked at."""
    days = [d for v in sales.date.values if (d := _day(v, sales, zone)) is not None]
    return Span(min(days), max(days)) if days else None


_ZONED = re.compile(r"\s*(Z|[+-]\d{2}(:?\d{2})?)$")


def _day(value: str, sales: Sales, zone: str) -> dt.date | None:
    form = sales.date.form
    if form is not None and form.pattern is not None:
        found = parsed(value, form.pattern)
        return found.date() if found else None
    text = value.strip()
    try:
        if len(text) > 10 and _ZONED.search(text):
            return dt.datetime.fromisoformat(_ZONED.sub(r"\1", text)).astimezone(ZoneInfo(zone)).date()
        return dt.date.fromisoformat(text[:10])
    except (ValueError, KeyError, OSError):  # no date, or a zone that `check` will refuse
        return None


def _told(mapped: Sequence[Mapped]) -> Iterator[str]:
    """What was found, table by table."""
    for one in mapped:
        keys = "" if not one.group or one.last else f", one for each {', '.join(one.group[:4])}"
        yield f"{one.table:<11} from {one.source}{keys}"


_DOUBTFUL = ("a guess", "if these are cents")


def _doubts(about: About, mapped: Sequence[Mapped]) -> Iterator[str]:
    """What was guessed and changes numbers."""
    if about.zone_told:
        yield f"timezone {about.timezone}: {about.zone_told}"
    if about.currency_told:
        yield f"currency {about.currency}: {about.currency_told}"
    for one in mapped:
        for name, _, told in one.lines:
            if any(words in told for words in _DOUBTFUL):
                yield f"{one.table}.{name}: {told}"


def _left_out(tables: Sequence[Table], mapped: Sequence[Mapped], unread: Sequence[Unread]) -> Iterator[str]:
    """The files that nothing is read from, and why."""
    text = " ".join(e for m in mapped for _, e, _ in m.lines)
    for table in tables:
        if not _read_from(table, mapped, text):
            yield f"{_files(table)}: {_why_not(table, mapped)}"
    for file in unread:
        yield f"{file.file.name}: {file.reason}"


def _files(table: Table) -> str:
    return f"{table.origin.file}, table {table.name}" if table.origin.file else table.named or table.files[0].name


def _why_not(table: Table, mapped: Sequence[Mapped]) -> str:
    if not table.size:
        return "it has no rows"
    columns = {c.name.lower() for c in table.columns}
    for one in mapped:
        for other in one.reads:
            if {c.name.lower() for c in other.columns} == columns:
                return f"it has the columns of {other.name}, so perhaps it is a copy; if not, map it beside it"
    if named_for(table.name, "order"):
        return f"{counted(table)} rows; it has {_lacks(table)}"
    return f"{counted(table)} rows; none of Patron's tables was seen in it"
