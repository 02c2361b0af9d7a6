"""Whether the files of a pack are ones that the language can read."""

from __future__ import annotations

from patron.engine.contracts import LearnedTable, Pack
from patron.engine.testing.promise import promise


def check_pack(pack: Pack) -> None:
    """Parse every file. Checked: no errors in them; every declared setting is used in one, as `$name` or asked
    for by a model; what models read is a phrase with a name for everything in it."""
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
        promise(used or bool(pack.learned), f"{pack.name}: the setting `{setting.name}` is declared and used nowhere")
    for table in pack.learned:
        _check_learned(pack, table)


def _check_learned(pack: Pack, table: LearnedTable) -> None:
    """What a model reads is told apart by its first dimension, and everything else in it has a name."""
    from patron.dsl.parse import parse_phrase

    phrase, problems = parse_phrase(table.reads)
    said = f"{pack.name}.{table.name}: `reads` "
    promise(phrase is not None, said + "; ".join(p.message for p in problems))
    assert phrase is not None
    parts = len(phrase.by) - 1 + len(phrase.items)
    promise(parts == len(table.inputs), f"{said}has {parts} parts beside the first dimension, `inputs` names others")
