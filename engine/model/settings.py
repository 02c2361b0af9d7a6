"""The project statement and settings blocks, read into values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zoneinfo import ZoneInfo

from patron.dsl import tree
from patron.dsl.nodes import dataclass
from patron.dsl.problems import Problem, nearest, suggest
from patron.dsl.tree import NOWHERE, Span

Report = Callable[[Problem], None]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORDER_RULES = ("shopline", "all_sales", "net_of_returns")
SALES = ("net_sales", "total")
PROJECT_SETTINGS = ("timezone", "currency", "week_starts", "order_rule", "sales", "smallest_group", "age_limits")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What the `project` statement says. `week_starts` is 1 for Monday to 7 for Sunday."""

    title: str = ""
    timezone: str = "UTC"
    currency: str = ""
    week_starts: int = 1
    order_rule: str = "shopline"
    sales: str = "net_sales"
    smallest_group: int = 0
    least_group: int = 0
    """What no report may go below: it is said by a role, not by the specs."""
    age_limits: tuple[int, int] = (0, 120)
    span: Span = NOWHERE

    def smallest(self, own: int | None = None) -> int:
        """The least number of people a value may be about, of a report that says `own`."""
        return max(self.least_group, self.smallest_group if own is None else own)


def read_project(decl: tree.ProjectDecl, report: Report) -> ProjectSettings:
    """The settings of a project; every fault is reported and a default taken instead."""
    found: dict[str, object] = {}
    for setting in decl.settings:
        key = setting.key.key
        if key not in PROJECT_SETTINGS:
            report(Problem("P0210", setting.key.span, f"the project has no setting `{setting.key.text}`",
                           suggest(setting.key.text, PROJECT_SETTINGS)))  # fmt: skip
        elif key in found:
            report(Problem("P0110", setting.key.span, f"`{key}` may be said once"))
        else:
            value = _READ[key](setting, report)
            if value is not None:
                found[key] = value
    for needed, example in (("timezone", '"America/Denver"'), ("currency", "USD")):
        if all(s.key.key != needed for s in decl.settings):
            report(Problem("P0505" if needed == "timezone" else "P0210", decl.title.span,
                           f"the project does not say its {needed}", f"Add `{needed} {example}`."))  # fmt: skip
    return ProjectSettings(title=decl.title.value, span=decl.span, **found)  # type: ignore[arg-type]


def word(value: object) -> str | None:
    """The text of a setting's value, written as a text or as a bare word."""
    if isinstance(value, tree.Text):
        return value.value
    return str(value) if isinstance(value, tree.Path) else None


def _single(setting: tree.Setting, report: Report, expected: str) -> tree.SettingValue | None:
    if len(setting.values) == 1:
        return setting.values[0]
    report(Problem("P0302", setting.span, f"`{setting.key.text}` takes {expected}"))
    return None


def _zone(setting: tree.Setting, report: Report) -> str | None:
    value = _single(setting, report, "a time zone")
    text = word(value) if value else None
    if value is None or text is None:
        return None
    if _is_zone(text):
        return text
    from zoneinfo import available_timezones  # it reads every zone there is: only to name the nearest

    near = nearest(text, available_timezones())
    hint = f'Did you mean "{near}"?' if near else 'Write an IANA name such as "Europe/Berlin".'
    report(Problem("P0505", value.span, f"unknown time zone {text}", hint))
    return None


def _is_zone(name: str) -> bool:
    """Whether it is the name of a time zone, and not of another of the files that zones are kept in."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return not name.startswith(("posix", "right/"))


def _currency(setting: tree.Setting, report: Report) -> str | None:
    value = _single(setting, report, "a currency code")
    text = word(value) if value else None
    if value is None or text is None:
        return None
    if len(text) == 3 and text.isascii() and text.isalpha():
        return text.upper()
    report(Problem("P0302", value.span, f"`{text}` is not a currency code", "Write three letters, such as USD."))
    return None


def _choice(options: Sequence[str]) -> Callable[[tree.Setting, Report], str | None]:
    def read(setting: tree.Setting, report: Report) -> str | None:
        value = _single(setting, report, "one of " + ", ".join(options))
        text = word(value) if value else None
        if value is None:
            return None
        if text is not None and text.lower() in options:
            return text.lower()
        report(Problem("P0302", value.span, f"`{setting.key.text}` is one of {', '.join(options)}",
                       suggest(text or "", options)))  # fmt: skip
        return None

    return read


def _week_starts(setting: tree.Setting, report: Report) -> int | None:
    day = _choice(WEEKDAYS)(setting, report)
    return None if day is None else WEEKDAYS.index(day) + 1


def _count(setting: tree.Setting, report: Report) -> int | None:
    value = _single(setting, report, "a whole number")
    if isinstance(value, tree.Number) and value.value == value.value.to_integral_value() and value.value >= 0:
        return int(value.value)
    if value is not None:
        report(Problem("P0302", value.span, f"`{setting.key.text}` takes a whole number"))
    return None


def _ages(setting: tree.Setting, report: Report) -> tuple[int, int] | None:
    numbers = [int(v.value) for v in setting.values if isinstance(v, tree.Number)]
    if len(numbers) == 2 and numbers[0] < numbers[1]:
        return numbers[0], numbers[1]
    report(
        Problem(
            "P0302", setting.span, "`age_limits` takes the lowest and the highest age", "Write `age_limits 0, 120`."
        )
    )
    return None


_READ: Mapping[str, Callable[[tree.Setting, Report], object]] = {
    "timezone": _zone, "currency": _currency, "week_starts": _week_starts, "order_rule": _choice(ORDER_RULES),
    "sales": _choice(SALES), "smallest_group": _count, "age_limits": _ages,
}  # fmt: skip

SIGN_OF: Mapping[str, str] = {
    "$": "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP BRL", "€": "EUR", "£": "GBP EGP GIP", "¥": "JPY CNY",
}  # fmt: skip


def agrees(written: str, currency: str) -> bool:
    """Whether a currency sign or code as written means the project's currency."""
    return written == currency or currency in SIGN_OF.get(written, "").split()
