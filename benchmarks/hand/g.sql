-- Job g: buyers, orders and sales of 90 days in squares of a tenth of a degree around their homes.
WITH homes AS (
    SELECT c.id, floor(l.latitude * 10)::INTEGER AS north, floor(l.longitude * 10)::INTEGER AS east
    FROM customers AS c
    JOIN locations AS l ON l.id = c.home
    WHERE l.latitude IS NOT NULL AND l.longitude IS NOT NULL
), cells AS (
    SELECT h.north, h.east, count(DISTINCT o.customer) AS buyers, count(*) AS orders, sum(o.total) AS sales
    FROM orders AS o
    LEFT JOIN homes AS h ON h.id = o.customer
    WHERE o.created_at >= TIMESTAMP '2025-10-03' AND o.customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
    GROUP BY h.north, h.east
)
SELECT
    printf('%g/%g', north / 10, east / 10) AS "geo.home_cell",
    buyers AS total_shoppers,
    orders AS total_orders,
    sales AS total_sales
FROM cells
ORDER BY "geo.home_cell" NULLS LAST
