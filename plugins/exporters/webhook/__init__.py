"""Webhooks: `send to webhook(url = "https://hooks.example.com/patron")`, to hosts that `patron.toml` lists.

    PATRON_WEBHOOK_SECRET   what the request is signed with; without it nothing is sent

The request is signed as standardwebhooks.com says: `webhook-id`, `webhook-timestamp`, `webhook-signature`. Its id, also
in `Idempotency-Key`, is the same when the same delivery is tried again. Its body is JSON with the files in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from patron.engine.contracts import SettingSpec, TargetType
from patron.engine.hooks import hookimpl


def send(files: Sequence[Path], arguments: Mapping[str, str]) -> str:
    """Post the files; the libraries for it are imported only now."""
    from patron.plugins.exporters.webhook.posting import post

    return post(files, arguments)


_ARGUMENTS = (
    SettingSpec("url", "url", "where to, with https; its host is one of `allow_hosts` in patron.toml", required=True),
    SettingSpec(
        "secret", "text", "the environment variable that holds the signing key", default="PATRON_WEBHOOK_SECRET"
    ),
)


@hookimpl
def patron_targets() -> list[TargetType]:
    """The webhook target."""
    return [TargetType("webhook", "a signed POST with the files as JSON", send, _ARGUMENTS, takes_key=True)]
