import os
import threading
import time
from pathlib import Path

import pytest

from patron.engine.runtime.errors import Damaged, IoFailed
from patron.engine.runtime.files import sha256
from patron.engine.runtime.kept import Kept

A = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
"""The SHA-256 of the one letter a."""


def test_content_lies_under_its_hash(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    assert kept.put(b"a") == A
    assert (tmp_path / "kept" / "ca" / A).read_bytes() == b"a"
    assert kept.get(A) == b"a"
    assert kept.file(A) == kept.place(A)
    assert list(kept) == [A]


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    assert kept.put(b"a") == kept.put(b"a")
    assert list(kept) == [A]


def test_a_finished_file_is_taken_in(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    for name in ("one", "two"):
        file = tmp_path / name
        file.write_bytes(b"a")
        assert kept.adopt(file) == A
        assert not file.exists()
    assert kept.get(A) == b"a"


@pytest.mark.parametrize("harm", [b"b", b"", b"aa", None])
def test_damage_is_named_wherever_it_is_read(tmp_path: Path, harm: bytes | None) -> None:
    kept = Kept(tmp_path)
    kept.put(b"a")
    kept.place(A).unlink() if harm is None else kept.place(A).write_bytes(harm)
    fault = "is gone" if harm is None else "is not what was written"
    assert kept.fault(A) == fault
    for read in (kept.get, kept.file):
        with pytest.raises(Damaged, match=rf"the members of vips .*{A}.* {fault}") as caught:
            read(A, "the members of vips")
        assert caught.value.exit_code == 9
        assert "backup" in caught.value.hint


def test_what_was_damaged_is_mended_by_keeping_it_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(b"a")
    kept.place(A).write_bytes(b"b")
    assert kept.put(b"a") == A
    assert kept.get(A) == b"a"


def test_only_old_content_that_nobody_refers_to_is_collected(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    referred, old, new = (kept.put(text) for text in (b"referred", b"old", b"new"))
    for digest in (referred, old):
        os.utime(kept.place(digest), (time.time() - 90_000,) * 2)
    assert kept.collect({referred}) == (old,)
    assert set(kept) == {referred, new}
    assert set(kept.collect({referred}, grace=0)) == {new}


def test_content_kept_again_is_as_good_as_new(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    digest = kept.put(b"a")
    os.utime(kept.place(digest), (0, 0))
    kept.put(b"a")
    assert kept.collect(()) == ()


def test_removal_is_at_once(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.remove(kept.put(b"a"))
    kept.remove(A)
    assert list(kept) == []
    assert kept.fault(A) == "is gone"


def test_nothing_half_written_counts(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.put(b"a")
    (kept.place(A).parent / f".{A}.1.part").write_bytes(b"half")
    assert list(kept) == [A]


def test_putting_and_collecting_at_once_loses_nothing(tmp_path: Path) -> None:
    """Whoever puts finds it there afterwards, although everything is old enough to be collected all the time."""
    kept, ended = Kept(tmp_path), threading.Event()

    def collect() -> None:
        while not ended.is_set():
            Kept(tmp_path).collect((), grace=30)

    collector = threading.Thread(target=collect)
    collector.start()
    try:
        for n in range(100):
            digest = kept.put(b"a")
            assert kept.get(digest) == b"a", n
            os.utime(kept.place(digest), (0, 0))
    finally:
        ended.set()
        collector.join()


def test_what_the_disk_refuses_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(IoFailed):
        Kept(tmp_path).put(b"a")


def test_the_name_is_the_sha256_of_the_file(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    digest = kept.put(b"x" * 3_000_000)
    assert sha256(kept.file(digest)) == digest
