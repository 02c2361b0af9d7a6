"""Trees made at random, in the form in which the parser gives them, for properties of printing and parsing."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from patron.dsl import tree as t
from patron.dsl.building.base import RESERVED

UNITS = st.sampled_from("second minute hour day week month quarter year".split())
_KEYWORDS = """null and or where by during having sorted top per then else rest total is in has not start once any all
one of missing today now yes no days USD for from language metric value at keep add as order""".split()
_ODD = ["a b", "customer-name", "1st", "城市", "café", "Ünïcode_1", "_", "e\u0301", "x.y", '"', "#", "$", "नमस्ते"]
ODD_NAMES = st.sampled_from([*_KEYWORDS, *_ODD])
_LETTERS = st.characters(codec="utf-8", categories=("Ll", "Lu", "Lo", "Nd"), include_characters="_ -")


def _good_name(text: str) -> bool:
    return bool(text.strip()) and "`" not in text


PLAIN = st.sampled_from("orders customer total city store value channel name id lines product acted_at tags".split())
NAME_TEXTS = st.one_of(PLAIN, PLAIN, ODD_NAMES, st.text(_LETTERS, min_size=1, max_size=8).filter(_good_name))


def _nfc(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", text)


names = NAME_TEXTS.map(lambda n: t.Name(_nfc(n)))
declared = names.filter(lambda n: n.key not in RESERVED)
paths = st.lists(names, min_size=1, max_size=3).map(lambda n: t.Path(tuple(n)))
_CHARS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp"), include_characters='\n"\\#{')
text_values = st.text(_CHARS, max_size=12).map(_nfc)
texts = text_values.map(t.Text)
titles = st.none() | text_values
decimals = st.decimals(0, 10**9, places=2) | st.integers(0, 10**6).map(Decimal)
numbers = decimals.map(t.Number)
wholes = st.integers(0, 5000).map(lambda n: t.Number(Decimal(n)))
percents = decimals.map(t.Percent)
moneys = st.builds(t.Money, decimals, st.sampled_from(["$", "€", "£", "¥", "USD", "TWD"]))
days = st.sampled_from(["2026-05-31", "2024-02-29", "2026-02-30"])
dates = days.map(t.Date)
moments = days.map(lambda d: t.Moment(d + " 06:00"))
params = names.map(t.Param)
counts = wholes | params
durations = st.builds(t.Duration, numbers | params, UNITS)
bools = st.booleans().map(t.Bool)
literals = st.one_of(texts, numbers, moneys, percents, dates, moments, bools, durations)
given = st.one_of(literals, paths, params)
agos = durations.map(t.Ago)
starts_of = st.builds(t.StartOf, st.sampled_from(["this", "previous", "next"]), UNITS)
points = st.one_of(dates, moments, st.just(t.Today()), st.just(t.Now()), agos, starts_of, params, paths)
tops = st.sampled_from(["top", "bottom"])
rank_amounts = st.one_of(wholes, percents, params)
listed = st.lists(given, min_size=1, max_size=3).map(tuple)
some_paths = st.lists(paths, min_size=1, max_size=3).map(tuple)


def _qualifiers(conditions: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[t.Qualifier]:
    bounds = st.sampled_from(["at least", "at most", "more than", "fewer than", "exactly"])
    return st.one_of(
        st.builds(lambda p, v: t.Object(p, (v,)), paths, texts),
        st.builds(lambda p, v: t.Object(p, v, many=True), paths, listed),
        st.builds(t.Times, bounds, counts),
        st.just(t.Times("once", None)),
        st.builds(t.Spending, bounds, st.one_of(numbers, moneys, params), st.booleans()),
        windows,
        st.builds(t.InEach, counts, UNITS, st.booleans()),
        st.builds(t.WithinOf, durations, paths),
        conditions.map(t.Where),
    )


date_windows = st.one_of(
    st.builds(t.InLast, counts, UNITS, st.booleans()), st.builds(t.InNext, counts, UNITS), UNITS.map(t.InThis),
    UNITS.map(t.InPrevious),
)  # fmt: skip
windows = st.one_of(
    date_windows, st.just(t.InPeriod()), points.map(t.Since), points.map(t.BeforePoint),
    st.builds(t.BetweenPoints, points, points),
)  # fmt: skip
_RANK = {t.Object: 0, t.Times: 1, t.Spending: 2, t.Where: 4}


def _sorted(given: list[t.Qualifier]) -> tuple[t.Qualifier, ...]:
    return tuple(sorted(given, key=lambda q: _RANK.get(type(q), 3)))


def _qualified(conditions: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[tuple[t.Qualifier, ...]]:
    return st.lists(_qualifiers(conditions), max_size=3).map(_sorted)


def _step(conditions: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[t.Step]:
    said = _qualified(conditions)
    plain = st.builds(t.Step, paths, said, st.none() | durations)
    return plain | st.builds(t.Step, paths, said, st.none() | durations, paths, said)


def calls(inner: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[t.Call]:
    args = st.lists(st.builds(t.Arg, inner, st.none() | names), min_size=1, max_size=3).map(tuple)
    return st.builds(t.Call, paths, args, st.none() | inner) | st.builds(t.Call, paths, st.just(()))


def _compare(op: str, left: t.Expr, right: t.Expr, words: bool) -> t.Expr:
    if isinstance(right, t.Missing) and op in ("=", "!="):
        return t.IsMissing(left, op == "!=")
    return t.Compare(op, left, right, words and op in ("=", "!="))


def _extend(inner: st.SearchStrategy[t.Expr]) -> st.SearchStrategy[t.Expr]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    bucket_of = st.builds(t.InBucket, counts, st.none() | counts, counts, texts)
    return st.one_of(
        calls(inner),
        st.builds(t.Negate, inner),
        st.builds(t.Binary, st.sampled_from("+-*/"), inner, inner),
        st.builds(t.Choose, inner, inner, inner),
        st.builds(t.Their, paths, st.lists(st.one_of(windows, inner.map(t.Where)), max_size=2).map(
            lambda w: tuple(sorted(w, key=lambda q: not isinstance(q, t.Where))))),
        st.builds(t.Narrowed, paths, inner),
        st.builds(_compare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner, st.booleans()),
        st.builds(t.IsMissing, inner, st.booleans()),
        st.builds(t.OneOf, inner, listed, st.booleans()),
        st.builds(t.Between, inner, inner, inner),
        st.builds(t.Order, st.sampled_from(["before", "after"]), inner, inner),
        st.builds(t.DateIn, inner, date_windows),
        st.builds(t.Near, inner, durations, paths),
        st.builds(t.TextTest, st.sampled_from(["contains", "starts", "ends"]), inner, inner),
        st.builds(t.TextTest, st.just("matches"), inner, texts),
        st.builds(t.InTop, inner, tops, rank_amounts, st.none() | names),
        names.map(t.InAudience),
        st.builds(t.InList, names, st.none() | st.integers(0, 9)),
        bucket_of,
        st.builds(t.InRows, names, texts, st.none() | inner),
        st.builds(t.Has, paths, _qualified(inner), st.lists(_step(inner), max_size=2).map(tuple), st.booleans()),
        several.map(t.And),
        several.map(t.Or),
        inner.map(t.Not),
    )  # fmt: skip


leaves = st.one_of(
    literals, paths, paths, params, st.just(t.Today()), st.just(t.Now()), st.just(t.Missing()), agos, starts_of
)
exprs: st.SearchStrategy[t.Expr] = st.recursive(leaves, _extend, max_leaves=12)

# ---------------------------------------------------------------- phrases

dimensions = st.builds(t.Dimension, paths, st.none() | paths, titles)
names_or_params = names | params
list_refs = st.builds(t.ListRef, names_or_params, st.none() | st.integers(0, 9))
_several_names = st.lists(names_or_params, min_size=1, max_size=3).map(tuple)
_many_names = st.lists(names_or_params, min_size=2, max_size=3).map(tuple)


def _refs(given: tuple[t.Name | t.Param, ...]) -> tuple[t.ListRef, ...]:
    return tuple(map(t.ListRef, given))


subjects = st.one_of(
    st.builds(t.ForAudiences, _several_names, st.booleans()),
    list_refs.map(lambda r: t.ForLists((r,))),
    _many_names.map(lambda n: t.ForLists(_refs(n))),
    _several_names.map(lambda n: t.ForLists(_refs(n), each=True)),
    st.just(t.ForRecords()),
)
day_points = st.one_of(dates, params, st.just(t.Today()))
periods = st.one_of(
    st.builds(t.LastPeriod, counts, UNITS, st.booleans()), UNITS.map(t.ThisPeriod), UNITS.map(t.PreviousPeriod),
    UNITS.map(t.ToDate), st.builds(t.FixedPeriod, day_points, st.none() | day_points), st.just(t.AllTime()),
)  # fmt: skip
comparisons = st.one_of(
    periods, st.just(t.PreviousComparison()), UNITS.map(t.SamePeriodLast), st.just(t.SameWeekdays()),
    st.just(t.NoComparison()), names_or_params.map(t.OtherAudience), list_refs.map(t.OtherList),
)  # fmt: skip
items = st.builds(t.Item, paths | calls(exprs), titles)
phrases = st.builds(
    t.Phrase, st.lists(items, min_size=1, max_size=3).map(tuple), st.lists(dimensions, max_size=3).map(tuple),
    st.none() | subjects, st.none() | periods, st.none() | comparisons, st.none() | exprs, st.none() | exprs,
    st.none() | st.builds(t.Sort, paths, st.none() | st.booleans()),
    st.none() | st.builds(t.Top, counts, st.none() | paths, st.lists(paths, max_size=2).map(tuple)),
    st.none() | texts, st.none() | texts, st.lists(paths, max_size=2).map(tuple),
)  # fmt: skip

# ---------------------------------------------------------------- statements

_setting_values = st.one_of(literals, paths, params, st.builds(t.EnvRef, paths, texts))


def _unique(given: list[t.Setting]) -> tuple[t.Setting, ...]:
    return tuple({s.key.key: s for s in given}.values())


plain_settings = st.builds(t.Setting, names, st.lists(_setting_values, min_size=1, max_size=3).map(tuple))
settings = st.recursive(
    plain_settings,
    lambda s: st.builds(t.Setting, names, st.just(()), st.lists(s, min_size=1, max_size=2).map(_unique)),
    max_leaves=4,
)
some_settings = st.lists(settings, min_size=1, max_size=3).map(_unique)
any_settings = st.lists(settings, max_size=3).map(_unique)
describes = st.none() | texts
languages = st.integers(1, 1).map(t.LanguageDecl)
imports = st.builds(t.ImportDecl, texts, st.lists(paths, max_size=2).map(tuple))
uses = st.builds(t.UseDecl, paths, st.sampled_from([None, "1.0", "2.10.3", "3"]), any_settings)
projects = st.builds(t.ProjectDecl, texts, some_settings)
param_decls = st.builds(t.ParamDecl, names, exprs, st.lists(given, max_size=2).map(tuple))
sources = st.builds(t.SourceDecl, declared, paths, any_settings)
map_clauses = st.one_of(
    st.builds(t.MapColumn, names, exprs.filter(lambda e: "Narrowed" not in repr(e))),
    st.lists(paths, min_size=1, max_size=3).map(lambda p: t.AddMissing(tuple(p))),
)
once_clauses = st.tuples(
    st.none() | st.lists(paths | params, min_size=1, max_size=3).map(lambda k: t.GroupBy(tuple(k))),
    st.none() | some_paths.map(t.KeepLatest),
    st.none() | st.sampled_from(["stop", "missing"]).map(t.BadValues),
)
filters_of_tables = exprs.filter(lambda e: "Narrowed" not in repr(e)).map(t.MapWhere)
_bodies = st.builds(
    lambda where, once, columns: tuple(c for c in (where, *once, *columns) if c is not None),
    st.none() | filters_of_tables, once_clauses, st.lists(map_clauses, min_size=1, max_size=3),
)  # fmt: skip
tables = st.builds(t.TableDecl, names, paths) | st.builds(t.TableDecl, names, paths, _bodies, describes)
sql_tables = st.builds(t.SqlTableDecl, names, st.sampled_from(["SELECT 1", '\n SELECT a."b"\nFROM c.d\n', ""]))
filters = st.builds(t.FilterDecl, declared, paths, exprs, titles)
traits = st.builds(t.TraitDecl, declared, paths, exprs, titles)
events = st.builds(t.EventDecl, declared, paths, paths, st.none() | paths, st.none() | paths, st.none() | exprs, titles)
event_phrases = st.builds(t.EventPhrase, paths, st.none() | exprs)
measures = st.one_of(
    exprs, st.builds(t.Credited, exprs, paths, st.booleans()),
    st.builds(t.Follow, st.booleans(), event_phrases, event_phrases, durations, st.lists(paths, max_size=2).map(tuple),
              st.booleans()),
    st.builds(t.Rolling, counts, UNITS, exprs), st.builds(t.Running, exprs, st.none() | UNITS),
    st.builds(t.Share, exprs, st.lists(st.builds(t.Dimension, paths, st.none() | paths), max_size=2).map(tuple)),
)  # fmt: skip
metrics = st.builds(t.MetricDecl, declared, measures, titles) | st.builds(
    t.MetricDecl, declared, measures, titles, st.none() | paths.map(t.MetricDate),
    st.none() | st.builds(t.MetricFormat, names, st.none() | st.integers(0, 9)),
    st.none() | st.sampled_from(["up", "down"]).map(t.MetricGood), st.none() | exprs.map(t.MetricEmpty), describes,
    st.just(True),
)  # fmt: skip
clocks = st.sampled_from([None, "06:00", "6:30", "23:59"])
weekdays = st.sampled_from("monday tuesday wednesday thursday friday saturday sunday".split())
everies = st.one_of(
    st.builds(t.Every, st.integers(1, 60), UNITS, at=clocks),
    st.builds(t.Every, weekdays=st.lists(weekdays, min_size=1, max_size=3).map(tuple), at=clocks),
    st.builds(t.Every, st.just(1), st.just("month"), day=st.integers(1, 31), at=clocks),
)
groups = st.recursive(
    exprs | st.just(t.Everyone()),
    lambda c: st.builds(
        t.Group, st.sampled_from(["all", "any", "none"]), st.lists(c, min_size=1, max_size=3).map(tuple)
    ),
    max_leaves=5,
)
audiences = st.builds(t.AudienceDecl, declared, exprs, title=titles) | st.builds(
    t.AudienceDecl, declared, groups, st.none() | groups, titles, st.booleans(),
    st.none() | st.builds(t.KeepTop, tops, rank_amounts, exprs), st.none() | everies, st.none() | points, describes,
    st.just(True),
)  # fmt: skip
lists = st.builds(
    t.ListDecl, declared, names, titles, st.one_of(st.none(), everies, (dates | moments).map(t.TakeOnce)),
    st.none() | names.map(t.ListRules), st.none() | st.builds(t.AnalyseRange, durations, durations),
    st.none() | durations.map(t.AtMost), st.none() | st.builds(t.ListRefresh, everies, st.none() | durations),
    describes,
)  # fmt: skip
_own = st.sampled_from(["own", "ignore"])
_credits = st.one_of(
    st.sampled_from(["last", "first", "every", "equal"]).map(t.Credit),
    st.tuples(*[st.integers(0, 100)] * 3).map(lambda s: t.Credit("position", s)),
    durations.map(lambda d: t.Credit("decay", half_life=d)),
)
_once = [
    st.lists(paths, max_size=3).map(lambda k: t.Actions(tuple(k))), st.just(t.OfTheList()),
    event_phrases.map(t.Conversion),
    st.builds(t.Within, durations, st.none() | names), exprs.map(t.Until),
    st.sampled_from(["action", "send"]).map(t.StartsAt), st.booleans().map(t.Counts), _credits,
    st.sampled_from(["order", "action"]).map(t.DatedBy), _own.map(t.UnknownActors),
    st.sampled_from(["count", "ignore"]).map(t.MachineActions), st.just(t.FinishedOnly()),
]  # fmt: skip
_often = st.one_of(st.builds(t.WithinFor, durations, paths, listed), exprs.map(t.Require), exprs.map(t.ExcludeActions))
_clauses = st.builds(
    lambda once, often: tuple(c for c in once if c is not None) + tuple(often),
    st.tuples(*[st.none() | c for c in _once]),
    st.lists(_often, min_size=1, max_size=3),
)
attributions = st.builds(t.AttributionDecl, declared, _clauses, titles, st.none() | paths, describes)
report_params = st.lists(st.builds(t.ReportParam, names, exprs), max_size=2).map(tuple)
targets = calls(exprs).map(t.Target)
shows = st.builds(t.Show, names, st.none() | phrases, titles, any_settings)
exports = st.builds(t.Export, texts, some_paths, st.one_of(st.none(), paths, texts), st.none() | targets,
                    st.lists(paths, max_size=2).map(tuple))  # fmt: skip
parts = st.recursive(
    st.one_of(shows, texts.map(t.Note), exports),
    lambda p: st.builds(
        t.Tab, texts, st.lists(p, min_size=1, max_size=2).map(tuple), st.booleans(), st.booleans(), st.none() | paths
    ),
    max_leaves=4,
)
_report_once = st.permutations([
    subjects.map(t.ReportSubject), st.builds(t.ReportPeriod, periods, st.none() | durations),
    comparisons.map(t.ReportCompare), paths.map(t.ReportAttribution), points.map(t.ReportAsOf), exprs.map(t.Only),
    st.integers(0, 50).map(t.SmallestGroup), st.sampled_from(["fixed", "each period"]).map(t.Membership),
    everies.map(t.Refresh), st.lists(texts, min_size=1, max_size=2).map(lambda x: t.Without(tuple(x))),
])  # fmt: skip
report_clauses = _report_once.flatmap(lambda c: st.tuples(*c[:3]))
reports = st.builds(
    t.ReportDecl,
    declared,
    report_clauses,
    st.lists(parts, max_size=3).map(tuple),
    titles,
    report_params,
    describes,
    st.none() | paths,
)
_steps = st.one_of(
    some_paths.map(t.RunCheck), st.lists(texts, min_size=1, max_size=2).map(lambda x: t.RunTests(tuple(x))),
    st.builds(t.RunReports, st.lists(st.builds(t.MadeReport, paths, report_params), min_size=1, max_size=2).map(tuple),
              st.lists(paths, max_size=2).map(tuple)),
    some_paths.map(t.RunLists), some_paths.map(t.RunRefresh), st.builds(t.RunSend, targets, st.booleans()),
)  # fmt: skip
runs = st.builds(
    lambda name, every, steps, missed, said: t.RunDecl(name, (every, *steps, *missed), said),
    declared, everies, st.lists(_steps, max_size=3), st.lists(
        st.sampled_from(["latest", "all", "skip"]).map(t.RunMissed), max_size=1), describes,
)  # fmt: skip
_tolerances = st.one_of(st.none(), numbers, moneys, percents, params)
expects = st.builds(t.Expect, exprs, st.none() | periods, st.none() | subjects, _tolerances) | st.builds(
    t.ExpectMember, texts, names, st.booleans()
)
tests = st.builds(t.TestDecl, texts, st.lists(expects, min_size=1, max_size=3).map(tuple), st.none() | texts,
                  st.none() | dates | moments, describes)  # fmt: skip

statements: st.SearchStrategy[t.Statement] = st.one_of(
    languages, imports, uses, projects, param_decls, sources, tables, sql_tables, filters, traits, events, metrics,
    audiences, lists, attributions, reports, runs, tests,
)  # fmt: skip

BY_NAME: dict[str, st.SearchStrategy[t.Statement]] = {
    "imports": imports, "uses": uses, "projects": projects, "params": param_decls, "sources": sources, "tables": tables,
    "sql_tables": sql_tables, "filters": filters, "traits": traits, "events": events, "metrics": metrics,
    "audiences": audiences, "lists": lists, "attributions": attributions, "reports": reports, "runs": runs,
    "tests": tests,
}  # fmt: skip

documents = st.lists(statements, max_size=3).map(
    lambda s: t.Document("made.patron", (t.LanguageDecl(1), *(x for x in s if not isinstance(x, t.LanguageDecl))))
)
