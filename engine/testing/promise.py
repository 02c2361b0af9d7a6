"""The one way in which a check fails."""

from __future__ import annotations


def promise(kept: bool, words: str) -> None:
    """Raise AssertionError with these words when a promise is not kept, also where `assert` is switched off."""
    if not kept:
        raise AssertionError(words)
