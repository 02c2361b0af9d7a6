"""Secret values are in nothing that is printed or written, whatever goes wrong."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.hostile.support import asked, written

CANARIES = {
    f"CANARY_{n}": f"s3cr3t-{n}-{tail}"
    for n, tail in enumerate(("plain", "p@ss/w:rd?", "with space", "qu'ote\"", "ünï", "a%b&c"))
}


def forms(value: str) -> set[str]:
    """A value as it might show: as it is, in an address, in base64."""
    return {value, quote(value), quote(value, safe=""), base64.b64encode(value.encode()).decode()}


SOURCES = (
    'source evil from postgres {{\n  host "127.0.0.1"\n  port 1\n  user env("{0}")\n  password env("{0}")\n  database env("{0}")\n}}\ntable products from evil.x\n',
    'source evil from csv {{\n  folder env("{0}")\n}}\ntable products from evil.x\n',
    'source evil from sqlite {{\n  file env("{0}")\n}}\ntable products from evil.x\n',
    'source evil from duckdb {{\n  file env("{0}")\n}}\ntable products from evil.x\n',
    'source evil from csv {{\n  folder "data"\n  encoding env("{0}")\n}}\ntable products from evil.customers\n',
    'source evil from csv {{\n  folder "data"\n  delimiter env("{0}")\n}}\ntable products from evil.customers\n',
    'source evil from csv {{\n  folder "data"\n  timezone env("{0}")\n}}\ntable products from evil.customers\n',
    'source evil from csv {{\n  folder "data"\n  nonsense env("{0}")\n}}\ntable products from evil.customers\n',
    'source evil from nothing {{\n  folder env("{0}")\n}}\ntable products from evil.customers\n',
)


@pytest.mark.parametrize("number", range(len(SOURCES)))
def test_secrets_show_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    name, value = list(CANARIES.items())[number % len(CANARIES)]
    monkeypatch.setenv(name, value)
    root = written(tmp_path, SOURCES[number].format(name))
    said = ""
    for args in (["check", "--data", "--debug"], ["query", "count(products)", "--debug"], ["check", "--json"],
                 ["query", "count(products)", "--json", "--debug"], ["run", "--debug"], ["doctor"], ["sql", "total_orders", "--debug"],
                 ["fmt", "--diff"]):  # fmt: skip
        said += asked(root, *args).output
    kept = b"".join(p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file())
    for form in forms(value):
        assert form not in said
        assert form.encode() not in kept


@pytest.mark.parametrize("setting", ["password", "user"])
def test_a_secret_written_out_is_refused_and_not_repeated(tmp_path: Path, setting: str) -> None:
    value = "s3cr3t-written-out"
    root = written(tmp_path, f'source evil from postgres {{\n  host "x"\n  {setting} "{value}"\n}}\n')
    done = asked(root, "check", "--debug")
    if setting == "password":
        assert "P0701" in done.output
        assert value not in done.output
