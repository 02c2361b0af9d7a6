"""The command as a process: exit codes, streams, colours, pipes, speed of what should be quick."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PATRON = [sys.executable, "-m", "patron.engine.cli"]
REPOSITORY = Path(__file__).parent.parent.parent


def patron(*args: str, cwd: Path, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PATRON_") and k != "NO_COLOR"}
    done = subprocess.run(
        [*PATRON, *args], cwd=cwd, input=stdin, capture_output=True, check=False, timeout=60,
        env={**clean, "PYTHONPATH": str(REPOSITORY), **env},
    )  # fmt: skip
    assert b"ResourceWarning" not in done.stderr, done.stderr
    return done


COMMANDS = "demo init check fmt query audience why run test lists plan sql plugins doctor".split()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(tmp_path: Path, command: str) -> None:
    done = patron(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == b""
    if command != "lists":
        assert b"Examples:" in done.stdout
    assert b"--as-of" in done.stdout


def test_without_a_command_there_is_help_and_no_error(tmp_path: Path) -> None:
    done = patron(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().count("Usage:") == 1
    assert "Error" not in done.stderr.decode()


def test_help_names_every_command(tmp_path: Path) -> None:
    told = patron("--help", cwd=tmp_path).stdout.decode()
    assert all(f"\n  {c} " in told for c in COMMANDS)
    assert patron("--version", cwd=tmp_path).stdout.startswith(b"patron ")


@pytest.mark.parametrize(
    "args, told",
    [
        (["chek"], "Did you mean `patron check`?"),
        (["query"], "Missing argument"),
        (["query", "x", "--fromat", "csv"], "--format"),
        (["query", "x", "--format", "cvs"], "Did you mean `csv`?"),
        (["lists", "tak", "x"], "Did you mean `patron lists take`?"),
        (["query", "x"], "there is no project"),
        (["query", "total_sales", "by", "month"], 'quotes: patron query "total_sales by month"'),
        (["--project", "nowhere", "check"], "nowhere"),
    ],
)
def test_wrong_use_ends_with_two(tmp_path: Path, args: list[str], told: str) -> None:
    done = patron(*args, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert told in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_no_colours_in_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "a.patron").write_text("language 1\nproject\n")
    done = patron("check", "--project", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 3
    assert b"\x1b" not in done.stdout + done.stderr


def test_environment_variables_mean_the_options(tmp_path: Path) -> None:
    done = patron("check", cwd=tmp_path, PATRON_PROJECT="nowhere")
    assert b"nowhere" in done.stderr
    assert patron("query", "x", cwd=tmp_path, PATRON_AS_OF="soon", PATRON_PROJECT=".").returncode == 2


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    script = f"{sys.executable} -m patron.engine.cli --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_check_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "a.patron").write_text('language 1\nproject "P" {\n  timezone "UTC"\n  currency USD\n}\n')
    script = (
        "import sys\nfrom patron.engine.cli.group import patron\n"
        "try:\n    patron.main(['check'])\nexcept SystemExit as e:\n    code = e.code\n"
        "heavy = {'sqlglot', 'duckdb', 'pandas', 'pyarrow', 'rich', 'sklearn', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy\nsys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


def test_ctrl_c_is_clean(tmp_path: Path) -> None:
    script = (
        "import os, signal, threading\nfrom patron.engine.cli import ending, main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # whoever started the tests may ignore it
        "from patron.engine.cli.commands import plugins\n"
        "plugins._catalog = lambda options: os.kill(os.getpid(), signal.SIGINT) or __import__('time').sleep(5)\n"
        "import sys\nsys.argv = ['patron', 'plugins']\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"interrupted\n")


def test_a_terminal_gets_a_table_in_colours(tmp_path: Path) -> None:
    import pty

    assert patron("init", "shop", cwd=tmp_path).returncode == 0
    (tmp_path / "shop" / "bad.patron").write_text("language 1\nmetric = 3\n")
    told = bytearray()

    def read(handle: int) -> bytes:
        chunk = os.read(handle, 4096)
        told.extend(chunk)
        return b""

    here = Path.cwd()
    os.chdir(tmp_path / "shop")
    try:
        environment = {k: os.environ.pop(k) for k in ("NO_COLOR",) if k in os.environ}
        os.environ["TERM"] = "xterm"
        pty.spawn([*PATRON, "check"], read)
    finally:
        os.environ.update(environment)
        os.chdir(here)
    assert b"\x1b[31m\x1b[1mP0101" in told


def test_what_is_said_on_the_command_line_counts_more_than_the_environment(tmp_path: Path) -> None:
    for args in (["--project", "here", "check"], ["check", "--project", "here"]):
        assert b"here" in patron(*args, cwd=tmp_path, PATRON_PROJECT="elsewhere").stderr
