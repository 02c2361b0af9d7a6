"""The chart library as one script, made by vl-convert once and kept in the user's cache."""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

SNIPPET = "window.vegaEmbed = vegaEmbed;"


@functools.cache
def chart_library() -> str:
    """The script that gives the page `vegaEmbed`. ImportError when vl-convert is not installed."""
    import vl_convert

    mark = hashlib.sha256(f"{version('vl-convert-python')}\n{SNIPPET}".encode()).hexdigest()[:16]
    kept = _cache_folder() / f"charts-{mark}.js"
    found = _read(kept)
    if found is not None:
        return found
    made = str(vl_convert.javascript_bundle(SNIPPET)).replace("</script", "<\\/script")
    _keep(kept, made)
    return made


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "patron"


def _read(path: Path) -> str | None:
    """A kept script, if it is whole: its first line is the hash of the rest."""
    try:
        first, _, script = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return script if first == _first_line(script) else None


def _keep(path: Path, script: str) -> None:
    """Keep a script for the next time; a cache that cannot be written is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as stream:
            stream.write(f"{_first_line(script)}\n{script}")
        Path(stream.name).replace(path)
    except OSError:
        return


def _first_line(script: str) -> str:
    return f"// {hashlib.sha256(script.encode()).hexdigest()}"
