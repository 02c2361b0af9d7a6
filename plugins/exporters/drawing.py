"""Charts as pictures that need no script: the page's own chart specs, drawn by vl-convert in the colours of paper."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patron.engine.report.reader import Reader, plain
from patron.engine.results import Figure
from patron.plugins.exporters.html.charts.spec import Chart, Key, MarkNote, Spec, d3_locale
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.figures import MAKERS
from patron.plugins.exporters.html.words import page_words

COLOURS = Path(__file__).with_name("html") / "static" / "colours.css"
FONT = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Noto Sans TC', 'Noto Sans CJK TC', sans-serif"
DRAWN = frozenset(kind for kind, (form, _) in MAKERS.items() if form == "chart")
"""Kinds of figures that have a drawing."""
MAP_HEIGHT = 420
LONGEST, UNSEEN = 80, "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: SVG of that size, with a title when a figure has several."""

    svg: str
    width: float
    height: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure's pictures and what stands around them."""

    kind: str
    panels: tuple[Panel, ...]
    keys: tuple[Key, ...]
    marks: tuple[MarkNote, ...]
    remarks: tuple[str, ...]
    ramp: tuple[str, str] | None
    beside: bool


def drawing(figure: Figure, reader: Reader, width: int) -> Drawing | None:
    """A figure drawn so wide; None when it has no drawing. ImportError when vl-convert is not installed."""
    if figure.kind not in DRAWN or figure.problem or figure.result is None or not figure.result.rows:
        return None
    desk = Desk(reader, page_words(reader.locale))
    chart = MAKERS[figure.kind][1](figure, figure.result, desk)
    if not isinstance(chart, Chart):
        return None
    panels = tuple(sketch(desk, each.id, width, plain(each.title)) for each in chart.panels)
    return Drawing(chart.kind, panels, chart.keys, chart.marks, chart.remarks, chart.ramp, chart.beside)


def sketch(desk: Desk, name: str, width: int, title: str = "") -> Panel:
    """One chart that lies on the desk, drawn so wide."""
    return _panel(name, _sized(desk.charts[name], width), desk.reader, title)


@functools.cache
def colours() -> dict[str, str]:
    """The page's colours by name, as they are on paper: those of the first rule of its style.

    All of them have six digits: a workbook takes no fewer.
    """
    first, _, _ = COLOURS.read_text(encoding="utf-8").partition("}")
    found = re.findall(r"--([\w-]+):\s*#([0-9a-f]{3,6})", first)
    return {name: f"#{code if len(code) == 6 else ''.join(2 * digit for digit in code)}" for name, code in found}


def painted(text: str) -> str:
    """A text with its colours' names replaced by the colours."""
    known = colours()
    return re.sub(r"var\(--([\w-]+)\)", lambda found: known.get(found[1], found[0]), text)


def _sized(spec: object, width: int) -> Spec:
    """The spec with a width: of the whole picture, or for a map a shape that is true to the land."""
    sized: Spec = json.loads(painted(json.dumps(_shortened(spec, {}))))
    aspect = sized.pop("aspect", None)
    if isinstance(aspect, float):
        inner = min(width - 70.0, MAP_HEIGHT / aspect)
        size: Spec = {"width": round(inner), "height": round(min(max(inner * aspect, 120), MAP_HEIGHT))}
        return {**sized, **size, "background": colours()["sunk"]}
    if "width" not in sized:
        sized |= {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}
    return sized


def _shortened(part: Any, names: dict[str, str]) -> Any:
    """A spec whose texts are no longer than a drawing shows; they differ as before, by signs that nobody sees."""
    if isinstance(part, dict):
        return {key: _shortened(value, names) for key, value in part.items()}
    if isinstance(part, list):
        return [_shortened(value, names) for value in part]
    if isinstance(part, str) and len(part) > LONGEST:
        return names.setdefault(part, f"{part[: LONGEST - 1]}…{UNSEEN * len(names)}")
    return part


def _panel(name: str, spec: Spec, reader: Reader, title: str) -> Panel:
    import vl_convert

    signs: dict[str, Any] = dict(d3_locale(reader))

    def drawn(spec: Spec) -> str:
        return str(
            vl_convert.vegalite_to_svg(
                {**spec, "$schema": "https://vega.github.io/schema/vega-lite/v6.json"},
                config=json.loads(painted(json.dumps(_CONFIG))),
                format_locale=signs["number"],
                time_format_locale=signs["time"],
            )
        )

    try:
        svg = drawn(spec)
    except ValueError:  # the library cuts long names, and some in the middle of a sign
        svg = drawn(json.loads(_BEYOND.sub("\N{WHITE SQUARE}", json.dumps(spec, ensure_ascii=False))))
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    assert size is not None
    return Panel(_renamed(svg, name), float(size[1]), float(size[2]), title)


def _renamed(svg: str, chart: str) -> str:
    """A drawing whose inner names are its own: the library counts on from drawing to drawing."""
    names = dict.fromkeys(re.findall(r'<clipPath id="([^"]+)"', svg))
    numbers = {name: f"{chart}-{number}" for number, name in enumerate(names)}
    return _NAMED.sub(lambda found: f"{found[1]}{numbers.get(found[2], found[2])}", svg)


_BEYOND = re.compile("[\ud800-\udfff\U00010000-\U0010ffff]")
"""Signs that are two for a script of the web, and halves of such."""
_NAMED = re.compile(r'(<clipPath id="|url\(#)([^")]+)')

_CONFIG: Spec = {
    "background": None,
    "font": FONT,
    "padding": {"left": 0, "top": 4, "right": 6, "bottom": 6},
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--ink-2)", "titleColor": "var(--ink-3)", "gridColor": "var(--line)",
        "domainColor": "var(--line-2)", "tickColor": "var(--line-2)", "labelFontSize": 11, "titleFontSize": 11,
        "titleFontWeight": 400, "labelPadding": 6, "tickSize": 4, "labelLimit": 180,
    },
    "mark": {"invalid": "break-paths-show-path-domains"},
}  # fmt: skip
