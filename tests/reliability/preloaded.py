"""Everything that a tick imports, imported once in the server that forks."""

import duckdb  # noqa: F401
import sqlalchemy.dialects.sqlite  # noqa: F401
import sqlglot  # noqa: F401

import patron.engine.cli.group
import patron.engine.report.answers
import patron.engine.runner.lists.taking
import patron.engine.runner.making
import patron.engine.runner.run
import patron.engine.runner.schedule.standing
import patron.engine.runner.state.database
import patron.plugins.exporters.csv
import patron.plugins.exporters.json  # noqa: F401
