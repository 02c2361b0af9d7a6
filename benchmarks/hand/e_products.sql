-- Job e, the products: the five with most units in each age band.
WITH valid AS MATERIALIZED (
    SELECT id, customer, total
    FROM orders
    WHERE customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
), regulars AS MATERIALIZED (
    SELECT customer
    FROM valid
    GROUP BY customer
    HAVING count(*) >= 2 AND sum(total) >= 150
), people AS MATERIALIZED (
    SELECT
        customer,
        CASE WHEN age < 18 THEN 0 WHEN age < 25 THEN 1 WHEN age < 35 THEN 2 WHEN age < 45 THEN 3
             WHEN age < 55 THEN 4 WHEN age < 65 THEN 5 WHEN age >= 65 THEN 6 ELSE 7 END AS band
    FROM regulars
    JOIN (SELECT id, datesub('year', birth_date, DATE '2025-12-31') AS age FROM customers) AS c ON c.id = customer
), placed AS (
    SELECT o.id, p.band
    FROM valid AS o
    JOIN people AS p USING (customer)
), sold AS (
    SELECT (band::BIGINT << 32) + l.product AS band_product, sum(l.quantity)::BIGINT AS units
    FROM lines AS l
    JOIN placed AS o ON o.id = l."order"
    GROUP BY band_product
), ranked AS (
    SELECT band_product >> 32 AS band, band_product & 4294967295 AS product, units
    FROM sold
    QUALIFY row_number() OVER (PARTITION BY band ORDER BY units DESC, product) <= 5
)
SELECT
    ['under 18', '18-24', '25-34', '35-44', '45-54', '55-64', '65+', NULL][band + 1] AS "customer.age_group",
    product,
    units
FROM ranked
ORDER BY band, units DESC, product
