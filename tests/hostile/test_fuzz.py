"""Mutated specs through the whole house: parsed, checked and compiled, some asked. No fault, each within its time."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from patron import open_project
from patron.engine.runtime.errors import InternalError, PatronError
from tests.hostile.support import FILES, HEAD, SCALE, written

SPEC = (
    HEAD.format(title="Shop", zone="America/New_York")
    + "".join(f"table {t} from shop.{t}\n" for t in FILES)
    + """
param days = 14
filter big on orders = total >= $15 and channel is one of "online", "retail"
trait gap on customers = days_between(first_order_at, last_order_at)
trait size on orders = band(total, 10, 20, 50)
event big_order on orders at created_at per order worth total where big
metric share_online = total_sales where (order.channel is "online") / total_sales
metric weekly = rolling 7 days of total_shoppers
metric year_so_far = running total of total_sales from start of year
metric second = rate from first_order to ordered within 30 days finished windows only
metric credited = sum(orders.total) attributed by marketing
attribution marketing {
  actions clicked, opened
  within $days days of action unless campaign sets attribution_window
  credit by equal share
  require order.channel is not "wholesale"
}
audience fans "Fans" {
  include any of {
    has bought category "Edibles" at least 1 times in the last 12 months
    their total_sales in the last 90 days >= $10
    name matches "^[A-Z]" and not tags contains "vip"
  }
  exclude in bucket 0 to 9 of 100 salted "x"
  keep top 5 of their total_sales
}
list photo {
  from audience fans
  take every month on day 1 at 06:00
  rules shopline
}
report weekly_report "Weekly" (who = fans) {
  for audience $who
  period last 30 days
  compare to previous period
  show cards of total_shoppers, conversion, total_sales
  show table "By channel" of total_orders, credited by order.channel top 3 of total_orders rest "Others"
  show line of total_sales by day
  note "Read me."
  export "All" as csv
}
test "whole" {
  expect total_orders >= 1
}
"""
)
PHRASES = (
    "total_orders, total_sales by order.channel, month during last 12 months", "credited by campaign.name",
    "members for audience fans", "weekly, year_so_far by week during 2026-01-01 to 2026-04-30",
    "count(customers where big or gap > 3)", "share_online by order.size sorted by total_sales top 2 of share_online",
)  # fmt: skip
_WORDS = sorted({w for w in SPEC.replace("(", " ( ").replace(")", " ) ").split() if len(w) < 24})
_ODD = [
    "0",
    "-1",
    "99999999999999999999",
    "0.1",
    "$0",
    "100%",
    '""',
    '"x"',
    "missing",
    "(",
    ")",
    "{",
    "}",
    ",",
    "not",
    "#",
    "`a b`",
    "é",
    "\n",
]


def mutated(text: str, chance: random.Random) -> str:
    """A few words of a text replaced, doubled, swapped or left out."""
    words = text.split(" ")
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        at = chance.randrange(max(len(words), 1))
        words = words or [""]
        words[at : at + chance.choice((0, 1, 1, 1, 2))] = chance.choice(
            ([], [chance.choice(_WORDS)], [chance.choice(_ODD)], [words[at], words[at]], [chance.choice(words)])
        )
    return " ".join(words)


@pytest.mark.parametrize("seed", range(3))
def test_mutated_projects(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    root = written(tmp_path, head=SPEC, tables=())
    answered = 0
    for _ in range(40 * SCALE):
        text = mutated(SPEC, chance) if chance.random() < 0.6 else SPEC
        (root / "shop.patron").write_text(text, encoding="utf-8")
        phrase = chance.choice(PHRASES)
        asked = mutated(phrase, chance) if text == SPEC or chance.random() < 0.3 else phrase
        begin = time.process_time()
        with open_project(root, as_of="2026-05-06") as project:
            for work in (project.check, lambda p=project, a=asked: p.sql(a), lambda p=project, a=asked: p.query(a)):
                try:
                    work()
                    answered += 1
                except InternalError as error:
                    raise AssertionError(f"{asked}\n{text}") from error
                except PatronError:
                    continue
                except Exception as error:
                    raise AssertionError(f"{asked}\n{text}") from error
        assert time.process_time() - begin < 6
    assert answered > 40
