"""Trees back to text, in canonical form.

Printing and parsing are inverse: the form changes, the tree never does. Comments stay where they are, and so do
single blank lines between statements and clauses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patron.dsl import tree as t
from patron.dsl.printing import people, phrases, reports, statements, values
from patron.dsl.printing.entries import Entry, Writer
from patron.dsl.printing.layout import flat

_ENTRY: dict[type, Callable[[Any], Entry]] = {
    t.LanguageDecl: statements.language_decl, t.ImportDecl: statements.import_decl, t.UseDecl: statements.use_decl,
    t.ProjectDecl: statements.project_decl, t.ParamDecl: statements.param_decl, t.SourceDecl: statements.source_decl,
    t.TableDecl: statements.table_decl, t.SqlTableDecl: statements.sql_table_decl, t.FilterDecl: statements.filter_decl,
    t.TraitDecl: statements.trait_decl, t.EventDecl: statements.event_decl, t.MetricDecl: statements.metric_decl,
    t.AudienceDecl: people.audience_decl, t.ListDecl: people.list_decl, t.AttributionDecl: people.attribution_decl,
    t.ReportDecl: reports.report_decl, t.RunDecl: reports.run_decl, t.TestDecl: reports.test_decl,
}  # fmt: skip


def format_document(document: t.Document) -> str:
    """The text of a file in canonical form. Only a file without problems should be replaced by it."""
    entries = [_ENTRY[type(s)](s) for s in document.statements]
    writer = Writer(document.text)
    left = writer.place(document.comments, entries)
    out = writer.block(entries, 0, left)
    return "\n".join(out) + "\n" if out else ""


def format_phrase(phrase: t.Phrase) -> str:
    """A query phrase on one line."""
    return flat(phrases.phrase(phrase))


def format_expr(expr: t.Expr) -> str:
    """A condition or value on one line."""
    return flat(values.condition(expr))


def format_statement(statement: t.Statement) -> str:
    """One statement in canonical form, without comments."""
    return "\n".join(Writer("").block([_ENTRY[type(statement)](statement)], 0))
