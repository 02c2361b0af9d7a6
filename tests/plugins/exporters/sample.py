"""A report made by hand with every kind of figure, every state, every comparison; and a hostile twin of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Sequence
from decimal import Decimal

from patron.engine import results as r
from patron.engine.results import Column, Figure, Note, Part, Report, Result, Section, Value
from patron.engine.types import CHOICE, DATE, MOMENT, MONEY, NUMBER, TEXT, WHOLE, YESNO, Format, Type

FIRST = dt.date(2026, 4, 7)
PERIOD = "last 30 days: 2026-04-07 to 2026-05-06"
BEFORE = "previous period: 2026-03-08 to 2026-04-06"


def metric(name: str, title: str, type_: Type, form: str, digits: int = 0, good: str = "up") -> Column:
    return Column(
        name, title, type_, metric=name, format=Format(form, digits), good=good, describe=f"{title}, in words."
    )


def dim(name: str, title: str, type_: Type = TEXT, time: str = "") -> Column:
    return Column(name, title, type_, role="dimension", format=Format("date" if type_ is DATE else "text"), time=time)


def compared(column: Column) -> tuple[Column, Column, Column]:
    before = dataclasses.replace(
        column, name=f"{column.name}_before", title=f"{column.title} before", role="before", metric=column.name
    )
    change = Column(
        f"{column.name}_change",
        f"{column.title} change",
        NUMBER,
        "change",
        column.name,
        Format("percent", 1),
        column.good,
    )
    return column, before, change


SALES = metric("total_sales", "Total sales", MONEY, "money", 0)
ORDERS = metric("total_orders", "Orders", WHOLE, "number")
SHOPPERS = metric("total_shoppers", "Shoppers", WHOLE, "number")
AVERAGE = metric("average_order", "Average order", MONEY, "money", 2)
CONVERSION = metric("conversion", "Conversion", NUMBER, "percent", 1)
GONE = metric("lifecycle.gone", "Customers lost", WHOLE, "number", good="down")
DAYS = metric("lifecycle.days_to_return", "Days to return", NUMBER, "days", 1, good="")
VALUE = metric("predictions.lifetime_value", "Lifetime value", MONEY, "money", 0)

DEFINITIONS = (
    r.Definition(
        "total_sales", "Total sales", "sum(orders.value where valid_order)", "Booked on the day of the order."
    ),
    r.Definition("conversion", "Conversion", "total_shoppers / members", "Shoppers among the people of the list."),
)
SQL = """WITH people AS (
  SELECT customer FROM members WHERE list = 'spring_vips'
)
SELECT date_trunc('day', o.created_date) AS day, sum(o.value) AS total_sales
FROM orders AS o SEMI JOIN people USING (customer)
WHERE o.valid_order AND o.created_date BETWEEN DATE '2026-04-07' AND DATE '2026-05-06'
GROUP BY 1 ORDER BY 1"""


def change(now: Value, before: Value) -> float | None:
    if now is None or before is None or not before:
        return None
    return (float(str(now)) - float(str(before))) / abs(float(str(before)))


def figure(kind: str, title: str, result: Result | None, **more: object) -> Figure:
    made = Figure(
        kind,
        title,
        f"list_performance/{kind}/{title}",
        result,
        definitions=DEFINITIONS,
        subject="Spring VIPs (list, version 2)",
        period=PERIOD,
        filter='order.channel is not "wholesale"',
        sql=SQL,
    )
    return dataclasses.replace(made, **more)  # type: ignore[arg-type]


def compared_result(columns: Sequence[Column], rows: Sequence[Sequence[Value]], dims: int) -> Result:
    """Rows of dims, then now and before for each metric; the change is calculated."""
    wide = (*columns[:dims], *(c for column in columns[dims:] for c in compared(column)))
    made = []
    for row in rows:
        pairs = list(zip(row[dims::2], row[dims + 1 :: 2], strict=True))
        made.append((*row[:dims], *(v for now, past in pairs for v in (now, past, change(now, past)))))
    return Result(wide, tuple(made))


# ---------------------------------------------------------------- figures


def cards() -> Figure:
    columns = (SHOPPERS, SALES, ORDERS, AVERAGE, CONVERSION, GONE)
    row: tuple[Value, ...] = (
        1284,
        1139,
        Decimal("68214.50"),
        Decimal("59870.25"),
        1733,
        1733,
        Decimal("39.362088"),
        Decimal("41.05"),
        0.2417,
        0.2232,
        87,
        64,
    )
    return figure("cards", "", compared_result(columns, [row], 0), comparison=BEFORE, trend=daily().result)


def long_numbers() -> Report:
    """Cards whose numbers grow digit by digit up to the longest money."""
    columns = tuple(metric(f"sales_{n}", "Total sales", MONEY, "money", 2) for n in range(1, 15))
    row: tuple[Value, ...] = tuple(Decimal(int("9" * n)) for n in range(1, 15) for _ in range(2))
    made = compared_result(columns, [row], 0)
    groups = [Result(made.columns[n : n + 12], (made.rows[0][n : n + 12],)) for n in range(0, 42, 12)]
    return dataclasses.replace(rich(), parts=tuple(figure("cards", "", group, comparison=BEFORE) for group in groups))


def daily() -> Figure:
    chance = random.Random(7)
    rows: list[tuple[Value, ...]] = []
    for n in range(30):
        weekly = 1.35 if (FIRST + dt.timedelta(n)).weekday() in (4, 5) else 1.0
        now = round(1900 * weekly * chance.uniform(0.85, 1.2) * (1.3 if 12 <= n <= 15 else 1), 2)
        before = round(1850 * weekly * chance.uniform(0.8, 1.1), 2)
        rows.append((FIRST + dt.timedelta(n), Decimal(str(now)), Decimal(str(before))))
    marks = (
        r.Mark(dt.date(2026, 4, 19), ("Spring preview (SMS)",)),
        r.Mark(dt.date(2026, 4, 30), ("Last chance (email)", "Points reminder (push)")),
    )
    result = compared_result((dim("day", "Day", DATE, "day"), SALES), rows, 1)
    return figure("line", "Sales day by day", result, comparison=BEFORE, marks=marks)


def several_lines() -> Figure:
    chance = random.Random(3)
    stores = ("Boulder", "Denver", "Fort Collins")
    months = [dt.date(2025 + (5 + n) // 12, (5 + n) % 12 + 1, 1) for n in range(12)]
    rows = [
        (month, store, Decimal(chance.randint(8000, 12000) + 1500 * place + 300 * n), chance.randint(150, 400))
        for n, month in enumerate(months)
        for place, store in enumerate(stores)
    ]
    columns = (dim("month", "Month", DATE, "month"), dim("store", "Store"), SALES, ORDERS)
    return figure("line", "Stores over the year", Result(columns, tuple(rows)))


def channels() -> Figure:
    rows: list[tuple[Value, ...]] = [
        ("Web shop", Decimal("31020.10"), Decimal("24890.40")),
        ("Boulder store", Decimal("18933.00"), Decimal("19010.75")),
        ("Denver store", Decimal("12740.90"), Decimal("11002.35")),
        ("Delivery partner", Decimal("5520.50"), Decimal("4966.75")),
        (None, Decimal(0), None),
    ]
    result = compared_result((dim("order.channel", "Channel"), SALES), rows, 1)
    return figure("bar", "Sales by channel", result, comparison=BEFORE)


def weekdays() -> Figure:
    rows = tuple((n, 210 + 37 * n % 120, 3 + n) for n in range(1, 8))
    return figure("bar", "Orders by weekday", Result((dim("weekday", "Weekday", WHOLE, "weekday"), ORDERS, GONE), rows))


def grouped() -> Figure:
    rows = tuple(
        (band, gender, n)
        for band, ns in (("18–24", (84, 60, 9)), ("25–34", (210, 180, 22)), ("35–44", (190, 175, 14)))
        for gender, n in zip(("Women", "Men", None), ns, strict=True)
    )
    columns = (dim("demographics.age_band", "Age"), dim("demographics.gender", "Gender"), SHOPPERS)
    return figure("bar", "Who bought, by age and gender", Result(columns, rows))


def conversion_pie() -> Figure:
    return figure("pie", "Who bought", Result((CONVERSION,), ((0.2417,),)), rest="Did not order")


def category_pie() -> Figure:
    rows = tuple(
        zip(
            ("Flower", "Edibles", "Vapes", "All others"),
            map(Decimal, ("30100", "18222", "9100", "10792.50")),
            strict=True,
        )
    )
    result = Result(
        (dim("product.category", "Category"), metric("product_sales", "Product sales", MONEY, "money")),
        rows,
        kinds=("", "", "", "rest"),
    )
    return figure("pie", "Sales by category", result, rest="All others")


def activities(rows: int = 64) -> Figure:
    chance = random.Random(11)
    kinds = ("SMS", "Email", "Push", "Coupon")
    names = ("Spring preview", "Last chance", "Points reminder", "Birthday", "Win-back", "New arrivals", "=Half price")
    made: list[tuple[Value, ...]] = []
    for n in range(rows):
        sent = chance.randint(200, 9000)
        clicked = int(sent * chance.uniform(0.01, 0.14))
        moment = dt.datetime(2026, 4, 7, 15, 0, tzinfo=dt.UTC) + dt.timedelta(hours=11 * n)
        sales = Decimal(chance.randint(0, 900000)) / 100
        made.append(
            (kinds[n % 4], f"{names[n % 7]} {n // 7 + 1}", moment, sent, clicked, clicked / sent, sales, n % 3 == 0)
        )
    columns = (
        dim("campaign.category", "Type", CHOICE),
        dim("campaign.name", "Activity"),
        dim("campaign.sent_at", "Sent", MOMENT),
        metric("conversions.sent", "Sent to", WHOLE, "number"),
        metric("conversions.clicked", "Clicked", WHOLE, "number"),
        metric("conversions.click_rate", "Click rate", NUMBER, "percent", 1),
        metric("conversions.revenue", "Revenue", MONEY, "money", 2),
        dim("campaign.live", "Live", YESNO),
    )
    total: tuple[Value, ...] = ("Together", None, None, 210345, 15820, 0.0752, Decimal("281230.55"), None)
    result = Result(columns, (*made, total), kinds=(*[""] * rows, "total"))
    return figure("table", "Activities", result, settings={"rows_per_page": ("25",)})


def products() -> Figure:
    rows: list[tuple[Value, ...]] = [
        ("Blue Dream 3.5 g", 312, 280, Decimal(9360), Decimal(8400)),
        ("Gummies, mango 10 pcs", 240, 251, Decimal("4800.00"), Decimal(5020)),
        ("House pre-roll", 198, 120, Decimal("1584.00"), Decimal(960)),
        ("Vape cartridge 1 g", 96, 0, Decimal("3840.00"), Decimal(0)),
    ]
    result = compared_result(
        (dim("product.name", "Product"), metric("units", "Units", WHOLE, "number"), SALES), rows, 1
    )
    return figure("table", "Best products", result, comparison=BEFORE)


def cohorts() -> Figure:
    rows: list[tuple[Value, ...]] = []
    states: dict[tuple[int, int], str] = {}
    for c in range(6):
        month = dt.date(2025, 12, 1) if c == 0 else dt.date(2026, c, 1)
        rows += [(month, m, round(1 / (1 + 0.9 * m) + (0.02 * c if m else 0), 4)) for m in range(6 - c)]
    states[(len(rows) - 1, 2)] = r.SUPPRESSED
    rows[-1] = (*rows[-1][:2], None)
    columns = (
        dim("month of customer.first_order_at", "Cohort", DATE, "month"),
        dim("order.months_after_first", "Months after", WHOLE),
        metric("retention", "Retention", NUMBER, "percent", 0),
    )
    return figure("matrix", "Who came back", Result(columns, tuple(rows), states))


def hours() -> Figure:
    chance = random.Random(5)
    rows = tuple(
        (day, hour, int(30 * max(0.05, 1 - abs(hour - 17) / 9) * (1.5 if day > 4 else 1) * chance.uniform(0.7, 1.2)))
        for day in range(1, 8)
        for hour in range(8, 22)
    )
    columns = (dim("weekday", "Weekday", WHOLE, "weekday"), dim("hour_of_day", "Hour", WHOLE, "hour_of_day"), ORDERS)
    return figure("heatmap", "When people order", Result(columns, rows))


def places() -> Figure:
    chance = random.Random(9)
    rows = tuple(
        (f"{39.5 + y / 10:.1f},{-105.3 + x / 10:.1f}", chance.randint(10, 400))
        for y in range(7)
        for x in range(8)
        if chance.random() < 0.7
    )
    columns = (dim("geo.home_cell", "Area"), metric("geo.people_per_cell", "People", WHOLE, "number"))
    return figure("heatmap", "Where they live", Result(columns, rows))


def funnel(warn: bool = True) -> Figure:
    columns = tuple(
        metric(name, title, WHOLE, "number")
        for name, title in (
            ("sent", "Message sent"),
            ("opened", "Opened"),
            ("clicked", "Clicked"),
            ("ordered", "Ordered"),
        )
    )
    notes = ('"Opened" (4,120) is larger than the step before it (3,960).',) if warn else ()
    return figure(
        "funnel", "From message to order", Result(columns, ((3960 if warn else 5312, 4120, 640, 310),)), notes=notes
    )


def facts() -> Figure:
    columns = (
        Column("list.name", "Name", TEXT),
        Column("list.size", "Count", WHOLE, format=Format("number")),
        Column("list.created_at", "Created", MOMENT),
        Column("list.expires_at", "Valid until", DATE),
        Column("list.weekly", "Taken weekly", YESNO),
    )
    row: tuple[Value, ...] = (
        "Spring VIPs",
        5312,
        dt.datetime(2026, 4, 1, 14, 30, tzinfo=dt.UTC),
        dt.date(2026, 9, 28),
        True,
    )
    return figure("facts", "The list", Result(columns, (row,)))


def conditions() -> r.Conditions:
    lines = (
        ("everyone", 0, 41820),
        ("all of", 0, None),
        ("has ordered at least 3 times in the last 12 months", 1, 9120),
        ("their total sales during the last 12 months is at least $300", 1, 6044),
        ("any of", 1, 5630),
        ("consent.sms is yes", 2, None),
        ("consent.email is yes", 2, None, r.SUPPRESSED),
        ("not in audience employees", 1, 5312),
    )
    return r.Conditions("Filters", "list_performance/conditions", tuple(r.ConditionLine(*line) for line in lines), 5312)


def every_state() -> Figure:
    states = (r.OK, r.OK, *(state for state in r.STATES if state != r.OK))
    values: tuple[Value, ...] = (Decimal(1250), Decimal(0), *[None] * (len(states) - 2))
    rows = [
        (f"Case {n + 1}: {state}", value, Decimal(900))
        for n, (state, value) in enumerate(zip(states, values, strict=True))
    ]
    rows = [(name, Decimal(777) if name.endswith(r.EXPIRED) else value, before) for name, value, before in rows]
    made = compared_result((dim("case", "Case"), SALES), rows, 1)
    known = {(n, 1): state for n, state in enumerate(states) if state not in (r.OK, r.EMPTY)}
    return figure("table", "Every state", dataclasses.replace(made, states=known), comparison=BEFORE)


def state_cards() -> Figure:
    columns = (VALUE, SALES, SHOPPERS, DAYS, ORDERS, CONVERSION)
    made = Result(
        tuple(dataclasses.replace(c, name=f"{c.name}_{n}") for n, c in enumerate(columns)),
        ((None, None, None, None, 0, None),),
        {(0, 0): r.NOT_ENOUGH_DATA, (0, 1): r.SUPPRESSED, (0, 2): r.PENDING, (0, 3): r.SOURCE_MISSING},
    )
    return figure("cards", "Numbers that are not there", made)


def broken() -> Figure:
    return figure(
        "line", "Stock by day", None, problem="P0703: the source erp has no table stock. It has: orders, lines."
    )


def nothing() -> Figure:
    return figure("table", "Refunds", Result((dim("order.number", "Order"), SALES), ()))


def plugin_kind() -> Figure:
    return dataclasses.replace(channels(), kind="sankey", title="Paths", address="list_performance/sankey/Paths")


# ---------------------------------------------------------------- reports


PROVENANCE = r.Provenance(
    spec_hash="5f2c9a71e0b34d18",
    as_of="2026-05-06 09:00",
    zone="America/Denver",
    currency="USD",
    order_rule="shopline: status is not canceled or deleted, kind is not return",
    sales="total",
    people=5312,
    sources=(
        r.SourceFact("shop", "orders", 182344, 0, dt.datetime(2026, 5, 6, 14, 12, tzinfo=dt.UTC)),
        r.SourceFact("shop", "lines", 401877, 12, dt.datetime(2026, 5, 6, 14, 12, tzinfo=dt.UTC)),
        r.SourceFact("crm", "customers", 41820, 3, None),
    ),
    coverage=(
        r.Coverage("demographics.age", "Age", 0.713),
        r.Coverage("demographics.gender", "Gender", 0.402),
        r.Coverage("area_income", "Area income", None),
    ),
    version="0.1.0",
    smallest_group=10,
)


def rich() -> Report:
    """Everything at once."""
    numbers = (cards(), daily(), channels(), conversion_pie(), Note("Sales are booked on the day of the order."))
    messages = (funnel(), category_pie(), activities())
    customers = (cohorts(), hours(), several_lines(), weekdays(), grouped(), places(), products())
    missing = (state_cards(), every_state(), broken(), nothing(), plugin_kind())
    parts: tuple[Part, ...] = (
        Section("Who this is about", (facts(), conditions()), collapsed=True),
        Section("Key numbers", numbers, tab=True),
        Section("Messages", messages, tab=True),
        Section("Customers", (Section("Habits", customers[:3]), Section("People and places", customers[3:])), tab=True),
        Section("What is missing", missing, tab=True),
    )
    return Report(
        "list_performance",
        "Customer group analytics",
        "Greenleaf stores",
        "Spring VIPs (list, version 2)",
        PERIOD,
        BEFORE,
        parts,
        PROVENANCE,
        describe="How the people of one list buy, and what our messages had to do with it.",
        notes=("12 rows of lines were rejected by the data contract; see the sources below.",),
    )


EVIL = (
    "</script><img src=x onerror=alert(1)>",
    '"onmouseover="alert(1)',
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}{{ self }}",
    "a\u2028b\u2029c\u202ed\x1b[31mred\x00nul",
    "]]><!--<script>alert(1)//",
    '=HYPERLINK("http://evil.example","x")',
    "datum.x; ${alert(1)} \\u003cimg src=x onerror=alert(1)\\u003e",
)


def poisoned(text: Callable[[str], str]) -> Report:
    """The rich report with every text in it passed through `text`, so that hostile bytes sit in every place."""
    return _map(rich(), text)  # type: ignore[return-value]


_KEPT = frozenset(
    {"kind", "role", "type", "format", "time", "good", "zone", "currency", "week_starts", "states", "kinds", "settings"}
)


def _map(value: object, text: Callable[[str], str], name: str = "") -> object:
    if name in _KEPT:
        return value
    if isinstance(value, str):
        return text(value) if value else value
    if isinstance(value, tuple):
        return tuple(_map(each, text) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = {f.name: _map(getattr(value, f.name), text, f.name) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **pairs)
    return value


def hostile() -> Report:
    """Every text begins with an attack; the same text always with the same one, so that names still match."""
    return poisoned(lambda text: EVIL[sum(text.encode()) % len(EVIL)] + text)
