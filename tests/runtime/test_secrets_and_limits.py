import pickle
import time

import pytest

from patron.engine.runtime.errors import LimitReached, UsageError
from patron.engine.runtime.limits import deadline, memory, seconds
from patron.engine.runtime.secrets import EnvSecret, Secret, masked


def test_a_secret_never_shows() -> None:
    secret = Secret("hunter2 %&")
    assert {str(secret), repr(secret), f"{secret}", f"{secret:>5}"} == {"***"}
    assert "hunter2" not in repr([secret, {"a": secret}])
    assert secret.reveal() == "hunter2 %&"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_secrets_come_from_the_environment() -> None:
    assert EnvSecret("A").fetch({"A": "b"}).reveal() == "b"
    with pytest.raises(UsageError, match="A is not set"):
        EnvSecret("A").fetch({})


def test_texts_are_masked_also_when_encoded() -> None:
    secret = Secret("p@ss/word")
    text = masked("postgres://me:p%40ss%2Fword@host and p@ss/word", (secret,))
    assert text == "postgres://me:***@host and ***"


def test_limits_are_read() -> None:
    assert memory("4 gb") == "4GB"
    assert seconds("5 minutes") == 300
    assert seconds(12) == 12
    with pytest.raises(UsageError):
        memory("much")
    with pytest.raises(UsageError):
        seconds("soon")


def test_the_deadline_cancels() -> None:
    cancelled = []
    with pytest.raises(LimitReached, match="P0902"), deadline(0.05, lambda: cancelled.append(1), "metric x"):
        time.sleep(0.3)
    assert cancelled


def test_what_ends_in_time_is_left_alone() -> None:
    with deadline(5, lambda: pytest.fail("cancelled")):
        pass
    with deadline(None, lambda: pytest.fail("cancelled")):
        pass
