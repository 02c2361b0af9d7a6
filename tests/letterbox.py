"""A mail server of the tests' own, which keeps what is sent."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

controller = pytest.importorskip("aiosmtpd.controller", reason="needs the extra `test`")


class Letterbox:
    """Keeps what is sent; refuses one address."""

    def __init__(self) -> None:
        self.letters: list[tuple[tuple[str, ...], EmailMessage]] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        if address.startswith("nobody@"):
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append((tuple(envelope.rcpt_tos), message_from_bytes(envelope.content, policy=default)))
        return "250 kept"


@contextmanager
def serving(box: Letterbox) -> Iterator[dict[str, str]]:
    """The server, and the settings by which Patron finds it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = controller.Controller(box, hostname="127.0.0.1", port=port)
    running.start()
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "FROM": "patron@example.com"}
    try:
        yield {f"PATRON_SMTP_{name}": value for name, value in settings.items()}
    finally:
        running.stop()
