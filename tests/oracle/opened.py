"""Worlds written and opened once per process, by Patron and by the oracle."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.oracle.ask import Patron
from tests.oracle.declared import DECLARATIONS
from tests.oracle.reading import Shop
from tests.oracle.world import World, world, write
from tests.oracle.world_at import open_shop

WORLDS = int(os.environ.get("PATRON_WORLDS", "6"))
"""How many worlds there are. Every question visits two of them; all of them when PATRON_WORLDS is set."""
_ALL = "PATRON_WORLDS" in os.environ
FEW = range(WORLDS) if _ALL else (0, 2)
"""The worlds of tests that ask much of each."""


def visited(number: int) -> tuple[int, ...]:
    """The worlds that the question of that number visits."""
    return tuple(range(WORLDS)) if _ALL else (number % WORLDS, (number + 1 + number // WORLDS % (WORLDS - 1)) % WORLDS)


@cache
def _root() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="patron-worlds-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@dataclass(frozen=True, slots=True)
class Pair:
    """One world, seen by both."""

    world: World
    folder: Path
    shop: Shop

    @property
    def currency(self) -> str:
        return self.world.settings["currency"]


@cache
def pair(seed: int) -> Pair:
    made = world(seed)
    folder = write(made, _root() / f"world_{seed}")
    return Pair(made, folder, open_shop(folder, made.as_of))


@cache
def patron(seed: int, as_of: str = "") -> Patron:
    """Patron on the world of that seed; at another moment when one is given."""
    mine = pair(seed)
    return Patron(mine.folder, as_of or mine.world.as_of)


@cache
def shop(seed: int, as_of: str = "") -> Shop:
    mine = pair(seed)
    return open_shop(mine.folder, as_of) if as_of else mine.shop


_COUNT = iter(range(1_000_000))


def opened(made: World, declarations: str = DECLARATIONS, mappings: Mapping[str, str] | None = None) -> Patron:
    """Patron on a changed world, or with other declarations."""
    return Patron(folder_of(made, declarations, mappings), made.as_of)


def folder_of(made: World, declarations: str = DECLARATIONS, mappings: Mapping[str, str] | None = None) -> Path:
    """A world written to a folder of its own."""
    return write(made, _root() / f"changed_{next(_COUNT)}", declarations, mappings)
