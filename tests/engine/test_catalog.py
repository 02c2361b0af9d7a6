"""Looking things up, and the words when they are not there."""

from dataclasses import FrozenInstanceError, replace

import pytest

from patron.dsl.problems import Problem
from patron.dsl.tree import Span
from patron.engine.catalog import Catalog, Clash, Lacking, require_setting
from patron.engine.contracts import ExporterType, Pack, PluginFact, SettingSpec, ShowType, SourceType

CSV = SourceType("csv", "files", open=print)
JSON = SourceType("json", "files", open=print)
LIFECYCLE = Pack("lifecycle", "1.2", "stages", files={})
CATALOG = Catalog(
    sources={"csv": CSV, "json": JSON},
    packs={"lifecycle": LIFECYCLE},
    shows={"card": ShowType("card", "a number")},
    exporters={"html": ExporterType("html", "a page", "html", export=print)},
)


def test_names_are_found_in_any_case():
    assert CATALOG.require_source("CSV") is CSV


def test_an_unknown_plugin_is_p0204_with_the_nearest_and_all():
    assert CATALOG.require_source("cvs") == Lacking(
        "P0204", "there is no source plugin called `cvs`", "Did you mean `csv`? Installed: csv, json."
    )


def test_where_nothing_is_near_all_are_named():
    assert CATALOG.require_pack("weather").hint == "Installed: lifecycle."
    assert Catalog().require_pack("weather").hint == "Installed: none."


def test_plugins_that_might_have_it_are_named():
    catalog = replace(
        CATALOG,
        plugins=(
            PluginFact("acme", "1.0", "acme-shop", allowed=False),
            PluginFact("bad", "1.0", "bad", allowed=True, problem="plugin `bad` cannot be used: it is broken."),
        ),
    )
    assert catalog.require_source("shop").hint == (
        "Installed: csv, json. Not allowed by `plugins` in patron.toml: acme-shop. "
        "Could not be loaded (see `patron plugins`): bad."
    )


def test_an_unknown_exporter_is_p0801():
    assert CATALOG.require_exporter("htm") == Lacking(
        "P0801", "there is no exporter called `htm`", "Did you mean `html`? Known: html"
    )


@pytest.mark.parametrize("name", ["Excel", "exel"])
def test_a_workbook_is_found_by_the_name_of_the_program(name):
    html = CATALOG.exporters["html"]
    catalog = replace(CATALOG, exporters={"html": html, "xlsx": replace(html, name="xlsx")})
    assert catalog.require_exporter(name).hint == "Did you mean `xlsx`? Known: html, xlsx"


@pytest.mark.parametrize("wanted", [None, "1", "1.2", "1.2.0", "1.1.9"])
def test_a_pack_may_be_newer_than_asked_for(wanted):
    assert CATALOG.require_pack("lifecycle", wanted) is LIFECYCLE


@pytest.mark.parametrize("wanted", ["1.10", "2", "1.2.1"])
def test_an_older_pack_is_p0209(wanted):
    assert CATALOG.require_pack("lifecycle", wanted) == Lacking(
        "P0209", f"lifecycle is version 1.2, this file asks for at least {wanted}"
    )


def test_what_two_plugins_offer_is_p0213():
    one, two = (PluginFact(name, "1.0", name, allowed=True) for name in ("one", "two"))
    catalog = replace(CATALOG, clashes=(Clash("source", "shop", (one, two)),))
    assert catalog.require_source("shop") == Lacking(
        "P0213", "plugins `one` (one 1.0) and `two` (two 1.0) both offer the source `shop`", "drop one of them"
    )
    assert catalog.require_pack("shop").code == "P0204"


def test_a_setting_is_found_or_p0210():
    settings = (SettingSpec("folder", "text", "where"), SettingSpec("blank", "texts", "read as missing"))
    assert require_setting("csv", settings, "Folder") is settings[0]
    assert require_setting("csv", settings, "foldr") == Lacking(
        "P0210", "`csv` has no setting `foldr`", "Did you mean `folder`? Its settings: blank, folder."
    )
    assert require_setting("csv", (), "folder").hint == "It has no settings."


def test_an_answer_becomes_a_problem_at_its_place():
    span = Span("a.patron", 4, 16, 4, 19)
    lacking = CATALOG.require_source("cvs")
    assert lacking.at(span) == Problem("P0204", span, lacking.message, lacking.hint)


def test_a_catalogue_never_changes():
    with pytest.raises(FrozenInstanceError):
        CATALOG.sources = {}
