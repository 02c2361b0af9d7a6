"""The page: one file with its styles, scripts and data inside, that asks for nothing from anywhere."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup, escape

from patron.engine.report.reader import Reader, plain
from patron.engine.report.text import Json, dump
from patron.engine.results import Part, Report
from patron.plugins.exporters.html.bundle import chart_library
from patron.plugins.exporters.html.charts.spec import d3_locale
from patron.plugins.exporters.html.dates import readable
from patron.plugins.exporters.html.desk import Desk
from patron.plugins.exporters.html.layout import blocks
from patron.plugins.exporters.html.provenance import provenance_view
from patron.plugins.exporters.html.words import page_words

HERE = Path(__file__).parent
STYLES = ("colours.css", "page.css", "figures.css", "tables.css", "print.css")
SCRIPTS = ("unpack.js", "tabs.js", "tables.js", "charts.js", "maps.js", "queries.js", "page.js")

NO_BREAK = "\N{NO-BREAK SPACE}"


def page(report: Report, locale: str, parts: tuple[Part, ...] | None = None) -> str:
    """The report, or some parts of it, as a page in the language of `locale`."""
    reader = Reader.of(report.provenance, locale)
    desk = Desk(reader, page_words(locale))
    body = blocks(report.parts if parts is None else parts, report, desk)
    library = chart_library() if desk.charts else ""
    start, style, script = _static("start.js"), joined(STYLES), joined(SCRIPTS)
    template = environment().get_template("page.html.j2")
    return template.render(
        report=heading(report, locale, desk.words),
        blocks=body,
        provenance=provenance_view(report.provenance, desk),
        t=SimpleNamespace(**desk.words),
        paper=None,
        language=locale.replace("_", "-"),
        csp=_policy((start, library, script), style),
        start=Markup(start),  # noqa: S704 - our own file
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704 - our own files
        library=_packed(library),
        queries=_packed(dump({"queries": list(desk.queries)}) if desk.queries else ""),
        data=Markup(_data(desk)),  # noqa: S704 - escaped for a script element
    )


def heading(report: Report, locale: str, words: Mapping[str, str]) -> dict[str, str | tuple[str, ...]]:
    """The texts of the head of the page."""
    texts = {
        "title": report.title or report.name,
        "project": report.project,
        "subject": report.subject,
        "period": readable(report.period, locale),
        "comparison": readable(report.comparison, locale),
        "describe": report.describe,
        "as_of": readable(report.provenance.as_of, locale),
        "zone": report.provenance.zone,
        "until": "",
    }
    until = report.provenance.fresh_until
    if until is not None:
        texts["until"] = until.isoformat()
        local = until.astimezone(ZoneInfo(report.provenance.zone))
        texts["late"] = words["late"].format(when=readable(f"{local:%Y-%m-%d %H:%M}", locale))
    notes = tuple(plain(note) for note in report.notes)
    remarks = words["remark" if len(notes) == 1 else "remarks"].format(n=len(notes))
    texts = {name: plain(text) for name, text in texts.items()}
    texts |= {name: _unbroken(texts[name]) for name in ("period", "comparison")}
    texts["as_of"] = texts["as_of"].replace(" ", NO_BREAK)
    return {**texts, "notes": notes, "remarks": remarks}


def _unbroken(text: str) -> str:
    """Words with the dates in brackets behind them in one piece."""
    return re.sub(r"\(.*\)", lambda dates: dates[0].replace(" ", NO_BREAK), text)


def _data(desk: Desk) -> str:
    """Everything the scripts read, unable to end the element it stands in."""
    words: dict[str, Json] = dict(desk.words.items())
    text = dump({"charts": desk.charts, "tables": desk.tables, "words": words, "locale": d3_locale(desk.reader)})
    for character in "<>&'\u2028\u2029\u007f":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _packed(text: str) -> str:
    """What is long and not looked at first, for `unpack.js`."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode() if text else ""


def _policy(scripts: tuple[str, ...], style: str) -> str:
    """What the browser may do for this page: run these scripts, use this style, fetch nothing."""
    runs = " ".join(_hash(script) for script in scripts if script)
    return (
        f"default-src 'none'; script-src {runs}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def _static(name: str) -> str:
    return (HERE / "static" / name).read_text(encoding="utf-8")


def joined(names: tuple[str, ...]) -> str:
    """Files that are sent along, one behind the other."""
    return "\n".join(_static(name) for name in names)


@functools.cache
def environment(*others: Path) -> jinja2.Environment:
    """Templates of these folders and ours only, every value escaped, every missing name an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*others, HERE / "templates"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["named"] = _named
    return made


def _named(text: str) -> Markup:
    """A sentence with the names between its backquotes set as code."""
    parts = [
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(text.split("`"))
    ]
    return Markup().join(parts if len(parts) % 2 else [escape(text)])
