"""Pages judged by axe-core: nothing serious in the way of those who hear a page or use no mouse."""

from importlib.resources import files

import pytest

pytest.importorskip("jinja2")
judge = pytest.importorskip("axe_playwright_python")

from patron.engine.contracts import ExportJob  # noqa: E402
from patron.plugins.exporters import html as exporter  # noqa: E402

AXE = files(judge) / "axe.min.js"
SERIOUS = "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes[0].html))"  # noqa: E501


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("locale", ["en", "zh-TW"])
def test_nothing_serious_is_in_the_way(sample, tmp_path, browser, scheme, width, locale):
    (path,) = exporter.export(sample.rich(), ExportJob(tmp_path, "page", locale=locale))
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-charts=drawn]")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    for tab in page.locator("[role=tab]").all():
        tab.click()
        assert page.evaluate(SERIOUS) == []
    page.close()
