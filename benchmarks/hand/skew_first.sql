-- First purchase after each action where one customer may have everything: no pairs, one window pass.
-- Actions and orders in one row of time; an order at the very moment of an action comes after it and counts.
WITH told AS (
    SELECT a.customer, a.acted_at AS moment, FALSE AS is_order, a.id, a.campaign,
        a.acted_at + to_days(coalesce(c.attribution_window, 14)::INTEGER) AS ends_at
    FROM actions AS a
    JOIN campaigns AS c ON c.id = a.campaign
    UNION ALL
    SELECT customer, created_at, TRUE, id, NULL, NULL
    FROM orders
), followed AS (
    SELECT
        campaign, ends_at,
        min(CASE WHEN is_order THEN id END) OVER (
            PARTITION BY customer
            ORDER BY moment DESC, is_order DESC, id DESC
            ROWS UNBOUNDED PRECEDING
        ) AS next_order
    FROM told
), credits AS (
    SELECT DISTINCT f.campaign, f.next_order
    FROM followed AS f
    JOIN orders AS o ON o.id = f.next_order AND o.created_at <= f.ends_at
    WHERE f.campaign IS NOT NULL
)
SELECT c.campaign, count(*) AS conversions, sum(o.total) AS revenue
FROM credits AS c
JOIN orders AS o ON o.id = c.next_order
GROUP BY c.campaign
ORDER BY c.campaign
