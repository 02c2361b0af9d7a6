"""A page as a session at a terminal: its files are written, its commands are run, what they print is compared.

A block with a title is a file. A `console` block holds lines beginning with `$ `, each followed by what it prints.
Every command runs at a terminal 100 columns wide, without colours. `pip install -e ./folder` is the one thing that is
played: the plugin is announced on the path and not built.
"""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.blocks import README, ROOT, Block, blocks

WIDTH = 100
_RUN = '{ %s\n}; code=$?; pwd > "$SESSION_PWD"; exit $code'
_PIP = """
import sys
sys.path.insert(0, {root!r})
from tests.docs.session import announce
announce(sys.argv[-1], {path!r})
"""


@dataclass
class Session:
    """A folder of its own, with `patron`, `python` and `pip` of this installation."""

    folder: Path
    start: Path = field(init=False)
    here: Path = field(init=False)

    def __post_init__(self) -> None:
        self.start = self.here = self.folder / "work"
        self._tools, self._path = self.folder / "bin", self.folder / "installed"
        for made in (self.here, self._tools, self._path):
            made.mkdir(parents=True)
        root = str(ROOT)
        self._tool("patron", f'exec {sys.executable} -m patron.engine.cli "$@"')
        self._tool("python", f'exec {sys.executable} "$@"')
        (self._tools / "pip.py").write_text(_PIP.format(root=root, path=str(self._path)), encoding="utf-8")
        self._tool("pip", f'exec {sys.executable} {self._tools / "pip.py"} "$@"')

    def _tool(self, name: str, text: str) -> None:
        path = self._tools / name
        path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(0o755)

    def write(self, block: Block) -> None:
        path = self.start / block.title
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def run(self, command: str) -> str:
        """What a command prints on a terminal, both streams in their order."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, WIDTH, 0, 0))
        at = self.folder / "pwd"
        with subprocess.Popen(
            ["bash", "-c", _RUN % command],
            cwd=self.here,
            env=self._environment(at),
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        ):
            os.close(theirs)
            printed = b""
            while chunk := _read(ours):
                printed += chunk
        os.close(ours)
        if at.is_file():
            self.here = Path(at.read_text(encoding="utf-8").strip())
        return tidy(printed.decode("utf-8").replace("\r\n", "\n"))

    def _environment(self, at: Path) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PATRON", "PYTEST", "COV"))}
        return kept | {
            "PATH": f"{self._tools}:{os.environ['PATH']}", "PYTHONPATH": str(self._path),
            "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": str(WIDTH), "SESSION_PWD": str(at), "HOME": str(self.folder),
        }  # fmt: skip


def _read(stream: int) -> bytes:
    try:
        return os.read(stream, 65536)
    except OSError:  # the other end is closed
        return b""


def tidy(printed: str) -> str:
    """Without blanks at the ends of lines, and without empty lines before and after."""
    return "\n".join(line.rstrip() for line in printed.split("\n")).strip("\n")


def announce(folder: str, path: str) -> None:
    """Stand in for `pip install -e FOLDER`: put the folder on the path and announce its entry points."""
    project = tomllib.loads((Path(folder) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = Path(path)
    info = base / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", encoding="utf-8"
    )
    lines = [f"{k} = {v}" for k, v in project["entry-points"]["patron"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[patron]", *lines, ""]), encoding="utf-8")
    for package in Path(folder).resolve().iterdir():
        target = base / package.name
        if (package.is_dir() or package.suffix == ".py") and not target.exists():
            target.symlink_to(package)


@dataclass(frozen=True)
class Said:
    """A command of a console block, what the page says it prints, and what it prints."""

    command: str
    expected: str
    printed: str


def commands(block: Block) -> list[tuple[str, str]]:
    """The commands of a block, each with the lines under it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        elif found:
            found[-1][1].append(line)
    return [(command, tidy("\n".join(lines))) for command, lines in found]


def lived(page: Path, folder: Path) -> dict[Block, list[Said]]:
    """Live through a page from top to bottom."""
    session, done = Session(folder), {}
    if page == README:
        shutil.copytree(ROOT / "specs", session.start / "specs")
    for block in blocks(page):
        if block.title:
            session.write(block)
        elif block.language == "console":
            done[block] = [Said(command, expected, session.run(command)) for command, expected in commands(block)]
    return done


def as_block(said: list[Said]) -> str:
    """A console block with what its commands really print."""
    parts = ["$ " + s.command.replace("\n", "\n> ") + ("\n" + s.printed if s.printed else "") for s in said]
    return "\n".join(parts) + "\n"
