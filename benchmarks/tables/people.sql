-- Customers, where they live, and who is in the club.

-- 730 days are 65,536 slots, more of them on busy days; life is the stretch of slots in which somebody buys
CREATE TABLE lives AS
SELECT
    id,
    first_slot,
    least(first_slot + 64 + CASE WHEN stays < 350 THEN 65536 ELSE draw(21, id, 4, 65536) END, 65535) AS last_slot,
    orders
FROM (
    SELECT
        id,
        CASE WHEN draw(21, id, 1, 100) < 40 THEN 0 ELSE draw(21, id, 2, 64000) END AS first_slot,
        draw(21, id, 3, 1000) AS stays,
        n AS orders
    FROM range(1, getvariable('customers') + 1) AS t(id)
    JOIN order_counts ON u = draw(21, id, 5, 65536)
);

CREATE TABLE customers AS
SELECT
    l.id,
    CASE WHEN first_slot = 0 THEN at_second(DATE '2022-01-01' + draw(22, l.id, 1, 729)::INTEGER, draw(22, l.id, 2, 86400))
         ELSE at_second(day, draw(22, l.id, 2, 28800)) END AS created_at,
    -- 30 % no birth date, 25 % no gender, 25 % no position
    CASE WHEN draw(22, l.id, 3, 100) >= 30
         THEN DATE '1945-01-01' + ((draw(22, l.id, 4, 22000) + draw(22, l.id, 5, 22000)) // 2 + 1500)::INTEGER
    END AS birth_date,
    CASE WHEN draw(22, l.id, 6, 100) >= 25
         THEN ['F', 'F', 'F', 'F', 'F', 'M', 'M', 'M', 'M', 'other'][1 + draw(22, l.id, 7, 10)]
    END AS gender,
    -- small numbers more often: customers per store are skewed
    1 + least(draw(22, l.id, 8, 50), draw(22, l.id, 9, 50)) AS home_store,
    CASE WHEN draw(22, l.id, 10, 100) >= 25 THEN l.id END AS home
FROM lives AS l
JOIN day_slots ON u = first_slot
ORDER BY l.id;

CREATE TABLE locations AS
SELECT
    home AS id,
    (39500000 + (home_store % 7) * 90000 + draw(23, home, 1, 160000) + draw(23, home, 2, 160000))::DECIMAL(12, 0)
        * 0.000001::DECIMAL(7, 6) AS latitude,
    -(104900000 - (home_store // 7) * 90000 - draw(23, home, 3, 160000) - draw(23, home, 4, 160000))::DECIMAL(12, 0)
        * 0.000001::DECIMAL(7, 6) AS longitude,
    (80000 + home_store * 10 + draw(23, home, 5, 10))::VARCHAR AS postcode
FROM customers
WHERE home IS NOT NULL
ORDER BY home;

-- 62 % are members, one in twelve of those has left
CREATE TABLE memberships AS
SELECT
    customer,
    joined_at,
    CASE WHEN draw(24, customer, 2, 12) = 0
         THEN least(at_second(joined_at, 86400 + draw(24, customer, 3, 500) * 86400), TIMESTAMP '2025-12-30 20:00:00')
    END AS left_at,
    ['basic', 'basic', 'basic', 'silver', 'gold'][1 + draw(24, customer, 4, 5)] AS tier
FROM (
    SELECT
        id AS customer,
        least(at_second(created_at, draw(24, id, 5, 60) * 86400), TIMESTAMP '2025-12-30 12:00:00') AS joined_at
    FROM customers
    WHERE draw(24, id, 1, 100) < 62
)
ORDER BY joined_at, customer;
