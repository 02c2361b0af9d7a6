-- Orders and lines. Order ids grow with time; lines carry no time of their own.

-- day of the order: a slot of the customer's life. Seconds: two draws make the middle of the day busy.
CREATE TABLE baskets AS
WITH identified AS (
    SELECT id AS customer, seq, first_slot + ((draw(31, id, seq, 65536) * (last_slot - first_slot)) >> 16) AS slot
    FROM lives, unnest(range(orders)) AS t(seq)
), placed AS (
    SELECT
        customer, seq,
        at_second(day, 28800 + (draw(32, customer, seq, 50400) + draw(33, customer, seq, 50400)) // 2) AS created_at
    FROM identified
    JOIN day_slots ON u = slot
), walk_in AS (
    SELECT
        NULL::BIGINT AS customer, id AS seq,
        at_second(day, 28800 + (draw(34, id, 1, 50400) + draw(34, id, 2, 50400)) // 2) AS created_at
    FROM range(getvariable('walk_ins')) AS t(id)
    JOIN day_slots ON u = draw(34, id, 3, 65536)
)
SELECT customer, seq, created_at FROM placed
UNION ALL
-- split orders: a second part at the very same moment
SELECT customer, seq + 1000, created_at FROM placed WHERE draw(35, customer, seq, 10000) < 52
UNION ALL
SELECT customer, seq, created_at FROM walk_in;

CREATE TABLE numbered AS
SELECT row_number() OVER (ORDER BY created_at, customer NULLS FIRST, seq) AS id, customer, created_at
FROM baskets;

DROP TABLE baskets;

CREATE TABLE headers AS
SELECT
    n.id,
    n.customer,
    n.created_at,
    first_slice(w, 1000) AS fate,
    CASE WHEN n.customer IS NULL OR second_slice(w, 1000) < 525 THEN 'retail'
         WHEN second_slice(w, 1000) < 900 THEN 'online'
         ELSE 'social' END AS channel,
    CASE WHEN n.customer IS NULL OR draw(37, n.id, 2, 100) >= 80
         THEN 1 + least(draw(37, n.id, 3, 50), draw(37, n.id, 4, 50))
         ELSE c.home_store END AS near_store,
    CASE WHEN draw(37, n.id, 5, 1000) < 720 THEN 0 ELSE 5 + 5 * draw(37, n.id, 6, 6) END AS percent_off
FROM (SELECT *, mix(36, id, 1) AS w FROM numbered) AS n
LEFT JOIN customers AS c ON c.id = n.customer;

DROP TABLE numbered;

-- one to eight lines, two and a half on average; product 1 is 2 % of them
CREATE TABLE sold AS
SELECT
    o.id AS "order",
    place,
    product,
    1 + CASE WHEN first_slice(w, 100) < 75 THEN 0 WHEN first_slice(w, 100) < 93 THEN 1 ELSE 2 END AS quantity,
    percent_off
FROM (
    SELECT id, percent_off, place, mix(42, id, place) AS w
    FROM (
        SELECT id, percent_off, unnest(range(1, 2 + CASE
            WHEN lot < 365 THEN 0 WHEN lot < 615 THEN 1 WHEN lot < 785 THEN 2 WHEN lot < 885 THEN 3
            WHEN lot < 945 THEN 4 WHEN lot < 975 THEN 5 WHEN lot < 992 THEN 6 ELSE 7 END)) AS place
        FROM (SELECT id, percent_off, draw(41, id, 1, 1000) AS lot FROM headers)
    )
) AS o
JOIN product_slots AS p ON p.u = o.w & 65535;

CREATE TABLE lines AS
SELECT
    row_number() OVER (ORDER BY s."order", s.place) AS id,
    s."order",
    s.product,
    s.quantity::INTEGER AS quantity,
    cents(amount - amount * percent_off // 100) AS amount,
    cents(amount) AS list_price
FROM (SELECT s.*, s.quantity * (p.price * 100)::BIGINT AS amount FROM sold AS s JOIN products AS p ON p.id = s.product) AS s
ORDER BY s."order", s.place;

DROP TABLE sold;

-- 4.5 % canceled, 2 % returned in a store, 2 % pending: these were touched again, up to 12 days later
CREATE TABLE orders AS
WITH sums AS (
    SELECT "order", sum(list_price) AS gross, sum(amount) AS net FROM lines GROUP BY "order"
), told AS (
    SELECT
        h.*, gross, net,
        CASE WHEN fate < 45 THEN 'canceled'
             WHEN fate < 77 AND channel = 'retail' THEN 'returned'
             WHEN fate >= 980 THEN 'open'
             WHEN fate >= 700 THEN 'fulfilled'
             ELSE 'paid' END AS status
    FROM headers AS h
    JOIN sums ON sums."order" = h.id
)
SELECT
    id,
    customer,
    created_at,
    CASE WHEN status IN ('canceled', 'returned', 'open')
         THEN least(at_second(created_at, 600 + draw(43, id, 1, 1036000)), TIMESTAMP '2025-12-31 23:00:00')
         ELSE created_at END AS updated_at,
    status,
    channel,
    CASE WHEN channel = 'retail' THEN near_store END AS store,
    CASE WHEN channel = 'retail'
         THEN (near_store - 1) * 6 + 1 + least(draw(43, id, 2, 6), draw(43, id, 3, 8)) END AS staff,
    gross::DECIMAL(18, 4) AS gross,
    (gross - net)::DECIMAL(18, 4) AS discount,
    cents(((net * 100)::BIGINT * 5 + 50) // 100) AS tax,
    (net + cents(((net * 100)::BIGINT * 5 + 50) // 100))::DECIMAL(18, 4) AS total,
    ['card', 'card', 'card', 'cash', 'wallet'][1 + draw(43, id, 4, 5)] AS payment_method
FROM told
ORDER BY id;

DROP TABLE headers;

-- 8 % of orders are rated within a week
CREATE TABLE reviews AS
SELECT
    row_number() OVER (ORDER BY created_at, "order") AS id,
    rating, created_at, customer, "order", staff
FROM (
    SELECT
        id AS "order", customer, staff,
        [5, 5, 5, 5, 4, 4, 4, 3, 2, 1][1 + draw(44, id, 2, 10)] AS rating,
        least(at_second(created_at, 3600 + draw(44, id, 3, 604800)), TIMESTAMP '2025-12-31 22:00:00') AS created_at
    FROM orders
    WHERE draw(44, id, 1, 100) < 8
)
ORDER BY created_at, "order";
