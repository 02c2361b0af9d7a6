"""Which packages there are; all else is in pyproject.toml.

Setuptools finds packages by folder, and ours have another name than their folder: `engine/cli` is `patron.engine.cli`.
A list in pyproject.toml would have to be kept by hand, so the rooms are asked.
"""

from setuptools import find_packages, setup

ROOMS = ("dsl", "engine", "grammars", "plugins", "specs")

setup(
    packages=[
        "patron",
        *(f"patron.{room}{inner}" for room in ROOMS for inner in ("", *(f".{p}" for p in find_packages(room)))),
    ]
)
