"""The mail: files as its body and attachments."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, getaddresses, make_msgid
from pathlib import Path


def addresses(text: str) -> tuple[str, ...]:
    """One or several addresses, separated by commas. OSError when one is none."""
    found = [address for _, address in getaddresses([text]) if address]
    if not found or any(address.count("@") != 1 or address.startswith("@") for address in found) or "\n" in text:
        raise OSError(f"`{text}` is no email address")
    return tuple(found)


def message(files: Sequence[Path], arguments: Mapping[str, str], sender: str) -> EmailMessage:
    """The mail: the first HTML file as its body, else the first text; all other files attached."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = ", ".join(addresses(arguments.get("address", "")))
    mail["Subject"] = " ".join((arguments.get("subject") or _subject(files)).split())
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = _id(arguments.get("key", ""), sender.rpartition("@")[2])
    page = next((f for f in files if f.suffix.lower() in (".html", ".htm")), None)
    text = next((f for f in files if f.suffix.lower() == ".txt"), None)
    attached = [f for f in files if f not in (page, text)]
    mail.set_content(_words(text, page, attached))
    if page is not None:
        mail.add_alternative(page.read_text(encoding="utf-8", errors="replace"), subtype="html")
    for file in attached:
        main, _, sub = (mimetypes.guess_type(file.name)[0] or "application/octet-stream").partition("/")
        mail.add_attachment(file.read_bytes(), maintype=main, subtype=sub, filename=file.name)
    return mail


def _id(key: str, domain: str) -> str:
    """The same for the same delivery, so that whoever gets it twice can tell."""
    return f"<patron.{key}@{domain or 'localhost'}>" if key else make_msgid(domain=domain or None)


def _subject(files: Sequence[Path]) -> str:
    names = ", ".join(dict.fromkeys(f.stem for f in files))
    return f"Patron: {names}" if names else "Patron: nothing was made"


def _words(text: Path | None, page: Path | None, attached: Sequence[Path]) -> str:
    """The body for readers that show plain text only."""
    said = [text.read_text(encoding="utf-8", errors="replace").rstrip()] if text is not None else []
    if page is not None:
        said.append(f"{page.stem}: this mail is best read where HTML is shown.")
    if attached:
        said.append("Attached: " + ", ".join(f.name for f in attached))
    return "\n\n".join(said or ["Nothing was made."]) + "\n"
