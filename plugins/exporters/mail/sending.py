"""The mail server that the environment names, and handing mail over to it."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from patron.plugins.exporters.mail.message import message

PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
SECONDS = 30
"""How long the server may take to answer."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over. The password is never printed."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"


def server_of(environment: Mapping[str, str]) -> Server:
    """The mail server that the environment names. OSError with what is missing or wrong."""
    host = environment.get("PATRON_SMTP_HOST", "").strip()
    if not host:
        raise OSError("no mail server is named: set PATRON_SMTP_HOST")
    security = environment.get("PATRON_SMTP_SECURITY", "starttls").strip().lower() or "starttls"
    if security not in PORTS:
        raise OSError(f"PATRON_SMTP_SECURITY is one of {', '.join(PORTS)}, not {security}")
    port = environment.get("PATRON_SMTP_PORT", "").strip() or str(PORTS[security])
    if not port.isascii() or not port.isdigit():
        raise OSError(f"PATRON_SMTP_PORT is a number, not {port}")
    user = environment.get("PATRON_SMTP_USER", "")
    sender = environment.get("PATRON_SMTP_FROM", "") or (user if "@" in user else f"patron@{host}")
    return Server(host, int(port), security, user, environment.get("PATRON_SMTP_PASSWORD", ""), sender)


def hand_over(files: Sequence[Path], arguments: Mapping[str, str]) -> str:
    """Hand the mail over to the server."""
    server = server_of(os.environ)
    mail = message(files, arguments, server.sender)
    with _connected(server) as smtp:
        if server.user:
            smtp.login(server.user, server.password)
        try:
            refused = smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            refused = error.recipients
    if refused:
        raise OSError(f"the mail server refused {', '.join(sorted(refused))}")
    return f"{len(files)} to {mail['To']}"


def _connected(server: Server) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=ssl.create_default_context())
    smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    if server.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except BaseException:
            smtp.close()
            raise
    return smtp
