-- What follows an order: the ledger of points and credits, redemptions, reviews, visits of the web shop.

CREATE OR REPLACE TABLE gained AS
SELECT y.c, y.stay, y.left_at, x.kind, x.quantity, x.posted_at, x.o, x.k, x.store
FROM stays AS y
JOIN (
    SELECT c, stay, 'legacy' AS kind, 5 * between_of('brought over', c, 4, 80) AS quantity, joined_at AS posted_at,
        NULL::BIGINT AS o, NULL::BIGINT AS k, NULL::BIGINT AS store
    FROM stays
    WHERE joined_at < getvariable('first_day') AND stay = 1
    UNION ALL
    SELECT c, stay, 'boost', 50, joined_at, NULL, NULL, NULL FROM stays WHERE stay = 1
    UNION ALL
    SELECT c, stay, 'earn', earned, bought_at, o, NULL, h.store
    FROM club_orders JOIN headers AS h USING (o, c, bought_at)
    WHERE earned > 0
    UNION ALL
    SELECT c, stay, 'redeem', -100, bought_at, o, NULL, s.store
    FROM club_orders JOIN sold AS s USING (o, c, bought_at)
    WHERE s.paid_with = 'points'
    UNION ALL
    -- somebody complained, and was right
    SELECT c, stay, 'adjust', 25, later(bought_at, 90000), o, NULL, NULL
    FROM club_orders
    WHERE chance('complains', o, 12) AND happened(later(bought_at, 90000)) IS NOT NULL
    UNION ALL
    SELECT m.c, y.stay, 'boost', m.gift_size, m.sent_at, NULL, m.k, NULL
    FROM messages AS m
    JOIN stays AS y ON y.c = m.c AND m.sent_at >= y.joined_at AND (y.left_at IS NULL OR m.sent_at < y.left_at)
    WHERE m.gift = 'points' AND m.delivered_at IS NOT NULL
) AS x ON x.c = y.c AND x.stay = y.stay AND (y.left_at IS NULL OR x.posted_at < y.left_at);

-- what is left lapses when somebody leaves, or a year after the last order
CREATE OR REPLACE TABLE ledger AS
SELECT c, kind, quantity, 'points' AS unit, posted_at, o, k, store, NULL::DATE AS expires_on FROM gained
UNION ALL
SELECT c, 'expire', -left_over, 'points', lapses_at, NULL, NULL, NULL, NULL
FROM (
    SELECT c, lapses_at, sum(quantity)::BIGINT AS left_over
    FROM gained
    JOIN (
        SELECT c, stay, least(min(left_at), later(max(posted_at) FILTER (kind <> 'boost' OR k IS NULL), 365 * 86400)) AS lapses_at
        FROM gained
        GROUP BY c, stay
    ) USING (c, stay)
    WHERE posted_at < lapses_at
    GROUP BY c, stay, lapses_at
)
WHERE left_over > 0 AND happened(lapses_at) IS NOT NULL
UNION ALL
SELECT c, 'boost', size, 'credits', posted_at, NULL, k, NULL, (posted_at + INTERVAL 60 DAY)::DATE FROM grants
UNION ALL
SELECT g.c, 'redeem', -g.size, 'credits', s.bought_at, s.o, NULL, s.store, NULL FROM grants AS g JOIN sold AS s ON s.o = g.used_in
UNION ALL
SELECT c, 'expire', -size, 'credits', posted_at + INTERVAL 60 DAY, NULL, NULL, NULL, NULL
FROM grants
WHERE used_in IS NULL AND happened(posted_at + INTERVAL 60 DAY) IS NOT NULL;

CREATE OR REPLACE TABLE redeemed AS
SELECT s.o, s.customer, s.bought_at, 'coupon' AS kind, s.coupon, s.discount AS amount, a.k
FROM sold AS s
JOIN actions AS a USING (a)
WHERE s.coupon IS NOT NULL
UNION ALL
SELECT o, customer, bought_at, paid_with, NULL, discount, NULL FROM sold WHERE paid_with IS NOT NULL;

-- one order in eight; some sellers are liked more than others, and one rating in forty cannot be read
CREATE OR REPLACE TABLE rated AS
SELECT
    o, customer, staff, store, channel, bought_at,
    happened(later(bought_at, 18000 + draw('rated after', o, 700000))) AS rated_at,
    CASE WHEN chance('no rating', o, 25) THEN 'n/a'
         ELSE pick([5, 5, 5, 5, 5, 4, 4, 3, 2, 1, 5, 5, 4, 4], 'rating', o * 16 + coalesce(skill, 5))::VARCHAR END AS rating,
    pick(['google', 'email', 'till'], 'rated by way of', o) AS way
FROM sold
WHERE state <> 'Canceled' AND chance('rates', o, 95 + 5 * coalesce(skill, 5));

CREATE OR REPLACE TABLE sessions AS
SELECT
    'VL' || a AS id, CASE WHEN actor > 0 THEN person(actor) WHEN actor IS NULL THEN person(c) END AS customer,
    acted_at AS started_at, 60 * between_of('stays on the page', a, 1, 28) AS seconds, 'A' || a AS entry_action, channel AS source
FROM actions
WHERE is_click
UNION ALL
SELECT 'VO' || o, CASE WHEN customer <> 'GUEST' THEN customer END, later(bought_at, -60 * between_of('looks round', o, 3, 25)),
    60 * 29, NULL, pick(['direct', 'direct', 'direct', 'search', 'search', 'facebook', 'facebook'], 'source', o)
FROM sold
WHERE channel <> 'retail' AND session_of IS NULL
UNION ALL
-- only looked
SELECT 'VB' || c || '-' || seq, person(c), opening_time('looks', c, seq, greatest(n - 1, 0), getvariable('shop_hours')),
    60 * (1 + draw_of('looks for', c, seq, 20)), NULL, 'search'
FROM habits
WHERE draw_of('looks before', c, seq, 1000) < 160;
