-- Job a: two or more orders with one category in 90 days, 150 dollars in all, nothing in the last 14 days.
-- The rarest condition first, lines of older orders skipped by the growing order id, spending only for who is left.
WITH fresh AS (
    SELECT id, customer, created_at
    FROM orders
    WHERE created_at >= TIMESTAMP '2025-10-03' AND customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
), bought AS (
    SELECT f.customer
    FROM lines AS l
    SEMI JOIN (SELECT id FROM products WHERE category = 'Category 9') AS p ON p.id = l.product
    JOIN fresh AS f ON f.id = l."order"
    WHERE l."order" >= (SELECT min(id) FROM orders WHERE created_at >= TIMESTAMP '2025-10-03')
    GROUP BY f.customer
    HAVING count(DISTINCT l."order") >= 2
), quiet AS (
    SELECT customer
    FROM bought
    ANTI JOIN (SELECT customer FROM fresh WHERE created_at >= TIMESTAMP '2025-12-18') AS late USING (customer)
)
SELECT customer AS id
FROM orders
SEMI JOIN quiet USING (customer)
WHERE status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
GROUP BY customer
HAVING sum(total) >= 150
ORDER BY id
