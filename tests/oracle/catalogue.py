"""What is asked of every random world: declarations of its project, audiences, phrases."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

_BASE = """
filter big_order on orders = value >= $50
filter with_edibles on orders = has line where (product.category is "Edibles")
filter with_two on orders = has line where (quantity >= 2 and order.channel is "online")
filter redeemed_order on orders = has redemption where (coupon is "HELLO")
trait favourite on customers = most_common(lines.product.category where order.valid_order)
trait biggest on customers = max(orders.value where valid_order)
trait habit on customers = band(count(orders where valid_order), 1, 3, 6)
trait middle on customers = median(orders.value where valid_order)
trait usual on customers = average(orders.value where valid_order)
trait first_channel on customers = first(orders.channel where valid_order)
trait last_channel on customers = last(orders.channel where valid_order)
trait pieces on orders = sum(lines.quantity)
trait line_count on orders = count(lines)
trait growth on orders = value - previous_order.value
trait years on customers = age(birth_date)
trait place on customers = first_known(city, region, "nowhere")
trait size on orders = if (value >= $80) then "large" else if (value >= $30) then "middle" else "small"
trait wait on orders = band(days_since_previous_order, 7, 30, 90)
event bought_edibles on lines at order.created_at per order worth amount
  where order.valid_order and product.category is "Edibles"
event big_sale on orders at created_at worth total
  where valid_order and value >= $60
event online_order on orders at created_at worth value
  where valid_order and channel is "online"

metric lines_sold = count(lines)
metric coupons = count(redemptions)
metric coupon_orders = unique(redemptions.order)
metric all_orders = count(orders)
metric online_sales = total_sales where (order.channel is "online")
metric online_share = total_sales where (order.channel is "online") / total_sales
metric online_items = items_per_order where (order.channel is "online")
metric women_online = online_sales where (customer.gender is "F")
metric net = sum(orders.net_sales where valid_order)
metric middle_order = median(orders.value where valid_order)
metric large_order = percentile(orders.value, 90% where valid_order)
metric least_order = min(orders.value where valid_order)
metric most_order = max(orders.value where valid_order)
metric mean_gap = average(orders.days_since_previous_order)
metric usual_channel = most_common(orders.channel where valid_order)
metric last_paid = last(orders.value where valid_order)
metric grown = sum(orders.growth)
metric active_members = count(customers where purchase_days >= 2)
metric day_count = sum(customers.purchase_days)
metric cancellations {
  value count(orders where status is "canceled")
  date orders.canceled_at
}
metric average_shown {
  value total_sales / total_orders
  when empty show $0
}
metric opens = count(actions where kind is "opened")
metric reached_people = unique(actions.customer where kind is one of "received", "opened")
metric rolling_week = rolling 7 days of total_sales
metric rolling_shoppers = rolling 30 days of total_shoppers
metric rolling_weeks = rolling 2 weeks of total_orders
metric so_far = running total of total_sales
metric so_far_orders = running total of total_orders
metric share_of_all = share of product_sales
metric category_share = share of product_sales within product.category
metric store_share = share of total_sales within store
metric month_share = share of total_orders within month
metric retention = share of total_shoppers within month of customer.first_order_at
metric second_rate = rate from first_order to ordered within 30 days
metric second_finished = rate from first_order to ordered within 30 days finished windows only
metric again = how many from ordered to ordered within 14 days
metric same_again = how many from bought to bought within 60 days matching product
metric same_category = rate from bought to bought within 90 days matching product.category
metric click_rate = rate from clicked to ordered within 3 days
metric click_big = how many from clicked where (channel is "sms") to ordered where (value >= $40) within 14 days
metric open_then_click = rate from opened to clicked within 7 days

attribution marketing {
  actions clicked, opened, received
  conversion ordered
  within 14 days of action unless campaign sets attribution_window
  within 2 days for campaign.channel "sms"
  within 12 hours for campaign "Named"
  exclude campaign.category is "control group"
}
attribution plain {
  actions any
}
attribution short extends marketing {
  within 3 days of action
}
attribution first_one extends marketing {
  credit to first action
}
attribution each_one extends marketing {
  credit to every action
}
attribution repeats extends marketing {
  counts every purchase
}
attribution evenly extends repeats {
  credit by equal share
}
attribution positions extends repeats {
  credit by position 40 20 40
}
attribution fading extends repeats {
  credit by decay 7 days
}
attribution known_people extends marketing {
  unknown actors ignore
}
attribution robots_too extends marketing {
  machine actions count
}
attribution big_only extends marketing {
  conversion ordered where (value >= $40)
}
attribution visits extends repeats {
  require order.session = action.session
}
attribution coupon_used extends repeats {
  require has redemption where (coupon = action.campaign.coupon)
}
attribution by_action_day extends marketing {
  dated by action
}
attribution complete extends marketing {
  finished windows only
}
attribution life {
  actions clicked, opened
  until campaign.ends_on
  counts every purchase
}
attribution by_channel {
  actions opened, clicked, received
  within 10 days of action
  within 1 days for action.channel "sms"
}
metric credited = sum(orders.value) attributed by marketing
metric credited_orders = count(orders) attributed by marketing
metric credited_actions = count(actions) attributed by marketing
metric credited_people = unique(orders.customer) attributed by marketing
metric touched = sum(orders.value) influenced by marketing
metric touched_orders = count(orders) influenced by marketing
metric touched_actions = count(actions) influenced by marketing
metric plain_sales = sum(orders.value) attributed by plain
metric short_orders = count(orders) attributed by short
metric first_sales = sum(orders.value) attributed by first_one
metric each_orders = count(orders) attributed by each_one
metric repeat_sales = sum(orders.value) attributed by repeats
metric repeat_orders = count(orders) attributed by repeats
metric even_sales = sum(orders.value) attributed by evenly
metric position_sales = sum(orders.value) attributed by positions
metric decay_sales = sum(orders.value) attributed by fading
metric known_sales = sum(orders.value) attributed by known_people
metric robot_sales = sum(orders.value) attributed by robots_too
metric big_sales = sum(orders.value) attributed by big_only
metric visit_sales = sum(orders.value) attributed by visits
metric visit_orders = count(orders) attributed by visits
metric used_sales = sum(orders.value) attributed by coupon_used
metric by_day_sales = sum(orders.value) attributed by by_action_day
metric complete_sales = sum(orders.value) attributed by complete
metric life_sales = sum(orders.value) influenced by life
metric channel_sales = sum(orders.value) attributed by by_channel
metric credit_share = repeat_sales / total_sales
"""

CONDITIONS = (
    'city is "Boulder"', 'not city is "Boulder"', 'city is not "Boulder"', "city is missing",
    'city is one of "Boulder", "Austin"', 'city is not one of "Boulder", "Austin"', "city = region",
    "city != region", 'city is known and gender is not "F"', 'tags contains "vip"', 'not tags contains "vip"',
    "is_blocked", "not is_blocked", "birth_date is in the next 30 days", "birth_date is before 1980-01-01",
    "years >= 40", "years is between 30 and 50", 'place is "nowhere"', 'favourite is "Edibles"',
    "biggest >= $60", "not biggest >= $60", "purchase_days >= 3", "purchase_days = 0",
    "first_order_at is missing", "first_order_at is in the last 12 months", "last_order_at is before 2026-03-01",
    "last_order_at is in the previous month", "days_since_last_order > 60", "days_since_last_order is between 10 and 90",
    "consent.sms", "not consent.email", "consent.sms is missing", "middle is between $20 and $60",
    'home_store.name is "North"', 'first_channel is "online"', "first_channel = last_channel",
    'name matches "[0-4]$"', 'name ends with "7"', "created_month = 2025-03-01",
    "last_order_at is within 30 days of first_order_at", "days_between(first_order_at, last_order_at) >= 60",
)  # fmt: skip

EVENTS = (
    "has ordered", "has not ordered", "has bought", 'has bought category "Edibles"',
    'has not bought category "Edibles"', 'has bought category any of "Edibles", "Gear" at least 2 times',
    'has bought product "Gum"', 'has bought product any of "Tea", "Hat" once', 'has bought brand "Acme"',
    'has bought product.brand any of "Acme", "Best" since 2026-01-01', "has ordered exactly 3 times",
    "has ordered at most 1 times", "has ordered more than 4 times", "has ordered fewer than 3 times",
    "has ordered in the last 30 days", "has not ordered in the last 60 days", "has ordered in the last 30 full days",
    "has ordered in the last 3 months", "has ordered in the last 3 full months", "has ordered in the last 2 weeks",
    "has ordered in this month", "has ordered in the previous month", "has ordered in this quarter",
    "has ordered in the previous week", "has ordered since 2026-03-29", "has ordered before 2025-10-26",
    "has ordered before start of this month", "has ordered since 90 days ago",
    "has ordered between 2025-10-26 and 2025-12-31", "has bought spending at least $100",
    "has bought spending at most $60", "has bought spending more than $20 each time",
    "has ordered spending at least $30 each time in the last 6 months",
    "has ordered at least 2 times spending at least $120 in the last 12 months",
    'has ordered where (channel is "online" and value >= $20)',
    'has ordered exactly 1 times where (channel is "online")',
    "has ordered where (order_number = 2 and days_since_previous_order <= 30)",
    "has ordered within 30 days of first_order", "has ordered within 3 days of clicked",
    "has bought within 14 days of opened", "has not ordered within 7 days of received",
    'has received campaign "Spring"', 'has received campaign any of "Spring", "Flash" in the last 6 months',
    "has sent", 'has sent channel "sms" in the last 90 days', "has not sent", "has redeemed",
    'has redeemed coupon "HELLO" at least 2 times', 'has redeemed where (kind is "points")', "has joined",
    "has left", 'has joined tier "gold"', "has visited at least 2 times", "has first_order in the last 6 months",
    "has bought_edibles at least 2 times", "has big_sale in the last 6 months", "has bought_edibles spending at least $40",
    "has ordered in each of the last 2 full months", "has ordered in each of the last 2 months",
    "has ordered at least 2 times in each of the last 1 full quarter", "has not ordered in each of the last 3 full months",
    "has ordered in each of the last 2 full weeks", 'has clicked channel "sms"', "has bought where (quantity >= 2)",
    'has ordered where (has line where (product.name is "Gum"))', 'has ordered where (store.name is "North")',
    'has ordered where (previous_order.channel is "retail")',
)  # fmt: skip

SEQUENCES = (
    "has clicked then ordered", "has clicked then ordered within 3 days", "has opened then clicked then ordered",
    "has clicked then ordered within 14 days without unsubscribed", "has ordered then ordered within 10 days",
    "has first_order then ordered within 30 days", "has bought_edibles then big_sale within 60 days",
    'has bought product "Gum" then bought product "Pipe"', "has bought then bought within 5 days",
    "has redeemed then ordered within 30 days", "has not clicked then ordered within 2 days",
    'has ordered then ordered without bought product "Tea"', "has ordered then clicked then ordered within 30 days",
    'has bought category "Edibles" then bought category "Gear" within 30 days without clicked',
    'has ordered where (channel is "online") then ordered where (channel is "retail")',
    "has big_sale then online_order within 40 days without redeemed",
    "has ordered then ordered within 30 days then ordered within 30 days",
)  # fmt: skip

THEIRS = (
    "their total_sales >= $100", "their total_sales = $0", "their average_order is missing", "their average_order >= $40",
    "their total_orders in the last 90 days is between 1 and 2", 'their total_orders where (channel is "online") >= 2',
    "their units in the last 6 months >= 3", "their total_sales in the last 3 full months > $50",
    "their total_orders since 2026-01-01 >= 2", "their total_sales between 2025-10-01 and 2025-12-31 >= $40",
    "their total_sales before 2026-01-01 > their total_sales since 2026-01-01",
    'their total_sales where (channel is "online") in the last 12 months >= $50',
    "their total_sales in the previous month = $0", "their items_per_order > 1", "their credited >= $30",
    "their again >= 1", "their second_rate = 1", 'their product_sales where (product.category is "Edibles") > $20',
    "their middle_order < $40", "their coupons >= 2", "their touched_orders >= 2", "their opens = 0",
)  # fmt: skip

RANKS = (
    "their total_sales is in the top 20%", "their total_sales is in the bottom 3", "biggest is in the top 5",
    "biggest is in the bottom 25%", "points is in the top 4", "purchase_days is in the top 3",
    "their total_orders in the last 6 months is in the top 30%", "days_since_last_order is in the bottom 4",
    "their average_order is in the top 4 of audience boulder", "biggest is in the top 50% of audience not_boulder",
    'in bucket 0 to 49 of 100 salted "spring"', 'in bucket 3 of 5 salted "s"', "in audience boulder",
    "in audience boulder and not in audience spenders",
)  # fmt: skip

_NAMED_AUDIENCES = """
audience boulder = city is "Boulder"
audience not_boulder = not city is "Boulder"
audience spenders = their total_sales >= $100
audience recent = has ordered in the last 90 days
audience everyone_else {
  include everyone
  exclude in audience boulder
}
audience with_anonymous {
  include everyone
  allow anonymous
}
audience anonymous_buyers {
  include has ordered
  allow anonymous
}
audience mixed {
  include all of {
    has ordered
    any of {
      city is "Boulder"
      their total_orders >= 3
    }
    none of {
      is_blocked
      tags contains "employee"
    }
  }
  exclude any of {
    has bought category "Gear" in the last 30 days
    gender is "other"
  }
}
audience best_five {
  include everyone
  keep top 5 of their total_sales
}
audience worst_share {
  include has ordered
  exclude gender is "F"
  keep bottom 30% of days_since_last_order
}
audience nobody = city is "Atlantis"
"""

_PLAIN = {name: condition for name, condition in (
    (f"{kind}{number:02d}", condition)
    for kind, conditions in (
        ("condition", CONDITIONS), ("event", EVENTS), ("sequence", SEQUENCES), ("their", THEIRS), ("rank", RANKS),
    )
    for number, condition in enumerate(conditions)
)}  # fmt: skip

AUDIENCES = {**_PLAIN, **dict.fromkeys(re.findall(r"^audience (\w+)", _NAMED_AUDIENCES, re.MULTILINE), "")}
"""Every declared audience: its name and, when it is a single condition, its text."""

DECLARATIONS = "\n".join([
    _BASE, _NAMED_AUDIENCES, *(f"audience {name} = {text}" for name, text in _PLAIN.items()), "",
])  # fmt: skip

PHRASES = (
    "members, total_shoppers, total_orders, total_sales, average_order, conversion",
    "members for all records", "members for audience with_anonymous", "total_sales for audience anonymous_buyers",
    "units, product_sales, items_per_order", "all_orders by order.status, order.kind",
    "total_orders, total_sales by order.channel", "total_sales by order.size", "total_orders by order.wait",
    "total_orders, total_sales by store", "total_sales, units by store.name", "total_sales by staff.name",
    "total_sales, conversion by customer.city", "members by customer.gender", "members by customer.habit",
    "members, total_sales by customer.favourite", "members by customer.home_store.name", "members by customer.place",
    "total_sales by customer", "total_orders by customer.first_order_month", "total_orders by order.order_number",
    "total_orders by order.days_since_previous_order", "total_shoppers by order.months_after_first",
    "total_sales by order.previous_order", "total_orders by order.coupon", "total_orders by order.line_count",
    "retention by customer.first_order_month, order.months_after_first where order.customer is known",
    "total_shoppers by month of customer.first_order_at, order.months_after_first",
    "product_sales, units by product.category", "product_sales by product", "lines_sold, units by product.name",
    "category_share by product.category, customer.gender", "share_of_all by product.name",
    "store_share by store, order.channel", "month_share by month, order.channel during last 6 full months",
    "coupons, coupon_orders, total_sales, lines_sold", "coupons, total_sales, units by customer.city",
    "total_sales by day during last 30 days", "total_sales, total_orders by week during last 8 full weeks",
    "total_sales by month", "total_sales, total_shoppers by month during last 12 full months",
    "total_sales by quarter", "total_sales by year", "total_orders by weekday", "total_orders by hour_of_day",
    "total_orders by weekday, hour_of_day", "total_sales by month, order.channel during last 3 months",
    "total_orders by store, week during last 4 weeks", "members, total_sales by month during last 3 full months",
    "conversion by month during last 6 full months for audience recent", "units by month, product.category",
    "opens by campaign.name", "opens, reached_people by month", "opens by campaign, action.channel",
    "net, middle_order, large_order, least_order, most_order", "middle_order, average_order by customer.gender",
    "mean_gap, usual_channel, last_paid, grown", "usual_channel by customer.city", "last_paid by store",
    "cancellations by month", "cancellations during last 6 months", "average_shown by customer",
    "active_members, day_count", "active_members by customer.city", "online_sales, online_share, online_items, women_online",
    "online_share by customer.city", "online_items by month",
    "rolling_week by day during 2026-03-20 to 2026-04-10", "rolling_shoppers by day during last 40 days",
    "rolling_weeks by week during last 6 full weeks", "rolling_week by day during last 10 days for audience recent",
    "so_far by day during last 30 days", "so_far, so_far_orders by month during last 6 full months",
    "so_far by month", "total_sales, rolling_week, so_far by day during month to date",
    "second_rate, second_finished, again, same_again, same_category", "second_rate, again by month",
    "click_rate, click_big, open_then_click", "again by order.channel", "same_again by product.category",
    "click_rate by campaign.name", "second_rate during last 6 full months", "again for audience boulder",
    "count(orders where value > $40)", "count(orders where customer is missing)", "sum(orders.tax)",
    "unique(orders.store where valid_order), count(customers where city is known)",
    'average(orders.total where channel is "online")', "percentile(orders.value, 25% where valid_order)",
    "max(orders.created_at where valid_order)", "min(orders.created_at)",
    'total_sales where order.channel is "online" and customer.city is not "Boulder"',
    'total_sales where not customer.city is "Boulder"', "total_orders where order.big_order",
    "total_orders, total_sales where order.with_edibles", "total_orders where not order.with_edibles",
    "total_orders where order.with_two", "total_orders where order.redeemed_order", 'units where order.channel is "retail"',
    "total_orders where order.order_number = 2", "total_sales where order.created_at is in the last 60 days",
    "total_sales where in audience boulder", "total_sales where not in audience boulder",
    "members where customer.first_order_at is missing", 'total_orders where order.store.name is "North"',
    "total_orders where order.days_since_previous_order <= 7", 'total_orders where order.previous_order.channel is "online"',
    "total_sales for audience boulder", "total_sales for audiences boulder, recent", "members for audiences boulder, spenders",
    "members, total_sales, conversion for each audience boulder, recent, nobody",
    "total_sales by order.channel for each audience boulder, not_boulder",
    "conversion, average_order for audience nobody", "total_sales by customer.city for audience recent",
    "total_sales by customer having total_sales >= $60", "total_sales by customer having total_orders >= 3 and total_sales > $50",
    "total_sales by customer sorted by total_sales", "total_sales by customer sorted by total_orders ascending",
    "total_orders by customer top 5 of total_orders", "total_sales by customer top 3 of total_sales",
    'product_sales by product.name top 2 of product_sales rest "Others" total "All"',
    'total_shoppers by order.channel top 1 of total_shoppers rest "Others" total "All"',
    'average_order by customer.city top 2 of average_order rest "Others" total "All"',
    "product_sales by product.category, product.name top 1 of product_sales per product.category",
    'total_sales by month during last 6 full months total "Together"',
    "total_sales, total_orders during last 30 days compare to previous period",
    "total_sales by order.channel during last 90 days compare to previous period",
    "total_sales by day during last 14 full days compare to previous period",
    "total_sales during this month compare to previous period", "total_sales during month to date compare to previous period",
    "total_orders during this week compare to previous period", "total_sales during year to date compare to same period last year",
    "total_sales during this month compare to same period last year",
    "total_sales during 2026-02-01 to 2026-02-28 compare to 2026-01-01 to 2026-01-31",
    "total_sales during previous week compare to same weekdays last year",
    "total_sales by month during 2026-01-01 to 2026-03-31 compare to 2025-10-01 to 2025-12-31",
    "members, conversion, total_sales during last 60 days compare to audience boulder for audience recent",
    "total_sales during last 60 days compare to last 60 days",
    "credited, credited_orders, credited_actions, credited_people, touched, touched_orders, touched_actions",
    "credited, credited_orders by campaign.name", "credited by action.kind", "credited by action.channel, campaign.category",
    "credited_orders by action.days_to_order", "touched, touched_orders by campaign", "touched_actions by campaign.name",
    "credited by action", "plain_sales by campaign", "short_orders, first_sales, each_orders, repeat_sales, repeat_orders",
    "first_sales by campaign.name", "each_orders by campaign.name", "repeat_sales by campaign.name, month",
    "even_sales, position_sales, decay_sales, repeat_sales", "even_sales by campaign.name", "even_sales by action",
    "position_sales by action", "decay_sales by campaign.name", "position_sales by campaign.name",
    "known_sales, robot_sales, big_sales, visit_sales, visit_orders, used_sales, life_sales, channel_sales",
    "used_sales by campaign.name", "life_sales by campaign.name", "channel_sales by action.channel",
    "by_day_sales by month", "by_day_sales during last 6 full months", "credited by month", "complete_sales by campaign.name",
    "credited by customer.city for audience recent", 'credited during last 90 days where campaign.channel is "email"',
    "credited by order.channel", "credit_share by month", "credit_share, total_sales, credited",
    "credited_orders by store.name", "touched by customer",
)  # fmt: skip

_METRICS = (
    "total_sales", "total_orders", "total_shoppers", "average_order", "units", "product_sales", "items_per_order",
    "online_sales", "online_share", "net", "credited", "touched_orders", "repeat_sales", "mean_gap", "middle_order",
    "grown", "large_order",
)  # fmt: skip
_DIMS = (
    "customer.city", "customer.gender", "order.channel", "order.status", "store", "store.name", "staff.name", "month",
    "week", "day", "quarter", "weekday", "hour_of_day", "customer", "customer.favourite", "customer.habit",
    "order.order_number", "order.size", "customer.first_order_month", "order.with_edibles", "customer.home_store",
)  # fmt: skip
_PERIODS = (
    "last 30 days", "last 30 full days", "last 3 months", "last 3 full months", "last 1 quarter", "last 1 full quarter",
    "last 2 weeks", "last 2 full weeks", "last 1 year", "last 1 full year", "this month", "this week", "this quarter",
    "this year", "previous month", "previous week", "previous quarter", "previous day", "month to date", "year to date",
    "quarter to date", "2025-10-26", "2026-03-29", "2025-10-01 to 2026-03-31", "2026-04-01 to today", "all time",
    "last 72 hours",
)  # fmt: skip
_WHERES = (
    'order.channel is "online"', 'order.channel is not "online"', "customer.city is missing", "order.big_order",
    "not order.with_edibles", 'customer.gender is one of "F", "M"', "order.created_at is after 2025-12-31",
    "customer.purchase_days >= 4", "in audience recent", "order.value is between $20 and $70",
    'order.status is "paid" or order.customer is missing', "order.pieces >= 2", "order.store is known",
)  # fmt: skip
_TIMES = {"month", "week", "day", "quarter"}


def random_phrases(chance: random.Random, number: int) -> Iterator[str]:
    """Phrases put together by chance: metrics, dimensions, people, period, comparison, condition."""
    for _ in range(number):
        metrics = chance.sample(_METRICS, chance.choice((1, 1, 2, 3)))
        dims = chance.sample(_DIMS, chance.choice((0, 1, 1, 2)))
        if len(_TIMES & set(dims)) > 1:
            dims = dims[:1]
        period = chance.choice(_PERIODS)
        text = ", ".join(metrics) + (f" by {', '.join(dims)}" if dims else "")
        if chance.random() < 0.3:
            text += " for audience " + chance.choice(("boulder", "recent", "mixed", "anonymous_buyers", "spenders"))
        if chance.random() < 0.6:
            text += f" during {period}"
            if chance.random() < 0.3 and period != "all time" and not _TIMES & set(dims):
                text += " compare to " + chance.choice(("previous period", "same weekdays last year", "last 45 days"))
        if chance.random() < 0.4:
            text += f" where {chance.choice(_WHERES)}"
        yield text


def for_currency(text: str, currency: str) -> str:
    """`$` must agree with the project's currency: in yen `¥`, and prices of ten times the number."""
    return text if currency != "JPY" else re.sub(r"\$(?=\d)", "¥", text)
