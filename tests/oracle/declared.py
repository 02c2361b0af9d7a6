"""What every random world declares beside its tables: filters, traits, events, metrics, attributions, audiences."""

from __future__ import annotations

import re

from tests.oracle.conditions import KINDS

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
metric this_year = running total of total_sales from start of year
metric this_month_orders = running total of total_orders from start of month
metric period_buyers = count(customers where has ordered in the period)
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

_PLAIN = {
    f"{kind}{number:02d}": condition
    for kind, conditions in KINDS.items()
    for number, condition in enumerate(conditions)
}

AUDIENCES = {**_PLAIN, **dict.fromkeys(re.findall(r"^audience (\w+)", _NAMED_AUDIENCES, re.MULTILINE), "")}
"""Every declared audience: its name and, when it is a single condition, its text."""

DECLARATIONS = "\n".join([_BASE, _NAMED_AUDIENCES, *(f"audience {name} = {text}" for name, text in _PLAIN.items()), ""])
