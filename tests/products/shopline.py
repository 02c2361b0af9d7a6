"""SHOPLINE customer group analytics, page by page."""

from __future__ import annotations

from tests.products.rows import Group, row

OURS = "tests/products/test_shopline.py::test_"
LISTS = "tests/runner/test_lists.py::test_"
BOUNDS = "tests/report/test_list_bounds.py::test_"
CLICKS = "tests/plugins/metrics/test_shopline.py::test_"
PACK = "tests/plugins/metrics/test_conversions.py::test_"
HTML = "tests/plugins/exporters/test_html.py::test_"
DETAILS = "tests/report/test_details.py::test_"
BY_ITSELF = "Lists are refreshed by hand or by a run; nothing watches the clock by itself yet."

CONDITION = Group("SHOPLINE", "List condition", (
    row("S-01", "A group is a rule, its lists are photographs", """
audience group = has ordered in the last 90 days
list monthly {
  from audience group
  take every month on day 1 at 06:00
  rules shopline
}
""", f"{LISTS}a_second_taking_is_a_second_version", f"{LISTS}what_was_taken_is_kept"),
    row("S-02", "How many people, frozen", """
report count_of_list {
  for list spring
  show facts of list.size as "Count", list.erased as "Erased since"
  show cards of members
}
""", f"{OURS}the_count_of_a_list_is_frozen"),
    row("S-03", "When it was made", """
report made {
  for list spring
  show facts of list.created_at as "Created time"
}
""", f"{OURS}facts_of_a_list"),
    row("S-04", "The filters it was made with", """
audience shoppers {
  include all of {
    city is known
    has ordered
  }
  exclude is_blocked
}
report filters {
  for list spring
  show conditions "Filters"
}
""", "tests/report/test_tree.py::test_a_list_keeps_the_conditions_it_was_taken_with",
        "tests/report/test_tree.py::test_lines_in_order_with_the_people_left"),
    row("S-05", "More of it, folded", """
report folded {
  for list spring
  section "List condition" collapsed {
    show facts of list.size
  }
}
""", f"{OURS}a_section_is_folded"),
    row("S-06", "Another title, the same list", """
list renamed "Spring, renamed" {
  from audience neighbours
  take once on 2026-04-01 09:00
}
report title_of_list {
  for list renamed
  show facts of list.name
}
""", f"{OURS}a_title_is_not_the_name"),
    row("S-07", "Fresh every hour", """
report hourly {
  for list spring
  refresh every hour
  show cards of total_sales
}
run each_hour {
  every hour
  report hourly as csv
}
""", "tests/cli/test_making.py::test_a_run_is_performed_in_order",
        f"{OURS}a_report_tells_how_new_its_sources_are", later=BY_ITSELF),
))  # fmt: skip

RANGE = Group("SHOPLINE", "Range", (
    row("S-08", "Green and red", """
metric lost "Lost" {
  value lifecycle.gone
  good  when down
}
""", f"{HTML}a_change_is_coloured_by_what_is_good_and_neutral_when_flat_or_missing"),
    row("S-09", "A range to choose", """
report chosen_days (from = 2026-05-02, to = 2026-05-31) {
  for list spring
  period $from to $to
  show cards of total_sales
}
""", f"{OURS}the_range_is_a_parameter"),
    row("S-10", "90 days at most", """
report ninety {
  for list spring
  period last 30 days at most 90 days
  show cards of total_sales
}
""", f"{OURS}ninety_days_are_enough", f"{BOUNDS}what_lies_outside_is_refused"),
    row("S-11", "From 60 days before to 180 days after", """
list bounded {
  from audience neighbours
  take once on 2026-04-01 09:00
  analyse from 60 days before to 180 days after
}
""", f"{OURS}sixty_days_before_and_no_more", f"{LISTS}states_and_bounds",
        f"{BOUNDS}a_period_outside_is_refused_at_its_words"),
    row("S-12", "After 180 days nothing new", """
list short_lived {
  from audience neighbours
  take once on 2026-04-01 09:00
  refresh every hour for 180 days
}
""", f"{LISTS}states_and_bounds", f"{OURS}an_expired_list_earns_nothing_new",
        "tests/report/test_expired.py::test_nothing_new_is_counted"),
))  # fmt: skip

NUMBERS = Group("SHOPLINE", "Key numbers", (
    row("S-13", "Which orders are valid", """
metric valid_orders = count(orders where valid_order)
metric left_out_orders = count(orders where not valid_order)
""", f"{OURS}returns_over_the_counter_are_out_and_online_ones_stay"),
    row("S-14", "Total shoppers", """
report shoppers_of_list {
  for list spring
  period last 30 days
  show cards of total_shoppers
}
""", f"{OURS}key_numbers"),
    row("S-15", "Total sales", """
report sales_of_list {
  for list spring
  period last 30 days
  show cards of total_sales
}
""", f"{OURS}key_numbers"),
    row("S-16", "Total orders", """
report orders_of_list {
  for list spring
  period last 30 days
  show cards of total_orders
}
""", f"{OURS}key_numbers", "tests/load/test_canonical.py::test_parts_of_a_split_order_are_booked_with_their_root"),
    row("S-17", "Conversion", """
report conversion_of_list {
  for list spring
  period last 30 days
  show cards of conversion
}
""", f"{OURS}key_numbers", f"{OURS}the_count_of_a_list_is_frozen"),
    row("S-18", "Sales and orders attributed to marketing", """
report marketing_of_list {
  for list spring
  period last 30 days
  attribution shopline.attributed
  show cards of conversions.revenue, conversions.conversions
}
""", f"{OURS}attributed_to_marketing", f"{CLICKS}attributed_is_every_purchase_after_an_own_click"),
    row("S-19", "The past changes on the day of the order", """
report april {
  for list spring
  period 2026-04-30
  as of 2026-05-04
  show cards of total_sales
}
""", f"{OURS}a_cancellation_changes_the_day_of_the_order",
        "tests/report/test_history.py::test_cancellations_with_a_date_can_be_replayed"),
    row("S-20", "Nothing before it is taken", """
list not_yet {
  from audience neighbours
  take once on 2026-07-01
}
report waiting {
  for list not_yet
  show cards of total_sales
}
""", f"{OURS}a_list_that_was_not_taken_is_pending"),
))  # fmt: skip

MARKETING = Group("SHOPLINE", "What counts as marketing", (
    row("S-21", "Points, credits, coupons and broadcasts", """
attribution of_links extends shopline.attributed {
  exclude campaign.category is not one of "Add points", "Add credits", "Send coupon", "Email broadcast"
}
metric link_sales = sum(orders.value) attributed by of_links
""", f"{OURS}categories_are_data"),
    row("S-22", "A link that was handed on", """
attribution by_hand extends shopline.attributed {
  unknown actors own
}
metric by_hand_sales = sum(orders.value) attributed by by_hand
""", f"{OURS}a_link_that_was_handed_on_earns_nothing", f"{CLICKS}attributed_is_every_purchase_after_an_own_click"),
    row("S-23", "Bought without a click", """
metric clicked_sales = sum(orders.value) attributed by shopline.attributed
""", f"{OURS}without_a_click_nothing_is_earned"),
    row("S-24", "Clicked, came back another way", """
metric attributed_sales = sum(orders.value) attributed by shopline.attributed
metric performed_sales = sum(orders.value) attributed by shopline.performance
""", f"{OURS}attributed_and_performed", f"{CLICKS}performance_is_what_was_bought_in_the_visit_of_the_click"),
    row("S-25", "Visits", """
metric visits = count(sessions)
report visits_by_source {
  for list spring
  show table "Visits" of visits by session.source
}
""", f"{OURS}visits_are_the_sources",
        "tests/load/test_close_rows.py::test_a_pause_of_more_than_that_begins_a_visit",
        "tests/load/test_close_rows.py::test_what_has_to_be_the_same_begins_a_visit_when_it_becomes_another"),
))  # fmt: skip

DAYS = Group("SHOPLINE", "Day by day", (
    row("S-26", "Every day of the range", """
report daily {
  for list spring
  period last 30 days
  compare to previous period
  show line "Sales" of total_sales by day
}
""", f"{OURS}every_day_has_a_row"),
    row("S-27", "Activities marked", """
report marked {
  for list spring
  period last 60 days
  show line "Sales" of total_sales by day mark campaigns.sent_at
}
""", f"{OURS}activities_of_the_list_are_marked"),
    row("S-28", "The days before beneath", """
report two_months {
  for list spring
  period last 30 days
  compare to previous period
  show line "Sales" of total_sales by day
}
""", f"{OURS}the_days_before_are_aligned_by_position"),
    row("S-29", "Who bought and who did not", """
report who_bought {
  for list spring
  period last 30 days
  show pie "Conversion" of conversion rest "Did not order"
}
""", f"{OURS}the_pie_is_whole"),
))  # fmt: skip

EXPORTS = Group("SHOPLINE", "Exports", (
    row("S-30", "List performance report", """
report performance_of_spring like shopline.list_performance {
  for list spring
}
""", f"{OURS}both_exports_are_made"),
    row("S-31", "Order detail report", """
report details_of_spring {
  for list spring
  period last 30 days
  attribution shopline.attributed
  show cards of total_orders
  export "Order Detail Report" as csv of order_details
}
""", f"{OURS}orders_with_what_they_are_attributed_to", f"{DETAILS}one_row_per_order_of_the_people_and_period"),
    row("S-32", "Activity category and name of each order", """
report attributed_details {
  for list spring
  period last 30 days
  attribution shopline.attributed
  show table "Activities" of conversions.conversions by campaign.category, campaign.name
  export "Orders" as csv of order_details
}
""", f"{OURS}orders_with_what_they_are_attributed_to"),
    row("S-33", "Who may export", """
report for_owners {
  for list spring
  show cards of total_sales
  export "Order Detail Report" as csv of order_details allow owners
}
""", "tests/cli/test_making.py::test_an_export_that_cannot_be_made_is_left_out_and_told"),
    row("S-34", "Lines that have not come yet", """
report whole_only {
  for list spring
  show table "Products" of product_sales by product.name
  export "Products" as csv
}
""", "tests/runner/test_lateness.py::test_an_export_waits_for_its_lines"),
))  # fmt: skip

ACTIVITIES = Group("SHOPLINE", "Activities", (
    row("S-35", "The list of activities", """
report activity_list {
  for list spring
  show table "Activities" of conversions.sent
    by campaign.category as "Type", campaign.name as "Name", campaign.status as "Status",
      campaign.created_at as "Created time", campaign.sent_at as "Sent time"
    having conversions.activities >= 1
}
""", f"{OURS}the_list_of_activities"),
    row("S-36", "Types of activities", """
report activity_types {
  for list spring
  show bar "Types" of conversions.clicked by campaign.category
}
""", f"{OURS}categories_are_data"),
    row("S-37", "Not tracked is not nothing", """
report tracking {
  for list spring
  show table "Activities" of conversions.clicked, conversions.placed_order
    by campaign.name, campaign.sent_at, campaign.tracked_from
    having conversions.activities >= 1
}
""", f"{OURS}not_tracked_is_not_nothing"),
    row("S-38", "Sent", """
report sent_to {
  for list spring
  show table "Sent" of conversions.sent by campaign.name
}
""", f"{OURS}the_list_of_activities", f"{PACK}sent_opened_clicked_are_people"),
    row("S-39", "Clicked", """
report clicked_by {
  for list spring
  show table "Clicked" of conversions.clicked by campaign.name
}
""", f"{OURS}activity_performance", f"{PACK}sent_opened_clicked_are_people"),
    row("S-40", "Placed an order", """
report placed_by {
  for list spring
  show table "Placed" of conversions.placed_order by campaign.name
}
""", f"{OURS}activity_performance", f"{CLICKS}who_placed_an_order"),
    row("S-41", "... and redeemed points or credits", """
report placed_with {
  for list spring
  show table "Placed" of conversions.placed_with_points, conversions.placed_with_credits by campaign.name
}
""", f"{OURS}activity_performance", f"{CLICKS}who_placed_an_order"),
    row("S-42", "... and used the coupon", """
report placed_with_its_coupon {
  for list spring
  show table "Placed" of conversions.placed_with_coupon by campaign.name, campaign.coupon
}
""", f"{OURS}activity_performance", f"{CLICKS}who_placed_an_order"),
    row("S-43", "Broadcasts", """
report broadcasts {
  for list spring
  show table "Broadcasts" of conversions.sent, conversions.received_rate, conversions.opened, conversions.clicked,
      conversions.click_rate
    by campaign.name
    where campaign.category contains "broadcast"
}
""", f"{OURS}broadcasts"),
    row("S-44", "Automatic sendings", """
report automatic {
  for list spring
  show table "Smart" of conversions.sent
    by campaign.name, campaign.status, campaign.scheduled_at, campaign.sent_at
    where campaign.category is "SmartPush"
    having conversions.activities >= 1
}
""", f"{OURS}what_was_not_sent_has_no_time",
        "tests/report/test_unfilled.py::test_the_note_names_what_to_map_and_what_for"),
    row("S-45", "Every step is smaller", """
report steps {
  for list spring
  show funnel "Steps" of conversions.sent, conversions.clicked, conversions.placed_order, conversions.placed_with_coupon
}
""", f"{OURS}steps_grow_smaller", f"{OURS}a_step_that_grows_is_told"),
))  # fmt: skip

SHOPLINE = (CONDITION, RANGE, NUMBERS, MARKETING, DAYS, EXPORTS, ACTIVITIES)
