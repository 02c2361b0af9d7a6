-- Job e, the table: per age band people, average order, shares of members, of club members, of active and redeeming.
WITH regulars AS (
    SELECT customer, count(*) AS orders, sum(total) AS sales, max(created_at) >= TIMESTAMP '2025-10-03' AS is_active
    FROM orders
    WHERE customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
    GROUP BY customer
    HAVING count(*) >= 2 AND sum(total) >= 150
), aged AS (
    SELECT id, datesub('year', birth_date, DATE '2025-12-31') AS age
    FROM customers
), people AS (
    SELECT
        CASE WHEN age < 18 THEN 0 WHEN age < 25 THEN 1 WHEN age < 35 THEN 2 WHEN age < 45 THEN 3
             WHEN age < 55 THEN 4 WHEN age < 65 THEN 5 WHEN age >= 65 THEN 6 END AS band,
        r.*
    FROM regulars AS r
    JOIN aged ON aged.id = r.customer
)
SELECT
    ['under 18', '18-24', '25-34', '35-44', '45-54', '55-64', '65+'][band + 1] AS "customer.age_group",
    count(*) AS members,
    count(*) / sum(count(*)) OVER () AS member_share,
    sum(sales)::DOUBLE / sum(orders) AS average_order,
    count(*) FILTER (m.customer IS NOT NULL) / count(*) AS loyal_share,
    count(*) FILTER (is_active) / count(*) AS active_share,
    count(*) FILTER (r.customer IS NOT NULL) / count(*) AS redeemed_share
FROM people AS p
LEFT JOIN (SELECT DISTINCT customer FROM memberships WHERE left_at IS NULL) AS m ON m.customer = p.customer
LEFT JOIN (SELECT DISTINCT customer FROM redemptions) AS r ON r.customer = p.customer
GROUP BY band
ORDER BY band NULLS LAST
