"""Shops by name: `project(folder)` makes the project that Patron opens, `read(folder)` the plain rows."""

from tests.packs.shops import (
    cdnow,
    coffee_shop,
    completejourney,
    greenhouse,
    jaffle_shop,
    northwind,
    online_retail,
)

SHOPS = {
    "greenhouse": greenhouse, "coffee_shop": coffee_shop, "completejourney": completejourney, "cdnow": cdnow,
    "jaffle_shop": jaffle_shop, "northwind": northwind, "online_retail": online_retail,
}  # fmt: skip
GENERATED = {"greenhouse"}
"""What needs no published data."""
