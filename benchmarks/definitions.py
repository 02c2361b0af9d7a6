"""A project of a thousand definitions: how long parsing takes, and compiling all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.jobs import AS_OF
from benchmarks.measure import Spent, timed
from benchmarks.startup import small_project

CHANNELS = ("retail", "online", "social")


def definitions(count: int) -> Iterator[str]:
    """As many metrics, filters and audiences, two metrics to one of the others."""
    for n in range(count):
        match n % 4:
            case 0:
                yield (
                    f"metric orders_{n} = count(orders where valid_order and value >= ${n + 5}"
                    f' and channel is "{CHANNELS[n % 3]}")'
                )
            case 1:
                yield f"metric share_{n} {{\n  value    orders_{n - 1} / total_orders\n  format   percent 1\n}}"
            case 2:
                yield f'filter small_{n} on orders = value < ${n + 5} and channel is not "{CHANNELS[n % 3]}"'
            case _:
                yield (
                    f"audience buyers_{n} {{\n  include all of {{\n"
                    f"    has ordered at least {1 + n % 5} times in the last {30 + n % 300} days\n"
                    f"    their orders_{n - 3} in the last 12 months >= {1 + n % 3}\n  }}\n}}"
                )


def measure(count: int = 1000) -> dict[str, Spent]:
    """Parsing, checking, and the SQL of every metric and audience."""
    from patron import open_project
    from patron.dsl.parse import parse_file

    text = 'language 1\nimport "kiosk.patron"\n\n' + "\n\n".join(definitions(count)) + "\n"
    with TemporaryDirectory(prefix="patron-benchmark-") as name:
        folder = Path(name)
        small_project(folder)
        (folder / "many.patron").write_text(text, encoding="utf-8")
        (_, problems), parsing = timed(lambda: parse_file(text, "many.patron"))
        if problems:
            raise SystemExit(str(problems[0]))
        project = open_project(folder, as_of=AS_OF)
        found, checking = timed(project.check)
        if stopping := [p for p in found if p.stops]:
            raise SystemExit(str(stopping[0]))
        names = [f"orders_{n}" for n in range(0, count, 4)] + [f"share_{n}" for n in range(1, count, 4)]
        names += [f"buyers_{n}" for n in range(3, count, 4)]
        _, compiling = timed(lambda: [project.sql(name) for name in names])
        project.close()
    return {"parse": parsing, "check": checking, "compile": compiling, "whole": checking + compiling}
