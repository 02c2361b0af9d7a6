"""Shops by name: `project(folder)` makes the project that Patron opens, `read(folder)` the plain rows."""

from tests.packs.shops import greenhouse

SHOPS = {"greenhouse": greenhouse}
