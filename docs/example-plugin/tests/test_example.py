"""How a plugin is tested: its own behaviour, and the contracts with `patron.engine.testing`."""

from types import SimpleNamespace

import patron_example
import pytest
from click.testing import CliRunner
from patron_example.traced import Traced

from patron.dsl.tree import Document, Name, ReportDecl, Text
from patron.engine.contracts import SourceConfig, SourceError
from patron.engine.testing import catalog_of, check_exporter, check_pack, check_source

CATALOG = catalog_of(patron_example)


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "orders.tab").write_text("id\ttotal\n1\t10\n2\t20\n")
    return SourceConfig("shop", {}, folder=tmp_path)


def test_it_offers_one_of_everything():
    (fact,) = CATALOG.plugins
    assert fact.offers == (
        "source example_tabs",
        "pack example",
        "function example.initial",
        "exporter example_outline",
        "backend example_traced",
        "check example-described",
        "command example-hello",
    )


def test_the_source_keeps_its_contract(shop):
    assert check_source(CATALOG.sources["example_tabs"], shop) == {"orders": 2}


def test_the_source_gives_back_what_it_cannot_read(shop):
    (shop.folder / "orders.tab").write_text("id\ttotal\n1\n2\t20\n")
    rejected = []
    provided = CATALOG.sources["example_tabs"].open(shop).read("orders")
    assert list(provided.rows(rejected.append)) == [[["2", "20"]]]
    assert [(r.file, r.line, r.reason) for r in rejected] == [("orders.tab", 2, "1 cells, expected 2")]


def test_the_source_needs_its_folder(tmp_path):
    with pytest.raises(SourceError) as failure:
        CATALOG.sources["example_tabs"].open(SourceConfig("shop", {}, folder=tmp_path / "nowhere"))
    assert failure.value.code == "P0702"


def test_the_pack_can_be_read():
    check_pack(CATALOG.packs["example"])


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_the_function_becomes_sql(dialect):
    from sqlglot import exp

    lowered = CATALOG.functions["example.initial"].lower([exp.column("name")], dialect)
    assert lowered.sql(dialect=dialect) == "UPPER(SUBSTRING(name, 1, 1))"


def test_the_exporter_keeps_its_contract(tmp_path):
    (path,) = check_exporter(CATALOG.exporters["example_outline"], tmp_path)
    assert "  A card (card): 1 rows" in path.read_text(encoding="utf-8")


def test_the_backend_logs_and_passes_on(caplog):
    closed = []
    inner = SimpleNamespace(fetch=lambda sql: [(sql,)], close=lambda: closed.append(True))
    with caplog.at_level("INFO", logger="patron_example"):
        assert Traced(inner).fetch("SELECT 1") == [("SELECT 1",)]
    assert caplog.messages == ["SELECT 1"]
    Traced(inner).close()
    assert closed


def test_the_check_warns_of_a_report_without_words():
    reports = (ReportDecl(Name("silent")), ReportDecl(Name("told"), describe=Text("What for.")))
    model = SimpleNamespace(declared=SimpleNamespace(documents=(Document("a.patron", reports),)))
    (problem,) = CATALOG.checks["example-described"].check(model)
    assert (problem.severity, problem.message) == ("W", "the report `silent` does not say what it is for")


def test_the_command_greets():
    done = CliRunner().invoke(CATALOG.commands["example-hello"].command(), ["--name", "Ada"])
    assert done.output.startswith("Hello, Ada. This is Patron ")
