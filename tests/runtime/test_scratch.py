"""Scratch folders: those of killed processes go, those of living ones stay."""

import os
import subprocess
import sys

from patron.engine.runtime.files import abandoned
from patron.engine.runtime.scratch import scratch_folder


def test_what_a_dead_process_left_is_removed(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f".scratch-x.{dead.pid}.part"
    left.mkdir()
    mine = scratch_folder(tmp_path)
    assert sorted(tmp_path.iterdir()) == [mine]
    assert scratch_folder(tmp_path) != mine
    assert mine.is_dir()


def test_a_folder_of_nobody_is_abandoned_after_an_hour(tmp_path):
    fresh = tmp_path / ".made.part"
    fresh.mkdir()
    assert not abandoned(fresh)
    os.utime(fresh, (0, 0))
    assert abandoned(fresh)


def test_what_another_host_began_is_left_to_it_for_a_day(tmp_path):
    """Two hosts may share a folder: a number says nothing of a process elsewhere."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f".scratch-x.{dead.pid}@0123abcd.part"
    left.mkdir()
    scratch_folder(tmp_path)
    assert left.is_dir()
    os.utime(left, (0, 0))
    scratch_folder(tmp_path)
    assert not left.exists()
