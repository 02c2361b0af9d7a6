"""The request: its body, its signature, and sending it once without following anybody anywhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import mimetypes
import os
import ssl
import time
from collections.abc import Mapping, Sequence
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

SECONDS = 30
"""How long the other side may be silent."""
LARGEST = 20_000_000
"""Bytes of all files together; what is larger belongs into a folder or a bucket."""
_SECRET = "PATRON_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable


def post(files: Sequence[Path], arguments: Mapping[str, str]) -> str:
    """Send the request; OSError unless the answer says that it was taken."""
    url, key = urlsplit(arguments["url"]), arguments["key"]
    secret = _key(os.environ, arguments.get("secret") or _SECRET)
    content = body(files, time.time())
    headers = {
        "content-type": "application/json", "user-agent": "patron", "idempotency-key": key,
        **signed(secret, key, int(time.time()), content),
    }  # fmt: skip
    connection = HTTPSConnection(url.hostname or "", url.port, timeout=SECONDS, context=ssl.create_default_context())
    try:
        connection.request("POST", (url.path or "/") + (f"?{url.query}" if url.query else ""), content, headers)
        status = connection.getresponse().status
    except HTTPException as error:
        raise OSError(f"{url.hostname} gave no answer that could be read ({type(error).__name__})") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise OSError(f"{url.hostname} answered {status}")
    return f"{len(files)} to {url.hostname}"


def body(files: Sequence[Path], now: float) -> bytes:
    """The files, as JSON."""
    size = sum(f.stat().st_size for f in files)
    if size > LARGEST:
        raise OSError(f"{size:,} bytes are too many for a webhook, which takes {LARGEST:,}; send to a folder")
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    said = {"type": "patron.delivery", "timestamp": moment, "data": {"files": [_file(f) for f in files]}}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _file(path: Path) -> dict[str, object]:
    raw = path.read_bytes()
    return {
        "name": path.name, "type": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        "size": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), "content": base64.b64encode(raw).decode(),
    }  # fmt: skip


def signed(secret: bytes, key: str, now: int, content: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who sent this, when, and that nothing was changed."""
    digest = hmac.new(secret, f"{key}.{now}.".encode() + content, hashlib.sha256).digest()
    return {
        "webhook-id": key, "webhook-timestamp": str(now),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }  # fmt: skip


def _key(environment: Mapping[str, str], name: str) -> bytes:
    """The signing key: `whsec_` and base64, or any text of 24 characters or more."""
    said = environment.get(name, "")
    if said.startswith("whsec_"):
        try:
            return base64.b64decode(said.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise OSError(f"{name} is not `whsec_` and base64") from None
    if len(said) < 24:
        raise OSError(f"the signing key is {'too short' if said else 'not there'}: set {name} to 24 characters or more")
    return said.encode()
