"""AIQ data analytics, tab by tab."""

from __future__ import annotations

from tests.products.rows import Group, row

OURS = "tests/products/test_aiq.py::test_"
PACKS = "tests/plugins/metrics/test_"

QUESTION = Group("AIQ", "Audience, dates, run", (
    row("A-01", "Rows of a report become an audience", """
report categories {
  for audience all_tracked_users
  show table "Categories" of product_sales by product.category
}
audience tea_people = in rows of categories "Categories" where (product.category is "Drinks")
""", f"{OURS}rows_of_a_report_are_people", "tests/plan/test_behind.py::test_who_is_behind"),
    row("A-02", "No report without people", """
report for_vips {
  for audience vips
  show cards of members, total_sales
}
""", f"{OURS}a_report_says_whom_it_is_about"),
    row("A-03", "Everybody who is tracked, and everything there is", """
report tracked {
  for audience all_tracked_users
  show cards of members, total_sales
}
report everything {
  for all records
  show cards of total_sales
}
""", f"{OURS}who_is_tracked", "tests/report/test_left_out.py::test_facts_without_a_customer"),
    row("A-04", "Several audiences, together or side by side", """
report together {
  for audiences vips, regulars
  show cards of members, total_sales
}
report side_by_side {
  for each audience vips, regulars
  show table "Groups" of members, total_sales
}
""", f"{OURS}people_of_two_audiences_count_once"),
    row("A-05", "Dates may be left out, and include both ends", """
report ever {
  for audience all_tracked_users
  show cards of total_orders
}
report ten_days {
  for audience all_tracked_users
  period 2026-05-10 to 2026-05-20
  show cards of total_orders
}
""", f"{OURS}dates_include_both_ends"),
    row("A-06", "A second range beside the first", """
report beside {
  for audience all_tracked_users
  period 2026-05-01 to 2026-05-31
  compare to 2026-04-01 to 2026-04-30
  show cards of total_sales, units, staff.ratings
}
""", f"{OURS}a_second_range_of_another_length",
        "tests/properties/test_money_and_time_laws.py::test_compared_with_itself_nothing_changed"),
    row("A-07", "What a result was made from", """
report stamped {
  for audience vips
  refresh every hour
  show cards of total_sales
}
""", f"{OURS}a_report_carries_the_hash_of_its_specs",
        "tests/cli/test_whole_way.py::test_a_report_of_older_specs_is_said_to_be_out_of_date",
        "tests/report/test_fresh.py::test_a_report_is_fresh_as_long_as_it_says"),
))  # fmt: skip

ORDERS = Group("AIQ", "Order insights", (
    row("A-08", "Sales, orders, baskets, what sells best, days until the next purchase", """
report order_insights {
  for audience all_tracked_users
  period last 30 days
  tab "Order insights" like orders.overview
}
""", f"{OURS}order_insights"),
))  # fmt: skip

PREDICTIONS = Group("AIQ", "Predictive analytics", (
    row("A-09", "The tab of predictions", """
report forecast {
  for audience all_tracked_users
  tab "Predictive analytics" like predictions.overview
}
""", f"{OURS}the_tab_of_predictions",
        f"{PACKS}predictions.py::test_the_back_test_stands_below_and_is_a_table"),
    row("A-16", "Products by what they will sell", """
report predicted_rank {
  for audience vips
  show table "Next 30 days" of predictions.rank, predictions.revenue by product.name
}
""", f"{OURS}the_tab_of_predictions",
        f"{PACKS}predictions.py::test_products_have_a_place_by_what_they_will_sell"),
    row("A-17", "What the next order will be worth", """
report next_order {
  for audience vips
  show cards of predictions.order_value
}
""", f"{OURS}too_little_history_is_told",
        f"{PACKS}predictions.py::test_sums_lie_within_their_bands_and_means_are_weighed"),
    row("A-18", "What customers will spend in the years to come", """
report worth {
  for audience vips
  show cards of predictions.lifetime_value
}
""", f"{OURS}too_little_history_is_told",
        f"{PACKS}predictions.py::test_figures_do_not_hang_on_who_is_asked_about"),
    row("A-19", "Too little history is told", """
report too_early {
  for audience vips
  show cards of predictions.expected_orders
}
""", f"{OURS}too_little_history_is_told",
        f"{PACKS}predictions.py::test_below_a_gate_nothing_is_predicted"),
    row("A-20", "People chosen by what is predicted, or by their stage", """
audience likely_to_leave = lifecycle.stage is one of "Absent", "Highly absent"
audience worth_keeping = predictions.churn_risk > 0.7 and predictions.lifetime_value > $100
""", f"{OURS}stages_choose_people",
        f"{PACKS}predictions.py::test_people_are_chosen_by_what_is_predicted_and_by_what_was"),
    row("A-21", "What to order more and less of", """
report supply {
  for all records
  show table "Products" of units, predictions.direction, predictions.days_of_cover by product.name
}
""", f"{OURS}the_tab_of_predictions",
        f"{PACKS}predictions.py::test_days_of_cover_are_what_was_counted_last_by_what_will_be_sold"),
))  # fmt: skip

CLUB = Group("AIQ", "Member club", (
    row("A-10", "Members, their orders, their points", """
report club {
  for audience all_tracked_users
  period last 30 days
  tab "Member club" like loyalty.overview
}
""", f"{OURS}the_member_club", f"{PACKS}loyalty.py::test_points_of_a_period_add_up",
        f"{PACKS}loyalty.py::test_joining_later_does_not_rewrite_an_order"),
))  # fmt: skip

ACTIONS = Group("AIQ", "Actions and conversions", (
    row("A-11", "What messages led to", """
report messaging {
  for audience all_tracked_users
  period last 30 days
  attribution aiq.conversions
  tab "Actions and conversions" like conversions.overview
}
""", f"{OURS}conversions_by_campaign", f"{PACKS}conversions.py::test_conversions_and_revenue_are_credited"),
    row("A-22", "An order within 14 days of an action", """
attribution two_weeks {
  actions clicked, opened, received, reviewed
  within  14 days of action
}
metric two_week_orders = count(orders) influenced by two_weeks
""", f"{OURS}fourteen_days_to_the_second",
        "tests/properties/test_money_and_time_laws.py::test_a_shorter_window_adds_no_conversions"),
    row("A-23", "Every kind of action, however it is spelt", """
report kinds {
  for audience all_tracked_users
  show table "Actions" of count(actions) as "Times" by action.kind
}
""", f"{OURS}known_spellings_of_actions_are_one_kind"),
    row("A-24", "Top actions before converting", """
report top_actions {
  for audience all_tracked_users
  period last 30 days
  attribution aiq.conversions
  show table "Top actions" of conversions.conversions as "Credited", conversions.influenced as "Preceded",
      conversions.revenue
    by action.kind
    sorted by conversions.conversions descending
}
""", f"{OURS}actions_credited_and_preceding"),
    row("A-25", "A window of its own for a campaign", """
attribution own_windows {
  actions clicked, opened, received, reviewed
  within  14 days of action unless campaign sets attribution_window
  within  2 days for campaign "Spring"
}
metric own_window_orders = count(orders) attributed by own_windows
""", f"{OURS}the_most_special_window_counts"),
    row("A-26", "The first purchase after an action, or every one", """
attribution every_purchase extends aiq.conversions {
  counts every purchase
}
metric first_sales = sum(orders.value) attributed by aiq.conversions
metric every_sales = sum(orders.value) attributed by every_purchase
""", f"{OURS}the_first_purchase_or_every_one"),
    row("A-27", "Revenue of all time, whatever the dates", """
report snapshot {
  for audience all_tracked_users
  period last 30 days
  attribution aiq.conversions
  show cards "All time" of conversions.revenue during all time
  show cards "In the period" of conversions.revenue
}
""", f"{OURS}revenue_of_all_time"),
    row("A-28", "Campaigns, each with what it sent, brought and cost", """
report campaign_reports {
  for audience all_tracked_users
  attribution aiq.conversions
  show cards of conversions.revenue
  show table "Campaigns" of conversions.sent, conversions.clicked, conversions.conversions, conversions.revenue,
      conversions.revenue_per_message, conversions.cost, conversions.return_on_cost
    by campaign.name, campaign.channel
}
""", f"{OURS}conversions_by_campaign", f"{PACKS}conversions.py::test_what_a_message_and_a_dollar_bring"),
))  # fmt: skip

PLACES = Group("AIQ", "Geo insights", (
    row("A-12", "Where customers live, where they buy", """
report places {
  for audience all_tracked_users
  tab "Geo insights" like geo.overview
}
""", f"{OURS}homes_and_places_of_purchase", f"{PACKS}geo.py::test_home_cells",
        f"{OURS}a_shop_without_positions_has_bars"),
    row("A-38", "Most people around which store", """
report around_stores {
  for audience all_tracked_users
  smallest_group 2
  show table "Hot spots" of members, geo.people_share, geo.distance by geo.home_cell, geo.nearest_store.name
}

audience near_a_store = geo.km_to_store <= 10
""", f"{OURS}hot_spots_around_stores", f"{OURS}few_people_are_hidden",
        "tests/plugins/metrics/test_geo.py::test_the_nearest_store"),
))  # fmt: skip

STAFF = Group("AIQ", "Staff insights", (
    row("A-13", "What each sold, and how they are rated", """
report team {
  for all records
  period last 30 days
  tab "Staff insights" like staff.overview
}
""", f"{OURS}the_team", f"{PACKS}staff.py::test_staff_without_reviews_have_no_rating",
        f"{PACKS}packs.py::test_a_table_that_is_absent_switches_off_only_what_uses_it"),
))  # fmt: skip

PEOPLE = Group("AIQ", "Demographic insights", (
    row("A-14", "Where age and gender come from, and what the census says", """
report who_they_are {
  for audience all_tracked_users
  show cards of demographics.known_age, demographics.known_gender
  show table "Areas" of members by demographics.home_postcode, demographics.area_income, demographics.area_age
}
""", f"{OURS}the_card_comes_before_the_form", f"{OURS}the_census_is_of_the_area"),
    row("A-35", "Ages: orders, products, members of the club, active ones, redeemers", """
report ages {
  for audience all_tracked_users
  period last 30 days
  show table "Ages" of members, demographics.people_share, average_order, demographics.club_share,
      demographics.active_share, demographics.redeemed_share
    by demographics.age_band
  show table "Best products" of product_sales
    by demographics.age_band, product.name
    top 1 of product_sales per demographics.age_band
}
""", f"{OURS}ages"),
    row("A-36", "Each category divided among the ages", """
metric of_category = share of product_sales within product.category
report categories_by_age {
  for audience all_tracked_users
  period last 30 days
  show matrix "Categories by age" of of_category by product.category, demographics.age_band
}
""", f"{OURS}each_category_divided_among_the_ages",
        "tests/properties/test_money_and_time_laws.py::test_shares_within_a_group_add_up_to_one"),
    row("A-37", "Gender, never guessed", """
report genders {
  for audience all_tracked_users
  period last 30 days
  show matrix "Categories by gender" of product_sales by product.category, demographics.gender
}
""", f"{PACKS}demographics.py::test_gender_is_never_guessed", f"{OURS}categories_by_gender"),
    row("A-39", "Where numbers come from, and for how many people they are known", """
report sources {
  for audience all_tracked_users
  show cards of members
}
""", f"{OURS}a_report_names_its_sources_and_what_is_known_of_people"),
))  # fmt: skip

LIFE = Group("AIQ", "Customer lifecycle", (
    row("A-15", "The tab of the lifecycle", """
report lifecycle_tab {
  for audience all_tracked_users
  period last 12 months
  tab "Customer lifecycle" like lifecycle.overview
}
""", f"{OURS}stages_of_the_small_shop", f"{PACKS}lifecycle.py::test_returning_customers_of_a_period_bought_before_it"),
    row("A-29", "Leaky bucket: gone for each new one", """
report bucket {
  for audience all_tracked_users
  period last 12 months
  show cards of lifecycle.leaky_bucket, lifecycle.gone, lifecycle.new_customers
  show line "Day by day" of lifecycle.gone, lifecycle.new_customers by day
}
""", f"{PACKS}stages.py::test_the_leaky_bucket_of_quarters", f"{OURS}gone_for_each_new_one"),
    row("A-30", "Won back", """
report won_back {
  for audience all_tracked_users
  period last 12 months
  show cards of lifecycle.won_back, lifecycle.won_back_customers, lifecycle.new_active
}
""", f"{PACKS}stages.py::test_people_who_were_won_back_are_counted_once",
        f"{PACKS}stages.py::test_a_win_back_is_a_purchase_by_somebody_gone_the_day_before"),
    row("A-31", "How many are in which stage", """
report stages {
  for audience all_tracked_users
  show bar "Stages" of members by lifecycle.stage
}
""", f"{PACKS}stages.py::test_where_customers_are_today", f"{PACKS}stages.py::test_stages_partition_the_people"),
    row("A-32", "Names of stages", """
use lifecycle {
  labels aiq
}
report named_stages {
  for audience all_tracked_users
  show table "Stages" of members by lifecycle.stage
}
""", f"{OURS}gone_is_shown_as_likely_gone", f"{OURS}stages_of_the_small_shop"),
    row("A-33", "People of a stage", """
audience going = lifecycle.stage is one of "Chilling", "Absent"
""", f"{OURS}stages_choose_people"),
    row("A-34", "What to do about it", """
audience win_back_at_once = lifecycle.stage is "Gone" and lifecycle.gone_on is in the last 90 days
report what_to_do {
  for audience all_tracked_users
  show cards of lifecycle.leaky_bucket, lifecycle.gone, lifecycle.new_customers
  note "More customers go than come: win back those who are just gone." when lifecycle.gone > lifecycle.new_customers
  note "Fewer are active than before: reach those who are going." when lifecycle.cooled_down > lifecycle.turned_active
}
report what_to_do_of_february like what_to_do {
  period 2026-02-01 to 2026-02-28
}
""", f"{OURS}stages_choose_people", f"{OURS}what_to_do_is_said_when_it_is_to_be_done",
        "tests/report/test_notes.py::test_a_note_is_said_when_its_condition_holds"),
))  # fmt: skip

AIQ = (QUESTION, ORDERS, PREDICTIONS, CLUB, ACTIONS, PLACES, STAFF, PEOPLE, LIFE)
