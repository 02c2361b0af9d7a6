"""What all projects over published data have: their files beside them, every pack, and words to ask with."""

from __future__ import annotations

import shutil

from tests.packs.shops.reading import DATA

USED = "orders rfm demographics staff loyalty conversions personas predictions".split()
WORDS = """
audience half = in bucket 0 to 4 of 10 salted "half"
metric share_of_category = share of product_sales within product.category
"""


def made(folder, spec, rhythm, *files):
    """A project over copies of these files, with a lifecycle of this rhythm."""
    (folder / "data").mkdir(parents=True)
    for file in files:
        shutil.copyfile(DATA / file, folder / "data" / file.rpartition("/")[2])
    used = [f"use {pack}" for pack in (rhythm, *USED, "geo")]
    text = "\n".join(["language 1", *used, spec, WORDS])
    (folder / "shop.patron").write_text(text, encoding="utf-8")
