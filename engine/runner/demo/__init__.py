"""The demo: a small shop that does not exist, in CSV files, with specs to read and to change."""

from patron.engine.runner.demo.making import SIZES, make_shop, write_data

__all__ = ["SIZES", "make_shop", "write_data"]
