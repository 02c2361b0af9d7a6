"""Steps that are learned: what a model reads is fetched, what it says is stored; it learns once in a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patron import __version__
from patron.engine.contracts import Learned, LearnedTable, Learning, Pack, Session
from patron.engine.model.periods import AsOf
from patron.engine.model.resolve import Model
from patron.engine.model.terms import Lit
from patron.engine.plan.learned import JUDGEMENTS, OF
from patron.engine.plan.nodes import Col, Filter, Learn, Node, Plan, Sorted, Step, Values
from patron.engine.plan.told import TOLD
from patron.engine.report.context import Context
from patron.engine.report.laid_out import days_of, joined, laid_out
from patron.engine.runtime.errors import InternalError
from patron.engine.runtime.files import publish
from patron.engine.sql.expressions import Lowering
from patron.engine.sql.program import Statement, compile_plan, handed
from patron.engine.types import YESNO

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT = 20
"""So many models are kept of each table, the newest."""


def perform(step: Statement, model: Model, context: Context, lowering: Lowering) -> None:
    """Run one step of a program."""
    if step.learn is None:
        context.session.run(step.name, step.sql)
        return
    found = _learned(step, step.learn, model, context)
    if not (found.columns or found.numbers or found.tests):  # numpy may be what is not installed
        context.session.run(step.name, _nothing(step, step.learn, lowering))
        return
    sql = handed(step.name, step.learn.columns, lowering)
    context.session.handed(step.name, sql, _rows(step.learn, found))


def _learned(step: Statement, node: Learn, model: Model, context: Context) -> Learned:
    """What the model says, learned now or before in this run; the columns of things are needed once."""
    key = (node.table, node.as_of.today)
    found = context.learned.get(key)
    if found is None or (node.part == "things" and not _enough(found, node)):
        found = _learn(step, node, model, context, found)
    context.learned[key] = found
    return found


def _enough(found: Learned, node: Learn) -> bool:
    """Whether all that is wanted of things was said."""
    known = {OF, *found.columns, *found.lacks}
    told = (c.name for c in node.columns if c not in TOLD.values() and "" in found.lacks)
    return {c.name for c in node.columns} <= known.union(told)


def _learn(step: Statement, node: Learn, model: Model, context: Context, before: Learned | None) -> Learned:
    pack, _, name = node.table.partition(".")
    brings = model.declared.catalog.packs[pack]
    table = next(t for t in brings.learned if t.name == name)
    wanted = frozenset(table.columns if node.wanted is None else node.wanted)
    try:
        rows, keys = joined([laid_out(part, node.sums) for part in _read(context.session, step.parts or (step.sql,))])
    except ImportError as error:
        return Learned(lacks={"": _without(table, error)})
    file = _file(node, brings, context)
    kept = _kept(file) if before is None else before.keep
    task = Learning(rows, len(keys), node.as_of.today, dict(node.settings), kept, wanted)
    dated = _dated(node, rows)
    del rows
    try:
        found = table.learn(task)
    except ImportError as error:
        found = Learned(lacks={"": _without(table, error)})
    del task  # what only the model reads is given up before more is made
    if found.keep is not None and file is not None and _text(found.keep) != _text(kept):
        publish(file, _text(found.keep))
        _forget_old(file)
    said = {name: values for name, values in found.columns.items() if name in wanted}
    if dated is not None:
        said |= {TOLD[call].name: values for call, values in days_of(*dated).items()}
    return replace(found, columns={OF: keys, **said} if said else said)


def _read(session: Session, statements: Sequence[str]) -> Iterator[dict[str, NDArray[Any]]]:
    """What the statements read, one after the other; the next one reads while the part before it is laid out."""
    with ThreadPoolExecutor(1) as reader:
        found: list[dict[str, NDArray[Any]]] = []
        for sql in statements:
            coming = reader.submit(session.columns, sql)
            if found:
                yield found.pop()  # it is given up as it is laid out: nothing else may hold it
            found.append(dict(coming.result()))
            del coming
        yield found.pop()


def _dated(node: Learn, rows: Mapping[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """The thing and the day of each row, where it is read what days there are."""
    if not set(TOLD.values()) <= set(node.columns):
        return None
    assert isinstance(node.input, Sorted)
    day = next(k.value.name for k in node.input.by if isinstance(k.value, Col) and k.value.name != OF)
    return rows[OF], rows[day]


def _without(table: LearnedTable, error: ImportError) -> str:
    how = f": pip install 'patron[{table.needs}]'" if table.needs else ""
    return f"{error.name or 'a library'} is not installed{how}"


# ---------------------------------------------------------------- what is kept


def _file(node: Learn, pack: Pack, context: Context) -> Path | None:
    """Where what was learned is kept, by all that it depends on; None where nothing is kept."""
    if context.kept is None or not context.store.key:
        return None
    said = (context.store.key, _seen(node.as_of, context), node.table, node.settings, pack.version, __version__)
    name = hashlib.sha256(repr(said).encode()).hexdigest()[:24]
    return context.kept / f"{node.table}-{name}.json"


def _seen(as_of: AsOf, context: Context) -> str:
    """The moment where it hides something, else the day."""
    newest = context.store.newest
    hides = newest is None or newest.replace(tzinfo=None) > as_of.moment
    return str(as_of.moment if hides else as_of.today)


def _kept(file: Path | None) -> object:
    """What was kept; None where there is nothing, or nothing whole."""
    try:
        return None if file is None else read_kept(file)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_kept(file: Path) -> object:
    """What a file keeps of something learned. OSError, ValueError, KeyError or TypeError when it is not whole."""
    said = json.loads(file.read_text(encoding="utf-8"))
    if said["sha256"] != _digest(said["learned"]):
        raise ValueError(file)
    return said["learned"]


def _text(value: object) -> str:
    return _json({"learned": value, "sha256": _digest(value)})


def _digest(value: object) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _forget_old(file: Path) -> None:
    """Give up what was kept before the newest of a table."""
    table = file.name.rpartition("-")[0]
    others = sorted(file.parent.glob(f"{table}-*.json"), key=lambda f: f.stat().st_mtime, reverse=True)
    for old in others[KEPT:]:
        old.unlink(missing_ok=True)


# ---------------------------------------------------------------- what is stored


def _nothing(step: Statement, node: Learn, lowering: Lowering) -> str:
    """The statement that stores that a model said nothing: no thing and no test, and missing numbers."""
    missing: Node = Values(node.columns, (tuple(Lit(None, c.type) for c in node.columns),))
    rows = missing if node.part == "numbers" else Filter(missing, Lit(False, YESNO))
    return compile_plan(Plan((Step(step.name, rows),), ()), lowering).steps[0].sql


def _rows(node: Learn, found: Learned) -> Mapping[str, NDArray[Any]]:
    """The columns of a step as numpy arrays; what is lacking is missing."""
    if node.part in JUDGEMENTS:
        rows = found.tests if node.part == "tests" else _tenths(found.tests)
        said: Mapping[str, Any] = {c.name: [row.get(c.name) for row in rows] for c in node.columns}
    elif node.part == "numbers":
        said = {c.name: [found.numbers.get(c.name)] for c in node.columns}
    else:
        said = found.columns
    own = [c for c in node.columns if c.name != OF]
    size = 1 if node.part == "numbers" else len(next(iter(said.values()), ()))
    of = said[OF] if OF in said and node.part == "things" else _counted(size)
    return {OF: of, **{c.name: _array(c, said.get(c.name), size, node) for c in own}}


def _tenths(tests: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """A row for each tenth of each test: what was said of it, what happened."""
    return [
        {**row, "decile": number, "predicted": said, "actual": was}
        for row in tests
        for number, (said, was) in enumerate(row.get("deciles", ()), 1)
    ]


def _counted(size: int) -> NDArray[Any]:
    import numpy as np

    return np.arange(size, dtype=np.int64)


def _array(column: Col, values: Sequence[Any] | None, size: int, node: Learn) -> NDArray[Any]:
    """One column as the backend takes it; figures that are not finite are the model's fault."""
    import numpy as np

    if values is None:
        values = [None] * size
    if column.type.kind in ("number", "money", "date"):
        found = np.asarray(_days(values) if column.type.kind == "date" else values, dtype=np.float64)
        if np.isinf(found).any():
            raise InternalError(f"{node.table}.{column.name} is not finite", key=f"learned-{node.table}")
        return found
    if column.type.kind == "texts":
        return np.array(["\n".join(v) if v else None for v in values], dtype=object)
    return np.asarray(values, dtype=bool if column.type.kind == "yesno" else object)


def _days(values: Sequence[Any]) -> Sequence[float]:
    """Dates as days since 1970, which they may be already."""
    import datetime as dt

    if hasattr(values, "dtype") and values.dtype.kind in "if":
        return values
    first = dt.date(1970, 1, 1)
    return [float("nan") if v is None else (v - first).days if isinstance(v, dt.date) else float(v) for v in values]
