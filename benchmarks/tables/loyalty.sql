-- The points ledger of club members and what was redeemed.

CREATE TABLE redemptions AS
SELECT
    row_number() OVER (ORDER BY created_at, id) AS id,
    customer,
    id AS "order",
    ['coupon', 'coupon', 'points', 'reward'][1 + draw(61, id, 2, 4)] AS kind,
    cents(200 + 100 * draw(61, id, 3, 9)) AS amount,
    created_at AS redeemed_at
FROM orders
WHERE customer IS NOT NULL AND draw(61, id, 1, 1000) < 40
ORDER BY created_at, id;

CREATE TABLE points AS
WITH entries AS (
    SELECT o.customer, 'earn' AS kind, (o.total // 1)::INTEGER AS quantity, o.created_at AS posted_at, o.id AS "order"
    FROM orders AS o
    JOIN memberships AS m ON m.customer = o.customer
    WHERE o.created_at >= m.joined_at AND o.status IN ('paid', 'fulfilled', 'open')
    UNION ALL
    SELECT customer, 'redeem', -(amount * 100 // 1)::INTEGER, redeemed_at, "order"
    FROM redemptions
    WHERE kind = 'points'
)
SELECT row_number() OVER (ORDER BY posted_at, "order", kind) AS id, customer, kind, quantity, posted_at, "order"
FROM entries
ORDER BY id;
