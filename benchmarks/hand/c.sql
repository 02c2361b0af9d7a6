-- Job c: first purchase after each action inside its campaign's window, one credit per campaign and order.
-- Order ids grow with time, so the smallest id is the first by (time, id).
WITH valid AS (
    SELECT id, customer, created_at, total
    FROM orders
    WHERE customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
), regulars AS (
    SELECT customer
    FROM valid
    GROUP BY customer
    HAVING count(*) >= 2 AND sum(total) >= 150
), placed AS (
    SELECT id, customer, created_at, total
    FROM valid
    SEMI JOIN regulars USING (customer)
), firsts AS (
    SELECT
        any_value(a.campaign) AS campaign,
        any_value(a.customer) AS customer,
        min(p.id) AS id,
        arg_min(p.total, p.id) AS total
    FROM actions AS a
    JOIN campaigns AS c ON c.id = a.campaign
    JOIN placed AS p
        ON p.customer = a.customer AND p.created_at >= a.acted_at
        AND p.created_at <= a.acted_at + to_days(coalesce(c.attribution_window, 14)::INTEGER)
    GROUP BY a.id
), credits AS (
    SELECT campaign, id, any_value(customer) AS customer, any_value(total) AS total
    FROM firsts
    GROUP BY campaign, id
)
SELECT campaign, count(*) AS conversions, count(DISTINCT customer) AS converted, sum(total) AS revenue
FROM credits
GROUP BY campaign
ORDER BY campaign
