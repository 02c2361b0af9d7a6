"""Secrets: fetched from the environment when they are needed, and never printed."""

from __future__ import annotations

import os
from collections.abc import Mapping

from patron.dsl.nodes import dataclass, field
from patron.engine.runtime.errors import UsageError

HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret value. Printing, formatting or comparing it with a text never shows it; `reveal` hands it out."""

    _value: str = field(repr=False)

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return HIDDEN

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not written anywhere")

    def reveal(self) -> str:
        """The value, for the one call that needs it."""
        return self._value


@dataclass(frozen=True, slots=True)
class EnvSecret:
    """`env("NAME")`: where a secret is, not what it is."""

    name: str

    def fetch(self, environment: Mapping[str, str] | None = None) -> Secret:
        """The secret itself. UsageError when the variable is not set."""
        value = (os.environ if environment is None else environment).get(self.name)
        if value is None:
            hint = f"export {self.name}=... and try again"
            raise UsageError(f"the environment variable {self.name} is not set", hint)
        return Secret(value)


def masked(text: str, secrets: tuple[Secret, ...]) -> str:
    """The text with every secret in it hidden, as written and as in an address (percent-encoded)."""
    from urllib.parse import quote

    for secret in secrets:
        value = secret.reveal()
        for form in {value, quote(value, safe="")} if len(value) > 2 else set():
            text = text.replace(form, HIDDEN)
    return text
