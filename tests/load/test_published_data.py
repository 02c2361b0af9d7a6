"""Projects over published data, when they lie beside the checkout: known counts after a load."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from patron.dsl import tree
from patron.dsl.parse import parse_file
from tests.load.support import World, faults

SHARED = Path(__file__).parents[3] / "shared"
CASES, DATA = SHARED / "conformance" / "cases", SHARED / "data"
COUNTS = {
    "cdnow": {"customers": 2357, "orders": 6696, "lines": 6919},
    "coffee_shop": {"orders": 25572, "lines": 32823, "customers": 2246, "stores": 9, "staff": 55, "products": 88},
    "completejourney": {"orders": 23872, "lines": 37894, "campaigns": 27, "redemptions": 954},
    "dirty_cafe": {"orders": 10000},
    "dirty_cafe_blank": {"orders": 10000},
    "jaffle_shop": {"orders": 99, "customers": 100},
    "northwind": {"orders": 830, "lines": 2155, "staff": 9},
    "online_retail": {"orders": 12468, "lines": 240007, "customers": 2974},
}

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the published data is not here")


def copied(source: Path, target: Path) -> World:
    shutil.copytree(source, target)
    target.chmod(0o755)
    if not (target / "data").exists():
        (target / "data").symlink_to(DATA)
    zone, currency = "UTC", ""
    for file in target.glob("*.patron"):
        for statement in parse_file(file.read_bytes(), file.name)[0].statements:
            if isinstance(statement, tree.ProjectDecl):
                said = {s.key.key: s.values[0] for s in statement.settings}
                zone, currency = said["timezone"].value, str(said["currency"])
    return World(target, zone, currency, (DATA,))


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_published_data(tmp_path, name):
    loaded = copied(CASES / "real" / name / "project", tmp_path / name).load()
    assert loaded.path is not None
    assert {t: loaded.store.tables[t].rows for t in COUNTS[name]} == COUNTS[name]


def test_spoiled_values_stop_the_load(tmp_path):
    loaded = copied(CASES / "real" / "dirty_cafe_strict" / "project", tmp_path / "x").load()
    assert [m for _, _, m in faults(loaded)] == [
        '301 values of orders.created_at are not a moment; first at dirty_cafe_sales.csv.gz:13: "ERROR"',
        '329 values of orders.total are not money; first at dirty_cafe_sales.csv.gz:4: "ERROR"',
    ]


@pytest.mark.parametrize("world", sorted(p.name for p in (CASES / "golden" / "worlds").glob("[!e]*")))
def test_small_worlds_load(tmp_path, world):
    loaded = copied(CASES / "golden" / "worlds" / world, tmp_path / world).load()
    assert loaded.path is not None
    assert loaded.store.tables["orders"].rows > 0
