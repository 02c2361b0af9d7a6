"""Steps store what is read, and nothing is missed by those who read them."""

from dataclasses import replace

from patron.engine.model.terms import Lit, Op
from patron.engine.plan.nodes import (
    AggCall,
    Aggregate,
    Col,
    Filter,
    Join,
    Node,
    Plan,
    Project,
    Scan,
    Sorted,
    SortKey,
    Stack,
    Step,
    Temp,
    WindowCall,
    columns,
)
from patron.engine.plan.unread import read_columns
from patron.engine.types import TEXT, WHOLE, YESNO

A, B, C, D = (Col(name, WHOLE) for name in "abcd")
TABLE = Scan("t", tuple((c.name, c.name, c.type) for c in (A, B, C, D)))


def wide(name: str = "s") -> Temp:
    return Temp(name, (A, B, C, D))


def step_after(node: Node) -> Node:
    """The node of a step `s` once only this reads it."""
    done = read_columns(Plan((Step("s", TABLE),), (Step("out", node),)))
    assert [c.name for c in columns(done.outputs[0].node)] == [c.name for c in columns(node)]
    return done.steps[0].node


def names(node: Node) -> str:
    return "".join(c.name for c in columns(node))


def test_what_is_read_is_kept() -> None:
    only_a = (("x", A),)
    assert names(step_after(Project(wide(), only_a))) == "a"
    assert names(step_after(Project(Filter(wide(), Op("=", (C, Lit(1, WHOLE)), YESNO)), only_a))) == "ac"
    assert names(step_after(Project(Sorted(wide(), (SortKey(B),), 1), only_a))) == "ab"
    assert names(step_after(Project(wide(), (("n", WindowCall("sum", WHOLE, (A,), (C,), (SortKey(D),))),)))) == "acd"
    calls = (("n", AggCall("sum", WHOLE, B, Op("=", (D, A), YESNO))),)
    assert names(step_after(Aggregate(wide(), (), calls))) == "abd"
    assert names(step_after(wide())) == "abcd"


def test_a_column_computed_for_nobody_is_not_computed() -> None:
    inner = Project(wide(), (("x", A), ("y", Op("upper", (B,), TEXT))))
    assert names(step_after(Project(inner, (("x", Col("x", WHOLE)),)))) == "a"


def test_rows_are_counted_though_no_column_is_read() -> None:
    assert names(step_after(Aggregate(wide(), (), (("n", AggCall("count", WHOLE)),)))) == "a"


def test_joined_sides_keep_what_joins_them() -> None:
    other = Project(wide(), (("e", A), ("f", D)))
    joined = Join(wide(), other, "semi", ((B, Col("e", WHOLE)),))
    assert names(step_after(Project(joined, (("x", C),)))) == "abc"


def test_stacked_rows_keep_their_columns_in_one_order() -> None:
    both = Stack((wide(), Filter(wide(), Op("=", (D, B), YESNO))))
    node = Project(both, (("x", C), ("y", A)))
    done = read_columns(Plan((Step("s", TABLE),), (Step("out", node),)))
    stack = done.outputs[0].node
    assert isinstance(stack, Project) and isinstance(stack.input, Stack)
    assert [names(n) for n in stack.input.inputs] == ["ac", "ac"]
    assert names(done.steps[0].node) == "abcd"


def test_steps_that_read_steps() -> None:
    second = Project(wide(), (("a", A), ("b", B), ("c", C)))
    reading = Project(Temp("second", (A, B, C)), (("x", B),))
    done = read_columns(Plan((Step("s", TABLE), Step("second", second)), (Step("out", reading),)))
    assert [names(s.node) for s in done.steps] == ["b", "b"]


def test_rows_of_which_nothing_is_read_are_not_looked_up() -> None:
    by_id = Scan("u", (("id", "id", WHOLE), ("e", "e", WHOLE)))
    joined = Join(TABLE, by_id, "left", ((A, Col("id", WHOLE)),))
    (out,) = read_columns(Plan((), (Step("out", Project(joined, (("x", B),))),))).outputs
    assert out.node == Project(replace(TABLE, columns=(("b", "b", WHOLE),)), (("x", B),))
    for read in (replace(joined, kind="inner"), replace(joined, on=((A, Col("e", WHOLE)),))):
        (out,) = read_columns(Plan((), (Step("out", Project(read, (("x", B),))),))).outputs
        assert isinstance(out.node, Project) and isinstance(out.node.input, Join)


def test_a_step_that_nobody_reads_is_none() -> None:
    done = read_columns(Plan((Step("s", TABLE), Step("t", wide())), (Step("out", TABLE),)))
    assert done.steps == ()
    done = read_columns(Plan((Step("s", TABLE), Step("t", TABLE)), (Step("out", wide("t")),)))
    assert [s.name for s in done.steps] == ["t"]
