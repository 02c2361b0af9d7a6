"""The way from text to answers, one step a method: the only place where the runner calls the rooms below.

Every import is made when its step is taken, so that a check never pays for SQL and a format never for a model.
Tests hand a project other stages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron.dsl.tree import fold
from patron.engine.catalog import Lacking
from patron.engine.runtime.errors import UsageError

if TYPE_CHECKING:
    from patron.dsl.problems import Problem
    from patron.dsl.tree import Document, Expr, Phrase, ReportDecl
    from patron.engine.catalog import Catalog
    from patron.engine.contracts import Session
    from patron.engine.load import Loaded
    from patron.engine.model.files import Declared
    from patron.engine.model.mapping import Bound
    from patron.engine.model.mapping_binding import Header, SqlFault, SqlRead
    from patron.engine.model.periods import AsOf
    from patron.engine.model.resolve import Model
    from patron.engine.model.schema import Schema
    from patron.engine.report.context import Allowed
    from patron.engine.results import Conditions, Report, Result, Why
    from patron.engine.runner.config import Config
    from patron.engine.runner.lists.frozen import Asked
    from patron.engine.runtime.progress import Progress


class Stages:
    """The real steps."""

    def catalog(self, config: Config) -> Catalog:
        """What the allowed plugins offer."""
        from patron.engine.loader import load_catalog
        from patron.engine.runner.delivering import with_folder

        return with_folder(load_catalog(config.plugins))

    def parse(self, raw: bytes, file: str) -> tuple[Document, Sequence[Problem]]:
        """A spec file as a tree."""
        return _parsed(raw, file)

    def phrase(self, text: str) -> tuple[Phrase | None, Sequence[Problem]]:
        """A query phrase as a tree."""
        from patron.dsl.parse import parse_phrase

        return parse_phrase(text)

    def value(self, text: str) -> Expr | None:
        """A value as the language reads it; None when it is none."""
        from patron.dsl.parse import parse_value

        return parse_value(text)

    def declare(self, documents: Sequence[Document], catalog: Catalog, overrides: Mapping[str, Expr]) -> Declared:
        """What is declared: settings, parameters, imports, packs."""
        from patron.engine.model.files import declarations
        from patron.engine.runner.packs import pack_reader

        return declarations(documents, catalog, overrides, pack_reader(catalog, self.parse))

    def bind(self, declared: Declared, as_of: AsOf, config: Config, folder: Path | None) -> Bound:
        """Mapped tables and their schema, from the headers of the sources. `folder` replaces that of file sources."""
        from patron.engine.model.mapping_binding import MappingFacts, bind_tables
        from patron.engine.model.mapping_sources import SourceOverride
        from patron.engine.runner.parameters import literals

        settings, catalog = declared.settings, declared.catalog
        facts = MappingFacts(
            types=catalog.sources,
            root=config.root,
            zone=settings.timezone,
            currency=settings.currency,
            params=literals(declared, as_of),
            allow_paths=config.allow_paths,
            data_folder=folder,
            overrides={fold(n): SourceOverride(c.connector, c.settings) for n, c in config.sources.items()},
            functions=catalog.functions,
            age_limits=settings.age_limits,
            read_sql=_read_sql,
        )
        return bind_tables(declared.documents, facts)

    def resolve(self, declared: Declared, schema: Schema, as_of: AsOf) -> Model:
        """The model: names are bound when they are used."""
        from patron.engine.model.resolve import resolve

        return resolve(declared, schema, as_of)

    def check(self, model: Model, files: Collection[str] | None) -> tuple[Problem, ...]:
        """All problems of the definitions of these files, house rules included."""
        from patron.engine.model.resolve import check

        return check(model, files)

    def inform(self, model: Model, loaded: Loaded) -> Model:
        """The model that knows which values the stored rows have."""
        from dataclasses import replace

        from patron.engine.model.schema import informed

        return replace(model, schema=informed(model.schema, loaded.store))

    def examine(self, model: Any, files: Collection[str] | None, context: Any) -> tuple[Problem, ...]:
        """What is odd about the definitions of these files once they meet the stored rows."""
        from patron.engine.report.doubts import uncertain
        from patron.engine.report.emptiness import empty_audiences
        from patron.engine.report.returns import returns_that_stay

        found = (*uncertain(model, files, context), *returns_that_stay(model, files))
        return (*found, *empty_audiences(model, files, context))

    def spec_hash(self, model: Model) -> str:
        """A name for what the specs say, as results carry it."""
        from patron.engine.report.provenance import spec_hash

        return spec_hash(model)

    def layout(self, model: Model, name: str) -> ReportDecl | None:
        """The statement of a report with all that it takes over; None when it is not there or goes in a ring."""
        from patron.engine.model.binder import Unbound
        from patron.engine.model.layouts import laid_out

        found = model.declared.known("report").get(fold(name))
        try:
            return laid_out(model.binder(), found) if found is not None else None
        except Unbound:  # making the report tells why
            return None

    def understand(self, model: Model, phrase: Phrase) -> tuple[Problem, ...]:
        """What is wrong with a phrase, whatever else is wrong with the specs."""
        from patron.engine.model.resolve import bind_query

        return bind_query(model, phrase)[1]

    def load(
        self, bound: Bound, config: Config, catalog: Catalog, progress: Progress, now: dt.datetime | None = None
    ) -> Loaded:
        """The canonical tables, stored; what is stored already is taken as it is when it is still good."""
        from patron.engine.load import load

        folder, keep = config.state_folder / "loads", config.history
        return load(bound, folder, progress, config.limits, catalog.functions, now=now, keep=keep)

    def replayed(self, bound: Bound, config: Config, as_of: AsOf, there_at: dt.datetime | None) -> Loaded | None:
        """The load that answers as of a moment, or that was there at another; None when that is the newest."""
        from patron.engine.load import replayed

        moment = there_at or as_of.moment.replace(tzinfo=dt.UTC)
        return replayed(bound, config.state_folder / "loads", moment, config.limits, there=there_at is not None)

    def last_loaded(self, config: Config) -> Loaded | None:
        """What was read last."""
        from patron.engine.load import last_loaded

        return last_loaded(config.state_folder / "loads")

    def remember_specs(self, documents: Sequence[Document], config: Config, now: dt.datetime) -> None:
        """Keep the specs as they are, when they are not what they were."""
        from patron.engine.runner.past_specs import remember

        remember(config, {d.file: d.text for d in documents}, now)

    def forget(self, config: Config, sources: Sequence[str]) -> None:
        """Read these sources anew at the next load."""
        from patron.engine.load import forget

        forget(config.state_folder / "loads", sources)

    def open(self, loaded: Loaded, catalog: Catalog, config: Config) -> Session:
        """A backend with the stored tables in it. DuckDB is always there; others are plugins."""
        assert loaded.path is not None  # there are no problems that stop
        if config.backend == "duckdb":
            from patron.engine.backends.duckdb import open_session

            return open_session(loaded.path, config.limits)
        found = catalog.require_backend(config.backend)
        if isinstance(found, Lacking):
            raise UsageError(found.message, found.hint)
        return found.open(loaded.path, config.limits)

    def context(
        self,
        as_of: AsOf,
        loaded: Any,
        session: Session,
        lists: Any,
        config: Config,
        progress: Progress,
        allowed: Allowed | None = None,
    ) -> Any:
        """What every answer needs beside the model."""
        from patron.engine.model.classes import unknown
        from patron.engine.report.answers import Context

        return Context(
            as_of=as_of,
            store=loaded.store if allowed is None else unknown(loaded.store, allowed.guard.masks),
            session=session,
            lists=lists,
            limits=config.limits,
            progress=progress,
            sources=loaded.ledger,
            loaded_at=loaded.known_from or loaded.made_at,
            restated=not loaded.alone,
            kept=config.state_folder / "learned",
            allowed=allowed,
        )

    # ------------------------------------------------------------ answers

    def query(self, model: Any, phrase: Phrase, context: Any) -> Result:
        from patron.engine.report import answers

        return answers.query(model, phrase, context)

    def asked_phrase(self, model: Any, phrase: Phrase) -> Asked:
        """What a phrase asks, and of which lists."""
        from patron.dsl.format import format_phrase
        from patron.engine.report.expired import lists_of_phrase
        from patron.engine.runner.lists.frozen import QUERY, Asked

        return Asked(QUERY, format_phrase(phrase), {}, lists_of_phrase(model, phrase))

    def asked_report(self, model: Any, name: str, params: Mapping[str, object], table: str = "") -> Asked:
        """What a report asks, or a table of the rows behind it, and of which lists."""
        from patron.engine.report.expired import lists_of_report
        from patron.engine.runner.lists.frozen import Asked

        kind = f"{table} of" if table else "report"
        subject, as_of = lists_of_report(model, name, params)
        return Asked(kind, fold(name), params, subject, as_of)

    def audience(self, model: Any, name: str, context: Any, columns: Sequence[str]) -> Result:
        from patron.engine.report import answers

        return answers.audience(model, name, context, tuple(columns))

    def audience_tree(self, model: Any, name: str, context: Any) -> Conditions:
        from patron.engine.report import answers

        return answers.audience_tree(model, name, context)

    def why(self, model: Any, customer: str, name: str, context: Any) -> Why:
        from patron.engine.report import answers

        return answers.why(model, customer, name, context)

    def report(self, model: Any, name: str, params: Mapping[str, object], context: Any) -> Report:
        from patron.engine.report import answers

        return answers.report(model, name, params, context)

    def detail(self, model: Any, name: str, table: str, params: Mapping[str, object], context: Any) -> Result:
        from patron.engine.report import answers

        return answers.detail(model, name, table, params, context)

    def plan_text(self, model: Any, name: str, allowed: Allowed | None = None) -> str:
        from patron.engine.report import answers

        return answers.plan_text(model, name, allowed=allowed)

    def sql_text(self, model: Any, name: str, dialect: str, allowed: Allowed | None = None) -> str:
        from patron.engine.report import answers

        return answers.sql_text(model, name, dialect, allowed=allowed)


@lru_cache(maxsize=256)
def _parsed(raw: bytes, file: str) -> tuple[Document, Sequence[Problem]]:
    """A text means the same whenever it is read: a process that opens its project every hour reads it once."""
    from patron.dsl.parse import parse_file

    return parse_file(raw, file)


def _read_sql(text: str, header: Callable[[str, str], Header | SqlFault | None]) -> SqlRead:
    """The SELECT of an sql table, read; sqlglot is imported only for projects that have one."""
    from patron.engine.sql.load.sql_tables import read_sql

    return read_sql(text, header)
