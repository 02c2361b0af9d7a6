-- As many actions as orders, all of one customer or spread over ten thousand; nothing else differs.

CREATE TABLE customers AS
SELECT id FROM range(1, getvariable('customers') + 1) AS t(id) ORDER BY id;

CREATE TABLE campaigns AS
SELECT
    id,
    'Campaign ' || id AS "name",
    CASE WHEN id % 10 IN (1, 6) THEN 7 WHEN id % 10 = 3 THEN 3 WHEN id % 10 = 8 THEN 1 END AS attribution_window
FROM range(1, 41) AS t(id)
ORDER BY id;

CREATE TABLE orders AS
SELECT
    row_number() OVER (ORDER BY created_at, seq) AS id,
    1 + draw(71, seq, 1, getvariable('customers')) AS customer,
    created_at,
    'paid' AS status,
    'online' AS channel,
    cents(500 + draw(71, seq, 2, 9500)) AS total
FROM (
    SELECT seq, at_second(DATE '2024-01-01', draw(71, seq, 3, 63072000)) AS created_at
    FROM range(getvariable('skew_rows')) AS t(seq)
)
ORDER BY id;

CREATE TABLE actions AS
SELECT
    row_number() OVER (ORDER BY acted_at, seq) AS id,
    1 + draw(72, seq, 1, getvariable('customers')) AS customer,
    1 + draw(72, seq, 2, 40) AS campaign,
    ['received', 'received', 'opened', 'clicked'][1 + draw(72, seq, 3, 4)] AS kind,
    acted_at
FROM (
    SELECT seq, at_second(DATE '2024-01-01', draw(72, seq, 4, 63072000)) AS acted_at
    FROM range(getvariable('skew_rows')) AS t(seq)
)
ORDER BY id;
