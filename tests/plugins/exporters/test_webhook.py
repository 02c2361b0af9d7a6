"""Webhooks really posted, over https, to a server of the test's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from patron.engine.runner.project import open_project
from patron.engine.runtime.errors import IoFailed, PermissionDenied, SpecError
from patron.plugins.exporters.webhook import posting

SECRET = "a secret of thirty-two characters"
SPEC = """language 1
project "S" {
  timezone "UTC"
  currency USD
}
run tell {
  send to webhook(%s)
}
"""


class Receiver:
    """Keeps what is posted, and answers as it is told."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                receiver.requests.append(({k.lower(): v for k, v in self.headers.items()}, content))
                self.send_response(receiver.status)
                self.send_header("location", "https://elsewhere.example.com/")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days",
         "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def receiver(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver(certificate)
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    monkeypatch.setenv("PATRON_WEBHOOK_SECRET", SECRET)
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, ...]:
    (tmp_path / "a.csv").write_text("id\n1\n")
    return (tmp_path / "a.csv",)


def arguments(receiver: Receiver, **other: str) -> dict[str, str]:
    return {"url": f"https://localhost:{receiver.port}/in?x=1", "key": "k1", **other}


def test_what_is_posted_is_signed(receiver: Receiver, files: tuple[Path, ...]) -> None:
    assert posting.post(files, arguments(receiver)) == "1 to localhost"
    ((headers, content),) = receiver.requests
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert headers["idempotency-key"] == headers["webhook-id"] == "k1"
    (file,) = json.loads(content)["data"]["files"]
    assert (file["name"], base64.b64decode(file["content"]), file["type"]) == ("a.csv", b"id\n1\n", "text/csv")


def test_the_published_example_of_the_standard() -> None:
    """The test vector of the specification's own libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = posting.signed(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("status", [302, 404, 500])
def test_any_other_answer_is_a_failure(receiver: Receiver, files: tuple[Path, ...], status: int) -> None:
    receiver.status = status
    with pytest.raises(OSError, match=f"localhost answered {status}"):
        posting.post(files, arguments(receiver))
    assert len(receiver.requests) == 1, "nobody is followed anywhere"


def test_a_certificate_that_nobody_vouches_for(
    receiver: Receiver, files: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(OSError, match="certificate"):
        posting.post(files, arguments(receiver))
    assert receiver.requests == []


@pytest.mark.parametrize("said", ["", "short", "whsec_not base64"])
def test_without_a_key_nothing_is_sent(
    receiver: Receiver, files: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("PATRON_WEBHOOK_SECRET", said)
    with pytest.raises(OSError, match="PATRON_WEBHOOK_SECRET"):
        posting.post(files, arguments(receiver))
    assert receiver.requests == []


def test_too_much(receiver: Receiver, files: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "LARGEST", 3)
    with pytest.raises(OSError, match="too many"):
        posting.post(files, arguments(receiver))


# ---------------------------------------------------------------- from a run


def perform(root: Path, url: str, hosts: str = "") -> Any:
    root.mkdir(exist_ok=True)
    (root / "s.patron").write_text(SPEC % (f'url = "{url}"' if url else ""))
    (root / "patron.toml").write_text(f"allow_hosts = [{hosts}]\n")
    with open_project(root) as project:
        (run,) = project.run(["tell"])
    return run.steps[0]


@pytest.mark.parametrize(
    "url, error",
    [
        ("https://localhost/", PermissionDenied), ("http://localhost/", SpecError), ("", SpecError),
        ("https://me:pw@localhost/", SpecError), ("https://localhost.evil.com/", PermissionDenied),
        ("https://[", SpecError), ("file:///etc/passwd", SpecError),
        ("https://good.example.com:8443/", PermissionDenied),
    ],
)  # fmt: skip
def test_only_to_hosts_that_are_listed(tmp_path: Path, url: str, error: type[Exception]) -> None:
    step = perform(tmp_path / "p", url, '"good.example.com"')
    assert isinstance(step.error, error)


def test_to_a_host_that_is_listed(receiver: Receiver, tmp_path: Path) -> None:
    listed = f'"localhost:{receiver.port}"'
    step = perform(tmp_path / "p", f"https://LOCALHOST:{receiver.port}/", listed)
    assert step.words == "send to webhook: 0 to localhost"
    receiver.status = 503
    assert isinstance(perform(tmp_path / "p", f"https://localhost:{receiver.port}/", listed).error, IoFailed)
