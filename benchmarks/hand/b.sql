-- Job b: six indicators of 90 days beside the 90 days before, with the orders reached by any action's own window.
WITH regulars AS MATERIALIZED (
    SELECT customer
    FROM orders
    WHERE customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
    GROUP BY customer
    HAVING count(*) >= 2 AND sum(total) >= 150
), placed AS MATERIALIZED (
    SELECT id, customer, created_at, total
    FROM orders
    SEMI JOIN regulars USING (customer)
    WHERE created_at >= TIMESTAMP '2025-07-05'
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
), acted AS (
    SELECT a.customer, a.acted_at, a.acted_at + to_days(coalesce(c.attribution_window, 14)::INTEGER) AS ends_at
    FROM actions AS a
    JOIN campaigns AS c ON c.id = a.campaign
    WHERE a.acted_at >= TIMESTAMP '2025-06-21'
), reached AS (
    SELECT DISTINCT p.id
    FROM placed AS p
    JOIN acted AS a
        ON a.customer = p.customer AND a.acted_at <= p.created_at AND p.created_at <= a.ends_at
), sides AS (
    SELECT
        p.created_at >= TIMESTAMP '2025-10-03' AS is_now,
        p.created_at::DATE - CASE WHEN is_now THEN DATE '2025-10-03' ELSE DATE '2025-07-05' END AS place,
        p.customer,
        p.total,
        r.id IS NOT NULL AS is_reached
    FROM placed AS p
    LEFT JOIN reached AS r USING (id)
), sums AS (
    SELECT
        place,
        is_now,
        sum(total) AS sales,
        count(*) AS orders,
        sum(total) FILTER (is_reached) AS reached_sales,
        count(*) FILTER (is_reached) AS reached_orders
    FROM sides
    GROUP BY place, is_now
), counted AS (
    SELECT place, is_now, count(*) AS shoppers
    FROM (SELECT DISTINCT place, is_now, customer FROM sides)
    GROUP BY place, is_now
    UNION ALL
    SELECT NULL, is_now, count(*)
    FROM (SELECT DISTINCT is_now, customer FROM sides)
    GROUP BY is_now
), totals AS (
    SELECT * FROM sums
    UNION ALL
    SELECT NULL, is_now, sum(sales), sum(orders), sum(reached_sales), sum(reached_orders) FROM sums GROUP BY is_now
), spine AS (
    SELECT unnest(range(90)) AS place
    UNION ALL
    SELECT NULL
), wide AS (
    SELECT
        s.place,
        coalesce(any_value(c.shoppers) FILTER (t.is_now), 0) AS shoppers,
        coalesce(any_value(c.shoppers) FILTER (NOT t.is_now), 0) AS shoppers_before,
        coalesce(any_value(t.sales) FILTER (t.is_now), 0) AS sales,
        coalesce(any_value(t.sales) FILTER (NOT t.is_now), 0) AS sales_before,
        coalesce(any_value(t.orders) FILTER (t.is_now), 0)::BIGINT AS orders,
        coalesce(any_value(t.orders) FILTER (NOT t.is_now), 0)::BIGINT AS orders_before,
        coalesce(any_value(t.reached_sales) FILTER (t.is_now), 0) AS reached_sales,
        coalesce(any_value(t.reached_sales) FILTER (NOT t.is_now), 0) AS reached_sales_before,
        coalesce(any_value(t.reached_orders) FILTER (t.is_now), 0)::BIGINT AS reached_orders,
        coalesce(any_value(t.reached_orders) FILTER (NOT t.is_now), 0)::BIGINT AS reached_orders_before,
        (SELECT count(*) FROM regulars) AS members
    FROM spine AS s
    LEFT JOIN totals AS t ON t.place IS NOT DISTINCT FROM s.place
    LEFT JOIN counted AS c ON c.place IS NOT DISTINCT FROM t.place AND c.is_now = t.is_now
    GROUP BY s.place
)
SELECT
    DATE '2025-10-03' + place::INTEGER AS "day",
    shoppers AS total_shoppers,
    sales AS total_sales,
    orders AS total_orders,
    shoppers / members AS conversion,
    reached_sales,
    reached_orders,
    shoppers_before AS total_shoppers_before,
    sales_before AS total_sales_before,
    orders_before AS total_orders_before,
    shoppers_before / members AS conversion_before,
    reached_sales_before,
    reached_orders_before,
    (shoppers - shoppers_before) / nullif(shoppers_before, 0) AS total_shoppers_change,
    (sales - sales_before)::DOUBLE / nullif(sales_before, 0)::DOUBLE AS total_sales_change,
    (orders - orders_before) / nullif(orders_before, 0) AS total_orders_change,
    (shoppers - shoppers_before) / nullif(shoppers_before, 0) AS conversion_change,
    (reached_sales - reached_sales_before)::DOUBLE / nullif(reached_sales_before, 0)::DOUBLE AS reached_sales_change,
    (reached_orders - reached_orders_before) / nullif(reached_orders_before, 0) AS reached_orders_change
FROM wide
ORDER BY place NULLS LAST
