"""How good predictions of customers are: past purchases split in two, beside `lifetimes` and naive lines.

python -m benchmarks.predictions --cdnow FILE --retail FILE --env DIR
python -m benchmarks.predictions --file shop.csv --calibration 2025-03-31 --horizon 180
python -m benchmarks.predictions --large 10000000
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np

from benchmarks.measure import peak_bytes, timed
from patron.engine.predict.backtest import MODEL, Said, say
from patron.engine.predict.customers import Purchases, Wanted, fit, score
from patron.engine.predict.outlook import mean, voting
from patron.engine.predict.purchases import Floats, history
from patron.engine.predict.rolling import after
from patron.engine.predict.scores import Judged, Scored, scored
from patron.engine.predict.threads import one_thread

EPOCH = dt.date(1970, 1, 1)
MODELS = ("bg", "cells", "hybrid")
PINS = ("lifetimes==0.11.3", "numpy==1.26.4", "pandas==2.1.4", "scipy==1.11.4")  # what it runs with on Python 3.11
CDNOW = """
    SELECT column1 AS customer, strptime(column2, '%Y%m%d')::DATE AS day, column4 AS amount FROM (
      SELECT unnest(string_split_regex(trim(line), ' +')[2:2])::INT AS column1,
        string_split_regex(trim(line), ' +')[3] AS column2, string_split_regex(trim(line), ' +')[5]::DOUBLE AS column4
      FROM read_csv($1, columns = {'line': 'VARCHAR'}, delim = '\t', header = false, quote = '', escape = ''))"""
MASTER = """
    SELECT part[1] AS customer, strptime(part[2], '%Y%m%d')::DATE AS day, part[4]::DOUBLE AS amount FROM (
      SELECT string_split_regex(trim(line), ' +') AS part FROM read_csv($1, columns = {'line': 'VARCHAR'}, delim = '\t',
        header = false, skip = 1, quote = '', escape = ''))"""
RETAIL = """
    SELECT CustomerID AS customer, strptime(InvoiceDate, '%m/%d/%y %-H:%M')::DATE AS day, Quantity * UnitPrice AS amount
    FROM read_parquet($1)
    WHERE CustomerID IS NOT NULL AND Quantity > 0 AND UnitPrice > 0 AND NOT starts_with(InvoiceNo, 'C')"""
FILE = "SELECT customer, CAST(date AS DATE) AS day, CAST(amount AS DOUBLE) AS amount FROM read_csv($1)"
# Purchase days: all orders of a day are one, as the models count them.
DAYS = """
    SELECT dense_rank() OVER (ORDER BY customer) - 1 AS person, day - DATE '1970-01-01' AS day, amount
    FROM (SELECT customer, day, sum(amount) AS amount FROM ({}) GROUP BY ALL) ORDER BY person, day"""


@dataclass(frozen=True)
class Split:
    """Days to learn from, and days to be right about."""

    name: str
    purchases: Purchases  # all that is known
    calibration: dt.date
    days: int
    goals: Mapping[str, str] | None = None
    sums: int = 0  # days: bands of sums are looked at on several dates, so many days apart


GOALS = {
    "orders": "pass: mae .805 rmse 1.726 gini .673 dec.err .14 ratio .85-1.10; beyond: .79 1.71 .684 .08 .95-1.05",
    "lifetime_value": "pass: mae 31.9 rmse 92.9 gini .71 top tenth .52; beyond: 31.4 92.6 .722 .525",
    "order_value": "pass: rmse 29.7 rank .495; beyond: 29.5 .505",
}


def read(query: str, path: Path) -> Purchases:
    """The purchase days of a file."""
    found = duckdb.connect().execute(DAYS.format(query), [str(path)]).fetchnumpy()
    amount, ones = np.array(found["amount"], dtype=float), np.ones(len(found["day"]), dtype=np.int64)
    person, day = (np.array(found[name], dtype=np.int64) for name in ("person", "day"))
    return Purchases(person, day, ones, amount, amount**2, int(day.max(initial=0)))


def number(day: dt.date) -> int:
    return (day - EPOCH).days


def splits(options: argparse.Namespace) -> Iterator[Split]:
    """What was asked for. The whole of CDNOW comes with `lifetimes`."""
    if options.env:
        (whole,) = options.env.glob("lib/python*/site-packages/lifetimes/datasets/CDNOW_master.txt")
        yield Split("cdnow, the whole file, 39 weeks", read(MASTER, whole), dt.date(1997, 9, 30), 273, GOALS, 90)
    if options.cdnow:
        rows = read(CDNOW, options.cdnow)
        yield Split("cdnow, a tenth, 39 weeks", rows, dt.date(1997, 9, 30), 273, GOALS, 90)
        yield Split("cdnow, a tenth, 13 weeks after 15 months", rows, dt.date(1998, 3, 31), 91)
    if options.retail:
        rows = read(RETAIL, options.retail)
        yield Split("online retail, 57 days after 5 months", rows, dt.date(2011, 4, 30), 57, sums=30)
        yield Split("online retail, 87 days after 4 months", rows, dt.date(2011, 3, 31), 87)
    if options.file:
        rows = read(FILE, options.file)
        last = EPOCH + dt.timedelta(days=rows.today)
        day = options.calibration or last - dt.timedelta(days=options.horizon or rows.days // 3)
        yield Split(options.file.name, rows, day, options.horizon or (last - day).days, sums=options.horizon or 90)


def environment(folder: Path) -> Path:
    """The interpreter of an environment with `lifetimes`, made when it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINS], check=True)  # noqa: S603
    return python


def anchors(python: Path, said: Said) -> dict[str, Any]:
    """What `lifetimes` says of the people known at the origin."""
    known = said.known
    first = said.purchases.amount[known.starts]
    again = (known.spend - first) / np.maximum(known.repeats, 1)  # its recipe leaves the first purchase out
    columns = {"x": known.repeats, "tx": known.span / 7, "age": known.age / 7, "mean": again}
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.json", Path(folder) / "out.json"
        source.write_text(json.dumps({"weeks": said.days / 7, **{k: v.tolist() for k, v in columns.items()}}))
        script = Path(__file__).with_name("anchors.py")
        subprocess.run([str(python), str(script), str(source), str(target)], check=True, capture_output=True)  # noqa: S603
        found: dict[str, Any] = json.loads(target.read_text())
    return found


def lines(said: Said, theirs: Mapping[str, Any]) -> dict[str, dict[str, Floats]]:
    """By target and name: our models, theirs, naive lines. What is no number counts as nothing."""
    votes = [said.orders[name] for name in voting(said.purchases, "auto")]
    own = {**{name: said.orders[name] for name in MODELS if name in said.orders}, "auto": mean(votes)}
    naive = {name: said.orders[name] for name in said.money}
    other = {name: np.array(found["orders"]) for name, found in theirs.items() if "orders" in found}
    value, gamma = said.value[MODEL], theirs.get("Gamma-Gamma", {}).get("value")
    money = {name: line * value for name, line in own.items()}
    values = {"credibility": value, **{name: line for name, line in said.value.items() if name != MODEL}}
    if gamma is not None:
        money |= {f"{name} + GG": line * np.array(gamma) for name, line in other.items()}
        values["Gamma-Gamma"] = np.array(gamma)
    return {
        "orders": {**own, **other, **naive},
        "lifetime_value": {**money, **said.money},
        "order_value": values,
    }


def rows(said: Said, theirs: Mapping[str, Any]) -> Iterator[Scored]:
    """The scores of every line of every target."""
    bought, spent, buyers = said.bought, said.spent, said.bought > 0
    for target, by_name in lines(said, theirs).items():
        judged = Judged(target, "customer", said.known.at, said.days)
        for name, line in by_name.items():
            if target == "order_value":
                yield scored(judged, name, line[buyers], spent[buyers] / bought[buyers])
            else:
                yield scored(judged, name, line, bought if target == "orders" else spent)


def table(found: Sequence[Scored], goals: Mapping[str, str]) -> Iterator[str]:
    """The scores in columns."""
    columns = "mae rmse ratio rank_correlation gini decile_error top_tenth".split()
    target = ""
    for row in found:
        if row.target != target:
            target = row.target
            yield f"\n  {target:<18}{'mae':>9}{'rmse':>9}{'ratio':>9}{'rank':>9}{'gini':>9}{'dec.err':>9}{'top10':>9}"
        figures = (getattr(row, name) for name in columns)
        yield f"  {row.model:<18}" + "".join(f"{'-' if one is None else f'{one:.3f}':>9}" for one in figures)
        if row is [one for one in found if one.target == target][-1] and target in goals:
            yield f"  goals (whole file): {goals[target]}"


def shown(split: Split) -> Iterator[str]:
    """What a report would say with model `auto`: coverage of its intervals, and the band of its sums."""
    then = split.purchases.until(number(split.calibration))
    wanted = Wanted(horizon=split.days, gate_buyers=1, gate_days=1)
    fitted, spent = timed(lambda: fit(then, wanted))
    scores, again = timed(lambda: score(then, wanted, fitted))
    known = history(then)
    bought, money = after(split.purchases, known, split.days, split.purchases.orders, split.purchases.amount)
    used = {row.target: row.model for row in fitted.backtest if row.used}
    yield f"\n  as shown: {used or 'no back-test'}, flags {list(fitted.flags)}"
    yield f"  fit {spent.wall:.2f} s, score {again.wall:.2f} s"
    pairs = (
        ("orders", bought, scores.expected_orders, scores.expected_orders_low, scores.expected_orders_high),
        ("money", money, scores.lifetime_value, scores.lifetime_value_low, scores.lifetime_value_high),
    )
    for (name, actual, said, low, high), band in zip(
        pairs, (fitted.judged.order_band, fitted.judged.lifetime_band), strict=True
    ):
        if low is not None and high is not None:
            inside = ((actual >= low - 0.005) & (actual <= high + 0.005)).mean()
            yield f"  {name}: {inside:.3f} of the people within the 80% interval, width {(high - low).mean():.2f}"
        if band:
            least, most, total = band[0] * said.sum(), band[1] * said.sum(), actual.sum()
            verdict = "inside" if least <= total <= most else "OUTSIDE"
            yield f"  {name}: sum {total:,.0f} {verdict} the band {least:,.0f} to {most:,.0f} around {said.sum():,.0f}"


def sums(split: Split) -> Iterator[str]:
    """Whether bands of sums held what came, on dates that lie as many days apart as they predict."""
    days, inside = split.sums, []
    yield f"\n{split.name}: bands of sums over {days} days (80%)"
    for times in range(1, 7):
        then = split.purchases.until(split.purchases.today - times * days)
        wanted = Wanted(horizon=days, gate_buyers=1, gate_days=1)
        fitted = fit(then, wanted)
        if fitted.judged.order_band is None or fitted.judged.lifetime_band is None:
            continue
        scores, rows = score(then, wanted, fitted), split.purchases
        bought, spent = after(rows, history(then), days, rows.orders, rows.amount)
        date, line = EPOCH + dt.timedelta(days=then.today), []
        for said, band, actual in (
            (scores.expected_orders.sum(), fitted.judged.order_band, bought.sum()),
            (scores.lifetime_value.sum(), fitted.judged.lifetime_band, spent.sum()),
        ):
            inside.append(band[0] * said <= actual <= band[1] * said)
            line.append(
                f"{band[0] * said:,.0f} to {band[1] * said:,.0f}, was {actual:,.0f}{'' if inside[-1] else ' (!)'}"
            )
        yield f"  {date}: orders {line[0]}; money {line[1]}"
    yield f"  {sum(inside)} of {len(inside)} inside"


def report(split: Split, python: Path | None) -> Iterator[str]:
    """Everything about one split."""
    origin = number(split.calibration)
    wanted = Wanted(horizon=split.days, gate_buyers=1, gate_days=1)
    with one_thread():
        said = say(split.purchases, wanted, MODELS, origin, split.days)
    theirs = anchors(python, said) if python else {}
    people, share = len(said.known.people), (said.bought > 0).mean()
    yield f"\n{split.name}: {people:,} customers to {split.calibration}, {split.days} days, {share:.2f} of them buy"
    yield from table(list(rows(said, theirs)), split.goals or {})
    for name, found in theirs.items():
        told = {key: value for key, value in found.items() if key not in ("orders", "value")}
        yield f"  {name}: {json.dumps(told)}"
    yield from shown(split)


# ---------------------------------------------------------------- very many customers

PIECE = 1_000_000  # people made or scored at once
TODAY, SPAN = 20_000, 730


def large(people: int) -> Purchases:
    """Purchase days of so many customers over two years, about three each; the same every time."""
    pieces = [_piece(start, min(PIECE, people - start)) for start in range(0, people, PIECE)]
    person, day, amount = (np.concatenate([piece.pop(0) for piece in pieces]) for _ in range(3))
    return Purchases(person, day, np.ones(len(day), dtype=np.uint8), amount, amount**2, TODAY)


def _piece(start: int, people: int) -> list[Any]:
    random = np.random.default_rng(start)
    count = 1 + random.poisson(random.gamma(0.7, 3.6, people).astype(np.float32)).astype(np.int32)
    gap = random.gamma(2.0, 30.0, people).astype(np.float32)  # the house's rhythm, her own within it
    starts = np.cumsum(count) - count
    step = 1 + random.exponential(np.repeat(gap, count)).astype(np.int32)
    step[starts] = 0
    walked = np.cumsum(step, dtype=np.int64)
    first = random.integers(0, SPAN, people, dtype=np.int32)
    day = (np.repeat(first - walked[starts], count) + walked).astype(np.int32)
    person = np.repeat(np.arange(start, start + people, dtype=np.int32), count)
    kept = day <= SPAN
    worth = np.repeat(random.lognormal(3.5, 0.5, people), count) * random.lognormal(0, 0.3, len(day))
    return [person[kept], day[kept] + (TODAY - SPAN), np.round(worth[kept], 2)]


def many(people: int) -> Iterator[str]:
    """Seconds and memory of fitting and scoring, model `bg`; pieces of the people are handed on as they are scored."""
    purchases = large(people)
    wanted, before = Wanted(model="bg"), peak_bytes()
    fitted, learning = timed(lambda: fit(purchases, wanted))
    total, scoring = timed(lambda: sum(_handed_on(purchases, wanted, fitted)))
    yield f"{people:,} customers, {len(purchases.day):,} purchase days, expected lifetime value {total:,.0f}"
    yield f"  fit {learning.wall:.1f} s ({learning.cpu:.1f} cpu), score {scoring.wall:.1f} s ({scoring.cpu:.1f} cpu)"
    yield f"  peak {peak_bytes() / 1e6:,.0f} MB; {before / 1e6:,.0f} MB while the purchases were made"


def _handed_on(purchases: Purchases, wanted: Wanted, fitted: Any) -> Iterator[float]:
    for piece in purchases.pieces(PIECE):
        yield float(score(piece, wanted, fitted).lifetime_value.sum())


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cdnow", type=Path, help="CDNOW_sample.txt, may be gzipped")
    parser.add_argument("--retail", type=Path, help="Online Retail as Parquet")
    parser.add_argument("--file", type=Path, help="any purchases: a CSV with customer, date, amount")
    parser.add_argument("--calibration", type=dt.date.fromisoformat, help="the last day to learn from, for --file")
    parser.add_argument("--horizon", type=int, help="days to predict, for --file")
    parser.add_argument("--env", type=Path, help="folder of an environment for lifetimes; made when not there")
    parser.add_argument("--large", type=int, metavar="CUSTOMERS", help="time and memory for so many customers")
    return parser


def told(options: argparse.Namespace) -> Iterator[str]:
    """Everything that was asked for."""
    python = environment(options.env) if options.env else None
    for split in splits(options):
        yield from report(split, python)
        if split.sums:
            yield from sums(split)
    if options.large:
        yield from many(options.large)


def main(given: Sequence[str] | None = None) -> None:
    for line in told(arguments().parse_args(given)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
