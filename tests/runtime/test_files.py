import errno
from pathlib import Path

import pytest

from patron.engine.runtime.errors import IoFailed, PermissionDenied
from patron.engine.runtime.files import io_errors, move_in, publish, publishing, safe_path, sha256, slug
from patron.engine.runtime.scratch import scratch_folder


def test_a_file_is_published_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a.csv"
    publish(target, "id\n1\n")
    assert target.read_text() == "id\n1\n"
    assert [p.name for p in target.parent.iterdir()] == ["a.csv"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    publish(target, "old")

    def fail() -> None:
        with publishing(target) as beside:
            beside.write_text("new, but")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_what_the_system_refuses_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IoFailed) as caught:
        publish(tmp_path / "file" / "a.csv", "x")
    assert str(tmp_path) in caught.value.message
    assert caught.value.exit_code == 8


def test_a_file_in_the_way_of_a_folder_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(IoFailed) as caught:
        scratch_folder(tmp_path / "out")
    assert caught.value.message == f"{tmp_path / 'out'}: file exists"
    assert "a file stands in its way" in caught.value.hint


def test_what_is_half_made_is_not_named(tmp_path: Path) -> None:
    with pytest.raises(IoFailed) as caught, io_errors(tmp_path):
        raise PermissionError(errno.EPERM, "Operation not permitted", str(tmp_path / ".scratch-x.17.part"))
    assert caught.value.message == f"{tmp_path}: operation not permitted"
    assert "rights of the folder" in caught.value.hint


def test_finished_files_move_into_their_folder(tmp_path: Path) -> None:
    made = tmp_path / "made.csv"
    made.write_text("x")
    assert move_in([made], tmp_path / "out") == (tmp_path / "out" / "made.csv",)
    assert not made.exists()


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("text", ["data", "./data/x.csv", "deep/../data", "."])
def test_paths_inside_are_allowed(tmp_path: Path, text: str) -> None:
    assert safe_path(text, tmp_path, [tmp_path]).is_relative_to(tmp_path.resolve())


@pytest.mark.parametrize(
    "text", ["../x", "a/../../x", "/etc/passwd", "~/x", "file:///etc/passwd", "a\0b", "\\\\host\\share", "link/x"]
)
def test_paths_outside_are_refused(tmp_path: Path, text: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(PermissionDenied):
        safe_path(text, root, [root])


def test_another_root_may_be_allowed(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    (root / "data").symlink_to(other)
    assert safe_path("data/x.csv", root, [root, other]) == (other / "x.csv").resolve()


def test_titles_become_file_names() -> None:
    assert slug("List Performance Report") == "List_Performance_Report"
    assert slug("城市 report") == "城市_report"
    assert slug("../../etc/passwd").startswith("etc_passwd-")
    assert slug("a/b") != slug("a:b")
    assert slug("con").startswith("con-")
    assert len(slug("x" * 300)) < 100
    assert slug("Sales", {"sales"}) != "Sales"
    assert slug("///")
