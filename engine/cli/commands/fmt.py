"""`patron fmt`: specs in their canonical form."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patron.engine.cli import problems
from patron.engine.cli.options import Options, command
from patron.engine.runtime.errors import SpecError, UsageError

if TYPE_CHECKING:
    from patron.engine.runner.formatting import Formatted

EXAMPLES = """
patron fmt                       all specs of the project
patron fmt sales.patron          one file
patron fmt --check --diff        change nothing, show what would change (exit 3 if anything would)
patron fmt - < sales.patron      from standard input to standard output
"""


@command("fmt", EXAMPLES)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Change nothing; end with 3 if a file would change.")
@click.option("--diff", is_flag=True, help="Change nothing; show what would change.")
def fmt(options: Options, paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Bring specs into their canonical form: spacing, order of clauses, one way to write each thing.

    Formatting never changes what a spec means: the tree is read back and compared before a file is written.
    Comments stay where they are. A file with an error of form is left alone and its problems are shown.
    """
    from patron.engine.runner.formatting import formatted

    if paths == ("-",):
        results = [formatted(sys.stdin.buffer.read(), "standard input")]
        if not check and not diff and not results[0].problems:
            click.echo(results[0].after, nl=False)
    else:
        files = _files(options, paths)
        results = [formatted(path.read_bytes(), name) for name, path in files.items()]
        if not check and not diff:
            _write(results, files, options)
    changed = [made for made in results if made.changed]
    if options.json:
        return _as_json(results, check=check)
    if diff:
        click.echo("".join(line for made in changed for line in _diff(made)), nl=False)
    _tell(results, changed, options, would=check or diff)
    wrong = any(made.problems for made in results) or (check and changed)
    return SpecError.exit_code if wrong else 0


def _as_json(results: Sequence[Formatted], *, check: bool) -> int:
    """The files and what became of them, as one object."""
    found = [p for made in results for p in made.problems]
    problems.as_json(found, files=[{"file": made.file, "changed": made.changed} for made in results])
    return SpecError.exit_code if found or (check and any(made.changed for made in results)) else 0


def _files(options: Options, paths: tuple[str, ...]) -> dict[str, Path]:
    """The files to format by the name to show: those named, in any folder, or all of the project."""
    if not paths:
        project = options.project()
        return {name: project.root / name for name in project.files}
    base = Path(options.folder) if options.folder else Path()
    found: dict[str, Path] = {}
    for text in paths:
        path = Path(text) if Path(text).exists() else base / text
        if not path.exists():
            raise UsageError(f"there is no file `{text}`", "Paths start at the working directory, or at --project.")
        inside = sorted(path.rglob("*.patron")) if path.is_dir() else [path]
        found.update({p.as_posix(): p for p in inside})
    return found


def _write(results: Sequence[Formatted], files: dict[str, Path], options: Options) -> None:
    from patron.engine.runtime.files import publish

    for made in results:
        if made.changed:
            publish(files[made.file].resolve(), made.after)
            problems.note(f"formatted {made.file}", options)


def _diff(made: Formatted) -> list[str]:
    before, after = made.before.splitlines(keepends=True), made.after.splitlines(keepends=True)
    lines = difflib.unified_diff(before, after, made.file, f"{made.file} (formatted)")
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def _tell(results: Sequence[Formatted], changed: Sequence[Formatted], options: Options, *, would: bool) -> None:
    for made in results:
        problems.show(made.problems, made.line, options)
    if would:
        for made in changed:
            problems.note(f"would change {made.file}", options)
    done = "would change" if would else "changed"
    problems.note(f"{problems.counted(len(results), 'file')}: {len(changed) or 'none'} {done}", options)
