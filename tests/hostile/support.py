"""Small shops on disk that take any bytes, and ways to ask them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from patron import open_project
from patron.engine.cli.group import patron

SCALE = int(os.environ.get("PATRON_FUZZ", "1"))
"""How many times as much is tried: 1 in every run, more for a release."""

HEAD = """language 1
project "{title}" {{
  timezone "{zone}"
  currency USD
  sales total
}}
source shop from csv {{
  folder "data"
}}
"""
CUSTOMERS = "id,name,city,birth_date,tags\nc1,Ann,Rome,1990-05-20,vip;new\nc2,Bob,,1985-01-01,\nc3,,Oslo,,vip\n"
ORDERS = """id,customer,created_at,total,status,channel
o1,c1,2026-03-01 10:00:00,10.00,paid,online
o2,c1,2026-04-01 10:00:00,20.00,paid,retail
o3,c2,2026-04-02 10:00:00,30.00,canceled,online
o4,,2026-04-03 10:00:00,40.00,paid,
"""
LINES = "id,order,product,quantity,amount\nl1,o1,p1,1,10.00\nl2,o2,p2,2,20.00\n"
PRODUCTS = "id,name,category\np1,Gum,Edibles\np2,Pipe,Gear\n"
CAMPAIGNS = "id,name,category,channel,sent_at\nm1,Spring,news,sms,2026-02-25 08:00:00\n"
ACTIONS = "id,customer,campaign,kind,acted_at\na1,c1,m1,clicked,2026-02-26 09:00:00\n"
FILES: Mapping[str, str | bytes] = {
    "customers": CUSTOMERS, "orders": ORDERS, "lines": LINES, "products": PRODUCTS, "campaigns": CAMPAIGNS,
    "actions": ACTIONS,
}  # fmt: skip


def written(
    root: Path,
    spec: str = "",
    files: Mapping[str, str | bytes] = FILES,
    *,
    tables: Iterable[str] | None = None,
    zone: str = "UTC",
    head: str | None = None,
    title: str = "Shop",
) -> Path:
    """A project folder: one csv file and one plain mapping for each table, and more statements."""
    (root / "data").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        (root / "data" / (name if "." in name else f"{name}.csv")).write_bytes(raw)
    mapped = "".join(f"table {t} from shop.{t}\n" for t in (files if tables is None else tables))
    text = (HEAD.format(title=title, zone=zone) if head is None else head) + mapped + spec
    (root / "shop.patron").write_bytes(text.encode("utf-8", "surrogatepass"))
    return root


def shop(root: Path, spec: str = "", files: Mapping[str, str | bytes] = FILES, **more: Any) -> Any:
    """The same, opened as of 6 May 2026."""
    asked = {key: more.pop(key) for key in ("as_of", "params") if key in more}
    return open_project(written(root, spec, files, **more), **{"as_of": "2026-05-06", **asked})


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as a csv file holds them."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def spoken(text: str) -> str:
    """A text as a spec writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def asked(root: Path, *args: str) -> Result:
    """The command, in this process, as it ends for a person: its exit code, what it printed."""
    return CliRunner().invoke(patron, ["--project", str(root), *args], catch_exceptions=False)


def codes(error: Any) -> set[str]:
    """The codes of the problems of an error."""
    return {p.code for p in error.problems}
