"""Email: `send to email(address = "ops@example.com")`. The mail server is named by the environment, never by a spec.

    PATRON_SMTP_HOST      the server; without it nothing is sent
    PATRON_SMTP_PORT      default 587; 465 with tls, 25 with none
    PATRON_SMTP_SECURITY  starttls (default), tls, or none for a server on the same machine
    PATRON_SMTP_USER      when the server asks who sends
    PATRON_SMTP_PASSWORD
    PATRON_SMTP_FROM      the sender; default: the user, else patron@ and the host

The first HTML file is the body of the mail, all others are attached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from patron.engine.contracts import SettingSpec, TargetType
from patron.engine.hooks import hookimpl


def send(files: Sequence[Path], arguments: Mapping[str, str]) -> str:
    """Hand the mail over to the server; the libraries for it are imported only now."""
    from patron.plugins.exporters.mail.sending import hand_over

    return hand_over(files, arguments)


_ARGUMENTS = (
    SettingSpec("address", "text", "one or several addresses, separated by commas", required=True),
    SettingSpec("subject", "text", "the subject; default: the names of the files"),
)


@hookimpl
def patron_targets() -> list[TargetType]:
    """The email target."""
    return [TargetType("email", "a mail with the first HTML file as its body", send, _ARGUMENTS, takes_key=True)]
