-- Job f: staff over 90 days. One pass over the window with FILTER, the first order of everybody beside it.
WITH placed AS MATERIALIZED (
    SELECT
        id, customer, staff, total, discount, gross, status,
        status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail') AS is_valid
    FROM orders
    WHERE created_at >= TIMESTAMP '2025-10-03'
), firsts AS (
    SELECT min(id) AS id
    FROM orders
    WHERE customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
    GROUP BY customer
), sold AS (
    SELECT p.staff, sum(l.quantity) AS units
    FROM lines AS l
    JOIN placed AS p ON p.id = l."order"
    WHERE p.is_valid AND l."order" >= (SELECT min(id) FROM placed)
    GROUP BY p.staff
), rated AS (
    SELECT staff, avg(rating) AS rating
    FROM reviews
    WHERE created_at >= TIMESTAMP '2025-10-03'
    GROUP BY staff
), served AS (
    SELECT
        p.staff,
        count(*) FILTER (is_valid) AS orders,
        coalesce(sum(total) FILTER (is_valid), 0) AS sales,
        count(DISTINCT p.customer) FILTER (is_valid) AS shoppers,
        count(f.id) AS new_customers,
        (sum(discount) FILTER (is_valid))::DOUBLE / (sum(gross) FILTER (is_valid))::DOUBLE AS discount_rate,
        count(*) FILTER (status = 'returned') / count(*) AS return_rate
    FROM placed AS p
    LEFT JOIN firsts AS f ON f.id = p.id
    GROUP BY p.staff
)
SELECT
    s.staff,
    s.orders AS total_orders,
    s.sales AS total_sales,
    s.sales::DOUBLE / nullif(s.orders, 0) AS average_order,
    coalesce(u.units, 0) / nullif(s.orders, 0) AS items_per_order,
    r.rating,
    s.shoppers AS total_shoppers,
    s.new_customers,
    s.discount_rate,
    s.return_rate
FROM served AS s
LEFT JOIN sold AS u ON u.staff IS NOT DISTINCT FROM s.staff
LEFT JOIN rated AS r ON r.staff IS NOT DISTINCT FROM s.staff
ORDER BY s.staff NULLS LAST
