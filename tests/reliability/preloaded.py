"""Everything that a tick imports and reads whatever the project, done once in the server that forks."""

import pkgutil
from importlib import import_module

import patron.engine.load
import patron.engine.model
import patron.engine.report
import patron.engine.runner
import patron.engine.sql
from patron.engine.loader import load_catalog
from patron.engine.runner.packs import pack_reader
from patron.engine.runner.stages import Stages

LATE = (
    "duckdb", "filelock", "sqlalchemy.dialects.sqlite", "sqlglot.dialects.duckdb", "sqlglot.generators.duckdb",
    "sqlglot.parsers.duckdb", "sqlglot.typing.duckdb", "tenacity", "patron.engine.backends.duckdb",
    "patron.engine.cli.group", "patron.engine.runtime.kept", "patron.plugins.exporters.csv.writing",
    "patron.plugins.exporters.json.document", "patron.plugins.exporters.html.shape",
    "patron.plugins.exporters.mail.sending",
)  # fmt: skip
"""What is imported only when a step needs it."""
ROOMS = (patron.engine.load, patron.engine.model, patron.engine.report, patron.engine.runner, patron.engine.sql)

for _name in LATE:
    import_module(_name)
for _room in ROOMS:
    for _found in pkgutil.walk_packages(_room.__path__, f"{_room.__name__}."):
        if ".demo" not in _found.name and ".learn" not in _found.name:
            import_module(_found.name)
pack_reader(load_catalog(), Stages().parse)("standard")
