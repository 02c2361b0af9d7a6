"""How well the revenue of products, categories and brands is forecast, on published sales.

    python -m benchmarks.predicted_rank --data DATA          # a folder with online_retail and completejourney
    python -m benchmarks.predicted_rank --file SALES --days 30   # item,date,revenue with a header, CSV or Parquet

What every figure means is in the README beside this file.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from benchmarks import printing
from patron.engine.predict import folds, scores
from patron.engine.predict.periods import Sales, calendar
from patron.engine.predict.products import PERIODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LINES = {"repeat": "naive, last period", "mean": "naive, mean of 3", "smooth": "smooth", "pooled": "pooled",
         "mix": "mean of both", "auto": "auto"}  # fmt: skip
HEADER = ("line", "rho", "NDCG50", "top tenth hit", "WAPE", "of naive", "predicted ÷ actual")
TOP = 50

RETAIL = """
SELECT upper(trim(StockCode)) AS item, CAST(strptime(InvoiceDate, '%-m/%-d/%y %-H:%M') AS DATE) AS day,
       Quantity * UnitPrice AS revenue
FROM read_parquet('{data}/online_retail/online_retail_2010_2011h1.parquet')
WHERE Quantity > 0 AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'C%'"""
JOURNEY = """
SELECT {column} AS item, CAST(timezone('America/New_York', transaction_timestamp) AS DATE) AS day,
       sales_value AS revenue
FROM read_parquet('{data}/completejourney/transactions_sample.parquet')
JOIN read_parquet('{data}/completejourney/products.parquet') USING (product_id)
WHERE {column} IS NOT NULL"""
ROWS = "SELECT #1 AS item, CAST(#2 AS DATE) AS day, CAST(#3 AS DOUBLE) AS revenue FROM '{file}'"
BY_DAY = """
SELECT CAST(item AS VARCHAR) AS item, datediff('day', DATE '1970-01-01', day) AS day, sum(revenue) AS revenue
FROM ({rows}) GROUP BY ALL ORDER BY ALL"""


@dataclass(frozen=True)
class Split:
    """What is forecast, how often, and what the reference reached there: WAPE as a share of the naive line's."""

    title: str
    rows: str
    days: int
    periods: int
    apart: int  # days from one to the next
    goal: float | None = None
    hit: float | None = None  # how many more of the top tenth it found


SPLITS = (
    Split("online retail, product, 4 weeks", RETAIL, 28, 6, 7, 0.51 / 0.524, 0.74 - 0.731),
    Split("online retail, product, 2 weeks", RETAIL, 14, 6, 14),
    Split(
        "complete journey, category, 4 weeks", JOURNEY.replace("{column}", "product_category"), 28, 6, 28, 0.255 / 0.294
    ),
    Split("complete journey, manufacturer, 4 weeks", JOURNEY.replace("{column}", "manufacturer_id"), 28, 6, 28),
)


def read(rows: str) -> Sales:
    """Sales by item and day, up to the last day there is; units do not count here."""
    with duckdb.connect() as connection:
        found = connection.execute(BY_DAY.format(rows=rows)).fetchnumpy()
    names, item = np.unique(np.asarray(found["item"]).astype(str), return_inverse=True)
    day = np.asarray(found["day"]).astype(np.int64)
    revenue = np.asarray(found["revenue"]).astype(np.float64)
    return Sales(item, day, revenue, revenue, int(day.max()), len(names))


@dataclass(frozen=True)
class Forecast:
    """What each line says of a past period, beside what happened, and whether the intervals of `auto` held."""

    lines: Mapping[str, Floats]
    actual: Floats
    covered: float | None
    within: bool | None


def forecast(sales: Sales, days: int, end: int) -> Forecast:
    """Of the period that ends on a day, from nothing but what was known before it."""
    fold = folds.fold(calendar(replace(sales, today=end), days), "revenue", 1, boosted=True)
    then = calendar(replace(sales, today=end - days), days)
    learned, _ = folds.learned(then, "revenue", "item", "auto", 0.8)
    auto, actual = learned.forecast(then.past("revenue")), fold.actual
    lines = {**fold.said, "mix": fold.said.get("auto", fold.said["smooth"]), "auto": auto}
    low, high = learned.spread.around(auto) if learned.spread else (None, None)
    covered = None if low is None else float(((low <= actual) & (actual <= high)).mean())
    within = learned.bands and bool(learned.bands[0] <= actual.sum() / auto.sum() <= learned.bands[1])
    return Forecast(lines, actual, covered, within)


def discounted_gain(predicted: Floats, actual: Floats) -> float:
    """Revenue of the fifty ranked highest, each place counting less, as a share of the best order's."""
    top = min(TOP, len(actual))
    weight = 1 / np.log2(np.arange(2, top + 2))
    found, best = actual[np.argsort(-predicted, kind="stable")], np.sort(actual)[::-1]
    return float((found[:top] * weight).sum() / (best[:top] * weight).sum())


def hit(predicted: Floats, actual: Floats) -> float:
    """How many of the tenth that sold most were in the tenth predicted to."""
    tenth = -(-len(actual) // 10)
    top = [set(np.argsort(-values, kind="stable")[:tenth].tolist()) for values in (predicted, actual)]
    return len(top[0] & top[1]) / tenth


MEASURES: Mapping[str, Callable[[Floats, Floats], float]] = {
    "rho": lambda predicted, actual: scores.rank_correlation(*map(scores.places, (predicted, actual))) or 0.0,
    "gain": discounted_gain,
    "hit": hit,
    "wape": lambda predicted, actual: float(np.abs(predicted - actual).sum() / actual.sum()),
    "ratio": lambda predicted, actual: float(predicted.sum() / actual.sum()),
}


def measured(split: Split, data: str) -> dict[str, Any]:
    """The mean of every measure over the last periods, by line; a line that was silent once has none."""
    sales = read(split.rows.format(data=data))
    ends = [sales.today - split.apart * number for number in range(split.periods)]
    least = int(sales.day.min()) + (PERIODS + 1) * split.days - 1
    begun = perf_counter()
    made = [forecast(sales, split.days, end) for end in reversed(ends) if end >= least]
    lines = {
        line: {name: fmean(measure(one.lines[line], one.actual) for one in made) for name, measure in MEASURES.items()}
        for line in LINES
        if all(line in one.lines for one in made)
    }
    return {
        "lines": lines,
        "covered": [one.covered for one in made if one.covered is not None],
        "within": [one.within for one in made if one.within is not None],
        "items": [len(one.actual) for one in made],
        "seconds": perf_counter() - begun,
    }


def show(split: Split, found: Mapping[str, Any]) -> None:
    """The table of a split, and how it stands to the goal."""
    lines, naive = found["lines"], found["lines"]["repeat"]
    printing.say(
        f"\n{split.title}: {len(found['items'])} periods, {min(found['items'])} to {max(found['items'])} items, "
        f"{found['seconds']:.0f} s"
    )
    printing.table(HEADER, [_row(title, lines[line], naive) for line, title in LINES.items() if line in lines])
    if found["covered"]:
        printing.say(f"80 % intervals of auto held {fmean(found['covered']):.3f} of the items")
    if found["within"]:
        printing.say(f"80 % bands of the sum held in {sum(found['within'])} of {len(found['within'])} periods")
    share, more = _share(lines["auto"], naive), lines["auto"]["hit"] - naive["hit"]
    if split.goal is not None:
        _goal("WAPE as a share of the naive line's", share, split.goal, share <= split.goal)
    if split.hit is not None:
        _goal("top tenth hit above the naive line's", more, split.hit, more >= split.hit)


def _row(title: str, line: Mapping[str, float], naive: Mapping[str, float]) -> tuple[str, ...]:
    figures = (*(line[one] for one in ("rho", "gain", "hit", "wape")), _share(line, naive), line["ratio"])
    return (title, *(f"{one:.3f}" for one in figures))


def _share(line: Mapping[str, float], naive: Mapping[str, float]) -> float:
    """Its error as a share of the naive line's; 1 where nobody errs."""
    return line["wape"] / naive["wape"] if naive["wape"] else 1.0


def _goal(what: str, found: float, wanted: float, reached: bool) -> None:
    printing.say(f"goal {'reached' if reached else 'missed'}: {what} {found:.3f}, wanted {wanted:.3f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder with the published sets")
    parser.add_argument("--file", type=Path, help="item, date and revenue; a CSV or Parquet file")
    parser.add_argument("--days", type=int, default=30, help="of a period, with --file")
    parser.add_argument("--periods", type=int, default=6, help="how many of the last ones, with --file")
    args = parser.parse_args(arguments)
    splits = SPLITS if args.data else ()
    if args.file:
        splits = (*splits, Split(args.file.name, ROWS.format(file=args.file), args.days, args.periods, args.days))
    for split in splits:
        show(split, measured(split, str(args.data)))


if __name__ == "__main__":
    main()
