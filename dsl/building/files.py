"""Builders of the statements about files, packs, settings, sources and tables."""

from __future__ import annotations

from collections.abc import Iterable

from patron.dsl import tree as t
from patron.dsl.building.base import Builder, Clause, Parts, Token, builds
from patron.dsl.problems import Related


@builds("language_decl")
def language_decl(b: Builder, parts: Parts, start: int, end: int) -> t.LanguageDecl:
    version = parts[0]
    return t.LanguageDecl(int(version.text), version_span=b.token_span(version), span=b.span(start, end))


@builds("import_decl")
def import_decl(b: Builder, parts: Parts, start: int, end: int) -> t.ImportDecl:
    names, file = parts
    return t.ImportDecl(b.text(file), names or (), span=b.span(start, end))


@builds("use_decl")
def use_decl(b: Builder, parts: Parts, start: int, end: int) -> t.UseDecl:
    pack, version, settings = parts
    place = b.token_span(version) if version else None
    return t.UseDecl(
        pack, version.text if version else None, settings or (), version_span=place, span=b.span(start, end)
    )


@builds("version")
def version(_b: Builder, parts: Parts, _start: int, _end: int) -> Token:
    token: Token = parts[0]
    return token


@builds("project_decl")
def project_decl(b: Builder, parts: Parts, start: int, end: int) -> t.ProjectDecl:
    return t.ProjectDecl(b.text(parts[0]), parts[1], span=b.span(start, end))


@builds("param_decl")
def param_decl(b: Builder, parts: Parts, start: int, end: int) -> t.ParamDecl:
    name, default, allowed = parts
    return t.ParamDecl(name, default, allowed or (), span=b.span(start, end))


@builds("source_decl")
def source_decl(b: Builder, parts: Parts, start: int, end: int) -> t.SourceDecl:
    name, connector, settings = parts
    return t.SourceDecl(b.declared(name), connector, settings or (), span=b.span(start, end))


# ---------------------------------------------------------------- settings


@builds("settings")
def settings(b: Builder, parts: Parts, _start: int, _end: int) -> tuple[t.Setting, ...]:
    return _each_key_once(b, parts)


def _each_key_once(b: Builder, found: Iterable[t.Setting]) -> tuple[t.Setting, ...]:
    first: dict[str, t.Setting] = {}
    for setting in found:
        before = first.setdefault(setting.key.key, setting)
        if before is not setting:
            b.report("P0110", setting.key.span, f"`{setting.key.text}` may be said once",
                     f"It is first said at line {before.span.line}.",
                     [Related(before.key.span, "first said here")])  # fmt: skip
    return tuple(first.values())


@builds("setting")
def setting(b: Builder, parts: Parts, start: int, end: int) -> t.Setting:
    return t.Setting(parts[0], tuple(parts[1:]), span=b.span(start, end))


@builds("setting_group")
def setting_group(b: Builder, parts: Parts, start: int, end: int) -> t.Setting:
    return t.Setting(parts[0], settings=parts[1], span=b.span(start, end))


@builds("env_ref")
def env_ref(b: Builder, parts: Parts, start: int, end: int) -> t.EnvRef:
    return t.EnvRef(parts[0], b.text(parts[1]), span=b.span(start, end))


# ---------------------------------------------------------------- tables


@builds("table_body")
def table_body(_b: Builder, parts: Parts, _start: int, _end: int) -> tuple[Clause, ...]:
    return tuple(parts)


@builds("table_decl")
def table_decl(b: Builder, parts: Parts, start: int, end: int) -> t.TableDecl:
    table, source, body = parts
    for place in b.narrowed:
        b.report(
            "P0109", place, "`where` must be the first clause of a table", "Move it up: the first line of the block."
        )
    said = b.said_once(body or (), ("column", "add"))
    kept = [c.value for c in body or () if c.word in ("column", "add") or said.get(c.word) is c.value]
    clauses = None if body is None else tuple(v for v in kept if not isinstance(v, t.Text))
    return t.TableDecl(table, source, clauses, said.get("describe"), span=b.span(start, end))


@builds("sql_table_decl")
def sql_table_decl(b: Builder, parts: Parts, start: int, end: int) -> t.SqlTableDecl:
    table, sql = parts
    return t.SqlTableDecl(table, sql.text[3:-3], sql_span=b.token_span(sql), span=b.span(start, end))


@builds("map_where")
def map_where(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("where", t.MapWhere(parts[0], span=b.span(start, end)), start, end)


@builds("map_column")
def map_column(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("column", t.MapColumn(parts[0], parts[1], span=b.span(start, end)), start, end)


@builds("group_by")
def group_by(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    *keys, close = parts
    return Clause("group by", t.GroupBy(tuple(keys), close, span=b.span(start, end)), start, end)


@builds("close")
def close(b: Builder, parts: Parts, start: int, end: int) -> t.Close:
    duration, moment, *same = parts
    return t.Close(duration, moment, tuple(s for s in same if s is not None), span=b.span(start, end))


@builds("add_missing")
def add_missing(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("add", t.AddMissing(parts[0], span=b.span(start, end)), start, end)


@builds("keep_latest")
def keep_latest(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("keep latest", t.KeepLatest(parts[0], span=b.span(start, end)), start, end)


@builds("bad_values")
def bad_values(b: Builder, parts: Parts, start: int, end: int) -> Clause:
    return Clause("bad values", t.BadValues(parts[0].text, span=b.span(start, end)), start, end)
