"""The audit log: appended whole or not at all, in one chain whoever writes, and no damage goes unseen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from patron.engine.runner import audit
from patron.engine.runner.audit import AuditLog, read_head, records, verify
from patron.engine.runtime.clock import FixedClock
from patron.engine.runtime.errors import Damaged, IoFailed, PermissionDenied

CLOCK = FixedClock(dt.datetime(2026, 5, 6, 9, tzinfo=dt.UTC))
WRITER = """
import datetime as dt, sys
from pathlib import Path
from patron.engine.runner.audit import AuditLog
from patron.engine.runtime.clock import SystemClock
log = AuditLog(Path(sys.argv[1]), SystemClock())
for n in range(int(sys.argv[2])):
    log.append({"action": "test", "who": sys.argv[3], "n": n})
    print(n, flush=True)
"""


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "state", CLOCK)


def _fill(log: AuditLog, count: int = 5) -> list[str]:
    return [str(log.append({"action": "test", "n": n, "name": f"façade {n}"})) for n in range(count)]


def _kinds(log: AuditLog, head: str | None = None) -> list[str]:
    return [f.kind for f in verify(log.folder, read_head(head) if head else None).findings]


def _lines(log: AuditLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


def test_what_is_appended_can_be_read_and_is_whole(log):
    heads = _fill(log)
    found = verify(log.folder)
    assert (found.records, str(found.head), found.findings) == (5, heads[-1], ())
    assert [r["name"] for r in records(log.folder)] == [f"façade {n}" for n in range(5)]
    assert [r["seq"] for r in records(log.folder)] == [1, 2, 3, 4, 5]
    assert next(iter(records(log.folder)))["at"] == "2026-05-06T09:00:00.000000Z"
    assert str(log.head()) == heads[-1]
    for head in heads:
        assert _kinds(log, head) == []
        assert _kinds(log, head.partition("-")[2]) == []


def test_only_its_owner_may_read_log_and_key(log):
    _fill(log, 1)
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert (log.folder / audit.KEY).stat().st_mode & 0o777 == 0o600
    (log.folder / audit.KEY).chmod(0o644)
    with pytest.raises(PermissionDenied):
        log.append({"action": "test"})


def test_an_edited_record(log):
    _fill(log)
    log.path.write_bytes(log.path.read_bytes().replace(b'"n":2', b'"n":9'))
    assert _kinds(log) == ["edited"]


def test_a_record_that_was_left_out(log):
    _fill(log)
    lines = _lines(log)
    log.path.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert _kinds(log) == ["gap"]


def test_records_that_changed_places(log):
    _fill(log)
    lines = _lines(log)
    log.path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    assert "gap" in _kinds(log)


def test_a_log_that_was_cut(log):
    heads = _fill(log)
    log.path.write_bytes(b"".join(_lines(log)[:3]))
    assert _kinds(log) == ["truncated"]
    (log.folder / audit.HEAD).write_text(heads[2], encoding="ascii")
    assert _kinds(log) == [], "whoever cuts it may put the head right"
    assert _kinds(log, heads[-1]) == ["truncated"], "one that was kept elsewhere tells"
    assert _kinds(log, heads[-1].partition("-")[2]) == ["rewritten"]
    log.path.unlink()
    (log.folder / audit.HEAD).unlink()
    assert _kinds(log) == []
    assert _kinds(log, heads[-1]) == ["truncated"]


def _rewritten(log: AuditLog, key: bytes) -> None:
    """All of the log anew, record 3 left out, in a chain that is right in itself."""
    before, out = audit._BEFORE_THE_FIRST, []
    for seq, record in enumerate((r for r in list(records(log.folder)) if r["seq"] != 3), 1):
        body = {k: v for k, v in record.items() if k not in ("hash", "mac")}
        head, line = audit._sealed({**body, "seq": seq, "previous": before}, key)
        before = head.hash
        out.append(line)
    log.path.write_bytes(b"".join(out))
    (log.folder / audit.HEAD).write_text(f"{head}\n", encoding="ascii")


def test_a_log_that_was_written_anew_without_the_key(log):
    _fill(log)
    _rewritten(log, b"guessed")
    assert set(_kinds(log)) == {"rewritten"}


def test_a_log_that_was_written_anew_with_the_key_shows_only_against_a_head_kept_elsewhere(log):
    heads = _fill(log)
    _rewritten(log, audit.project_key(log.folder))
    assert _kinds(log) == []
    assert _kinds(log, heads[-1]) == ["truncated"]
    assert _kinds(log, heads[3]) == ["rewritten"]
    assert _kinds(log, heads[1]) == [], "up to there it is what it was"


def test_nothing_is_appended_to_a_damaged_log(log):
    _fill(log)
    whole = log.path.read_bytes()
    for damaged in (
        whole.replace(b'"n":4', b'"n":7'),
        b"".join(whole.splitlines(keepends=True)[:3]),
        b"",
        whole[:-1] + b"x\n",
    ):
        log.path.write_bytes(damaged)
        with pytest.raises(Damaged) as caught:
            log.append({"action": "test"})
        assert "patron audit verify" in caught.value.hint
        assert log.path.read_bytes() == damaged
    log.path.rename(log.path.with_name("kept"))
    (log.folder / audit.HEAD).unlink()
    assert log.append({"action": "test"}).seq == 1, "moved away, a new log begins"


def test_what_was_never_finished_is_cut_off_and_told(log):
    _fill(log, 2)
    with log.path.open("ab") as file:
        file.write(b'{"seq":3,"at":"20')
    assert _kinds(log) == ["damaged"]
    log.append({"action": "test"})
    assert _kinds(log) == []
    assert [r.get("cut") for r in records(log.folder)] == [None, None, 17]


def test_five_hundred_damages_none_silent(log):
    heads = _fill(log, 8)
    whole, draw, silent = log.path.read_bytes(), random.Random(5), []
    for n in range(500):
        raw = bytearray(whole)
        if n % 5 == 0:
            del raw[draw.randrange(len(raw)) :]
        elif n % 5 == 1:
            at = draw.randrange(len(raw))
            del raw[at : at + draw.randrange(1, 400)]
        else:
            for _ in range(draw.choice((1, 1, 1, 4))):
                raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
        log.path.write_bytes(bytes(raw))
        if bytes(raw) != whole and not _kinds(log, heads[-1]):
            silent.append(n)
    assert silent == []


def test_damage_of_key_and_head(log):
    heads = _fill(log)
    head = log.folder / audit.HEAD
    head.write_text("nonsense", encoding="ascii")
    assert "damaged" in _kinds(log)
    with pytest.raises(Damaged):
        log.append({"action": "test"})
    head.write_text(heads[-1].replace(heads[-1][-4:], "beef"), encoding="ascii")
    assert _kinds(log) == ["rewritten"]
    head.write_text(heads[-1], encoding="ascii")
    key = log.folder / audit.KEY
    key.write_text("0" * 64, encoding="ascii")
    assert set(_kinds(log)) == {"rewritten"}
    key.write_text("short", encoding="ascii")
    with pytest.raises(Damaged):
        log.append({"action": "test"})


def _writer(folder: Path, count: int, who: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(count), who],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **env},
    )  # fmt: skip


def test_eight_processes_append_to_one_chain(log):
    writers = [_writer(log.folder, 25, str(n)) for n in range(8)]
    assert [w.wait(timeout=60) for w in writers] == [0] * 8
    for w in writers:
        w.stdout.close()
    found = list(records(log.folder))
    assert _kinds(log) == []
    assert [r["seq"] for r in found] == list(range(1, 201))
    assert sorted((r["who"], r["n"]) for r in found) == sorted((str(w), n) for w in range(8) for n in range(25))


@pytest.mark.parametrize("point", ["audit.write", "audit.writing", "audit.written", "audit.head"])
def test_killed_at_any_point_nothing_that_was_told_is_lost(log, point):
    writer = _writer(log.folder, 9, "killed", PATRON_FAULT=f"{point}:4")
    told, _ = writer.communicate(timeout=60)
    assert writer.returncode == -signal.SIGKILL
    assert [r["n"] for r in records(log.folder)][: len(told.split())] == [int(n) for n in told.split()]
    log.append({"action": "after"})
    assert _kinds(log) == []


def test_a_full_disk_leaves_no_part_of_a_record(log):
    writer = _writer(log.folder, 9, "full", PATRON_FAULT="audit.writing:4:error")
    told, _ = writer.communicate(timeout=60)
    assert (writer.returncode, told.split()) == (1, ["0", "1", "2"])
    assert _kinds(log) == []
    assert len(list(records(log.folder))) == 3


def test_a_part_of_a_record_is_taken_back(log, monkeypatch):
    _fill(log, 2)
    whole = log.path.read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:20]))
    with pytest.raises(IoFailed):
        log.append({"action": "test"})
    monkeypatch.undo()
    assert log.path.read_bytes() == whole
    assert _kinds(log) == []


def test_a_link_in_the_place_of_the_log_is_not_followed(log, tmp_path):
    log.folder.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("", encoding="utf-8")
    log.path.symlink_to(elsewhere)
    with pytest.raises(IoFailed):
        log.append({"action": "test"})
    assert elsewhere.read_text(encoding="utf-8") == ""


def test_hashes_are_of_everything_but_the_seals(log):
    _fill(log, 1)
    record = json.loads(log.path.read_text(encoding="utf-8"))
    body = {k: v for k, v in record.items() if k not in ("hash", "mac")}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    assert record["hash"] == hashlib.sha256(text.encode()).hexdigest(), "anybody may check it with a line of code"
