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

SETTINGS = (
    SettingSpec("consent", "yesno", "only people who agreed to be written to that way", default=True),
    SettingSpec("calling_code", "text", "the calling code of phone numbers that are written without one: `1`, `886`"),
)
PLATFORMS = {
    "google_ads": "hashed e-mail addresses and phone numbers for Customer Match of Google Ads",
    "meta_ads": "hashed addresses for custom audiences of Meta",
    "microsoft_ads": "hashed e-mail addresses for customer match of Microsoft Advertising",
    "tiktok_ads": "hashed e-mail addresses and phone numbers for custom audiences of TikTok",
}


def export(platform: str, report: Report, job: ExportJob) -> Sequence[Path]:
    """Write `stem-PLATFORM.csv` with the people of a report."""
    from patron.plugins.exporters.ads.writing import write

    return (write(platform, report, job),)


@hookimpl
def patron_exporters() -> list[ExporterType]:
    """One exporter a platform."""
    return [
        ExporterType(name, describe, ".csv", partial(export, name), SETTINGS, takes="people")
        for name, describe in PLATFORMS.items()
    ]
