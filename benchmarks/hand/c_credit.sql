-- Job c_credit: as c, but every order goes to one campaign, that of the last action whose first purchase it is.
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
        a.id AS action,
        any_value(a.campaign) AS campaign,
        any_value(a.acted_at) AS acted_at,
        any_value(CASE a.kind WHEN 'received' THEN 0 WHEN 'opened' THEN 1 ELSE 2 END) AS kind_place,
        min(p.id) AS id,
        arg_min(p.total, p.id) AS total
    FROM actions AS a
    JOIN campaigns AS c ON c.id = a.campaign
    JOIN placed AS p
        ON p.customer = a.customer AND p.created_at >= a.acted_at
        AND p.created_at <= a.acted_at + to_days(coalesce(c.attribution_window, 14)::INTEGER)
    GROUP BY a.id
), picked AS (
    SELECT campaign, total
    FROM firsts
    QUALIFY row_number() OVER (PARTITION BY id ORDER BY acted_at DESC, kind_place, campaign, action) = 1
)
SELECT campaign, count(*) AS credited_orders, sum(total) AS credited_revenue
FROM picked
GROUP BY campaign
ORDER BY campaign
