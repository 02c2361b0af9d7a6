"""The canonical tables (language reference, section 6): columns, types, references, default dates."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import cache

from patron.dsl.nodes import dataclass
from patron.engine.types import CHOICE, DATE, MOMENT, MONEY, NUMBER, TEXT, TEXTS, WHOLE, YESNO, Type, reference


@dataclass(frozen=True, slots=True)
class CanonicalColumn:
    """A column: `required` (R), `computed` when absent (C), `default` filled in when absent or missing, `personal`
    data, and the values a choice is known to have; `more` when others are welcome beside them."""

    name: str
    type: Type
    required: bool = False
    computed: bool = False
    default: object = None
    personal: bool = False
    choices: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class CanonicalTable:
    """A table; `singular` names one row of it, `date` is the default date (a path), `key` its id column if any."""

    name: str
    singular: str
    columns: tuple[CanonicalColumn, ...]
    date: tuple[str, ...] = ()

    @property
    def by_name(self) -> Mapping[str, CanonicalColumn]:
        return _by_name(self.name)

    @property
    def has_id(self) -> bool:
        return "id" in self.by_name


@cache
def _by_name(table: str) -> Mapping[str, CanonicalColumn]:
    return {c.name: c for c in TABLES[table].columns}


_KINDS = {
    "text": TEXT, "number": NUMBER, "count": WHOLE, "money": MONEY, "date": DATE, "moment": MOMENT, "yesno": YESNO,
    "texts": TEXTS,
}  # fmt: skip

# One line a column: name, type (-> table for a reference, a|b|c for a choice, |... where others may follow), then R, C,
# personal or =default.
_SPEC = """
customers customer
  id text R; created_at moment; name text personal; email text personal; phone text personal; birth_date date
  age_band text C; gender F|M|other; city text; region text; postcode text; country text; home ->locations
  home_store ->stores; tags texts; is_anonymous yesno =no; is_blocked yesno =no; merged_into ->customers
  deleted_at moment; erased_at moment
orders order created_at
  id text R; customer ->customers R; created_at moment R; total money R; gross money; discount money; tax money
  shipping money; tip money; refunded money; net_sales money C
  status open|paid|fulfilled|canceled|returned|deleted =paid; kind sale|return|exchange =sale
  channel retail|online|social|...; canceled_at moment; returned_at moment; updated_at moment; root_order ->orders
  ref_order ->orders; store ->stores; staff ->staff; session ->sessions; currency text; payment_method text
  coupon text C
lines line order.created_at
  id text C; order ->orders R; product ->products; quantity number =1; amount money R; list_price money
  discount money; cost money; returned_quantity number; staff ->staff
products product
  id text R; name text; category text; brand text; price money; cost money
stores store
  id text R; name text; city text; region text; postcode text; country text; timezone text; latitude number
  longitude number
staff staff
  id text R; name text; role text; store ->stores; started_on date; ended_on date
shifts shift started_at
  staff ->staff R; started_at moment R; ended_at moment R; store ->stores
reviews review created_at
  id text R; rating number R; created_at moment R; customer ->customers; order ->orders; staff ->staff; store ->stores
  channel text
campaigns campaign
  id text R; name text; category text; status text; channel text; created_at moment; scheduled_at moment
  sent_at moment; ends_on date; attribution_window number; coupon text; cost money; list ->lists
  tracked_from moment; tracked_channels texts
messages message sent_at
  id text R; campaign ->campaigns R; customer ->customers R; channel text; sent_at moment R; delivered_at moment
  failed_reason text; cost money
actions action acted_at
  id text R; customer ->customers R; campaign ->campaigns; kind received|opened|clicked|reviewed|redeemed|... R
  acted_at moment R; message ->messages; session ->sessions; actor ->customers; channel text; url text
  is_machine yesno =no
sessions session started_at
  id text R; customer ->customers; started_at moment R; ended_at moment; entry_action ->actions; source text
memberships membership joined_at
  customer ->customers R; joined_at moment R; left_at moment; tier text; store ->stores
points point posted_at
  id text C; customer ->customers R; kind earn|boost|adjust|redeem|expire|legacy R; quantity number R
  unit points|credits =points; posted_at moment R; order ->orders; campaign ->campaigns; store ->stores
  expires_on date
redemptions redemption redeemed_at
  id text C; customer ->customers R; order ->orders; campaign ->campaigns; kind coupon|points|credits|reward =coupon
  coupon text; amount money; redeemed_at moment R
consents consent changed_at
  customer ->customers R; channel text R; status in|out|pending R; changed_at moment
locations location
  id text R; latitude number R; longitude number R; postcode text; city text; region text; country text
census census
  area text R; area_kind text R; year number R; population number; median_age number; income number
  households number
stock stock counted_on
  product ->products R; store ->stores; counted_on date R; on_hand number R
purchase_days purchase_day created_at
  id text R; customer ->customers R; order ->orders; created_at moment R; number count; first_on date
  previous_on date; previous ->purchase_days; next_at moment; median_gap number
lifecycle.changes lifecycle.change changed_at
  customer ->customers R; changed_at date R; from_stage text R; to_stage text R
predictions.backtest predictions.backtest
  target text R; level text R; model text R; used yesno R; origin date R; last_origin date; days count R; n count R
  mae number; rmse number; wape number; ratio number; rank_correlation number; gini number; decile_error number
  top_tenth number; coverage number
predictions.deciles predictions.deciles
  target text R; level text R; model text R; used yesno R; origin date R; decile count R; predicted number R
  actual number R
"""

JUDGED: Mapping[str, str] = {"predictions.backtest": "tests", "predictions.deciles": "deciles"}
"""Tables of how well models did, by what is asked of each of them."""
MADE: Mapping[str, str] = {"purchase_days": "orders", "lifecycle.changes": "orders", **dict.fromkeys(JUDGED, "orders")}
"""Tables that are made of another whenever they are asked for: no source fills them, nothing of them is stored."""


def _column(text: str) -> CanonicalColumn:
    name, kind, *flags = text.split()
    default: object = next((f[1:] for f in flags if f.startswith("=")), None)
    if kind.startswith("->"):
        type_ = reference(kind[2:])
    else:
        type_ = CHOICE if "|" in kind else _KINDS[kind]
    choices = tuple(kind.split("|")) if "|" in kind else ()
    if type_ == YESNO:
        default = False
    elif type_ == NUMBER and default is not None:
        default = int(str(default))
    return CanonicalColumn(
        name, type_, "R" in flags, "C" in flags, default, "personal" in flags,
        tuple(c for c in choices if c != "..."), "..." in choices,
    )  # fmt: skip


def _read() -> Mapping[str, CanonicalTable]:
    tables: dict[str, CanonicalTable] = {}
    blocks = _SPEC.strip().replace("\n  ", "; ").splitlines()
    for block in blocks:
        head, *columns = [p.strip() for p in block.split(";") if p.strip()]
        name, singular, *date = head.split()
        found = [_column(c) for c in columns]
        if found[0].name == "id":
            found[0] = CanonicalColumn("id", reference(name), found[0].required, found[0].computed)
        tables[name] = CanonicalTable(name, singular, tuple(found), tuple(date[0].split(".")) if date else ())
    return tables


TABLES: Mapping[str, CanonicalTable] = _read()
SINGULAR: Mapping[str, str] = {t.singular: t.name for t in TABLES.values()}
REFERENCES: Mapping[str, str] = {c.name: c.type.table for t in TABLES.values() for c in t.columns if c.type.table}
"""The table that a column refers to: `home` leads to locations."""


def named(parts: Sequence[str], known: Container[str]) -> int:
    """How many of these names, one or two, name a table (`orders`, `lifecycle.changes`); 0 when they name none."""
    return next((n for n in (1, 2) if len(parts) >= n and ".".join(parts[:n]) in known), 0)


ACTION_KINDS: Mapping[str, str] = {
    "text_received": "received", "received": "received", "delivered": "received", "email_received": "received",
    "text_click": "clicked", "click": "clicked", "clicked": "clicked", "email_click": "clicked",
    "open": "opened", "opened": "opened", "email_open": "opened",
    "google_review": "reviewed", "review": "reviewed", "reviewed": "reviewed",
    "redeem": "redeemed", "redeemed": "redeemed",
    "unsubscribe": "unsubscribed", "unsubscribed": "unsubscribed",
}  # fmt: skip
"""Known spellings of `actions.kind` (lower case) and what they are folded to."""

WITHOUT: Mapping[str, str] = {
    "customers": "the table may be left out: then it is the customers met in orders",
    "orders": "nothing runs",
    "lines": "product insights off",
    "products": "products are ids only",
    "stores": "no store tab",
    "staff": "staff tab off",
    "campaigns": "attribution by campaign off",
    "actions": "attribution off",
    "messages": "sent and delivered counts come from actions only",
    "sessions": "performance cannot be told from attributed",
    "memberships": "member club off",
    "points": "points off",
}
