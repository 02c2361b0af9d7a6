"""Pages judged by axe-core: nothing serious in the way of those who hear a page or use no mouse."""

import shutil
from importlib.resources import files

import pytest

pytest.importorskip("jinja2")
browsers = pytest.importorskip("playwright.sync_api")
judge = pytest.importorskip("axe_playwright_python")

from patron.engine.contracts import ExportJob  # noqa: E402
from patron.plugins.exporters import html as exporter  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
AXE = files(judge) / "axe.min.js"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
SERIOUS = "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes[0].html))"  # noqa: E501


@pytest.fixture(scope="module")
def chromium():
    with browsers.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("locale", ["en", "zh-TW"])
def test_nothing_serious_is_in_the_way(sample, tmp_path, chromium, scheme, width, locale):
    (path,) = exporter.export(sample.rich(), ExportJob(tmp_path, "page", locale=locale))
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-charts=drawn]")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    for tab in page.locator("[role=tab]").all():
        tab.click()
        assert page.evaluate(SERIOUS) == []
    page.close()
