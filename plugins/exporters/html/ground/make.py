"""Make `static/ground.json.z` anew.

python -m patron.plugins.exporters.html.ground.make us-10m.json world-110m.json zipcodes.csv, each of which may be
gzipped. Where they come from stands in `static/ground.NOTICE.md`.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from patron.plugins.exporters.html.ground import FILE, STEPS

LEAST_CODES = 4
"""A town is named when it has so many postcodes."""


def main(states: str, world: str, postcodes: str) -> None:
    """Write the file."""
    america, globe = json.loads(_read(states)), json.loads(_read(world))
    inner, outer = set(_arcs(america["objects"]["counties"])), set(_arcs(america["objects"]["states"]))
    made = {
        "counties": _lines(america, inner - outer),
        "states": _lines(america, outer),
        "countries": _lines(globe, set(_arcs(globe["objects"]["countries"]))),
        "towns": _towns(_read(postcodes)),
    }
    FILE.write_bytes(zlib.compress(json.dumps(made, separators=(",", ":"), ensure_ascii=False).encode(), 9))


def _read(path: str) -> str:
    raw = Path(path).read_bytes()
    return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()


def _arcs(shape: Any) -> Iterator[int]:
    """The numbers of the arcs of a shape; one that runs backwards is the same line."""
    for inner in shape.get("geometries", ()):
        yield from _arcs(inner)
    waiting = [shape.get("arcs", [])]
    while waiting:
        for each in waiting.pop():
            if isinstance(each, list):
                waiting.append(each)
            else:
                yield each if each >= 0 else ~each


def _lines(topology: Any, arcs: set[int]) -> list[list[int]]:
    """Each line as longitude, latitude, and the steps from point to point, in thousandths of a degree."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = []
    for number in sorted(arcs):
        x = y = 0
        line: list[int] = []
        before = (0, 0)
        for dx, dy in topology["arcs"][number]:
            x, y = x + dx, y + dy
            at = (round((x * kx + tx) * STEPS), round((y * ky + ty) * STEPS))
            line += (at[0] - before[0], at[1] - before[1])
            before = at
        lines.append(line)
    return lines


def _towns(text: str) -> list[list[str | int]]:
    """Towns by how many postcodes they have, at the median of these."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        found[row["city"], row["state"]].append((float(row["longitude"]), float(row["latitude"])))
    towns: list[list[str | int]] = [
        [name, *(round(median(axis) * STEPS) for axis in zip(*at, strict=True)), len(at)]
        for (name, _), at in found.items()
        if len(at) >= LEAST_CODES
    ]
    return sorted(towns, key=lambda town: (-int(town[3]), str(town[0])))


if __name__ == "__main__":
    main(*sys.argv[1:])
