"""What the author of a plugin needs to test it: a catalogue of given plugins, and checks of the contracts.

    from patron.engine.testing import catalog_of, check_source

    def test_the_ledger_keeps_the_contract(tmp_path):
        catalog = catalog_of(acme.plugin)
        assert check_source(catalog.sources["ledger"], SourceConfig("books", {}, folder=tmp_path)) == {"sales": 3}

Each check raises AssertionError with a sentence that says which promise is broken.
"""

from patron.engine.testing.catalogs import catalog_of
from patron.engine.testing.exporters import check_exporter
from patron.engine.testing.packs import check_pack
from patron.engine.testing.sample import sample_report
from patron.engine.testing.sources import check_source

__all__ = ["catalog_of", "check_exporter", "check_pack", "check_source", "sample_report"]
