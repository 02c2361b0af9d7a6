"""Roles by outputs by columns: what each may be given, and that no canary leaves with a role that may not see it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from patron.engine.results import Figure
from patron.engine.runner.audit import project_key, records
from patron.engine.runtime.errors import PatronError, PermissionDenied
from tests.runner.permissions.conftest import POLICY, leaks

ROWS = {"olga": True, "emil": True, "vera": False, "anna": False}
SEES = {"olga": True, "emil": False, "vera": True, "anna": False}

ROW_LEVEL = {
    "audience": lambda p: p.audience("everybody_known"),
    "sample of columns": lambda p: p.audience("best", ["city"]),
    "why": lambda p: p.why("c1", "best"),
    "details": lambda p: p.detail("allowed", "order_details"),
    "people": lambda p: p.detail("allowed", "people"),
    "list": lambda p: p.list_members("kept"),
    "by customer": lambda p: p.query("total_sales by customer"),
    "by order": lambda p: p.query("total_sales by order"),
    "by the customer of a row": lambda p: p.query("total_sales by order.customer"),
    "an id that is counted": lambda p: p.query("count(orders) by order"),
}


@pytest.mark.parametrize("user", ROWS)
@pytest.mark.parametrize("output", ROW_LEVEL)
def test_rows_take_export(user_at, user, output):
    if output == "list":
        user_at("olga").take_list("kept")
    project = user_at(user)
    if ROWS[user]:
        assert ROW_LEVEL[output](project) is not None
    else:
        with pytest.raises(PermissionDenied) as caught:
            ROW_LEVEL[output](project)
        assert [p.code for p in caught.value.problems] == ["P0808"]


ASKED_BY = [
    'total_sales where order.customer.email is "CANARYmail1@x.org"',
    'total_sales where order.customer.name starts with "C"',
    "total_sales by customer.email",
    "total_sales by customer.birth_date",
    "total_sales by customer.mail",
    "total_sales by customer.same_mail",
    "total_sales by customer.house",
    "total_sales by customer.early",
    "total_sales by customer.nickname",
    "total_sales by customer.postcode",
    "total_sales by customer.home.latitude",
    "total_sales by customer.narrow",
    "total_sales by demographics.age",
    "members by month of customer.birth_date",
    "total_sales for audience soon",
    "total_sales for audience gold",
    "total_sales for audience best compare to audience soon",
    "count(customers where birth_date is before 1970-01-01)",
    "total_sales having first_mail is after 1900-01-01",
    "unique(customers.mail)",
    "unique(customers.narrow)",
    "count(customers.house)",
    "average(customers.home.latitude)",
    "total_sales, sum(customers.demographics.age)",
    "median(customers.demographics.age)",
    "total_sales by customer.city, customer.email top 1 of total_sales",
]  # fmt: skip


@pytest.mark.parametrize("phrase", ASKED_BY)
def test_a_masked_column_is_not_asked_by_value(user_at, phrase):
    project = user_at("emil")
    with pytest.raises(PatronError) as caught:
        project.query(phrase)
    codes = {p.code for p in caught.value.problems}
    assert "P0809" in codes, (codes, caught.value)
    assert isinstance(caught.value, PermissionDenied)
    assert not leaks(f"{caught.value} {caught.value.hint}")
    place = next(p.span for p in caught.value.problems)
    assert (place.line, place.column) != (1, 1), "it says where"


@pytest.mark.parametrize("phrase", [p for p in ASKED_BY if "first_mail" not in p])
def test_who_sees_personal_columns_may_ask_by_them(user_at, phrase):
    assert user_at("olga").query(phrase) is not None


ALLOWED = {
    "total_sales by customer.city": 2,
    "total_sales by demographics.age_band": None,
    "total_sales by customer.ages": None,
    "total_sales by demographics.generation": None,
    "total_sales by customer.placed": None,
    "with_mail": 1,
    "mails": 1,
    "unique(customers.nickname), count(customers.name), unique(customers.birth_date)": 1,
    "unique(customers.postcode), unique(customers.home.latitude)": 1,
    "unique(customers.nickname) by customer.city": 2,
    "unique(customers.nickname) by customer.ages": None,
    "units by product.department": 2,
    "count(customers where birth_date is known)": 1,
}


@pytest.mark.parametrize("phrase", ALLOWED)
def test_approved_ways_give_the_numbers_that_everybody_gets(user_at, phrase):
    assert user_at("anna").query(phrase).rows == user_at("olga").query(phrase).rows


COLUMNS = {
    "name": None,
    "email": "pseudonym",
    "phone": "pseudonym",
    "birth_date": "1965-01-01",
    "postcode": "CA",
    "nickname": None,
    "mail": None,
    "house": None,
    "early": None,
    "demographics.age": None,
    "home.latitude": 41.8,
    "city": "City1",
    "ages": "50+",
}


@pytest.mark.parametrize("user", ["olga", "emil"])
@pytest.mark.parametrize("column", COLUMNS)
def test_columns_of_an_audience(user_at, user, column):
    found = user_at(user).audience("everybody_known", [column]).rows[0][1]
    if user == "olga":
        assert found is not None
        return
    if COLUMNS[column] == "pseudonym":
        assert len(found) == 16
        assert not leaks(found)
    else:
        assert (str(found) if column == "birth_date" else found) == COLUMNS[column]


def test_a_pseudonym_is_keyed_with_the_project_and_stable(shop, folder):
    first = shop("emil").audience("everybody_known", ["email"]).rows
    assert first == shop("emil").audience("everybody_known", ["email"]).rows
    key = project_key(folder / ".patron")
    inner, outer = (hashlib.sha256(f"pseudonym {w} ".encode() + key).hexdigest() for w in ("inner", "outer"))
    once = hashlib.sha256(f"{inner}CANARYmail1@x.org".encode()).hexdigest()
    assert first[0] == ("c1", hashlib.sha256(f"{outer}{once}".encode()).hexdigest()[:16])


def _everything(root: Path) -> str:
    """All that was written below a folder, workbooks unpacked."""
    found = []
    for path in sorted(root.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                found += [book.read(n).decode("utf-8", "replace") for n in book.namelist()]
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    return "\n".join(found)


@pytest.mark.parametrize("user", ["emil", "anna"])
def test_no_exporter_writes_a_canary(shop, folder, user):
    project = shop(user)
    formats = sorted({"html", "csv", "json", "markdown", "xlsx"} & set(project.catalog.exporters))
    project.run(["plain", "allowed", "hidden"], formats)
    project.run(["allowed"])
    written = _everything(folder / "out")
    assert "City1" in written
    assert not leaks(written)
    assert not leaks(_everything_kept(folder))


def _everything_kept(folder: Path) -> str:
    return "\n".join(p.read_text("utf-8") for p in (folder / ".patron").glob("audit*") if p.is_file())


def test_files_for_advertising_take_export_and_have_no_addresses_for_who_may_not_see_them(shop, folder):
    spec = 'report ads "Ads" {\n  for audience everybody_known\n  export "Meta" as meta_ads\n}\n'
    (folder / "ads.patron").write_text(f'language 1\nimport "shop.patron"\n{spec}', encoding="utf-8")
    name = next((n for n, e in shop("olga").catalog.exporters.items() if e.takes == "people"), None)
    assert name is not None
    (folder / "ads.patron").write_text(
        (folder / "ads.patron").read_text("utf-8").replace("meta_ads", f"`{name}`" if "-" in name else name), "utf-8"
    )
    (made,) = shop("anna").run(["ads"])
    assert (made.files, made.exit_code) == ((), 5)
    assert [p.code for p in made.skipped] == ["P0808"]
    hashed = {hashlib.sha256(f"canarymail{n}@x.org".encode()).hexdigest() for n in range(1, 7)}
    shop("emil").run(["ads"])
    assert not any(h in _everything(folder / "out") for h in hashed)
    shop("olga").run(["ads"])
    assert any(h in _everything(folder / "out") for h in hashed), "the test would see them"


def test_a_show_of_rows_is_left_out_of_a_report(user_at):
    shows = {f.title: f for f in user_at("anna").report("plain").parts if isinstance(f, Figure)}
    assert shows["Cities"].result is not None
    assert shows["Single"].result is None
    assert "P0808" in shows["Single"].problem or "may not see rows" in shows["Single"].problem
    assert len({f.title: f for f in user_at("emil").report("plain").parts}["Single"].result.rows) == 6


def test_exports_are_for_the_roles_they_name_and_rows_take_export_as_well(shop):
    made = {user: {f.name for f in shop(user).run(["allowed"])[0].files} for user in ROWS}
    assert made["olga"] == made["emil"] == {
        "Details.csv", "Details-order-details.csv", "Details.json", "Everyone.csv", "Everyone-order-details.csv",
    }  # fmt: skip
    assert made["vera"] == made["anna"] == set()
    (done,) = shop("anna").run(["allowed"])
    assert ([p.code for p in done.skipped], done.exit_code) == (["P0805", "P0808"], 5)


def test_several_roles_add_up_and_groups_count(shop):
    both = POLICY.replace('users = ["vera"]', 'users = ["vera", "emil"]')
    assert shop("emil", both).audience("best", ["email"]).rows[0][1].startswith("CANARYmail")
    assert shop("gina", groups={"crm"}).query("total_sales").rows
    with pytest.raises(PermissionDenied):
        shop("gina").query("total_sales")


def test_a_run_acts_in_the_role_of_runs_if_who_performs_it_has_that_role(shop, folder):
    runs = 'role = "analysts"\n' + POLICY.replace('users = ["anna"]', 'users = ["anna", "olga"]')
    (done,) = shop("olga", runs).run(["nightly"])
    assert done.exit_code == 5
    assert not list((folder / "sent").glob("Details*")), "olga may, her runs may not"
    (done,) = shop("olga").run(["nightly"])
    assert (done.exit_code, (folder / "sent" / "Details.csv").exists()) == (0, True)
    (done,) = shop("anna").run(["nightly"])
    assert done.exit_code == 5, "performing a run of owners gives nobody their rights"


def test_sql_and_plans_are_shown_as_they_would_be_sent(user_at):
    assert '"t1"."email"' in user_at("olga").sql("mails")
    ages = "total_sales by customer.ages"
    assert user_at("emil").sql(ages) == user_at("olga").sql(ages)
    with pytest.raises(PermissionDenied):
        user_at("emil").sql("total_sales by customer.email")
    with pytest.raises(PermissionDenied):
        user_at("anna").plan("total_sales by customer")


def test_classes_of_the_policy_count(shop):
    opened = POLICY + '\n[classes]\n"customers.nickname" = "internal"\n"customers.city" = "sensitive"\n'
    project = shop("emil", opened)
    assert project.audience("best", ["nickname", "city"]).rows[0] == ("c1", "CANARYnick1", None)
    assert project.query("total_sales by customer.nickname").rows
    with pytest.raises(PermissionDenied):
        project.query("total_sales by customer.city")
    assert shop("vera", opened).query("with_mail").rows
    with pytest.raises(PermissionDenied):
        shop("vera", opened).query("total_sales by customer.city")


def test_small_groups_of_a_role_cannot_be_lowered_by_specs(shop, folder):
    few = POLICY.replace('users = ["anna"]', 'users = ["anna"]\nsmallest_group = 5')
    result = shop("anna", few).query("total_sales by customer.city")
    assert {result.state(i, 1) for i in range(2)} == {"suppressed"}
    project = shop("anna", few)
    assert project.count("best") == (6, ())
    show = 'show table "Cities" of total_sales by customer.city'
    report = f"report low {{\n  for all records\n  smallest_group 0\n  {show}\n}}\n"
    (folder / "low.patron").write_text(f'language 1\nimport "shop.patron"\n{report}', encoding="utf-8")
    (figure,) = shop("anna", few).report("low").parts
    assert [figure.result.state(i, 1) for i in range(2)] == ["suppressed", "suppressed"]
    (figure,) = shop("olga", few).report("low").parts
    assert [figure.result.state(i, 1) for i in range(2)] == ["ok", "ok"]


def test_hints_name_no_value_of_a_masked_column(shop, folder):
    wrong = 'audience typo {\n  include nickname is "CANARYnik1"\n}\n'.replace("CANARY", "CANARI")
    (folder / "typo.patron").write_text(f'language 1\nimport "shop.patron"\n{wrong}', encoding="utf-8")
    told = " ".join(f"{p.message} {p.hint}" for p in shop("emil").check(data=True))
    assert not leaks(told)


def test_every_row_that_leaves_is_recorded_without_its_values(shop, folder):
    project = shop("emil")
    project.audience("best", ["email", "city"])
    with pytest.raises(PermissionDenied):
        project.query("total_sales by customer.email")
    project.query("total_sales by customer.city")
    found = list(records(folder / ".patron"))
    assert [(r["phase"], r["action"], r["decision"]) for r in found] == [
        ("intent", "audience", "allowed"), ("outcome", "audience", "done"), ("refused", "query", "refused"),
    ]  # fmt: skip
    assert found[1]["columns"][1:] == [{"name": "email", "class": "pii"}, {"name": "city", "class": "internal"}]
    assert (found[1]["row_count"], found[1]["intent"], found[2]["reason"]) == (6, 1, "P0809")
    assert not leaks(json.dumps(found))


def test_without_a_policy_all_is_allowed_and_nothing_recorded(shop, folder):
    project = shop("nobody", "")
    assert project.audience("best", ["email"]).rows[0][1] == "CANARYmail1@x.org"
    assert project.query("total_sales by customer.email").rows
    project.run(["allowed"])
    assert project.grants.decided, "an export with `allow` was made"
    assert not (folder / ".patron" / "audit.jsonl").exists()


@pytest.mark.parametrize("user", ["anna", "emil"])
def test_problems_of_rows_name_nobody_to_who_may_not_see_rows(shop, folder, user):
    path = folder / "data" / "customers.csv"
    before = path.read_text("utf-8")
    path.write_text(before + before.splitlines()[1] + "\n", encoding="utf-8")
    try:
        with pytest.raises(PatronError) as caught:
            shop(user).query("total_sales")
        told = f"{caught.value} {[(p.message, p.hint) for p in caught.value.problems]}"
        assert "P0706" in {p.code for p in caught.value.problems}
        assert ("`c1`" in told) == ROWS[user], told
        assert ("`c1`" in str(shop(user).check(data=True))) == ROWS[user]
    finally:
        path.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("user", ["anna", "emil"])
@pytest.mark.parametrize("mapped", ["", " {\n  total = lookup(shop.orders.total, id = id)\n}"])
def test_a_value_that_cannot_be_read_is_shown_to_who_may_see_rows(shop, folder, user, mapped):
    path, spec = folder / "data" / "orders.csv", folder / "shop.patron"
    before, said = path.read_text("utf-8"), spec.read_text("utf-8")
    spec.write_text(said.replace("table orders from shop.orders", "table orders from shop.orders" + mapped), "utf-8")
    path.write_text(before + 'o99,c1,2026-05-01,"CANARY: 7; first at x:1: ""b""",paid\n', encoding="utf-8")
    try:
        with pytest.raises(PatronError) as caught:
            shop(user).query("total_sales")
        (problem,) = caught.value.problems
        assert (problem.code, "orders.csv:" in problem.message) == ("P0705", True)
        assert ("looked up in shop.orders at orders.csv:" in problem.message) == bool(mapped)
        assert ("CANARY" in f"{caught.value} {problem}") == ROWS[user]
    finally:
        path.write_text(before, encoding="utf-8")
        spec.write_text(said, encoding="utf-8")


def test_former_specs_over_former_rows_are_masked_by_their_own_columns(shop, folder):
    path = folder / "shop.patron"
    text, table = path.read_text("utf-8"), "table customers from shop.customers"
    path.write_text(text.replace(table, f"{table} {{\n  alias = name\n}}"), encoding="utf-8")
    try:
        before = shop("emil")
        assert before.audience("best", ["alias"]).rows[0] == ("c1", None)
        path.write_text(text, encoding="utf-8")
        then = shop("emil").seen_from(None)
        for name in ("declared", "bound", "newest", "model", "loaded"):
            then.__dict__.pop(name, None)
        then.__dict__["_parsed"] = before._parsed
        assert then.audience("best", ["alias"]).rows[0] == ("c1", None), "no column of now has this name"
        then.close()
    finally:
        path.write_text(text, encoding="utf-8")


def test_keys_stand_in_nothing_that_leaves(shop, folder):
    project = shop("emil")
    project.audience("best", ["email"])
    (made,) = shop("emil").run(["allowed"], ["json", "html"])
    inner, outer = project.grants._keys()
    written = _everything(folder / "out") + _everything_kept(folder) + project.sql("mails")
    assert made.files
    assert not [k for k in (inner, outer, project_key(folder / ".patron").hex()) if k in written]
