"""Write anew what pages take from the code: generated parts, and what commands print.

python tests/docs/write.py                     all pages
python tests/docs/write.py docs/tutorial.md    one of them
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.docs.blocks import blocks, name_of, pages
from tests.docs.parts import filled
from tests.docs.session import as_block, lived


def rewritten(page: Path) -> str:
    """A page with its generated parts and printed outputs as they are now."""
    page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    if any(b.language == "console" for b in blocks(page)):
        with tempfile.TemporaryDirectory() as folder:
            said = lived(page, Path(folder))
        faults = [one.command for block in said.values() for one in block if "P0999" in one.printed]
        if faults:
            sys.exit(f"{name_of(page)}: a fault of Patron is no documentation: {faults}")
        for block in reversed(said):
            text = text[: block.start] + as_block(said[block]) + text[block.end :]
    return text


if __name__ == "__main__":
    chosen = [Path(p).resolve() for p in sys.argv[1:]] or pages()
    for page in chosen:
        before = page.read_text(encoding="utf-8")
        after = rewritten(page)
        page.write_text(after, encoding="utf-8")
        sys.stdout.write(f"{'written' if before != after else 'same   '} {name_of(page)}\n")
