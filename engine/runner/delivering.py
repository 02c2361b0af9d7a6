"""Delivering finished files: `to folder(...)`, `send to email(...)`. A folder is always there; the rest are plugins."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from patron.dsl import tree
from patron.dsl.problems import Problem
from patron.engine.catalog import Catalog, Lacking
from patron.engine.contracts import SettingSpec, TargetType
from patron.engine.runtime.errors import InternalError, IoFailed, PermissionDenied, SpecError
from patron.engine.runtime.faults import point
from patron.engine.runtime.files import publishing, safe_path

if TYPE_CHECKING:
    from patron.engine.runner.project import Project


FOLDER = "folder"


def with_folder(catalog: Catalog) -> Catalog:
    """The catalogue with the one target that needs no plugin; it is delivered to here, where the project is known."""
    path = SettingSpec("path", "text", "the folder, relative to the file that names it", required=True)
    return replace(catalog, targets={**catalog.targets, FOLDER: TargetType(FOLDER, "a folder", _unused, (path,))})


def _unused(_files: Sequence[Path], _arguments: Mapping[str, str]) -> str:
    raise InternalError("P0999: a folder was delivered to without its project")


def deliver(project: Project, target: tree.Target, files: Sequence[Path], step: str = "") -> str:
    """Send files to a target; the sentence says where they went. In a run this happens once for each `step`."""
    name, arguments = str(target.call.function), arguments_of(project, target)
    if tree.fold(name) == FOLDER:
        return _to_folder(project, target, files, arguments)
    found = project.catalog.require_target(name)
    if isinstance(found, Lacking):
        raise SpecError([found.at(target.call.function.span)])
    known = [a.name for a in found.arguments]
    for argument in target.call.args:
        if argument.name is not None and argument.name.text not in known:
            message = f"`{name}` takes no `{argument.name.text}`"
            hint = f"It takes: {', '.join(known) or 'nothing'}."
            raise SpecError([Problem("P0210", argument.span, message, hint)])
    for setting in found.arguments:
        if setting.required and not arguments.get(setting.name):
            message = f"`{name}` needs `{setting.name}`: {setting.describe}"
            raise SpecError([Problem("P0302", target.span, message)])
        if setting.kind == "url" and setting.name in arguments:
            _may_be_reached(project, target, arguments[setting.name])

    def send(key: str) -> str:
        try:
            return found.send(tuple(files), {**arguments, "key": key} if found.takes_key else arguments)
        except OSError as error:
            raise IoFailed(f"{name}: {error}", "What was made is unchanged; it can be sent again.") from error

    if project.duty is None:
        return send(uuid.uuid4().hex)
    return project.duty.once(step, f"{name} {sorted(arguments.items())}", files, send)


def _may_be_reached(project: Project, target: tree.Target, url: str) -> None:
    """Only what `patron.toml` lists: a spec alone sends nothing to anybody."""
    from urllib.parse import urlsplit

    try:
        found = urlsplit(url)
        host, port = (found.hostname or "").casefold(), found.port
    except ValueError:
        found, host, port = urlsplit(""), "", None
    if found.scheme != "https" or not host or found.username or found.password:
        hint = "For example `https://hooks.example.com/patron`, without a name or password in it."
        raise SpecError([Problem("P0302", target.span, "this is no address with https", hint)])
    listed = {h.casefold() for h in project.config.allow_hosts}
    if not {host if port is None else f"{host}:{port}", f"{host}:{port or 443}"} & listed:
        raise PermissionDenied(
            f"nothing may be sent to {host}",
            f'Whoever looks after this machine lists it in patron.toml: allow_hosts = ["{host}"].',
        )


def arguments_of(project: Project, target: tree.Target) -> Mapping[str, str]:
    """The arguments of a target as texts."""
    from patron.engine.runner.testing import parameters

    params = parameters(project)
    return {a.name.text if a.name else "path": _text(a.value, params) for a in target.call.args}


def _text(value: tree.Expr, params: Mapping[str, tree.Expr]) -> str:
    match value:
        case tree.Text():
            return value.value
        case tree.Param() if value.name.key in params:
            return _text(params[value.name.key], params)
        case tree.Number():
            return str(value.value)
        case tree.Bool():
            return "yes" if value.value else "no"
    raise SpecError([Problem("P0302", value.span, "a target takes texts, numbers, yes or no")])


def _to_folder(project: Project, target: tree.Target, files: Sequence[Path], arguments: Mapping[str, str]) -> str:
    if not arguments.get("path"):
        raise SpecError([Problem("P0302", target.span, "`folder` needs a path", 'For example `folder(path = "out")`.')])
    base = (project.root / target.span.file).parent
    roots = (project.root, project.config.output_folder, *project.config.allow_paths)
    folder = safe_path(arguments["path"], base, roots)
    import shutil

    point("deliver.folder")
    with project.turn():
        for file in files:
            with publishing(folder / file.name) as beside:
                shutil.copyfile(file, beside)
            point("deliver.copied")
    return f"{len(files)} {'file' if len(files) == 1 else 'files'} to {folder}"
