"""A report made by hand: every kind of figure, every kind of value, every state, and texts that like to do harm."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from patron.engine.results import (
    STATES,
    Column,
    ConditionLine,
    Conditions,
    Coverage,
    Definition,
    Figure,
    Mark,
    Note,
    Part,
    Provenance,
    Report,
    Result,
    Section,
    SourceFact,
    Value,
)
from patron.engine.types import CHOICE, DATE, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO, Format

NASTY = ('=1+1 & <b>"quoted"</b>', "+1\r\n@2", "</script><script>alert(1)</script>", "Zoë 東京 \N{PARTY POPPER}", "")
"""Texts that a spreadsheet would run, a page would interpret, or a careless file would break at."""

DAYS = tuple(dt.date(2026, 4, day) for day in range(1, 6))

STORE = Column("store", "Store", TEXT, role="dimension")
CHANNEL = Column("order.channel", "Channel", CHOICE, role="dimension")
DAY = Column("day", "Day", DATE, role="dimension", format=Format("date"), time="day")
SALES = Column("total_sales", "Sales", MONEY, metric="total_sales", format=Format("money", 2), good="up", unit="USD")
BEFORE = Column("total_sales_before", "Sales before", MONEY, "before", "total_sales", Format("money", 2), unit="USD")
CHANGE = Column("total_sales_change", "Change", NUMBER, "change", "total_sales", Format("percent", 1), good="up")
ORDERS = Column("total_orders", "Orders", WHOLE, metric="total_orders", format=Format("number"))
RATE = Column("conversion", "Conversion", NUMBER, metric="conversion", format=Format("percent", 1))


def sample_report() -> Report:
    """The same report each time."""
    return Report(
        name="sample",
        title=f"Sample {NASTY[0]}",
        project="Sample shop",
        subject="all customers",
        period="2026-04-01 to 2026-04-05",
        comparison="previous period",
        parts=_parts(),
        provenance=_provenance(),
        describe="Every kind of figure once.",
        notes=("A note about the whole report.",),
    )


PEOPLE: tuple[tuple[Value, ...], ...] = (
    ("C1", "Ada.Lovelace@Example.com ", "+44 20 7946 0018", "GB", "SW1A 1AA", True, True),
    ("C2", "grace@example.com", "(212) 555-0100", "us", "10001-2345", True, None),
    ("C3", "=cmd()", None, "United States", None, True, False),
    ("C4", "alan@example.com", "07700 900123", None, "", None, None),
    ("C5", None, None, None, None, None, None),
)
"""Some people: id, e-mail, phone, country, postcode, and what they agreed to."""


def sample_people(rows: tuple[tuple[Value, ...], ...] = PEOPLE) -> Report:
    """The people of a report, one a row, as exporters get them that are made of people."""
    names = ("customer", "email", "phone", "country", "postcode", "consent_email", "consent_sms")
    columns = tuple(Column(n, n, YESNO if n.startswith("consent") else TEXT, role="dimension") for n in names)
    return replace(sample_report(), parts=(Figure("table", "people", "sample/people", _result(columns, [*rows])),))


def _parts() -> tuple[Part, ...]:
    by_store = _result((STORE, ORDERS, SALES), [(name, n, Decimal(n)) for n, name in enumerate(NASTY)])
    by_day = _result((DAY, SALES), [(day, None if n == 2 else Decimal(n)) for n, day in enumerate(DAYS)])
    compared = _result((SALES, BEFORE, CHANGE), [(Decimal("1234.50"), Decimal(1000), 0.2345)])
    crossed = _result((STORE, CHANNEL, ORDERS), [(s, c, 7) for s in ("North", "South") for c in ("online", "retail")])
    key_numbers = (
        _figure("card", _result((RATE,), [(0.125,)])),
        _figure("cards", compared, definitions=(Definition("total_sales", "Sales", "sum(orders.value)", "In USD."),)),
        _figure("line", by_day, marks=(Mark(DAYS[1], ("Spring mail",)),)),
        _figure("bar", by_store),
        _figure("pie", by_store),
        _figure("funnel", _result((ORDERS, RATE), [(10, 0.5)])),
    )
    people = Conditions("Who is in", _address("Who is in"), (ConditionLine("has bought", 0, 12),), total=12)
    tables = (
        _figure("table", _with_totals()),
        _figure("matrix", crossed),
        _figure("heatmap", crossed),
        _figure("facts", _every_type()),
        _figure("table", _every_state(), title="States"),
        _figure("table", None, title="Failed", problem="P0703: there is no table `reviews`"),
        _figure("acme_spiral", by_store, title="A kind that no exporter knows"),
        people,
    )
    return (
        Section("Key numbers", key_numbers, tab=True),
        Section("Tables", (Section("Inside", tables, collapsed=True),), tab=True),
        Note("Sales are booked on the day of the order."),
    )


def _figure(
    kind: str,
    result: Result | None,
    *,
    title: str = "",
    marks: tuple[Mark, ...] = (),
    definitions: tuple[Definition, ...] = (),
    problem: str = "",
) -> Figure:
    named = title or f"A {kind}"
    return Figure(kind, named, _address(named), result, marks=marks, definitions=definitions, problem=problem)


def _address(title: str) -> str:
    return f"sample/{title}"


def _result(columns: tuple[Column, ...], rows: list[tuple[Value, ...]]) -> Result:
    return Result(columns, tuple(rows))


def _with_totals() -> Result:
    rows: tuple[tuple[Value, ...], ...] = (("North", 3), ("Others", 2), ("Total", 5))
    return Result((STORE, ORDERS), rows, kinds=("", "rest", "total"), notes=("Two stores are together in Others.",))


def _every_type() -> Result:
    moment = Column("list.created_at", "Created", MOMENT, role="dimension", format=Format("date"))
    open_now = Column("store.open", "Open", YESNO, role="dimension")
    at = dt.datetime(2026, 4, 1, 9, 30, tzinfo=dt.UTC)
    return _result(
        (STORE, DAY, moment, open_now, ORDERS, SALES, RATE), [("North", DAYS[0], at, True, 0, Decimal(0), 0.0)]
    )


def _every_state() -> Result:
    """A row for each state, its value missing unless it is `ok`."""
    rows = tuple((state, Decimal(1) if state == "ok" else None) for state in STATES)
    return Result((STORE, SALES), rows, {(n, 1): state for n, state in enumerate(STATES) if state != "ok"})


def _provenance() -> Provenance:
    newest = dt.datetime(2026, 4, 5, 20, tzinfo=dt.UTC)
    return Provenance(
        spec_hash="0" * 64,
        as_of="2026-04-05T24:00",
        zone="America/Denver",
        currency="USD",
        order_rule="shopline",
        sales="net_sales",
        people=12,
        sources=(SourceFact("files", "orders", rows=20, rejected=1, newest=newest),),
        coverage=(Coverage("customer.gender", "Gender", 0.75),),
        version="0.1.0",
    )
