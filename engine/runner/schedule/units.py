"""How the system itself can call `patron tick`: a line for cron, or two units for systemd."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

CRON, SYSTEMD = "cron", "systemd"
MINUTES = 5


def printed(kind: str, root: Path, profile: str | None) -> str:
    """The text, ready to be used."""
    return {CRON: _cron, SYSTEMD: _systemd}[kind](root, profile)


def _cron(root: Path, profile: str | None) -> str:
    """Per cent signs end a command in a crontab."""
    called = shlex.join(_call(root, profile)).replace("%", r"\%")
    return (
        f"# crontab -e: every {MINUTES} minutes; cron sends a mail when something goes wrong (MAILTO).\n"
        "# 6 means that another run is at it, which is no fault.\n"
        f"*/{MINUTES} * * * * {called} || [ $? -eq 6 ]\n"
    )


def _systemd(root: Path, profile: str | None) -> str:
    name = "patron-" + "".join(c if c.isalnum() else "-" for c in root.name)
    called = " ".join(_escaped(word) for word in _call(root, profile))
    return f"""\
# ~/.config/systemd/user/{name}.service
[Unit]
Description=Patron: what is due in {root.name.replace("%", "%%")}

[Service]
Type=oneshot
WorkingDirectory={str(root).replace("%", "%%")}
ExecStart={called}
# 6: another run is at it
SuccessExitStatus=6
# SIGTERM is obeyed and leaves a clean state
TimeoutStopSec=60
# secrets: EnvironmentFile=%h/.config/{name}.env

# ~/.config/systemd/user/{name}.timer
[Unit]
Description=Patron: look every {MINUTES} minutes for what is due in {root.name.replace("%", "%%")}

[Timer]
OnCalendar=*:0/{MINUTES}
Persistent=true

[Install]
WantedBy=timers.target

# systemctl --user daemon-reload && systemctl --user enable --now {name}.timer
# loginctl enable-linger     so that it goes on while nobody is logged in
"""


def _call(root: Path, profile: str | None) -> list[str]:
    patron = Path(sys.executable).parent / "patron"
    command = [str(patron)] if os.access(patron, os.X_OK) else [sys.executable, "-m", "patron.engine.cli"]
    return [*command, "tick", "--quiet", "--project", str(root), *(["--profile", profile] if profile else [])]


def _escaped(word: str) -> str:
    """A word of a command line, as systemd reads it."""
    plain = word.replace("\\", "\\\\").replace("%", "%%").replace("$", "$$").replace('"', '\\"')
    return f'"{plain}"' if any(c.isspace() or c in "'\";" for c in word) else plain
