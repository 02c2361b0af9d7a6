"""A text is never more than a text: whatever it holds, the SQL around it stays the same, and it is found."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from typing import Any

import duckdb
import pytest
import sqlglot

from patron.engine.runtime.errors import PatronError, SpecError, UsageError
from patron.engine.sql.load import staging
from tests.hostile.payloads import KEPT, PAYLOADS, REFUSED
from tests.hostile.support import FILES, HEAD, as_csv, asked, codes, shop, spoken

FULL = "PATRON_FUZZ" in os.environ
TYPED = tuple(unicodedata.normalize("NFD", t) for t in KEPT)
MILD = tuple(f"mild{number}" for number in range(len(KEPT)))


def share(given: tuple[Any, ...], place: str) -> tuple[Any, ...]:
    """All of them for a release; else a third, another one at each place."""
    return given if FULL else given[sorted({*PLACES, *FINDS}).index(place) % 3 :: 3]


def tokens(sql: str) -> list[str]:
    """The words of a statement as the engine reads them, every text blank."""
    raw = sql.encode()
    found = duckdb.tokenize(sql)
    ends = [at for at, _ in found[1:]] + [len(raw)]
    return [
        "'" if kind == duckdb.token_type.string_const else raw[at:end].decode().strip()
        for (at, kind), end in zip(found, ends, strict=True)
    ]


def texts(sql: str) -> set[str]:
    """The texts of a statement as the engine reads them."""
    raw = sql.encode()
    found = duckdb.tokenize(sql)
    ends = [at for at, _ in found[1:]] + [len(raw)]
    return {
        raw[at:end].decode().strip()[1:-1].replace("''", "'")
        for (at, kind), end in zip(found, ends, strict=True)
        if kind == duckdb.token_type.string_const
    }


def each(form: str, over: str = "customers", joined: str = " or ") -> Callable[[tuple[str, ...]], str]:
    """A condition once for every text."""
    return lambda given: f"count({over} where {joined.join(form.format(spoken(t)) for t in given)})"


def listed(form: str, over: str = "customers") -> Callable[[tuple[str, ...]], str]:
    """A condition with a list of all texts."""
    return lambda given: f"count({over} where {form.format(', '.join(map(spoken, given)))})"


PLACES: dict[str, Callable[[tuple[str, ...]], str]] = {
    "is": each("name is {}"), "is not": each("name is not {}", joined=" and "), "order": each("name <= {}"),
    "between": each('name is between {} and "zz"'), "contains": each("name contains {}"),
    "starts": each("name starts with {}"), "ends": each("name ends with {}"), "tags": each("tags contains {}"),
    "id": each("id is {}"), "reference": each("customer is {}", "orders"),
    "path": each("order.customer.city is {}", "lines"), "choice": each("status is {}", "orders"),
    "one of": listed('name is one of "x", {}'), "not one of": listed("name is not one of {}"),
    "replaced": each('replace(name, {}, "-") is "x"'), "replacing": each('replace(name, "a", {}) is "x"'),
    "part": each('part(name, {}, 1) is "x"'), "joined": each('text_join({}, name, city) is "x"'),
    "known": each('first_known(city, {}) is "x"'), "missing": each("missing_if(name, {}) is missing"),
    "then": each('if (city is "Rome") then name else {} is "x"'), "lower": each("lower({}) is name"),
    "length": each("length({}) > length(name)"), "object": listed("has bought category any of {}"),
    "inside": listed("has ordered where (channel is one of {}) in the last 30 days"),
    "child": listed("has line where (product.category is one of {})", "orders"),
    "their": listed("their total_sales where (order.channel is one of {}) >= $5"),
    "salt": each("in bucket 0 to 9 of 100 salted {}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with shop(tmp_path_factory.mktemp("empty")) as project:
        yield project


@pytest.mark.parametrize("place", PLACES)
def test_texts_in_conditions_change_nothing_but_themselves(empty: Any, place: str) -> None:
    given = share(KEPT, place)
    if place == "salt":
        given = tuple(t for t in given if t)
    evil = empty.sql(PLACES[place](given))
    assert tokens(evil) == tokens(empty.sql(PLACES[place](MILD[: len(given)])))
    if place not in ("lower", "length", "salt"):
        assert set(given) <= texts(evil)


@pytest.mark.parametrize("place", ["is", "one of", "inside", "replacing"])
def test_another_dialect_reads_the_same_texts(empty: Any, place: str) -> None:
    """Spark escapes by backslash; read back by its own rules, every text is what it was."""
    sql = empty.stages.sql_text(empty.model, PLACES[place](KEPT[::7]), "spark")
    read = sqlglot.parse(sql, read="spark")
    assert len([s for s in read if s is not None]) == 1
    assert set(KEPT[::7]) <= {x.this for x in read[0].find_all(sqlglot.exp.Literal) if x.is_string}


ATTRIBUTIONS = """
attribution first {{
  actions clicked
  conversion ordered where (channel is one of {0})
  within 3 days of action
  within 2 days for campaign {0}
  within 1 days for campaign.channel {0}
  require order.channel is one of {0}
  exclude campaign.category is one of {0}
}}
event odd on orders at created_at where channel is one of {0}
filter strange on customers = has odd and not name is one of {0}
audience some {{ include strange }}
metric all_of_it = sum(orders.total where customer.name is one of {0}) attributed by first
"""


def test_texts_in_declarations_change_nothing_but_themselves(tmp_path: Any) -> None:
    given = tuple(t for t in KEPT if t)
    made = []
    for name, all_texts in (("evil", given), ("mild", MILD[: len(given)])):
        spec = ATTRIBUTIONS.format(", ".join(map(spoken, all_texts)))
        with shop(tmp_path / name, spec) as project:
            assert project.check() == ()
            made.append([project.sql("all_of_it by campaign.name for audience some"), project.sql("some")])
    for evil, mild in zip(*made, strict=True):
        assert tokens(evil) == tokens(mild)
        assert set(given) <= texts(evil)


def test_parameters_are_texts_wherever_they_come_from(tmp_path: Any) -> None:
    names = [f"w{number}" for number in range(len(KEPT))]
    condition = "filter any_of_them on customers = " + " or ".join(f"name is ${n}" for n in names) + "\n"
    made = {}
    for kind, given in (("spec", KEPT), ("outside", MILD)):
        spec = "".join(f"param {n} = {spoken(t)}\n" for n, t in zip(names, given, strict=True))
        outside = {} if kind == "spec" else {n: _quoted(t) for n, t in zip(names, TYPED, strict=True)}
        with shop(tmp_path / kind, spec + condition, params=outside) as project:
            made[kind] = project.sql("count(customers where any_of_them)")
    assert texts(made["spec"]) >= set(KEPT)
    assert texts(made["outside"]) >= set(KEPT)
    assert tokens(made["spec"]) == tokens(made["outside"])


def _quoted(text: str) -> str:
    """As `--set` takes a text that looks quoted."""
    return spoken(text) if len(text) > 1 and text[0] == text[-1] == '"' else text


MAPPED = """
table customers from shop.people {{
  where name is not one of {0}
  id = id
  name = if (city is one of {0}) then replace(name, {1}, {2}) else first_known(city, {1})
  city = part(text_join({2}, name, city), {1}, 1)
  kind = lookup(shop.people.name, id = id, city = {1})
  none = missing_if(city, {0})
}}
table stores = sql \"\"\"
  SELECT name AS id, name FROM shop.people WHERE city IN ({3})
\"\"\"
"""


def test_texts_in_mappings_and_sql_tables(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    render = staging.render
    monkeypatch.setattr(staging, "render", lambda statement: sent.append(render(statement)) or sent[-1])
    given = tuple(t for t in KEPT if t and '"""' not in t and "\n" not in t)
    made = []
    warm = tuple(f"{t}s" for t in MILD[: len(given)])  # what every load says is written once in a process
    for name, all_texts in (("warm", warm), ("evil", given), ("mild", MILD[: len(given)])):
        quoted = ", ".join("'" + t.replace("'", "''") + "'" for t in all_texts)
        first, second = (all_texts[0], all_texts[1]) if name != "evil" else ("' OR '", "\\'; DROP TABLE x; --")
        spec = MAPPED.format(", ".join(map(spoken, all_texts)), spoken(first), spoken(second), quoted)
        sent.clear()
        files = {"people": "id,name,city\n1,Ann,Rome\n", "orders": FILES["orders"]}
        with shop(tmp_path / name, spec, files, tables=["orders"]) as project:
            assert [p for p in project.check(data=True) if p.stops] == []
        made.append(list(sent))
    assert set(given) <= set().union(*map(texts, made[1]))
    for evil, mild in zip(*made[1:], strict=True):
        assert [t for t in tokens(evil) if "/evil/" not in t] == [t for t in tokens(mild) if "/mild/" not in t]


def test_settings_of_a_source_are_texts(tmp_path: Any) -> None:
    """What is read as missing, and names of files and columns, in a source's own words."""
    given = tuple(t for t in KEPT if t and t == t.strip() and "\n" not in t)
    blanks = ", ".join(map(spoken, given))
    head = HEAD.format(title="Shop", zone="UTC").replace('"data"\n', f'"data"\n  blank {blanks}\n')
    rows = [(f"c{n}", t, "kept") for n, t in enumerate(given)]
    files = {"customers": as_csv(("id", "name", "city"), rows), "orders": FILES["orders"]}
    with shop(tmp_path, "", files, head=head) as project:
        found = project.query(
            "count(customers), count(customers where name is known), count(customers where city is known)"
        )
    assert found.rows == ((len(given), 0, len(given)),)


# ---------------------------------------------------------------- found again

FINDS = {
    "is": "name is {}", "contains": "name contains {}", "starts": "name starts with {}", "ends": "name ends with {}",
    "one of": 'name is one of "x", {}', "not": "not (name is not {})", "not one of": "not (name is not one of {})",
    "between": "name is between {0} and {0}", "tags": "tags contains {}",
}  # fmt: skip


SOME = KEPT if FULL else tuple(t for t in KEPT if 0 < len(t) < 4 and not t.isalnum())[::2]
HOLDS: dict[str, Callable[[str, str], bool]] = {
    "is": str.__eq__, "contains": str.__contains__, "starts": str.startswith, "ends": str.endswith, "not": str.__eq__,
}  # fmt: skip


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One customer for every text; the number of each stands beside."""
    rows = [(f"c{n}", n, unicodedata.normalize(("NFC", "NFD")[n % 2], t), t) for n, t in enumerate(KEPT) if t]
    files = {**FILES, "customers": as_csv(("id", "number", "name", "tags"), rows)}
    spec = "table customers from shop.customers {\n  number = number(number)\n}\n"
    spec += "".join(
        f"metric {find}_{n} = count(customers where {FINDS[find].format(spoken(t))})\n"
        for find in HOLDS
        for n, t in enumerate(SOME)
    )
    with shop(tmp_path_factory.mktemp("people"), spec, files, tables=[t for t in FILES if t != "customers"]) as project:
        yield project


@pytest.mark.parametrize("find", FINDS)
def test_a_value_is_found_by_what_it_is(people: Any, find: str) -> None:
    known = {n: t for n, t in share(tuple(enumerate(KEPT)), find) if t}
    if find == "tags":  # texts are split at `;` and lose blanks around them
        known = {n: t for n, t in known.items() if ";" not in t and t == t.strip()}
    own = " or ".join(f"(number = {n} and ({FINDS[find].format(spoken(t))}))" for n, t in known.items())
    assert people.query(f"count(customers where {own})").rows == ((len(known),),)


@pytest.mark.parametrize("find", HOLDS)
def test_nothing_else_is_found(people: Any, find: str) -> None:
    (found,) = people.query(", ".join(f"{find}_{n}" for n in range(len(SOME)))).rows
    assert list(found) == [sum(HOLDS[find](a, t) for a in KEPT if a) for t in SOME]


# ---------------------------------------------------------------- titles and notes

TITLED = """
report r {0} {{
  for all records
  tab {0} {{
    show table {0} of total_orders as {0} by order.channel as {0} top 1 of total_orders rest {0} total {0}
    note {0}
  }}
  export {0} as csv
}}
"""


@pytest.mark.parametrize("text", KEPT if FULL else KEPT[::23])
def test_titles_are_no_part_of_the_sql(empty: Any, text: str) -> None:
    phrase = "total_orders as {0} by order.channel as {0} top 1 of total_orders rest {0} total {0}"
    assert tokens(empty.sql(phrase.format(spoken(text)))) == tokens(empty.sql(phrase.format('"mild"')))


@pytest.mark.parametrize("text", KEPT if FULL else KEPT[::53])
def test_a_report_of_titles(tmp_path: Any, text: str) -> None:
    with shop(tmp_path, TITLED.format(spoken(text)), title=spoken(text)[1:-1]) as project:
        assert [p for p in project.check() if p.stops] == []
        report = project.report("r")
    (tab,) = report.parts
    (figure, note) = tab.parts
    assert (report.title, tab.title, figure.title, note.text, report.project) == (text,) * 5
    assert [c.title for c in figure.result.columns] == [text, text]


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_seen_is_refused(empty: Any, tmp_path: Any, text: str) -> None:
    with pytest.raises(SpecError) as caught:
        empty.query(f"count(customers where name is {spoken(text)})")
    assert codes(caught.value) == {"P0106"}
    outside = shop(tmp_path, 'param w = "x"\nfilter f on customers = name is $w\n', params={"w": text})
    with outside as project, pytest.raises((SpecError, UsageError)):
        project.query("count(customers where f)")


@pytest.mark.parametrize("text", PAYLOADS if FULL else [*REFUSED, *PAYLOADS[::11]])
def test_texts_of_the_command_line_never_break_it(empty: Any, text: str) -> None:
    for ask in (lambda: empty.why(text, "all_tracked_users"), lambda: empty.audience(text), lambda: empty.query(text),
                lambda: empty.audience("all_tracked_users", [text]), lambda: empty.sql(text), lambda: empty.plan(text),
                lambda: empty.report(text), lambda: empty.detail(text, text)):  # fmt: skip
        with pytest.raises(PatronError) as caught:
            ask()
        assert caught.value.exit_code in (2, 3)


@pytest.mark.parametrize("text", ["\udc80", "a\x1b[31mb\u202e", "';--"])
@pytest.mark.parametrize("args", [
    ["query", "{}"], ["query", "total_sales", "--set", "{}"], ["query", "total_sales", "--set", "{}=1"],
    ["query", "total_sales", "--as-of", "{}"], ["why", "{}", "{}"], ["audience", "{}"], ["sql", "{}"],
    ["plan", "{}"],
    ["run", "{}"], ["test", "{}"], ["check", "{}"], ["lists", "take", "{}"],
    ["query", "total_sales", "--backend", "{}"], ["query", "total_sales", "--profile", "{}"], ["fmt", "{}"], ["{}"],
])  # fmt: skip
def test_words_of_the_command_line_are_answered(empty: Any, args: list[str], text: str) -> None:
    done = asked(empty.root, *(a.format(text) for a in args))
    assert done.exit_code in (2, 3), done.output
    assert not {"\x1b", "\u202e"} & set(done.output)
