-- Job h: orders and revenue by kind and channel of the last action before each order whose window reaches the order.
-- Qualify first, pick later: a short window that fails leaves the order to the action before it.
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
), acted AS (
    SELECT a.id, a.customer, a.campaign, a.acted_at, a.kind, a.channel, a.acted_at + to_days(coalesce(c.attribution_window, 14)::INTEGER) AS ends_at
    FROM actions AS a JOIN campaigns AS c ON c.id = a.campaign
), pairs AS (
    SELECT
        p.id, p.total, a.kind, a.channel,
        row_number() OVER (
            PARTITION BY p.id
            ORDER BY a.acted_at DESC, CASE a.kind WHEN 'received' THEN 0 WHEN 'opened' THEN 1 ELSE 2 END, a.campaign, a.id
        ) AS place
    FROM placed AS p
    JOIN acted AS a ON a.customer = p.customer AND a.acted_at <= p.created_at AND p.created_at <= a.ends_at
)
SELECT kind AS "action.kind", channel AS "action.channel", count(*) AS last_orders, sum(total) AS last_revenue
FROM pairs
WHERE place = 1
GROUP BY kind, channel
ORDER BY kind, channel
