"""Settings as specs give them, read by what a plugin declares of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from patron.dsl import tree
from patron.dsl.problems import suggest
from patron.dsl.tree import Span
from patron.engine.contracts import SettingSpec
from patron.engine.model.terms import Lit
from patron.engine.runtime.secrets import EnvSecret

Say: TypeAlias = Callable[[str, Span, str, str], None]
"""Takes a problem: code, place, sentence, hint."""

_KINDS: Mapping[str, tuple[type, ...]] = {
    "yesno": (bool,), "number": (int, Decimal), "text": (str, EnvSecret), "choice": (str,),
}  # fmt: skip


def given_value(setting: tree.Setting, spec: SettingSpec, params: Mapping[str, Lit], say: Say) -> object:
    """What a setting says: a text, a number, yes or no, or a tuple of them; None when a problem was said."""
    values = [plain_value(v, spec, params, say) for v in setting.values]
    if any(v is None for v in values):
        return None
    if spec.kind in ("texts", "numbers"):
        return tuple(values)
    if len(values) != 1:
        say("P0302", setting.span, f"`{spec.name}` takes one value", spec.describe)
        return None
    return _checked(values[0], spec, setting.values[0].span, say)


def plain_value(value: tree.SettingValue, spec: SettingSpec, params: Mapping[str, Lit], say: Say) -> object:
    """One value as a text, number or yes/no; None when a problem was said."""
    if spec.kind == "secret" and not isinstance(value, tree.EnvRef):
        say("P0701", value.span, "a secret may not be written here", 'env("NAME")')
        return None
    match value:
        case tree.EnvRef():
            return EnvSecret(value.name.value)
        case tree.Text():
            return value.value
        case tree.Number():
            return int(value.value) if value.value == value.value.to_integral_value() else value.value
        case tree.Bool():
            return value.value
        case tree.Path():
            return str(value)
        case tree.Param():
            lit = params.get(value.name.key)
            if lit is None:
                say("P0211", value.span, f"there is no parameter `{value.name.text}`", suggest(value.name.text, params))
                return None
            return lit.value
    say("P0302", value.span, f"`{spec.name}` does not take this", spec.describe)
    return None


def _checked(value: object, spec: SettingSpec, span: Span, say: Say) -> object:
    fits = isinstance(value, _KINDS.get(spec.kind, (object,))) and not (
        spec.kind == "number" and isinstance(value, bool)
    )
    if spec.kind == "text" and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    if not fits:
        expected = {"yesno": "yes or no", "number": "a number"}.get(spec.kind, "a text")
        say("P0302", span, f"`{spec.name}` takes {expected}", spec.describe)
        return None
    if spec.choices and value not in spec.choices:
        say("P0302", span, f"`{spec.name}` is one of {', '.join(spec.choices)}", suggest(str(value), spec.choices))
        return None
    return value
