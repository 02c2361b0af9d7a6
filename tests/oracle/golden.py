"""The golden conformance cases as questions to the oracle: worlds small enough to be checked by eye."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.oracle.moments import Moment
from tests.oracle.phrases import Answer
from tests.oracle.reading import Shop
from tests.oracle.world_at import ask, audience, open_shop

SHARED = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "cases" / "golden"


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the suite: its project folder and what the suite says about it."""

    group: str
    folder: Path
    said: dict[str, object]

    @property
    def name(self) -> str:
        return f"{self.group}/{self.said['name']}"


def cases() -> Iterator[Case]:
    """All golden cases that ask for a table or an audience."""
    for path in sorted(SHARED.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for said in content["case"]:
            if ("query" in said or "members" in said) and "errors" not in said:
                merged = {**{k: v for k, v in content.items() if k in ("as_of", "set")}, **said}
                yield Case(path.stem, path.parent / content["project"], merged)


_SHOPS: dict[object, Shop] = {}


def shop_of(case: Case) -> Shop:
    params = {name: _param(text) for name, text in dict(case.said.get("set", {})).items()}
    key = (case.folder, str(case.said["as_of"]), tuple(params.items()))
    if key not in _SHOPS:
        _SHOPS[key] = open_shop(case.folder, str(case.said["as_of"]), params)
    return _SHOPS[key]


def _param(text: object) -> object:
    return int(text) if isinstance(text, str) and text.isdigit() else text


def difference(case: Case) -> str:
    """What the oracle says otherwise than the suite; empty when they agree."""
    shop = shop_of(case)
    if "audience" in case.said:
        members = audience(shop, str(case.said["audience"]).lower())
        return "" if members == case.said["members"] else f"{members} instead of {case.said['members']}"
    return _table_difference(ask(shop, str(case.said["query"])), case.said, shop)


def _table_difference(answer: Answer, said: dict[str, object], shop: Shop) -> str:
    columns = [c for c in said["columns"] if not c.endswith("_state")]
    asked = [said["columns"].index(c) for c in columns]
    wanted = [[row[n] for n in asked] for row in said["rows"]]
    found = [[_shown(row[answer.columns.index(c)], shop) for c in columns] for row in answer.rows]
    if "key" in said:
        places = [columns.index(c) for c in said["key"]]
        wanted, found = (sorted(t, key=lambda row: [str(row[n]) for n in places]) for t in (wanted, found))
    same = len(wanted) == len(found) and all(
        _same(a, b) for mine, theirs in zip(found, wanted, strict=True) for a, b in zip(mine, theirs, strict=True)
    )
    return "" if same else f"{found} instead of {wanted}"


def _shown(cell: object, shop: Shop) -> object:
    del shop
    if isinstance(cell, Moment):
        return cell.at.isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return "" if cell is None else cell


def _same(mine: object, theirs: object) -> bool:
    if isinstance(mine, str) or (isinstance(theirs, str) and not isinstance(mine, int | float | Decimal)):
        return str(mine) == str(theirs)
    if theirs == "" or mine == "":
        return mine == theirs
    wanted = float(str(theirs))
    return abs(float(str(mine)) - wanted) <= min(0.005, 1e-6 * abs(wanted))
