"""`patron test`: what the `test` declarations expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from patron.engine.cli import output, problems
from patron.engine.cli.options import Options, command
from patron.engine.cli.watching import watched
from patron.engine.runtime.printable import one_line

if TYPE_CHECKING:
    from patron.engine.runner.project import Project
    from patron.engine.runner.testing import Tested

EXAMPLES = """
patron test                                  all tests
patron test "sales of the tiny shop"         one of them
patron test --json                           for CI
"""


@command("test", EXAMPLES)
@click.argument("names", nargs=-1, metavar="[NAME]...")
def test(options: Options, names: tuple[str, ...]) -> int:
    """Check what the `test` declarations expect. A failing expectation prints both sides.

    Ends with 0 when everything holds, 3 when a test fails, 4 when only data checks (tests without `on`) fail.
    """
    from patron.engine.runner import testing

    with watched(options) as project:
        done = list(testing.perform(project, testing.chosen(project, names)))
    if options.json:
        output.say_json({"tests": [test_json(t) for t in done]})
        return testing.exit_code(done)
    for tested in done:
        tell_test(tested, project, options)
    failed = sum(not t.passed for t in done)
    said = f"{problems.counted(len(done), 'test')}: {failed or 'none'} failed" if done else "no tests are declared"
    problems.note(said, options)
    return testing.exit_code(done)


def tell_test(tested: Tested, project: Project, options: Options, *, err: bool = False) -> None:
    """A test in words: one line when it passes, every failing expectation with both sides when not."""
    click.echo(f"{'ok    ' if tested.passed else 'FAILED'}  {one_line(tested.title)}", err=err)
    for failure in tested.failures:
        click.echo(f"  {failure.span.file}:{failure.span.line}: {one_line(failure.line)}", err=err)
        for side in failure.told:
            click.echo(f"      {one_line(side)}", err=err)
        if failure.hint:
            click.echo(f"    {one_line(failure.hint)}", err=err)
    if tested.error is not None:
        if tested.error.problems:
            problems.show(tested.error.problems, project.line, options)
        else:
            problems.say_error(tested.error, options)


def test_json(tested: Tested) -> dict[str, object]:
    """A test for machines."""
    failures = [
        {
            "file": f.span.file,
            "line": f.span.line,
            "column": f.span.column,
            "expectation": f.line,
            "sides": f.told,
            **({"hint": f.hint} if f.hint else {}),
        }
        for f in tested.failures
    ]
    error = tested.error
    return {
        "title": tested.title, "passed": tested.passed, "data_check": tested.data_check,
        "expectations": tested.expectations, "failures": failures,
        **({"error": error.message, "problems": [p.as_json() for p in error.problems]} if error else {}),
    }  # fmt: skip
