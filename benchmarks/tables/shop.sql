-- The shop itself, the same at every scale: products, stores, staff, campaigns.

CREATE TABLE products AS
SELECT
    id,
    'Product ' || id AS "name",
    -- 20 categories, the first ones large
    'Category ' || (1 + least(draw(11, id, 1, 20), draw(11, id, 2, 20)))::VARCHAR AS category,
    'Brand ' || (1 + draw(11, id, 3, 200))::VARCHAR AS brand,
    cents(300 + least(draw(11, id, 4, 9000), draw(11, id, 5, 9000))) AS price,
    cents((300 + least(draw(11, id, 4, 9000), draw(11, id, 5, 9000))) * (40 + draw(11, id, 6, 25)) // 100) AS "cost"
FROM range(1, 5001) AS t(id)
ORDER BY id;

CREATE TABLE stores AS
SELECT id, 'Store ' || id AS "name", 'City ' || (1 + id % 20) AS city
FROM range(1, 51) AS t(id)
ORDER BY id;

CREATE TABLE staff AS
SELECT
    id,
    'Person ' || id AS "name",
    CASE WHEN id % 6 = 1 THEN 'manager' ELSE 'sales' END AS "role",
    1 + (id - 1) // 6 AS store,
    DATE '2020-01-01' + draw(13, id, 1, 1400)::INTEGER AS started_on
FROM range(1, 301) AS t(id)
ORDER BY id;

-- 40 campaigns on 4 channels, one every 18 days. 24 have the usual window, 8 seven days, 4 three, 4 one.
CREATE TABLE campaigns AS
SELECT
    id,
    'Campaign ' || id AS "name",
    ['sms', 'email', 'push', 'social'][1 + id % 4] AS channel,
    ['news', 'offer', 'coupon'][1 + id % 3] AS category,
    at_second(DATE '2024-01-04' + ((id - 1) * 18)::INTEGER, 36000 + draw(14, id, 1, 18000)) AS sent_at,
    CASE WHEN id % 10 IN (1, 6) THEN 7 WHEN id % 10 = 3 THEN 3 WHEN id % 10 = 8 THEN 1 END AS attribution_window
FROM range(1, 41) AS t(id)
ORDER BY id;
