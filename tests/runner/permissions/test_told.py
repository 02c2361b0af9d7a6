"""What a role may not see is told where something else, or nothing, stands in its place."""

from __future__ import annotations

import json
from pathlib import Path

from tests.reliability.support import Shop
from tests.runner.permissions.conftest import POLICY, Act

HEAD = 'language 1\nimport "shop.patron"\n'
ADS = 'report told "Told" {\n  for audience everybody_known\n  show table "Who" of total_sales by customer.email\n%s}\n'
LISTS = '  export "Ads" as meta_ads, google_ads\n'
RUN = 'language 1\nimport "told.patron"\nrun again {\n  report told as json\n}\n'
ROWS = '  export "People" as csv of people\n'


def run(folder: Path, exports: str, *options: str) -> tuple[Shop, object]:
    (folder / "told.patron").write_text(HEAD + ADS % exports)
    (folder / "patron.toml").write_text(POLICY)
    shop = Shop(folder)
    return shop, shop("run", "told", "--as-of", "2026-05-06", *options)


def test_a_part_that_a_role_may_not_see_is_told_by_the_command(folder: Path, act: Act) -> None:
    act("emil", set())
    _, told = run(folder, "", "--quiet", "--format", "json")
    assert '"Who" could not be made: ' in told.err
    (folder / "more.patron").write_text(RUN)
    assert '"Who" could not be made: ' in Shop(folder)("run", "again", "--as-of", "2026-05-06", "--quiet").err
    _, told = run(folder, "", "--json", "--format", "json")
    (result,) = json.loads(told.out)["results"]
    assert [text.partition(":")[0] for text in result["broken"]] == ['"Who" could not be made']


def test_no_advertising_list_of_pseudonyms(folder: Path, act: Act) -> None:
    """All of its people would be told to have addresses that are not well formed."""
    act("emil", set())
    shop, told = run(folder, LISTS, "--quiet")
    assert told.code == 5 and told.out == ""
    assert "exporters may not see whom meta_ads would be about: nobody could be matched" in told.err
    assert not list((shop.root / "out").rglob("*ads*"))
    act("olga", set())
    assert "could not be made" not in run(folder, ROWS, "--quiet")[1].err


def test_columns_of_people_that_hold_something_else_are_told(folder: Path, act: Act) -> None:
    act("emil", set())
    shop, told = run(folder, ROWS)
    said = "People: exporters may not see them as they are: "
    assert said in told.err and "pseudonyms for `email`" in told.err
    (note,) = json.loads((shop.root / "out" / "told" / "manifest.json").read_text())["notes"]
    assert note.startswith(said)
    act("olga", set())
    shop, told = run(folder, ROWS)
    assert said not in told.err
