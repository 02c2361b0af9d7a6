from pathlib import Path

import pytest

from patron.engine.runner.spec_files import find_root, spec_files
from patron.engine.runtime.errors import UsageError


def _make(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("language 1\n")


def test_all_specs_but_hidden_and_made_ones(tmp_path: Path) -> None:
    _make(tmp_path, "b.patron", "a/z.patron", ".git/x.patron", "out/y.patron", ".hidden.patron", "a/readme.md")
    assert spec_files(tmp_path, (tmp_path / "out",)) == ("a/z.patron", "b.patron")


def test_the_root_is_where_patron_toml_lies(tmp_path: Path) -> None:
    (tmp_path / "patron.toml").write_text("")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert find_root(None, tmp_path / "deep" / "er") == tmp_path


def test_the_root_is_where_a_spec_declares_the_project(tmp_path: Path) -> None:
    (tmp_path / "model.patron").write_text('language 1\n\nproject "Shop" {\n}\n')
    (tmp_path / "deep").mkdir()
    assert find_root(None, tmp_path / "deep") == tmp_path


def test_a_spec_without_a_project_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "m.patron").write_text('language 1\n# project "no"\n')
    with pytest.raises(UsageError, match="there is no project"):
        find_root(None, tmp_path)


def test_a_folder_given_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no project folder"):
        find_root(tmp_path / "nowhere", tmp_path)
