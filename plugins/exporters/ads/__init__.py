"""Audiences for advertising platforms: files of hashed addresses, as each platform documents them.

Google Ads, Customer Match: https://support.google.com/google-ads/answer/7659867
Meta, custom audiences from a customer list: https://www.facebook.com/business/help/2082575038703844 and
https://developers.facebook.com/docs/marketing-api/audiences/guides/custom-audiences
TikTok, customer file: https://ads.tiktok.com/help/article/how-to-create-a-custom-audience-with-a-customer-file
Microsoft Advertising, customer match: https://help.ads.microsoft.com/apex/index/3/en/56921
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from patron.engine.contracts import ExporterType, ExportJob, SettingSpec
from patron.engine.hooks import hookimpl

if TYPE_CHECKING:
    from patron.engine.results import Report

CONSENT = SettingSpec("consent", "yesno", "only people who agreed to be written to that way", default=True)
CALLING_CODE = SettingSpec(
    "calling_code", "text", "the calling code of phone numbers that are written without one: `1`, `886`"
)
PLATFORMS = {
    "google_ads": ("e-mail addresses and phone numbers", "Customer Match of Google Ads"),
    "meta_ads": ("e-mail addresses and phone numbers", "custom audiences of Meta"),
    "microsoft_ads": ("e-mail addresses", "customer match of Microsoft Advertising"),
    "tiktok_ads": ("e-mail addresses and phone numbers", "custom audiences of TikTok"),
}


def export(platform: str, report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem-PLATFORM.csv` with the people of a report."""
    from patron.plugins.exporters.ads.writing import write

    return (write(platform, report, job),)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """One exporter a platform."""
    made: list[ExporterType] = []
    for name, (what, use) in PLATFORMS.items():
        settings = (CONSENT, CALLING_CODE) if "phone" in what else (CONSENT,)
        describe = f"hashed {what} for {use}"
        made.append(ExporterType(name, describe, ".csv", partial(export, name), settings, takes="people"))
    return made
