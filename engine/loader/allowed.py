"""Which plugins a project lets in: the list `plugins` of patron.toml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from patron.dsl.nodes import dataclass
from patron.engine.contracts import PluginFact
from patron.engine.loader.entry_points import normal


@dataclass(frozen=True, slots=True)
class Allowed:
    """Allowed distributions, each with the version it is tied to, or "" for any."""

    versions: Mapping[str, str]

    @classmethod
    def read(cls, plugins: Iterable[str]) -> Allowed:
        """From entries such as `acme` and `acme==1.2`."""
        pairs = (text.partition("==") for text in plugins)
        return cls({normal(name.strip()): version.strip() for name, _, version in pairs})

    def names(self, distribution: str) -> bool:
        """Whether the list names it, in whatever version."""
        return normal(distribution) in self.versions

    def refuses(self, distribution: str, version: str) -> str:
        """Why this version of a named distribution is refused; "" when it is not."""
        tied = self.versions[normal(distribution)]
        if tied in ("", version):
            return ""
        return (
            f"patron.toml allows `{distribution}` in version {tied}, installed is {version}. "
            f"Install {tied}, or change the entry in `plugins`."
        )

    def without(self, installed: Iterable[str]) -> tuple[PluginFact, ...]:
        """The named ones that are not installed, with the nearest name that is: a slip shows, and is not guessed."""
        there = set(installed)
        return tuple(_absent(name, version, there) for name, version in self.versions.items() if name not in there)


def _absent(name: str, version: str, installed: set[str]) -> PluginFact:
    import difflib

    near = difflib.get_close_matches(name, installed, n=1)
    hint = f"Did you mean `{near[0]}`?" if near else "Install it, or take it off the list."
    problem = f"patron.toml lists the plugin `{name}`, which is not installed. {hint}"
    return PluginFact(name, version, origin=name, allowed=True, problem=problem)
