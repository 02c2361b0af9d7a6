"""Definitions that grow, go round or nest: an answer or a clear problem, within two seconds, from a small stack too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patron.engine.runtime.errors import PatronError
from tests.hostile.support import SCALE, shop, written

SECONDS = 2.0 if SCALE > 1 else 6.0
"""Of work of this process; more than the promise, for machines that do much else at once."""


def told(work: Callable[[], Any]) -> set[str]:
    """The codes that a piece of work ends with, none when it has an answer; it may take two seconds, not more."""
    begin = time.process_time()
    try:
        work()
        found: set[str] = set()
    except PatronError as error:
        found = {p.code for p in error.problems} or {error.message[:5]}
    assert time.process_time() - begin < SECONDS, time.process_time() - begin
    return found


def everything(project: Any, phrases: tuple[str, ...]) -> set[str]:
    """What check, and asking and compiling phrases, end with."""
    codes = {p.code for p in timed(project.check) if p.stops}
    for phrase in phrases:
        codes |= told(lambda phrase=phrase: project.query(phrase)) | told(lambda phrase=phrase: project.sql(phrase))
    return codes


def timed(work: Callable[[], Any]) -> Any:
    begin = time.process_time()
    found = work()
    assert time.process_time() - begin < SECONDS, time.process_time() - begin
    return found


def tower(kind: str, levels: int = 10, wide: int = 10) -> tuple[str, str]:
    """Definitions that each use the one before ten times: 10^10 when written out. The spec and a phrase that asks."""
    head = {"filter": "filter x0 on orders = total > $5", "trait": "trait x0 on orders = total",
            "customer": "trait x0 on customers = sum(orders.total)", "metric": "metric x0 = sum(orders.total)",
            "audience": "audience x0 { include their total_sales > $5 }",
            "event": "event x0 on orders at created_at where total > $5",
            "attribution": "attribution x0 { actions clicked }"}[kind]  # fmt: skip
    lines = [head]
    for level in range(1, levels + 1):
        before = f"x{level - 1}"
        if kind in ("trait", "metric", "customer"):
            table = {"trait": "trait {0} on orders", "customer": "trait {0} on customers", "metric": "metric {0}"}[kind]
            lines.append(f"{table.format(f'x{level}')} = " + " + ".join([before] * wide))
        elif kind == "filter":
            lines.append(
                f"filter x{level} on orders = " + " and ".join([f"({before} or total > ${n})" for n in range(wide)])
            )
        elif kind == "audience":
            lines.append(
                f"audience x{level} {{\n  include any of {{\n"
                + f"    in audience {before} and not in audience {before}\n" * wide
                + "  }\n}"
            )
        elif kind == "event":
            lines.append(
                f"filter f{level} on customers = "
                + " and ".join([f"has {before} at least {n} times" for n in range(1, wide + 1)])
            )
            lines.append(f"event x{level} on orders at created_at where customer.f{level}")
        else:
            lines.append(f'attribution x{level} extends {before} {{ exclude campaign.category is "{level}" }}')
    last = f"x{levels}"
    asks = {"filter": f"count(orders where {last})", "trait": f"sum(orders.{last})", "metric": last, "customer": f"sum(customers.{last})",
            "audience": f"members for audience {last}", "event": f"count(customers where has {last})",
            "attribution": f"m{last}"}  # fmt: skip
    if kind == "attribution":
        lines.append(f"metric m{last} = sum(orders.total) attributed by {last}")
    return "\n".join(lines) + "\n", asks[kind]


@pytest.mark.parametrize("kind", ["filter", "trait", "customer", "metric", "audience", "event", "attribution"])
def test_towers_of_definitions(tmp_path: Path, kind: str) -> None:
    spec, phrase = tower(kind)
    with shop(tmp_path, spec) as project:
        assert everything(project, (phrase,)) <= {"P0107"}


CHAINS: dict[str, Callable[[int], str]] = {
    "filter": lambda n: f"filter x{n} on orders = x{n - 1} or total > ${n}",
    "trait": lambda n: f"trait x{n} on orders = x{n - 1} + $1",
    "metric": lambda n: f"metric x{n} = x{n - 1} + total_sales",
    "audience": lambda n: f"audience x{n} = in audience x{n - 1} or their total_orders > {n}",
}


@pytest.mark.parametrize("length", [45, 2_000])
@pytest.mark.parametrize("kind", CHAINS)
def test_chains_of_definitions(tmp_path: Path, kind: str, length: int) -> None:
    """Each uses the one before: as long as the limits allow, with an answer or P0107."""
    spec, phrase = tower(kind, 0)
    spec += "\n".join(CHAINS[kind](n) for n in range(1, length + 1)) + "\n"
    with shop(tmp_path, spec) as project:
        codes = everything(project, (phrase.replace("x0", f"x{length}"),))
        assert codes <= ({"P0107"} if length > 45 else set())


RINGS = {
    "P0207": "filter a on orders = b\nfilter b on orders = not a\n",
    "P0207 metrics": "metric a = b + 1\nmetric b = c\nmetric c = a / 2\n",
    "P0207 traits": "trait a on customers = sum(orders.b)\ntrait b on orders = customer.a\n",
    "P0207 itself": "metric a = a\n",
    "P0602": "audience a = in audience b\naudience b = in audience a\n",
    "P0207 per customer": "metric a = count(customers where their a > 1)\n",
    "P0207 events": "event a on orders at created_at where customer.f\nfilter f on customers = has a\n",
    "P0207 parts": "attribution a extends b { actions clicked }\nattribution b extends a { actions clicked }\nmetric m = count(orders) attributed by a\n",
    "P0207 long": "".join(f"filter x{n} on orders = x{(n + 1) % 45}\n" for n in range(45)),
}


@pytest.mark.parametrize("ring", RINGS)
def test_rings_are_shown(tmp_path: Path, ring: str) -> None:
    with shop(tmp_path, RINGS[ring]) as project:
        found = timed(project.check)
        assert ring[:5] in {p.code for p in found}, found
        assert {p.code for p in found} <= {"P0207", "P0602", "P0107"}


@pytest.mark.parametrize("length", [1, 2, 50])
def test_rings_of_imports_are_shown(tmp_path: Path, length: int) -> None:
    root = written(tmp_path, 'import "f0.patron"\n')
    for n in range(length):
        (root / f"f{n}.patron").write_text(f'language 1\nimport "f{(n + 1) % length}.patron"\n', encoding="utf-8")
    from patron import open_project

    with open_project(root) as project:
        begin = time.process_time()
        found = project.check()
        assert time.process_time() - begin < SECONDS + length / 500
        assert {p.code for p in found} == {"P0206"}


def test_too_many_imports_are_told(tmp_path: Path) -> None:
    root = written(tmp_path, "".join(f'import "f{n}.patron"\n' for n in range(1_200)))
    for n in range(1_200):
        (root / f"f{n}.patron").write_text("language 1\n", encoding="utf-8")
    from patron import open_project

    with open_project(root) as project:
        assert {p.code for p in project.check()} == {"P0107"}


COUNT = 10_000 if SCALE > 1 else 400


@pytest.mark.parametrize("kind", ["filter", "metric", "audience", "param"])
def test_thousands_of_definitions(tmp_path: Path, kind: str) -> None:
    form = {"filter": "filter x{0} on orders = total > ${0}\n", "metric": "metric x{0} = count(orders where total > ${0})\n",
            "audience": "audience x{0} = their total_orders > {0}\n", "param": "param x{0} = {0}\n"}[kind]  # fmt: skip
    with shop(tmp_path, "".join(form.format(n) for n in range(COUNT))) as project:
        (project.root / "more.patron").write_text(
            "language 1\n" + "".join(form.format(n) for n in range(COUNT, 2 * COUNT))
        )
        begin = time.process_time()
        assert {p.code for p in project.check()} <= {"P0201", "P0203"}  # the second file imports nothing
        assert project.query("total_orders").rows == ((3,),)
        assert time.process_time() - begin < 30


def nested(kind: str, depth: int) -> str:
    """A phrase as deep as asked."""
    text = "total > $1"
    for level in range(depth):
        text = {"brackets": f"({text})", "not": f"not {text}", "both": f"({text} and (total > ${level} or total < $0))",
                "minus": text.replace("total > $1", "- total > $1", 1), "if": f"if ({text}) then yes else no is yes",
                "has": f"has line where (order.total > $2 and ({text.replace('total', 'order.total')}))" if level == 0 else f"({text} or has line where (amount > ${level}))",
                }[kind]  # fmt: skip
    return f"count(orders where {text})"


DEPTHS = [(kind, depth) for kind in ("brackets", "not", "both", "minus", "if", "has") for depth in (10, 30, 300, 3_000)]


@pytest.mark.parametrize("kind, depth", DEPTHS)
def test_deep_phrases(tmp_path_factory: pytest.TempPathFactory, kind: str, depth: int) -> None:
    phrase = nested(kind, depth)
    with _plain(tmp_path_factory) as project:
        found = (
            told(lambda: project.query(phrase)) | told(lambda: project.sql(phrase)) | told(lambda: project.plan(phrase))
        )
        assert found <= ({"P0107"} if depth >= 60 else {"P0306"}), found


_PLAIN: list[Path] = []


def _plain(factory: pytest.TempPathFactory) -> Any:
    from patron import open_project

    if not _PLAIN:
        _PLAIN.append(written(factory.mktemp("plain")))
    return open_project(_PLAIN[0], as_of="2026-05-06")


LONG = {
    "sum": lambda n: "count(orders where " + " + ".join(["total"] * n) + " > $1)",
    "ors": lambda n: "count(orders where " + " or ".join(f"total = ${i}" for i in range(n)) + ")",
    "ands": lambda n: "count(orders where " + " and ".join(f"total != ${i}" for i in range(n)) + ")",
    "list": lambda n: "count(orders where id is one of " + ", ".join(f'"{i}"' for i in range(n)) + ")",
    "metrics": lambda n: ", ".join(f"count(orders where total > ${i})" for i in range(n // 20)),
    "dims": lambda n: "total_orders by " + ", ".join(["order.id"] * (n // 20)),
    "calls": lambda n: "count(orders where " + "abs(" * (n // 100) + "total" + ")" * (n // 100) + " > $1)",
    "joined": lambda n: "count(orders where text_join(" + ", ".join(["id"] * n) + ') is "x")',
    "has": lambda n: "count(customers where " + " and ".join(f"has ordered at least {i + 1} times" for i in range(n // 40)) + ")",
    "their": lambda n: "count(customers where " + " or ".join(f"their total_orders > {i}" for i in range(n // 40)) + ")",
    "then": lambda n: "count(customers where has " + " then ".join(["ordered"] * (n // 200)) + ")",
    "ifs": lambda n: "count(orders where " + "if (total > $1) then 1 else " * (n // 10) + "2 = 1)",
    "digits": lambda n: f"count(orders where total > ${'9' * n})",
    "number": lambda n: f"count(orders where total * {'9' * n} > $1)",
    "small": lambda n: f"count(orders where total * 0.{'0' * n}1 > $1)",
    "days": lambda n: f"total_orders during last {'9' * n} days",
    "top": lambda n: f"total_orders by order.id top {'9' * n} of total_orders",
    "bucket": lambda n: f'count(customers where in bucket 0 to 9 of {"9" * n} salted "x")',
    "within": lambda n: f"count(customers where has ordered within {'9' * n} days of first_order)",
    "times": lambda n: f"count(customers where has ordered at least {'9' * n} times)",
    "ago": lambda n: f"count(orders where created_at is after {'9' * n} days ago)",
    "band": lambda n: "total_orders by order.id where band(total, " + ", ".join(str(i) for i in range(n)) + ') is "x"',
    "round": lambda n: f"count(orders where round(total * 1.5, {'9' * n}) > $1)",
    "left": lambda n: f"count(orders where left(id, {'9' * n}) is \"x\")",
    "rank": lambda n: f"count(customers where their total_sales is in the top {'9' * n})",
    "percentile": lambda n: f"percentile(orders.total, {'9' * n}%)",
    "rolling": lambda n: f'total_orders by day during 0001-01-01 to 9999-12-31 where order.id is "{n}"',
}  # fmt: skip


KNOWN = {"P0101", "P0107", "P0302", "P0305", "P0501", "P0502", "P0613", "P0804", "P0902", "the q", "a num"}


@pytest.mark.parametrize("kind", LONG)
def test_long_phrases(tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    """Numbers of any length and lists of any count: an answer or a problem, never a fault."""
    with _plain(tmp_path_factory) as project:
        project.query("total_orders")
        for size in (40, 300):
            assert told(lambda size=size: project.query(LONG[kind](size))) <= KNOWN


def test_a_small_stack_is_enough(tmp_path: Path) -> None:
    spec = "".join(tower(kind, 3, 3)[0].replace("x", kind) for kind in ("metric", "trait"))
    phrases = [
        nested("both", 25),
        nested("has", 25),
        LONG["ors"](300),
        LONG["sum"](80),
        "total_sales by month, order.channel",
    ]
    ends: list[object] = []

    def work() -> None:
        try:
            with shop(tmp_path, spec) as project:
                project.check()
                for phrase in phrases:
                    ends.append(told(lambda phrase=phrase: project.query(phrase)))
                    ends.append(told(lambda phrase=phrase: project.sql(phrase)))
        except BaseException as fault:  # noqa: BLE001
            ends.append(fault)

    threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(0)
    assert ends == [set()] * (2 * len(phrases))
