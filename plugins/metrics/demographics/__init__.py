"""Age, gender, generation, the area of the home (language reference, section 16)."""

from __future__ import annotations

from pathlib import Path

from patron.engine.contracts import Pack, SettingSpec
from patron.engine.hooks import hookimpl

SETTINGS = (
    SettingSpec("bands", "numbers", "where age bands begin", (18, 25, 35, 45, 55, 65)),
    SettingSpec("small", "number", "groups of fewer people are too small to read much into", 10),
)


@hookimpl
def patron_packs() -> list[Pack]:
    """The pack `demographics`."""
    folder = Path(__file__).parent
    files = {"demographics.patron": folder / "demographics.patron"}
    return [
        Pack(
            "demographics",
            "1.0",
            "age bands, gender, generation and the census of the home area",
            files,
            SETTINGS,
        )
    ]
