"""Whether the files of a pack are ones that the language can read."""

from __future__ import annotations

from patron.engine.contracts import Pack
from patron.engine.testing.promise import promise


def check_pack(pack: Pack) -> None:
    """Parse every file. Checked: no errors in them; every declared setting is used in one, as `$name`."""
    from patron.dsl.parse import parse_file
    from patron.dsl.problems import as_text

    promise(len(pack.files) > 0, f"{pack.name}: a pack without files brings nothing")
    texts = {name: path.read_bytes() for name, path in sorted(pack.files.items())}
    for name, raw in texts.items():
        promise(name.endswith(".patron"), f"{pack.name}: {name} does not end in .patron")
        problems = [p for p in parse_file(raw, name)[1] if p.stops]
        lines = raw.decode("utf-8", errors="replace").splitlines()
        shown = (as_text(p, lines[p.span.line - 1] if p.span.line <= len(lines) else None) for p in problems)
        promise(not problems, "\n".join(shown))
    for setting in pack.settings:
        used = any(f"${setting.name}".encode() in raw for raw in texts.values())
        promise(used, f"{pack.name}: the setting `{setting.name}` is declared and used nowhere")
