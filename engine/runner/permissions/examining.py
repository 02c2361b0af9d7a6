"""Examining roles and the audit log: who else may write the policy, and is every record what was written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from patron.engine.runner.audit import KEY, LOG, verify
from patron.engine.runner.config import NAME, Config
from patron.engine.runner.examining import Finding
from patron.engine.runtime.errors import Damaged, PatronError

_DAMAGED = "Keep the file, and compare with a head that was kept elsewhere: `patron audit verify --head`."
_OTHERS = 0o022
"""Writing by the group and by everybody."""


def permissions(config: Config) -> Iterator[Finding]:
    """The policy and the log of what was handed out."""
    if config.policy:
        yield from _open_to_others(config.root / NAME)
    if not any((config.state_folder / name).exists() for name in (LOG, KEY)):
        return
    try:
        found = verify(config.state_folder)
    except PatronError as error:
        yield Finding("broken", error.message, error.hint, error.exit_code)
        return
    for finding in found.findings:
        told = f"{config.state_folder / LOG}: {finding.kind}: {finding.message}"
        yield Finding("broken", told, _DAMAGED, Damaged.exit_code)
    if not found.findings:
        yield Finding("fine", f"{found.records:,} records of the audit log as they were written")


def _open_to_others(policy: Path) -> Iterator[Finding]:
    if os.name == "posix" and policy.exists() and policy.stat().st_mode & _OTHERS:
        told = f"{policy} may be written by others than its owner"
        yield Finding("noted", told, f"`chmod go-w {policy}` leaves roles to its owner.")
