"""Make the demo: data files and specs in a folder, customers block by block: a large shop needs no more memory."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from patron.engine.runner.demo import specs
from patron.engine.runner.demo.ground import Ground, ground
from patron.engine.runtime.files import io_errors, move_in
from patron.engine.runtime.progress import SILENT, Progress
from patron.engine.runtime.scratch import working_folder

SIZES: Mapping[str, int] = {"small": 2_000, "medium": 20_000, "large": 200_000}
"""About how many orders a shop of that size has."""
COUNTED_SHOP = (SIZES["small"], 1)
"""Orders and seed of the shop whose numbers are known."""
GROUND = ("macros", "words", "days", "shop")
"""Scripts of what does not depend on the customers."""
BLOCK = ("people", "marketing", "orders", "ledger", "files")
"""Scripts of the customers of one block and of all that they do."""
CUSTOMERS = 20_000
"""How many are in a block."""
NUMBERS = 1_000_000
"""Numbers of orders and reactions that a block may use up."""
CUT_OFF = {"reviews": "B0,5,2026-05-3"}
"""Files whose writer was stopped in the middle of a row."""


def make_shop(folder: Path, orders: int = SIZES["small"], seed: int = 1, progress: Progress = SILENT) -> None:
    """A project in a folder, whole or not at all: `data/*.csv` and the specs beside it. IoFailed."""
    with io_errors(folder), working_folder(folder) as scratch:
        data, said = scratch / "data", scratch / "specs"
        write_data(data, orders, seed, progress)
        said.mkdir()
        for name, text in specs.texts().items():
            if name != specs.COUNTED or (orders, seed) == COUNTED_SHOP:
                (said / name).write_text(text, encoding="utf-8", newline="\n")
        (folder / specs.COUNTED).unlink(missing_ok=True)  # of another shop
        move_in(sorted(data.iterdir()), folder / "data")
        move_in(sorted(said.iterdir()), folder)


def write_data(folder: Path, orders: int = SIZES["small"], seed: int = 1, progress: Progress = SILENT) -> None:
    """The data files alone, of about so many orders. The same seed gives the same bytes everywhere. IoFailed."""
    with io_errors(folder), working_folder(folder) as scratch, ground(scratch) as made:
        customers, walk_ins = max(1, orders * 19 // 100), orders * 13 // 100
        made.settle(seed_key=seed * 0x9E3779B1 % (1 << 32), customers=customers, stores=4 + orders // 50_000)
        made.run(*GROUND)
        for block, numbers in enumerate(_blocks(customers, walk_ins)):
            progress.step("making customers and what they do")
            progress.done(numbers["first"] / customers)
            made.settle(block=block, base=20_000 + block * NUMBERS, **numbers)
            made.run(*BLOCK)
            _write(made, folder, scratch / "rows.csv", first=block == 0)
        for name, text in CUT_OFF.items():
            with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as out:
                out.write(text + "\n")


def _blocks(customers: int, walk_ins: int) -> Iterator[dict[str, int]]:
    """From whom to whom every block goes, and from which to which of those who left no name."""
    for first in range(1, customers + 1, CUSTOMERS):
        last = min(first + CUSTOMERS - 1, customers)
        yield {
            "first": first, "last": last,
            "first_walk_in": (first - 1) * walk_ins // customers + 1, "last_walk_in": last * walk_ins // customers,
        }  # fmt: skip


def _write(made: Ground, folder: Path, rows: Path, *, first: bool) -> None:
    """A block's rows below those of the blocks before; what no customer changes is written once."""
    for schema in ("once", "part") if first else ("part",):
        for name in made.files(schema):
            made.write(f'{schema}."{name}"', rows, header=first)
            with rows.open("rb") as more, (folder / f"{name}.csv").open("wb" if first else "ab") as out:
                shutil.copyfileobj(more, out)
