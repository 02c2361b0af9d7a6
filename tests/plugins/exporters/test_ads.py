"""Audiences for advertising platforms: how contacts are written before they are hashed, and who is left out."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import subprocess
import sys

import pytest

from patron.engine.contracts import ExportError
from patron.engine.testing import check_exporter
from patron.engine.testing.sample import PEOPLE, sample_people
from patron.plugins.exporters import ads
from patron.plugins.exporters.ads.contacts import country, email, hashed, phone, postcode

EXPORTERS = {kind.name: kind for kind in ads.patron_exporters()}


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def made(job, platform, rows=PEOPLE, **settings):
    """The rows of the file, and what is told."""
    told = []
    asked = dataclasses.replace(job, settings={"consent": True, "calling_code": None, **settings}, tell=told.append)
    (path,) = EXPORTERS[platform].export(sample_people(rows), asked)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream)), told[0]


@pytest.mark.parametrize("platform", EXPORTERS)
def test_the_contract_is_kept(platform, tmp_path):
    check_exporter(EXPORTERS[platform], tmp_path)


@pytest.mark.parametrize(
    "text, written",
    [
        ("  Ada.Lovelace@Example.COM\n", "ada.lovelace@example.com"),
        ("a b@example.com", "ab@example.com"),
        ("first.last+tag@gmail.com", "first.last+tag@gmail.com"),
        ("ünï@bücher.example", "ünï@bücher.example"),
        ("no address", ""),
        ("a@b", ""),
        ("a@@example.com", ""),
        ("=cmd()", ""),
        ("x" * 250 + "@example.com", ""),
        ("", ""),
    ],
)
def test_addresses_are_small_letters_without_spaces(text, written):
    assert email(text) == written


@pytest.mark.parametrize(
    "text, code, written",
    [
        ("+1 (212) 555-0100", "", "+12125550100"),
        ("0044 20 7946 0018", "", "+442079460018"),
        ("+44 (0)20 7946 0018", "1", "+442079460018"),
        ("(212) 555-0100", "1", "+12125550100"),
        ("1-212-555-0100", "1", "+12125550100"),
        ("0912 345 678", "886", "+886912345678"),
        ("06 1234 5678", "39", "+390612345678"),
        ("(212) 555-0100", "", ""),
        ("555-0100", "1", ""),
        ("+0123456789", "", ""),
        ("+1234567890123456", "", ""),
        ("n/a", "1", ""),
    ],
)
def test_phone_numbers_are_those_of_abroad(text, code, written):
    assert phone(text, code) == written


def test_countries_are_two_letters_and_postcodes_have_no_spaces():
    assert [country(text) for text in (" US", "gb", "United States", "")] == ["us", "gb", "", ""]
    assert postcode("10001-2345", "us") == "10001"
    assert postcode("SW1A 1AA", "gb") == "sw1a1aa"


def test_hashes_are_those_that_everybody_computes():
    """The example of TikTok's documentation, and nothing for nothing."""
    assert hashed("") == ""
    assert hashed("janedoe@gmail.com") == "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69"
    assert len(hashed("ünï@bücher.example")) == 64


def test_google_takes_addresses_and_numbers_with_their_plus(job):
    rows, told = made(job, "google_ads", calling_code="1")
    assert rows == [
        {"Email": sha("ada.lovelace@example.com"), "Phone": sha("+442079460018")},
        {"Email": sha("grace@example.com"), "Phone": ""},
    ]
    assert told == (
        "google_ads: 2 of 5 people; 1 e-mail address left out, without consent; 1 e-mail address left out, "
        "not well formed; 2 phone numbers left out, without consent; 1 without e-mail address or phone number"
    )


def test_meta_takes_numbers_without_plus_and_countries_and_postcodes_hashed(job):
    (ada, grace), _ = made(job, "meta_ads")
    assert ada == {"email": sha("ada.lovelace@example.com"), "phone": sha("442079460018"),
                   "country": sha("gb"), "zip": sha("sw1a1aa")}  # fmt: skip
    assert grace["zip"] == sha("10001")


def test_tiktok_and_microsoft_name_their_columns(job):
    assert list(made(job, "tiktok_ads")[0][0]) == ["Email_SHA256", "Phone_SHA256"]
    assert list(made(job, "microsoft_ads")[0][0]) == ["Email"]


def test_consent_may_be_left_to_the_law(job):
    rows, told = made(job, "google_ads", consent=False, calling_code="1")
    assert [row["Phone"] for row in rows] == [sha("+442079460018"), sha("+12125550100"), ""]
    assert "without consent" not in told


def test_a_number_without_calling_code_is_told_with_the_setting(job):
    _, told = made(job, "google_ads", consent=False)
    assert "2 phone numbers left out, not well formed or without a calling code (`calling_code`)" in told


def test_consent_to_advertising_goes_before_that_of_the_channel(job):
    report = sample_people(())
    columns = report.parts[0].result.columns
    rows = tuple(
        (f"C{n}", f"p{n}@example.com", None, None, None, channel, None, overall)
        for n, (channel, overall) in enumerate([(True, None), (True, False), (None, True), (False, None)])
    )
    result = dataclasses.replace(
        report.parts[0].result, columns=(*columns, dataclasses.replace(columns[-1], name="consent_ads")), rows=rows
    )
    report = dataclasses.replace(report, parts=(dataclasses.replace(report.parts[0], result=result),))
    told = []
    (path,) = EXPORTERS["microsoft_ads"].export(report, dataclasses.replace(job, tell=told.append))
    assert path.read_text().split() == ["Email", sha("p0@example.com"), sha("p2@example.com")]
    assert told == ["microsoft_ads: 2 of 4 people; 2 e-mail addresses left out, without consent"]


def test_the_same_contacts_are_written_once(job):
    rows, told = made(job, "microsoft_ads", rows=(*PEOPLE, ("C9", "ADA.lovelace@example.com", *PEOPLE[0][2:])))
    assert [row["Email"] for row in rows] == [sha("ada.lovelace@example.com"), sha("grace@example.com")]
    assert told.startswith("microsoft_ads: 2 of 6 people;")
    assert told.endswith("1 with the same contacts as another")


def test_who_cannot_be_reached_is_counted(job):
    nobody = ("C8", *(None for _ in PEOPLE[0][1:]))
    assert made(job, "google_ads", rows=(*PEOPLE, nobody))[1].endswith("; 2 without e-mail address or phone number")
    assert made(job, "microsoft_ads", rows=(nobody,))[1] == "microsoft_ads: 0 of 1 people; 1 without e-mail address"


def without(*names):
    report = sample_people()
    result = report.parts[0].result
    kept = [n for n, c in enumerate(result.columns) if not c.name.startswith(names)]
    cut = dataclasses.replace(
        result,
        columns=tuple(result.columns[n] for n in kept),
        rows=tuple(tuple(r[n] for n in kept) for r in result.rows),
    )
    return dataclasses.replace(report, parts=(dataclasses.replace(report.parts[0], result=cut),))


def test_without_consents_nothing_is_written_unless_asked(job):
    with pytest.raises(ExportError, match="no source fills `consents`") as told:
        EXPORTERS["google_ads"].export(without("consent"), job)
    assert "consent no" in told.value.hint
    assert not list(job.folder.iterdir())
    (path,) = EXPORTERS["google_ads"].export(without("consent"), dataclasses.replace(job, settings={"consent": False}))
    assert len(path.read_text().splitlines()) == 4


def test_without_contacts_and_with_a_wrong_calling_code_it_is_told(job):
    with pytest.raises(ExportError, match="no source fills `email` and `phone`"):
        EXPORTERS["google_ads"].export(without("email", "phone"), job)
    with pytest.raises(ExportError, match="calling code"):
        made(job, "google_ads", calling_code="USA")


def test_no_contact_is_readable_in_the_file(job):
    for kind in EXPORTERS.values():
        (path,) = kind.export(sample_people(), dataclasses.replace(job, settings={"consent": False}))
        _, *lines = path.read_text().splitlines()
        assert lines
        assert {len(cell) for line in lines for cell in line.split(",")} <= {0, 64}


SPEC = """language 1

project "Shop" {
  timezone "UTC"
  currency USD
}

source s from csv {
  folder "data"
}

table customers from s.customers
table orders from s.orders
table consents from s.consents

audience regulars {
  include all of {
    has ordered at least 2 times
  }
}

list photo {
  from audience regulars
  take once on 2026-03-01 09:00
}

report of_audience {
  for audience regulars
  show cards of total_orders
  export "Ads" as google_ads, meta_ads { calling_code "1" }
}

report of_list {
  for list photo version 1
  show cards of total_orders
  export "Photo" as tiktok_ads
}

report wrong {
  for audience regulars
  show cards of total_orders
  export "Ads" as google_ads of order_details
}
"""
CUSTOMERS = """id,email,phone
a,Ann@Example.com,+1 212 555 0101
b,bob@example.com,212-555-0102
c,cid@example.com,
d,dee@example.com,
"""
ORDERS = "id,customer,created_at,total\n" + "".join(
    f"{n}{who},{who},2026-02-{n + 1:02d} 10:00:00,5\n" for who in "abc" for n in range(2)
)
LATER = "".join(f"{n}d,d,2026-04-{n + 1:02d} 10:00:00,5\n" for n in range(2))
CONSENTS = """customer,channel,status,changed_at
a,email,in,2026-01-01 00:00:00
a,email,out,2026-02-01 00:00:00
a,sms,in,2026-01-01 00:00:00
b,email,in,2026-01-01 00:00:00
b,sms,in,2026-01-01 00:00:00
c,email,pending,2026-01-01 00:00:00
d,email,in,2026-01-01 00:00:00
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    root = tmp_path_factory.mktemp("ads")
    (root / "data").mkdir()
    (root / "shop.patron").write_text(SPEC)
    for name, text in (("customers", CUSTOMERS), ("orders", ORDERS), ("consents", CONSENTS)):
        (root / "data" / f"{name}.csv").write_text(text)
    return root


def run(shop, *words):
    asked = [sys.executable, "-m", "patron.engine.cli", *words]
    return subprocess.run(asked, cwd=shop, capture_output=True, text=True, check=False)


def test_from_an_audience_and_from_a_list_version(shop):
    """The list keeps whom it was taken of; what they agree to is asked today."""
    assert run(shop, "lists", "take", "photo", "--as-of", "2026-03-01T09:00").returncode == 0
    with (shop / "data" / "orders.csv").open("a") as stream:
        stream.write(LATER)
    done = run(shop, "run", "of_audience", "--as-of", "2026-05-06")
    assert done.returncode == 0, done.stderr
    text = (shop / "out/of_audience/Ads-google_ads.csv").read_text().split()
    assert text == ["Email,Phone", f",{sha('+12125550101')}", f"{sha('bob@example.com')},{sha('+12125550102')}",
                    f"{sha('dee@example.com')},"]  # fmt: skip
    assert "google_ads: 3 of 4 people; 2 e-mail addresses left out, without consent" in done.stderr
    done = run(shop, "run", "of_list", "--as-of", "2026-05-06")
    assert done.returncode == 0, done.stderr
    assert sha("dee@example.com") not in (shop / "out/of_list/Photo-tiktok_ads.csv").read_text()
    assert "tiktok_ads: 2 of 3 people" in done.stderr


def test_what_it_is_made_of_is_checked(shop):
    done = run(shop, "check")
    assert "P0802" in done.stdout + done.stderr
    assert "`google_ads` is made of `people`" in done.stdout + done.stderr
