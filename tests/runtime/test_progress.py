import io
import time

import pytest

from patron.engine.runtime import progress
from patron.engine.runtime.progress import SILENT, shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_where_nobody_watches() -> None:
    for wanted, stream in ((True, io.StringIO()), (False, Terminal())):
        with shown(wanted, stream=stream) as watched:
            assert watched is SILENT
            watched.step("reading")
        assert stream.getvalue() == ""


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with shown(stream=stream) as watched:
        watched.step("reading")
        watched.done(0.5)
    assert stream.getvalue() == ""


def test_nothing_where_a_line_cannot_be_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with shown(stream=Terminal()) as watched:
        assert watched is SILENT


def test_long_work_tells_its_step_and_tidies_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "DELAY", 0.01)
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with shown(stream=stream) as watched:
        watched.step("reading shop.orders")
        time.sleep(0.5)
        watched.done(0.25)
    assert "reading shop.orders" in stream.getvalue()
    assert stream.getvalue().rstrip().endswith("\x1b[2K") or "\x1b[2K" in stream.getvalue()
