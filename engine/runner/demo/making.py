"""Make the demo: data files and specs in a folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from patron.engine.runner.demo import club, specs
from patron.engine.runner.demo.marketing import advertise
from patron.engine.runner.demo.sales import habits, ring_up, walk_ins
from patron.engine.runner.demo.shop import open_shop
from patron.engine.runner.demo.tables import Everything, File, files

SIZES: Mapping[str, int] = {"small": 2_000, "medium": 20_000, "large": 200_000}
"""About how many orders a shop of that size has."""
COUNTED_SHOP = (SIZES["small"], 1)
"""Orders and seed of the shop whose numbers are known."""


def make_shop(folder: Path, size: str = "small", seed: int = 1, *, orders: int | None = None) -> None:
    """A project in a folder: `data/*.csv` and the specs beside it. The same seed gives the same bytes everywhere."""
    count = SIZES[size] if orders is None else orders
    write_data(folder / "data", orders=count, seed=seed)
    for name, text in specs.texts().items():
        if name != specs.COUNTED or (count, seed) == COUNTED_SHOP:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


def write_data(folder: Path, *, orders: int = 2_000, seed: int = 1) -> None:
    """The data files alone: about so many orders, three customers to ten of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files(seed, everything(orders, seed)):
        _write(folder, file)


def everything(orders: int, seed: int) -> Everything:
    """The shop and what happened in it."""
    shop = open_shop(seed, max(1, orders * 3 // 10))
    marketing = advertise(seed, shop)
    visits = [*habits(seed, shop), *marketing.visits, *walk_ins(seed, orders * 14 // 100)]
    rung = ring_up(seed, shop, visits)
    members = tuple(club.stays(seed, shop))
    return Everything(shop, marketing, rung, members, tuple(club.redemptions(seed, rung, members)))


def _write(folder: Path, file: File) -> None:
    with (folder / f"{file.name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(file.header.split(","))
        writer.writerows(file.rows)
