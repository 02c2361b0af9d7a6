"""The canonical tables: columns, types and references (section 6)."""

from __future__ import annotations

SINGULAR = {
    "customers": "customer", "orders": "order", "lines": "line", "products": "product", "stores": "store",
    "staff": "staff", "shifts": "shift", "reviews": "review", "campaigns": "campaign", "messages": "message",
    "actions": "action", "sessions": "session", "memberships": "membership", "points": "point",
    "redemptions": "redemption", "consents": "consent", "locations": "location", "stock": "stock",
}  # fmt: skip
PLURAL = {one: many for many, one in SINGULAR.items()}

REFERENCES = {
    "customers": {"home": "locations", "home_store": "stores", "merged_into": "customers"},
    "orders": {
        "customer": "customers", "root_order": "orders", "ref_order": "orders", "store": "stores", "staff": "staff",
        "session": "sessions",
    },
    "lines": {"order": "orders", "product": "products", "staff": "staff"},
    "staff": {"store": "stores"},
    "shifts": {"staff": "staff", "store": "stores"},
    "reviews": {"customer": "customers", "order": "orders", "staff": "staff", "store": "stores"},
    "messages": {"campaign": "campaigns", "customer": "customers"},
    "actions": {
        "customer": "customers", "campaign": "campaigns", "message": "messages", "session": "sessions",
        "actor": "customers",
    },
    "sessions": {"customer": "customers", "entry_action": "actions"},
    "memberships": {"customer": "customers", "store": "stores"},
    "points": {"customer": "customers", "order": "orders", "campaign": "campaigns", "store": "stores"},
    "redemptions": {"customer": "customers", "order": "orders", "campaign": "campaigns"},
    "consents": {"customer": "customers"},
    "stock": {"product": "products", "store": "stores"},
}  # fmt: skip

MONEY = {
    "orders": {"total", "gross", "discount", "tax", "shipping", "tip", "refunded", "net_sales"},
    "lines": {"amount", "list_price", "discount", "cost"},
    "products": {"price", "cost"},
    "campaigns": {"cost"},
    "messages": {"cost"},
    "redemptions": {"amount"},
}
NUMBERS = {
    "lines": {"quantity", "returned_quantity"},
    "stores": {"latitude", "longitude"},
    "reviews": {"rating"},
    "campaigns": {"attribution_window"},
    "points": {"quantity"},
    "locations": {"latitude", "longitude"},
    "stock": {"on_hand"},
}
TEXTS = {"customers": {"tags"}, "campaigns": {"tracked_channels"}}
MOMENTS = {
    "customers": {"created_at", "deleted_at", "erased_at"},
    "orders": {"created_at", "canceled_at", "returned_at", "updated_at"},
    "shifts": {"started_at", "ended_at"},
    "reviews": {"created_at"},
    "campaigns": {"created_at", "scheduled_at", "sent_at", "tracked_from"},
    "messages": {"sent_at", "delivered_at"},
    "actions": {"acted_at"},
    "sessions": {"started_at", "ended_at"},
    "memberships": {"joined_at", "left_at"},
    "points": {"posted_at"},
    "redemptions": {"redeemed_at"},
    "consents": {"changed_at"},
}
DATES = {
    "customers": {"birth_date"}, "staff": {"started_on", "ended_on"}, "campaigns": {"ends_on"},
    "points": {"expires_on"}, "stock": {"counted_on"},
}  # fmt: skip
YES_NO = {"customers": {"is_anonymous", "is_blocked"}, "actions": {"is_machine"}}

DEFAULTS = {
    ("orders", "status"): "paid", ("orders", "kind"): "sale", ("lines", "quantity"): 1, ("points", "unit"): "points",
    ("redemptions", "kind"): "coupon", ("customers", "is_anonymous"): False, ("customers", "is_blocked"): False,
    ("actions", "is_machine"): False,
}  # fmt: skip

DEFAULT_DATE = {
    "orders": ("created_at",), "lines": ("order", "created_at"), "actions": ("acted_at",), "messages": ("sent_at",),
    "reviews": ("created_at",), "memberships": ("joined_at",), "points": ("posted_at",),
    "redemptions": ("redeemed_at",), "sessions": ("started_at",), "shifts": ("started_at",),
    "consents": ("changed_at",), "stock": ("counted_on",),
}  # fmt: skip

KIND_SPELLINGS = {
    "text_received": "received", "text_click": "clicked", "open": "opened", "google_review": "reviewed",
}  # fmt: skip


def column_type(table: str, column: str) -> str:
    """The type of a canonical column; other columns stay texts (section 5)."""
    if column == "id" or column in REFERENCES.get(table, {}):
        return "reference"
    kinds = (("money", MONEY), ("number", NUMBERS), ("texts", TEXTS), ("moment", MOMENTS), ("date", DATES))
    for kind, columns in (*kinds, ("yesno", YES_NO)):
        if column in columns.get(table, set()):
            return kind
    return "text"
