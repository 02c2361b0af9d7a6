"""Fail closed: a policy, key or log that is not as it should be lets nothing out, not even a part of a file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import patron
from patron.engine.runner.audit import records
from patron.engine.runner.permissions import identity
from patron.engine.runner.permissions.examining import permissions
from patron.engine.runtime.errors import Damaged, IoFailed, PermissionDenied
from tests.runner.permissions.conftest import POLICY, leaks

BAD = {
    "no toml": ("[roles\nowners = 3", "cannot be read"),
    "not utf-8": ("[roles]\nowners = ['\udcff']", "cannot be read"),
    "roles are no table": ("roles = 3", "a table is expected"),
    "a role is a number": ("[roles]\nowners = 3", "a list of permissions or a table"),
    "an unknown permission": ('[roles]\nowners = ["exports"]', "Did you mean `export`"),
    "an unknown key": ('[roles.owners]\nuser = ["x"]', "Did you mean `users`"),
    "users are a text": ('[roles.owners]\nusers = "olga"', "a list of texts"),
    "an empty user": ('[roles.owners]\nusers = [""]', "a list of texts"),
    "a role twice": ('[roles]\nOwners = ["export"]\nowners = []', "twice"),
    "a smallest group below 0": ("[roles.owners]\nsmallest_group = -1", "whole number"),
    "a smallest group of yes": ("[roles.owners]\nsmallest_group = true", "whole number"),
    "an unknown class": ('[classes]\n"customers.city" = "secret"', "no class"),
    "a class of no column": ('[classes]\n"city" = "pii"', "no column"),
    "classes are no table": ("classes = 1", "a table is expected"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_policy_that_cannot_be_understood(folder, case):
    text, told = BAD[case]
    (folder / "patron.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PermissionDenied) as caught:
        patron.open_project(folder)
    assert told in f"{caught.value.message} {caught.value.hint}"


def test_a_policy_that_cannot_be_opened(folder, monkeypatch):
    (folder / "patron.toml").write_text(POLICY, encoding="utf-8")

    def refused(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", "patron.toml")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(IoFailed):
        patron.open_project(folder)


def test_who_has_no_role_is_given_nothing(shop, folder):
    for ask in (lambda p: p.query("total_sales"), lambda p: p.count("best"), lambda p: p.sql("total_sales")):
        with pytest.raises(PermissionDenied) as caught:
            ask(shop("mallory"))
        assert 'users = ["mallory"]' in caught.value.hint
    with pytest.raises(PermissionDenied):
        shop("mallory").run(["nightly"])
    (made,) = shop("mallory").run(["plain"])
    assert (made.files, made.exit_code) == ((), 5)
    assert not (folder / "out").exists()
    assert shop("mallory").check() == (), "specs may be checked by anybody"


def test_runs_have_a_role_that_is_there(shop):
    with pytest.raises(PermissionDenied) as caught:
        shop("olga", 'role = "bosses"\n' + POLICY).run(["nightly"])
    assert "bosses" in caught.value.message


def _key(state: Path, mode: int) -> None:
    (state / "project.key").write_text("0", encoding="ascii")
    (state / "project.key").chmod(mode)


UNWRITABLE = {
    "the log is a folder": lambda state: (state / "audit.jsonl").mkdir(),
    "the head is a folder": lambda state: (state / "audit.head").mkdir(),
    "the key is not a key": lambda state: _key(state, 0o600),
    "the key is open to others": lambda state: _key(state, 0o644),
    "the log is not ours": lambda state: (state / "audit.jsonl").write_text('{"seq":7,"hash":"x"}\n'),
    "the log was cut": lambda state: (state / "audit.head").write_text("7-" + "0" * 64),
}


@pytest.mark.parametrize("case", UNWRITABLE)
def test_without_a_record_nothing_leaves(shop, folder, case):
    state = folder / ".patron"
    state.mkdir(exist_ok=True)
    UNWRITABLE[case](state)
    for ask in (
        lambda p: p.audience("best"),
        lambda p: p.query("total_sales by customer"),
        lambda p: p.detail("allowed", "order_details"),
        lambda p: p.why("c1", "best"),
    ):
        with pytest.raises((IoFailed, Damaged, PermissionDenied)) as caught:
            ask(shop("olga"))
        assert caught.value.exit_code in (5, 8, 9)
    (made,) = shop("olga").run(["allowed"])
    assert (made.files, made.exit_code in (5, 8, 9)) == ((), True)
    assert not [p for p in folder.joinpath("out").rglob("*") if p.is_file()]
    assert shop("olga").query("total_sales").rows, "numbers of groups are no rows"


@pytest.mark.parametrize("point", ["audit.write", "audit.writing", "audit.head"])
def test_an_outcome_that_cannot_be_recorded_keeps_the_answer_back(shop, monkeypatch, point):
    passed = []

    def full(name: str) -> None:
        passed.append(name)
        if name == point and passed.count(name) == 2:
            raise OSError(28, "No space left on device", "audit.jsonl")

    monkeypatch.setattr("patron.engine.runner.audit.point", full)
    with pytest.raises(IoFailed):
        shop("olga").audience("best", ["email"])


def test_the_policy_in_force_at_delivery_decides(shop, folder, monkeypatch):
    project = shop("emil")
    answer = project.stages.audience

    def slowly(*args):
        found = answer(*args)
        (folder / "patron.toml").write_text(POLICY.replace('may = ["export"]', "may = []"), encoding="utf-8")
        return found

    monkeypatch.setattr(project.stages, "audience", slowly)
    with pytest.raises(PermissionDenied) as caught:
        project.audience("best")
    assert "changed" in caught.value.message
    assert [r["phase"] for r in records(folder / ".patron")] == ["intent", "outcome"]
    assert list(records(folder / ".patron"))[-1]["decision"] == "refused"


@pytest.mark.parametrize("change", ["may", "class", "gone", "broken"])
def test_files_are_not_published_when_the_right_is_lost_while_they_are_made(shop, folder, monkeypatch, change):
    project = shop("emil")
    report = project.stages.report
    toml = folder / "patron.toml"
    changed = {
        "may": POLICY.replace('may = ["export"]', "may = []"),
        "class": POLICY + '\n[classes]\n"customers.city" = "pii"\n',
        "gone": POLICY.replace('"emil"', '"emily"'),
        "broken": "[roles",
    }

    def slowly(*args):
        toml.write_text(changed[change], encoding="utf-8")
        return report(*args)

    monkeypatch.setattr(project.stages, "report", slowly)
    (made,) = project.run(["allowed"])
    assert (made.files, made.exit_code) == ((), 5)
    assert not [p for p in (folder / "out").rglob("*") if p.is_file()]


def test_a_policy_that_was_taken_away_while_it_decided_gives_nothing(shop, folder, monkeypatch):
    project = shop("emil")
    answer = project.stages.audience
    monkeypatch.setattr(project.stages, "audience", lambda *a: ((folder / "patron.toml").unlink(), answer(*a))[1])
    with pytest.raises(PermissionDenied):
        project.audience("best")


def test_what_was_kept_for_other_eyes_is_given_to_nobody_else(shop):
    seen = {user: json.dumps(shop(user).grants.eyes) for user in ("olga", "emil", "vera", "anna")}
    assert len(set(seen.values())) == 4


def test_who_asks_is_told_by_the_kernel(monkeypatch):
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "olga")
    monkeypatch.setattr(os, "geteuid", lambda: 123456)
    assert identity.caller().user == "123456"
    monkeypatch.undo()
    assert identity.caller().uid == os.geteuid()


def _patron(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "patron.engine.cli", "--project", str(folder), "--as-of", "2026-05-06", *args],
        capture_output=True, text=True, check=False, env={**os.environ, **env},
    )  # fmt: skip


def _me() -> str:
    return identity.caller().user


def test_the_command_says_how_much_it_enforces_and_where_the_log_ends(folder):
    (folder / "patron.toml").write_text(f'[roles.exporters]\nmay = ["export"]\nusers = ["{_me()}"]\n', "utf-8")
    done = _patron(folder, "audience", "best", "--columns", "email")
    assert done.returncode == 0
    assert "enforcement: advisory (you can read the data files)\n" in done.stderr
    head = next(line for line in done.stderr.splitlines() if line.startswith("audit: head ")).split()[-1]
    assert _patron(folder, "audit").stdout == f"{head}\n"
    assert _patron(folder, "audit", "verify", "--head", head).returncode == 0
    shown = _patron(folder, "audit", "show", "--last", "1", "--format", "json")
    assert json.loads(shown.stdout)["rows"][0][4:8] == ["audience", "best", "outcome", "done"]
    assert not leaks(done.stdout + done.stderr + shown.stdout)
    log = folder / ".patron" / "audit.jsonl"
    log.write_text(log.read_text("utf-8").replace('"row_count":6', '"row_count":1'), encoding="utf-8")
    done = _patron(folder, "audit", "verify", "--json")
    assert (done.returncode, json.loads(done.stdout)["findings"][0]["kind"]) == (9, "edited")


def test_the_command_ends_with_five_and_shows_the_place(folder):
    (folder / "patron.toml").write_text(f'[roles]\nanalysts = {{ users = ["{_me()}"] }}\n', "utf-8")
    done = _patron(folder, "query", "total_sales by customer.email")
    assert (done.returncode, done.stdout) == (5, "")
    assert "phrase:1:25: P0809: analysts may not ask by the value of customers.email" in done.stderr
    assert "enforcement: advisory" in done.stderr
    out = folder / "members.csv"
    done = _patron(folder, "audience", "best", "--out", str(out))
    assert (done.returncode, out.exists()) == (5, False)
    assert "P0808" in done.stderr
    done = _patron(folder, "audience", "best", "--count", USER="olga")
    assert (done.stdout, done.stderr) == ("6\n", ""), "nothing was decided"


def test_without_a_policy_an_export_with_allow_says_how_much_that_is_worth(folder):
    done = _patron(folder, "run", "allowed")
    assert done.stderr.count("enforcement: advisory") == 1


def test_the_doctor_looks_at_log_key_and_policy(shop, folder):
    assert not list(permissions(shop("olga", "").config)), "nothing there to look at"
    project = shop("olga")
    project.audience("best")
    (folder / "patron.toml").chmod(0o644)
    assert [(f.state, f.exit_code) for f in permissions(project.config)] == [("fine", 0)]
    (folder / "patron.toml").chmod(0o664)
    assert [f.state for f in permissions(project.config)] == ["noted", "fine"]
    log = folder / ".patron" / "audit.jsonl"
    log.write_text(log.read_text("utf-8").replace("best", "rest"), encoding="utf-8")
    found = [f for f in permissions(project.config) if f.state == "broken"]
    assert [f.exit_code for f in found] == [9, 9]
    (folder / ".patron" / "project.key").write_text("gone", encoding="utf-8")
    assert [f.exit_code for f in permissions(project.config)][1:] == [9]
    (folder / "patron.toml").chmod(0o644)
