"""Packs as a project meets them: what is wrong in one is told; what is only odd in one is not."""

import pytest

from patron.dsl.parse import parse_file
from patron.engine.catalog import Catalog
from patron.engine.contracts import Pack
from patron.engine.model.files import declarations
from patron.engine.runner.packs import pack_reader


@pytest.fixture
def told(tmp_path):
    def collected(text):
        (tmp_path / "acme.patron").write_text(text)
        pack = Pack("acme", "1.0", "ours", {"acme.patron": tmp_path / "acme.patron"})
        catalog = Catalog(packs={"acme": pack})
        document, _ = parse_file(b"language 1\nuse acme\n", "shop.patron")
        declared = declarations([document], catalog, {}, pack_reader(catalog, parse_file))
        return [(p.code, p.span.file, p.span.line) for p in declared.problems]

    return collected


def test_a_pack_that_cannot_be_read_says_where(told):
    assert told("language 1\nmetric sold = sum(\n") == [("P0101", "acme/acme.patron", 2)]


def test_a_pack_that_uses_one_that_is_not_there_says_so(told):
    assert told("language 1\nuse elsewhere\n") == [("P0204", "acme/acme.patron", 2)]
    assert told("language 1\nmetric sold = count(orders)\n") == []
