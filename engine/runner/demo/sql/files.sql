CREATE SCHEMA IF NOT EXISTS once;
CREATE SCHEMA IF NOT EXISTS part;

-- The files: names of columns and rows as tills, web shops and mail tools write them, with the dirt of every day.
-- Views of the schema `once` are written once, those of `part` for every block of customers.

CREATE OR REPLACE VIEW once.stores AS
SELECT id, name, city, 'CO' AS region, first_postcode AS postcode, 'US' AS country,
    degrees(latitude) AS latitude, degrees(longitude) AS longitude
FROM main.stores
ORDER BY store;

CREATE OR REPLACE VIEW once.staff AS
SELECT s.id, s.name, s."role", st.id AS store, s.started_on FROM sellers AS s JOIN main.stores AS st USING (store) ORDER BY s.s;

-- prices carry their sign, as people type them
CREATE OR REPLACE VIEW once.products AS
SELECT id AS code, name AS title, category, brand, '$' || cents(price) || ' ' AS price, cents("cost") AS "cost"
FROM main.products
ORDER BY p;

CREATE OR REPLACE VIEW once.campaigns AS
SELECT
    id, name, category, channel, status, created_at,
    CASE WHEN category = 'SmartPush Email' OR status = 'Scheduled' THEN planned_at END AS scheduled_at,
    CASE WHEN category <> 'SmartPush Email' AND status <> 'Scheduled' THEN planned_at END AS sent_at,
    ends_at::DATE AS ends_on, window_days, coupon, cents("cost") AS "cost", list, tracked_from, tracked_channels
FROM main.campaigns
ORDER BY k;

CREATE OR REPLACE VIEW once.shifts AS
SELECT staff, started_at, ended_at, st.id AS store FROM main.shifts AS s JOIN main.stores AS st USING (store)
ORDER BY started_at, staff;

CREATE OR REPLACE VIEW once.census AS FROM main.census ORDER BY area, year;

CREATE OR REPLACE VIEW once.stock AS FROM main.stock ORDER BY counted_on, store, product;

-- Somebody who moved stands there twice; some birthdays cannot be read; a second record names the first.
CREATE OR REPLACE VIEW part.customers AS
WITH records AS (
    SELECT c, 0 AS place, id, NULL AS same_as, registered, registered AS changed_at, city, postcode, false AS bare FROM known
    UNION ALL
    SELECT k.c, 1, k.id, NULL, k.registered, k.moved_at, st.city, st.first_postcode, false
    FROM (SELECT *, happened(later(registered, 86400 * between_of('moves after', c, 30, 90))) AS moved_at FROM known) AS k
    JOIN main.stores AS st ON st.store = (k.store + 1) % getvariable('stores')
    WHERE chance('moves', k.c, 20) AND k.moved_at IS NOT NULL
    UNION ALL
    SELECT c, 2, 'W' || (1000 + c), id, twin_at, twin_at, NULL, NULL, true FROM known WHERE twin_at IS NOT NULL
)
SELECT
    r.id AS customer_no,
    r.registered,
    CASE WHEN erased_at IS NULL THEN first_name || ' ' || last_name END AS full_name,
    CASE WHEN erased_at IS NULL THEN lower(first_name || '.' || last_name || c) || '@example.org' END AS email,
    CASE WHEN erased_at IS NULL AND NOT bare AND chance('gives a phone', c, 610)
         THEN CASE WHEN chance('phone as typed', c, 200) THEN '(303) 555-' ELSE '+1 303 555 ' END
             || lpad(draw('phone', c, 10000)::VARCHAR, 4, '0') END AS phone,
    CASE WHEN erased_at IS NOT NULL OR bare THEN NULL
         WHEN chance('birthday not read', c, 10) THEN pick(['unknown', '0000-00-00', '1.4.'], 'instead of a birthday', c)
         WHEN chance('birthday known', c, 640) THEN born::VARCHAR END AS birthday,
    CASE WHEN erased_at IS NULL AND NOT bare AND chance('shows a card', c, 130) THEN born END AS birthday_on_id,
    CASE WHEN NOT bare AND chance('ticks an age', c, 120)
         THEN CASE WHEN year(born) > 2001 THEN '18-24' WHEN year(born) > 1991 THEN '25-34' WHEN year(born) > 1981 THEN '35-44'
                   WHEN year(born) > 1971 THEN '45-54' WHEN year(born) > 1961 THEN '55-64' ELSE '65+' END END AS age_ticked,
    CASE WHEN NOT bare AND chance('gender known', c, 780) THEN gender END AS sex,
    r.city AS town,
    CASE WHEN NOT chance('no postcode', c, 60) THEN r.postcode END AS zip,
    CASE WHEN NOT bare AND chance('home known', c, 800) THEN k.place END AS place,
    k.home_store AS favourite_store,
    CASE WHEN NOT bare THEN pick([NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'newsletter', 'newsletter', 'trade',
        'newsletter;workshop', 'employee'] || [NULL, NULL, NULL, NULL, NULL, NULL], 'tags', c) END AS tags,
    'no' AS guest,
    yes_no(chance('blocked', c, 4)) AS blocked,
    r.same_as AS same_person_as,
    k.closed_at AS closed_on,
    k.erased_at,
    r.changed_at
FROM records AS r
JOIN known AS k USING (c)
UNION ALL
SELECT customer, bought_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'yes', 'no', NULL, NULL, NULL, bought_at
FROM sold
WHERE starts_with(customer, 'A')
ORDER BY registered, customer_no, changed_at;

CREATE OR REPLACE VIEW part.places AS
SELECT place, degrees(latitude) AS latitude, degrees(longitude) AS longitude, postcode AS zip, city AS town
FROM known
WHERE chance('home known', c, 800)
ORDER BY c;

-- a return over the counter is a document of its own beside the order, a second parcel an order that names the first
CREATE OR REPLACE VIEW part.orders AS
WITH parcels AS (
    SELECT o, second_parcel, sum(price)::BIGINT AS gross, sum(amount)::BIGINT AS net FROM main.items GROUP BY o, second_parcel
), returned AS (
    SELECT o, sum(price)::BIGINT AS gross, sum(amount)::BIGINT AS net FROM main.items WHERE brought_back GROUP BY o
), documents AS (
    SELECT s.*, p.second_parcel, false AS is_return, p.gross AS part_gross, p.net AS part_net,
        (p.net * 8 + 50) // 100 AS part_tax, CASE WHEN p.second_parcel THEN 0 ELSE s.shipping END AS part_shipping,
        CASE WHEN channel <> 'retail' AND returned_at IS NOT NULL
             THEN coalesce(r.net + (r.net * 8 + 50) // 100, s.net + s.tax) ELSE 0 END AS refunded
    FROM sold AS s
    JOIN parcels AS p USING (o)
    LEFT JOIN returned AS r USING (o)
    UNION ALL BY NAME
    SELECT s.*, false AS second_parcel, true AS is_return, coalesce(r.gross, s.gross) AS part_gross,
        coalesce(r.net, s.net) AS part_net, (coalesce(r.net, s.net) * 8 + 50) // 100 AS part_tax, 0 AS part_shipping, 0 AS refunded
    FROM sold AS s
    LEFT JOIN returned AS r USING (o)
    WHERE s.channel = 'retail' AND s.returned_at IS NOT NULL
)
SELECT
    CASE WHEN is_return THEN 'R' || o WHEN second_parcel THEN o || '-2' ELSE o::VARCHAR END AS order_no,
    customer AS customer_no,
    st.id AS store,
    staff AS seller,
    CASE WHEN is_return OR channel = 'retail' THEN NULL WHEN session_of IS NOT NULL THEN 'VL' || session_of ELSE 'VO' || o END AS visit,
    CASE WHEN is_return THEN returned_at WHEN second_parcel THEN coalesce(happened(bought_at + INTERVAL 2 DAY), bought_at) ELSE bought_at END AS placed_at,
    CASE WHEN is_return THEN returned_at
         ELSE coalesce(canceled_at, returned_at, edited_at, CASE WHEN split THEN happened(bought_at + INTERVAL 2 DAY) END, bought_at) END AS changed_at,
    CASE WHEN is_return THEN 'Paid' ELSE state END AS state,
    CASE WHEN is_return THEN 'return' ELSE 'sale' END AS kind,
    channel,
    cents(part_gross) AS subtotal,
    cents(part_gross - part_net) AS discount,
    cents(part_tax) AS tax,
    cents(part_shipping) AS shipping,
    cents(part_net + part_tax + part_shipping) AS total,
    cents(refunded) AS refunded,
    CASE WHEN NOT is_return THEN canceled_at END AS canceled_at,
    CASE WHEN NOT is_return AND state = 'Returned' THEN returned_at END AS returned_at,
    CASE WHEN channel = 'retail' THEN pick(['card', 'card', 'card', 'card', 'card', 'cash', 'cash', 'wallet', 'gift card'], 'payment', o)
         ELSE pick(['card', 'card', 'card', 'card', 'wallet', 'wallet', 'invoice', 'gift card'], 'payment', o) END AS payment,
    CASE WHEN is_return THEN o END AS returned_order,
    CASE WHEN second_parcel THEN o END AS first_parcel
FROM documents AS d
LEFT JOIN main.stores AS st ON st.store = d.store
ORDER BY placed_at, order_no;

CREATE OR REPLACE VIEW part.items AS
SELECT
    CASE WHEN second_parcel THEN o || '-2' ELSE o::VARCHAR END AS order_no,
    'P' || (100 + p) AS product,
    quantity,
    cents(amount) AS amount,
    cents(price) AS list_price,
    cents("cost") AS unit_cost,
    CASE WHEN brought_back THEN quantity ELSE 0 END AS brought_back
FROM main.items
ORDER BY o, place;

CREATE OR REPLACE VIEW part.messages AS
SELECT
    id, m_id AS campaign, person(c) AS customer, channel, sent_at, delivered_at,
    CASE WHEN delivered_at IS NULL THEN 'address refused' END AS failed_reason, cents(message_cost) AS "cost"
FROM main.messages
ORDER BY k, c;

-- a link that was handed on has another actor; where the web shop did not know who it was there is none
CREATE OR REPLACE VIEW part.actions AS
SELECT
    'A' || a AS id, person(a.c) AS customer, m.id AS campaign, message, "event", acted_at, a.channel,
    CASE WHEN is_click THEN 'VL' || a.a END AS visit,
    CASE WHEN actor = 0 THEN 'X' || (100 + getvariable('block') * 40 + draw('stranger', a.a, 40)) WHEN actor > 0 THEN person(actor) END AS actor,
    yes_no(is_machine) AS is_machine
FROM main.actions AS a
JOIN main.campaigns AS m USING (k)
UNION ALL
SELECT 'AG' || o, customer, NULL, NULL, 'Google_review', rated_at, 'google', NULL, customer, 'no'
FROM rated
WHERE way = 'google' AND rated_at IS NOT NULL AND customer <> 'GUEST'
ORDER BY acted_at, id;

CREATE OR REPLACE VIEW part.visits AS
SELECT id, customer, started_at, later(started_at, seconds) AS ended_at, entry_action, source FROM sessions ORDER BY started_at, id;

CREATE OR REPLACE VIEW part.members AS
SELECT person(c) AS customer, joined_at, left_at, tier, home_store AS store FROM stays ORDER BY joined_at, c;

CREATE OR REPLACE VIEW part.points AS
SELECT person(l.c) AS customer, l.kind, quantity, unit, posted_at, o AS "order", m.id AS campaign,
    coalesce(st.id, p.home_store) AS store, expires_on
FROM ledger AS l
JOIN known AS p USING (c)
LEFT JOIN main.campaigns AS m USING (k)
LEFT JOIN main.stores AS st ON st.store = l.store
ORDER BY posted_at, l.c, unit, l.kind, quantity, o, k;

CREATE OR REPLACE VIEW part.redemptions AS
SELECT customer, o AS "order", m.id AS campaign, kind, r.coupon, cents(amount) AS amount, bought_at AS redeemed_at
FROM redeemed AS r
LEFT JOIN main.campaigns AS m USING (k)
ORDER BY redeemed_at, o;

CREATE OR REPLACE VIEW part.reviews AS
SELECT 'B' || o AS id, rating, rated_at AS created_at, CASE WHEN customer <> 'GUEST' THEN customer END AS customer, o AS "order",
    staff AS seller, way AS channel
FROM rated
WHERE rated_at IS NOT NULL
ORDER BY rated_at, o;

CREATE OR REPLACE VIEW part.consents AS
SELECT customer, channel, status, changed_at
FROM (
    SELECT person(c) AS customer, channel, status, since AS changed_at FROM main.consents
    UNION ALL
    SELECT person(c), channel, 'out', until_ FROM main.consents WHERE until_ IS NOT NULL
)
ORDER BY changed_at, customer, channel;
