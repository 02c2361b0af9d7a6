"""Mail really sent, to a server of the test's own."""

from __future__ import annotations

import pytest

from patron.plugins.exporters.mail import patron_targets, send
from patron.plugins.exporters.mail.message import addresses, message
from patron.plugins.exporters.mail.sending import Server, server_of
from tests.letterbox import Letterbox, serving


@pytest.fixture
def letterbox(monkeypatch):
    for name in ("USER", "PASSWORD"):
        monkeypatch.delenv(f"PATRON_SMTP_{name}", raising=False)
    with serving(box := Letterbox()) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield box


@pytest.fixture
def files(tmp_path):
    texts = {"sales.csv": "a,b\n1,2\n", "weekly.html": "<h1>Größe</h1>", "more.html": "<p>x</p>"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / name for name in texts]


def test_the_first_html_is_the_body_and_the_rest_is_attached(letterbox, files):
    said = send(files, {"address": "ops@example.com, Boss <boss@example.com>"})
    assert said == "3 to ops@example.com, boss@example.com"
    ((to, mail),) = letterbox.letters
    assert to == ("ops@example.com", "boss@example.com")
    assert mail["Subject"] == "Patron: sales, weekly, more"
    assert mail["From"] == "patron@example.com"
    assert mail.get_body(("html",)).get_content().strip() == "<h1>Größe</h1>"
    assert "Attached: sales.csv, more.html" in mail.get_body(("plain",)).get_content()
    assert [(a.get_filename(), a.get_content_type()) for a in mail.iter_attachments()] == [
        ("sales.csv", "text/csv"),
        ("more.html", "text/html"),
    ]


def test_a_failed_run_is_told_in_words(letterbox, tmp_path):
    (tmp_path / "failed.txt").write_text("The run nightly failed at: check month\n")
    send([tmp_path / "failed.txt"], {"address": "ops@example.com", "subject": "Nightly\nfailed"})
    ((_, mail),) = letterbox.letters
    assert mail["Subject"] == "Nightly failed"
    assert mail.get_body().get_content().strip() == "The run nightly failed at: check month"


def test_a_mail_with_nothing_to_send(letterbox):
    send([], {"address": "ops@example.com"})
    assert letterbox.letters[0][1].get_content().strip() == "Nothing was made."


def test_the_same_delivery_has_the_same_id(files):
    ids = [message(files, {"address": "a@b.c", "key": k}, "p@example.com")["Message-ID"] for k in ("1", "1", "2", "")]
    assert ids[0] == ids[1] == "<patron.1@example.com>" and len(set(ids)) == 3


def test_an_address_that_the_server_refuses(letterbox, files):
    for address in ("nobody@example.com", "nobody@example.com, ops@example.com"):
        with pytest.raises(OSError, match=r"refused nobody@example\.com"):
            send(files, {"address": address})


@pytest.mark.parametrize("text", ["", "ops", "@example.com", "a@b@c", "ops@example.com\nBcc: all@example.com"])
def test_what_is_no_address(text):
    with pytest.raises(OSError, match="no email address"):
        addresses(text)


def test_an_address_cannot_smuggle_a_header(files):
    with pytest.raises(OSError, match="no email address"):
        message(files, {"address": "ops@example.com\r\nBcc: all@example.com"}, "patron@example.com")


def test_the_server_is_named_by_the_environment():
    assert server_of({"PATRON_SMTP_HOST": "mx", "PATRON_SMTP_USER": "me@example.com"}).sender == "me@example.com"
    assert server_of({"PATRON_SMTP_HOST": "mx", "PATRON_SMTP_SECURITY": "TLS"}).port == 465
    assert server_of({"PATRON_SMTP_HOST": "mx"}).sender == "patron@mx"
    for wrong in ({}, {"PATRON_SMTP_SECURITY": "some"}, {"PATRON_SMTP_PORT": "x"}):
        with pytest.raises(OSError, match="PATRON_SMTP_"):
            server_of({"PATRON_SMTP_HOST": "mx", **wrong} if wrong else {})


def test_a_password_is_never_printed():
    assert "canary" not in repr(Server("mx", 25, "none", "me", "canary", "a@b"))


def test_the_target_says_what_it_takes():
    (target,) = patron_targets()
    assert (target.name, [a.name for a in target.arguments]) == ("email", ["address", "subject"])
