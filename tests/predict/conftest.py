import sys
from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="predictions need the extra `predict`")
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """On a busy machine threads of linear algebra wait for each other most of the time."""
    from patron.engine.predict.threads import one_thread

    with one_thread():
        yield
