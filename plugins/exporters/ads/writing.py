"""Writing one platform's file: who may be in it, what of them is known, and how many were left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from patron.engine.contracts import ExportError, ExportJob
from patron.engine.report.text import csv_line
from patron.engine.results import Figure, Report, Result, Value
from patron.plugins.exporters.ads import contacts
from patron.plugins.exporters.ads.contacts import hashed

CHANNELS = {"email": "email", "phone": "sms"}
"""What is agreed to when somebody agrees to be written to at an address of that kind."""
OVERALL = "consent_ads"
"""A consent to advertising itself goes before that of the channel."""
NAMES = {"email": ("e-mail address", "e-mail addresses"), "phone": ("phone number", "phone numbers")}
WHY = {"consent": "without consent", "form": "not well formed"}


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of one person, in the forms that are compared; `phone` as in E.164."""

    email: str
    phone: str
    country: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform's columns, each with what is written in it, and the contacts that it matches by."""

    columns: Mapping[str, Callable[[Person], str]]
    matches: tuple[str, ...] = ("email", "phone")


PLATFORMS: Mapping[str, Platform] = {
    "google_ads": Platform({"Email": lambda p: hashed(p.email), "Phone": lambda p: hashed(p.phone)}),
    "meta_ads": Platform({
        "email": lambda p: hashed(p.email), "phone": lambda p: hashed(p.phone.removeprefix("+")),
        "country": lambda p: hashed(p.country), "zip": lambda p: hashed(p.postcode),
    }),
    "tiktok_ads": Platform({"Email_SHA256": lambda p: hashed(p.email), "Phone_SHA256": lambda p: hashed(p.phone)}),
    "microsoft_ads": Platform({"Email": lambda p: hashed(p.email)}, ("email",)),
}  # fmt: skip


def write(platform: str, report: Report, job: ExportJob) -> Path:
    """Write `stem-PLATFORM.csv`, and tell who is in it."""
    (part,) = report.parts
    assert isinstance(part, Figure) and part.result is not None
    reading = _Reading(part.result, PLATFORMS[platform].matches, _calling_code(job), job.settings.get("consent", True))
    path = job.folder / f"{job.stem}-{platform}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(_lines(PLATFORMS[platform], reading))
    job.tell(f"{platform}: {reading.told()}")
    return path


def _calling_code(job: ExportJob) -> str:
    code = str(job.settings.get("calling_code") or "").strip().removeprefix("+")
    if code and not (code.isdecimal() and code.isascii() and len(code) <= 3 and not code.startswith("0")):
        raise ExportError(
            f"`{code}` is no calling code of a country", 'It has one to three digits: `calling_code "1"`.'
        )
    return code


def _lines(platform: Platform, reading: _Reading) -> Iterator[str]:
    """The head, then each person once; of a column that nobody has anything in, nothing is written."""
    yield csv_line(list(platform.columns))
    seen: set[tuple[str, ...]] = set()
    for person in reading.people():
        cells = tuple(form(person) for form in platform.columns.values())
        if cells in seen:
            reading.same += 1
            continue
        seen.add(cells)
        yield csv_line(list(cells))


@dataclass(slots=True)
class _Reading:
    """The rows of a report's people while they are read, and what is counted on the way."""

    result: Result
    matches: tuple[str, ...]
    calling_code: str
    consent: object
    place: dict[str, int] = field(init=False)
    written: int = 0
    same: int = 0
    bare: int = 0
    """People of whom no contact is known."""
    lacking: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.place = {column.name: number for number, column in enumerate(self.result.columns)}
        if not any(name in self.place for name in self.matches):
            named = " and ".join(f"`{name}`" for name in self.matches)
            raise ExportError(f"nobody can be matched: no source fills {named} of `customers`")
        if self.consent and not any(name.startswith("consent_") for name in self.place):
            hint = "Map the table `consents`. Where no consent is needed, write `{ consent no }`."
            raise ExportError("nobody is known to have agreed: no source fills `consents`", hint)

    def people(self) -> Iterator[Person]:
        """Everybody who agreed and can be matched."""
        for row in self.result.rows:
            found = {kind: self._contact(row, kind) for kind in self.matches}
            if not any(found.values()):
                self.bare += not any(self._text(row, kind) for kind in self.matches)
                continue
            self.written += 1
            where = contacts.country(self._text(row, "country"))
            postcode = contacts.postcode(self._text(row, "postcode"), where)
            yield Person(found.get("email", ""), found.get("phone", ""), where, postcode)

    def _contact(self, row: Sequence[Value], kind: str) -> str:
        text = self._text(row, kind)
        if not text:
            return ""
        if self.consent and not self._agreed(row, kind):
            self.lacking[kind, "consent"] += 1
            return ""
        found = contacts.email(text) if kind == "email" else contacts.phone(text, self.calling_code)
        if not found:
            self.lacking[kind, "form"] += 1
        return found

    def _agreed(self, row: Sequence[Value], kind: str) -> bool:
        """What somebody said of advertising; who said nothing of that, of being written to at this address."""
        overall = row[self.place[OVERALL]] if OVERALL in self.place else None
        if overall is not None:
            return overall is True
        name = f"consent_{CHANNELS[kind]}"
        return name in self.place and row[self.place[name]] is True

    def _text(self, row: Sequence[Value], name: str) -> str:
        value = row[self.place[name]] if name in self.place else None
        return value.strip() if isinstance(value, str) else ""

    def told(self) -> str:
        """How many people are in the file, and what of whom is not."""
        said = [f"{self.written - self.same:,} of {len(self.result.rows):,} people"]
        for (kind, why), count in sorted(self.lacking.items()):
            if why == "form" and kind == "phone" and not self.calling_code:
                said.append(
                    f"{_some(kind, count)} left out, not well formed or without a calling code (`calling_code`)"
                )
            else:
                said.append(f"{_some(kind, count)} left out, {WHY[why]}")
        if self.bare:
            said.append(f"{self.bare:,} without {' or '.join(NAMES[kind][0] for kind in self.matches)}")
        if self.same:
            said.append(f"{self.same:,} with the same contacts as another")
        return "; ".join(said)


def _some(kind: str, count: int) -> str:
    return f"{count:,} {NAMES[kind][count != 1]}"
