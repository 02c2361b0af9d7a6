from pathlib import Path

import pytest

from patron.engine.runner.config import read_config
from patron.engine.runtime.errors import UsageError


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    config = read_config(tmp_path)
    assert config.backend == "duckdb"
    assert config.state_folder == tmp_path / ".patron"
    assert config.output_folder == tmp_path / "out"
    assert config.role == "owners"


def test_a_profile_lies_over_the_rest(tmp_path: Path) -> None:
    (tmp_path / "patron.toml").write_text(
        'threads = 2\nmemory = "2GB"\nallow_paths = ["../data"]\n[profiles.big]\nthreads = 8\noutput_folder = "big"\n'
        '[profiles.big.sources.shop]\nconnector = "postgres"\nschema = "public"\n'
    )
    plain, big = read_config(tmp_path), read_config(tmp_path, "big")
    assert (plain.threads, big.threads, big.memory) == (2, 8, "2GB")
    assert plain.allow_paths == ((tmp_path / "../data").resolve(),)
    assert big.output_folder == tmp_path / "big"
    assert big.sources["shop"].connector == "postgres"
    assert big.sources["shop"].settings == {"schema": "public"}
    assert big.limits.threads == 8


@pytest.mark.parametrize(
    "text, told",
    [
        ("thread = 2", "Did you mean `threads`"),
        ("threads = 0", "whole number"),
        ("threads = true", "whole number"),
        ('memory = "lots"', "memory"),
        ("plugins = 3", "list of texts"),
        ("= 3", "cannot be read"),
        ("[profiles.x]\nbackends = 3", "profiles.x.backends"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "patron.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        read_config(tmp_path, "x" if "profiles" in text else None)
    assert told in f"{caught.value.message} {caught.value.hint}"


def test_an_unknown_profile(tmp_path: Path) -> None:
    (tmp_path / "patron.toml").write_text("[profiles.prod]\n")
    with pytest.raises(UsageError) as caught:
        read_config(tmp_path, "prd")
    assert "prod" in caught.value.hint
