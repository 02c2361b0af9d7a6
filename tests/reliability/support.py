"""A small shop on disk, the command on it in this process, and what a folder holds."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from patron.engine.runtime.files import sha256

SPEC = """language 1

project "Shop" {
  timezone "UTC"
  currency USD
}

source s from csv {
  folder "data"
}

table orders from s.orders

audience regulars {
  include all of {
    has ordered at least 2 times
  }
}

list photo {
  from audience regulars
  take once on 2026-03-01 09:00
}

report weekly "Weekly" {
  for all records
  show cards of total_sales, total_orders
  show table of total_sales by customer
  show bar "Who spent most" of total_sales by customer top 5 of total_sales
  export "Weekly" as csv
  export "Raw" as json
}
"""
HEADER = "id,customer,created_at,total\n"
AS_OF = ("--as-of", "2026-05-06")
CODES = {0, 3, 4, 6, 7, 8, 9}
"""Exit codes that say what happened; 1 is a fault of Patron, 2 is ours."""


@dataclass(frozen=True)
class Told:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shop:
    """A project on disk."""

    root: Path

    @classmethod
    def at(cls, root: Path, rows: int = 300) -> Shop:
        (root / "data").mkdir(parents=True)
        (root / "shop.patron").write_text(SPEC)
        shop = cls(root)
        shop.orders(rows)
        return shop

    def copied(self, root: Path) -> Shop:
        """The same project elsewhere."""
        shutil.copytree(self.root, root)
        return Shop(root)

    def orders(self, rows: int, total: int = 10) -> None:
        lines = (f"{i},c{i % 40},2026-0{1 + i % 4}-{1 + i % 28:02},{total}\n" for i in range(1, rows + 1))
        (self.root / "data" / "orders.csv").write_text(HEADER + "".join(lines))

    def __call__(self, *args: str) -> Told:
        """The command, in this process."""
        from patron.engine.cli.group import patron

        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with chdir(self.root), redirect_stdout(out), redirect_stderr(err):
            try:
                patron.main(args=[*args], prog_name="patron", standalone_mode=True)
                code = 0
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 0
        return Told(code, *(s.buffer.getvalue().decode() for s in (out, err)))

    @property
    def loads(self) -> Path:
        return self.root / ".patron" / "loads"

    def half_made(self) -> list[str]:
        """Whatever is not a finished file of a finished run."""
        found = [
            p for p in self.root.rglob("*") if p.name.endswith(".part") or ".making-" in p.name or ".tmp" in p.name
        ]
        return sorted(str(p.relative_to(self.root)) for p in found)

    def published(self) -> dict[str, bytes]:
        """The files of the report, which are those its manifest lists, whole."""
        folder = self.root / "out" / "weekly"
        if not folder.is_dir():
            return {}
        listed = json.loads((folder / "manifest.json").read_text())["files"]
        assert {f["name"]: f["sha256"] for f in listed} == {f["name"]: sha256(folder / f["name"]) for f in listed}
        assert {f["name"] for f in listed} | {"manifest.json"} == {p.name for p in folder.iterdir()}
        return {p.name: p.read_bytes() for p in folder.iterdir()}


def kept(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, but the lock."""
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and "lock" not in p.name
    }


def clear(told: Told) -> None:
    """What went wrong is told in words, with a code that says how."""
    assert told.code in CODES, told.err
    assert "Traceback" not in told.err, told.err
    assert "P0999" not in told.err, told.err
    assert "ResourceWarning" not in told.err, told.err
    if told.code != 0:
        assert told.err.strip(), told


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own, so large; whoever may mount none skips."""
    place.mkdir()
    if os.geteuid() == 0 and shutil.which("mount"):
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place]
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            try:
                yield place
            finally:
                subprocess.run(["umount", "-l", place], check=True)
            return
    pytest.skip("only who may mount a disk can fill one; RLIMIT_FSIZE and failing calls stand in")


def figures(words: str) -> None:
    """What was measured, for `pytest -s`."""
    sys.stdout.write(f"\n{words}\n")
    sys.stdout.flush()
