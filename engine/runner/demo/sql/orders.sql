-- Who came when, what was in the basket, and what became of it.

CREATE OR REPLACE TABLE purchases AS
SELECT row_number() OVER (ORDER BY bought_at, c NULLS FIRST, coalesce(a, -1), seq) + getvariable('base') AS o, *
FROM (
    SELECT h.c, h.seq, NULL::BIGINT AS a, p.online AND draw_of('online today', h.c, h.seq, 1000) < 800 AS online,
        opening_time('visit', h.c, h.seq, h.n, getvariable('shop_hours')) AS bought_at,
        NULL::BIGINT AS session_of, NULL AS coupon, NULL::BIGINT AS percent, false AS handed_on
    FROM habits AS h
    JOIN known AS p USING (c)
    UNION ALL
    -- somebody who was handed the link may not have been a customer yet: then nobody knows who bought
    SELECT
        CASE WHEN v.c > 0 AND p.registered < v.bought_at THEN v.c END, 0, v.a, v.session_of IS NOT NULL OR coalesce(p.online, false),
        v.bought_at, v.session_of, v.coupon, v.percent, v.actor IS NOT NULL AND v.c <> m.c
    FROM prompted AS v
    JOIN actions AS m USING (a)
    LEFT JOIN known AS p ON p.c = v.c
    WHERE v.bought_at <= getvariable('the_end')
    UNION ALL
    -- people who left no name
    SELECT NULL, w, NULL, chance('walk-in online', w, 150),
        opening_time('walk-in', w, 0, getvariable('busy_days')[1 + draw('walk-in day', w, len(getvariable('busy_days')))],
            getvariable('shop_hours')),
        NULL, NULL, NULL, false
    FROM range(getvariable('first_walk_in'), getvariable('last_walk_in') + 1) AS t(w)
)
WHERE bought_at <= getvariable('the_end');

CREATE OR REPLACE TABLE headers AS
SELECT
    *,
    CASE WHEN channel = 'retail'
         THEN CASE WHEN c IS NOT NULL AND chance('home store', o, 840) THEN home ELSE pick(getvariable('store_lot'), 'store', o) END
    END AS store,
    CASE WHEN coupon IS NOT NULL THEN percent
         WHEN chance('reduced', o, 180) THEN pick([5, 5, 10, 10, 20], 'reduced by', o)
         ELSE 0 END AS percent_off,
    -- what the till wrote: a guest, a card that is in no file, or somebody's own number
    CASE WHEN c IS NULL AND online AND chance('account of a guest', o, 350) THEN 'A' || o
         WHEN c IS NULL THEN 'GUEST'
         WHEN chance('unknown card', o, 7) THEN 'X' || (100 + getvariable('block') * 40 + draw('card', o, 40))
         WHEN online AND twin_at <= bought_at AND chance('as the twin', o, 700) THEN 'W' || (1000 + c)
         ELSE person(c) END AS customer
FROM (
    SELECT
        b.*, p.taste, p.store AS home, p.twin_at, p.closed_at, p.erased_at,
        CASE WHEN NOT b.online THEN 'retail' WHEN chance('by a social network', o, 140) THEN 'social' ELSE 'online' END AS channel,
        draw('fate', o, 1000) AS fate
    FROM purchases AS b
    LEFT JOIN known AS p USING (c)
);

CREATE OR REPLACE TABLE baskets AS
SELECT l.o, l.place, s.p, l.quantity, g.price * l.quantity AS price, g."cost"
FROM (
    SELECT
        h.o, place,
        pick([1, 1, 1, 1, 1, 1, 1, 2, 2, 3], 'quantity', h.o * 8 + place) AS quantity,
        coalesce(h.taste, '') AS taste,
        CASE WHEN month(h.bought_at) IN (3, 4, 5) THEN 'spring' WHEN month(h.bought_at) = 12 THEN 'december' ELSE 'other' END AS season,
        draw('product', h.o * 8 + place, 1024) AS u
    FROM headers AS h, unnest(range(pick([1, 1, 1, 2, 2, 2, 3, 3, 4, 5], 'lines', h.o))) AS t(place)
) AS l
JOIN slots AS s ON s.taste = l.taste AND s.season = l.season AND s.u = l.u
JOIN products AS g ON g.p = s.p;

CREATE OR REPLACE TABLE grosses AS
SELECT o, sum(price)::BIGINT AS gross FROM baskets GROUP BY o;

-- ---------------------------------------------------------------- points and credits

-- A point for every dollar of a member's basket. Whenever 150 have been gathered, 100 may be given back: so nobody gives
-- back more than there is.
CREATE OR REPLACE TABLE club_orders AS
SELECT
    o, c, stay, bought_at, earned, gathered,
    gathered // 150 > coalesce(lag(gathered) OVER (PARTITION BY c, stay ORDER BY bought_at, o), 0) // 150
        AND coupon IS NULL AND gross >= 1000 AND (reminded OR chance('gives points back', o, 550)) AS wants
FROM (
    SELECT
        h.o, h.c, y.stay, h.bought_at, h.coupon, g.gross, g.gross // 100 AS earned,
            coalesce(m.gift = 'points', false) AS reminded,
        coalesce(sum(g.gross // 100) OVER (PARTITION BY h.c, y.stay ORDER BY h.bought_at, h.o ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
            ::BIGINT AS gathered
    FROM headers AS h
    JOIN grosses AS g USING (o)
    JOIN stays AS y ON y.c = h.c AND h.bought_at >= y.joined_at AND (y.left_at IS NULL OR h.bought_at < y.left_at)
    LEFT JOIN actions AS r ON r.a = h.a
    LEFT JOIN campaigns AS m ON m.k = r.k
    WHERE h.fate >= 72
);

-- the credits of a campaign hold for sixty days; the next order of a dollar or more may use them
CREATE OR REPLACE TABLE grants AS
SELECT g.*, u.o AS used_in
FROM (
    SELECT m.k, m.c, m.gift_size AS size, m.sent_at AS posted_at, m.id AS message
    FROM messages AS m
    WHERE m.gift = 'credits' AND m.delivered_at IS NOT NULL
) AS g
LEFT JOIN (
    SELECT m.id AS message, min(h.o) AS o
    FROM messages AS m
    JOIN headers AS h ON h.c = m.c AND h.bought_at > m.sent_at AND h.bought_at <= m.sent_at + INTERVAL 60 DAY
    JOIN grosses AS s ON s.o = h.o AND s.gross >= 1500
    WHERE m.gift = 'credits' AND m.delivered_at IS NOT NULL AND h.coupon IS NULL AND h.fate >= 72
    GROUP BY m.id
) AS u ON u.message = g.message AND chance('uses credits', u.o, 700);

-- one grant an order
CREATE OR REPLACE TABLE grants AS
SELECT * REPLACE (CASE WHEN row_number() OVER (PARTITION BY used_in ORDER BY posted_at, k) = 1 THEN used_in END AS used_in)
FROM grants;

-- ---------------------------------------------------------------- orders and lines

CREATE OR REPLACE TABLE told AS
SELECT
    *,
    (net * 8 + 50) // 100 AS tax,
    CASE WHEN channel = 'retail' OR net > 5000 THEN 0 ELSE 490 END AS shipping,
    net + (net * 8 + 50) // 100 + CASE WHEN channel = 'retail' OR net > 5000 THEN 0 ELSE 490 END AS total
FROM (
    SELECT
        *, gross - discount AS net,
        teams.ids[1 + seller] AS staff, teams.skills[1 + seller] AS skill,
        CASE WHEN fate < 42 THEN happened(later(bought_at, 600 + draw('thinks again', o, CASE channel WHEN 'retail' THEN 20000 ELSE 300000 END)))
        END AS canceled_at,
        CASE WHEN fate BETWEEN 42 AND 71 THEN happened(later(bought_at, 86400 + draw('brings back', o, 1100000))) END AS returned_at
    FROM (
        SELECT
            h.*, g.gross,
            CASE WHEN h.coupon IS NOT NULL THEN NULL WHEN c.used_in IS NOT NULL THEN 'credits' WHEN y.wants THEN 'points' END AS paid_with,
            CASE WHEN h.coupon IS NULL AND (c.used_in IS NOT NULL OR coalesce(y.wants, false)) THEN 500
                 ELSE g.gross * h.percent_off // 100 END AS discount,
            least(draw('seller', h.o, len(teams.ids)), draw('seller, again', h.o, len(teams.ids) + 1)) AS seller
        FROM headers AS h
        JOIN grosses AS g USING (o)
        LEFT JOIN grants AS c ON c.used_in = h.o
        LEFT JOIN club_orders AS y ON y.o = h.o
        LEFT JOIN teams ON teams.store = h.store
    ) AS x
    LEFT JOIN teams ON teams.store = x.store
);

-- What became of them. Over the counter a return is a document of its own beside the order; one in three takes back a part.
CREATE OR REPLACE TABLE sold AS
SELECT
    *,
    CASE WHEN canceled_at IS NOT NULL THEN 'Canceled'
         WHEN returned_at IS NOT NULL AND NOT partly THEN 'Returned'
         WHEN bought_at > getvariable('the_end') - INTERVAL 3 DAY AND channel <> 'retail' THEN 'Open'
         WHEN channel <> 'retail' OR chance('handed over', o, 200) THEN 'Fulfilled'
         ELSE 'Paid' END AS state,
    -- an order of several lines may be sent in two parcels: the second is an order that names the first
    channel <> 'retail' AND lines > 1 AND fate >= 72 AND chance('two parcels', o, 30) AS split,
    CASE WHEN fate >= 980 AND fate < 992 THEN happened(later(bought_at, 3600 + draw('changes', o, 400000))) END AS edited_at
FROM (
    SELECT *, lines > 1 AND chance('a part only', o, 350) AS partly
    FROM told
    JOIN (SELECT o, count(*) AS lines FROM baskets GROUP BY o) USING (o)
);

-- amounts after discounts, to the cent: what all lines up to this one come to, less what the ones before came to
CREATE OR REPLACE TABLE items AS
SELECT
    o, place, p, quantity, price, "cost",
    upto * net // gross - (upto - price) * net // gross AS amount,
    partly AND returned_at IS NOT NULL AND place = 0 AS brought_back,
    split AND place = lines - 1 AS second_parcel
FROM (
    SELECT b.*, s.net, s.gross, s.partly, s.returned_at, s.split, s.lines,
        (sum(b.price) OVER (PARTITION BY b.o ORDER BY b.place))::BIGINT AS upto
    FROM baskets AS b
    JOIN sold AS s USING (o)
);
