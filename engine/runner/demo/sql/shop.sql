-- What is there before anybody buys: products, staff, campaigns, the census.

CREATE TABLE sellers AS
SELECT
    row_number() OVER (ORDER BY store, place) AS s,
    'S' || (10 + row_number() OVER (ORDER BY store, place)) AS id,
    pick(getvariable('women') || getvariable('men'), 'seller''s first name', store * 10 + place) || ' '
        || pick(getvariable('last_starts'), 'seller''s name', store * 10 + place)
        || pick(getvariable('last_ends'), 'seller''s name, end', store * 10 + place) AS name,
    getvariable('roles')[place] AS "role",
    store,
    day_of(-(100 + draw('seller began', store * 10 + place, 1300))) AS started_on,
    -- how well they sell and are liked, 0 to 9
    draw('skill', store * 10 + place, 10) AS skill
FROM stores, unnest(range(1, 3 + draw('team', store, 3))) AS t(place);

CREATE TABLE teams AS
SELECT store, list(id ORDER BY s) AS ids, list(skill ORDER BY s) AS skills FROM sellers GROUP BY store;

-- early or late, four days in seven
CREATE TABLE shifts AS
SELECT s.id AS staff, s.store, started_at, later(started_at, 3600 * pick([4, 6, 8], 'hours of a shift', s.s * 1000 + n)) AS ended_at
FROM (
    SELECT s.*, n, later(day_of(n), 3600 * pick([8, 9, 12], 'begin of a shift', s.s * 1000 + n)) AS started_at
    FROM sellers AS s, unnest(range(getvariable('days') - 200, getvariable('days'))) AS t(n)
    WHERE chance('on duty', s.s * 1000 + n, 560)
) AS s
ORDER BY started_at, staff;

CREATE TABLE goods AS
SELECT row_number() OVER (ORDER BY shelf, place) AS p, *
FROM (
    SELECT place AS shelf, category, lowest, highest, share, unnest(names) AS name, unnest(range(1, len(names) + 1)) AS place
    FROM categories
);

CREATE TABLE products AS
SELECT
    p,
    'P' || (100 + p) AS id,
    name,
    category,
    pick(getvariable('brands'), 'brand', p) AS brand,
    price,
    price * between_of('cost', p, 38, 62) // 100 AS "cost",
    share * 12 // (1 + place) + 1 AS weight
FROM (SELECT *, between_of('price', p, lowest, highest) // 50 * 50 + 49 AS price FROM goods);

-- 1,024 slots for every taste and season, shared among the products by how well they sell then
CREATE TABLE slots AS
WITH wanted AS (
    SELECT
        taste, season, p,
        weight * CASE WHEN category = taste THEN 5 ELSE 1 END
            * CASE WHEN season = 'spring' AND category IN ('Seeds', 'Soil') THEN 3
                   WHEN season = 'december' AND category = 'Gifts' THEN 5
                   WHEN category IN ('Seeds', 'Soil') THEN 1
                   ELSE 2 END AS weight
    FROM products,
        (SELECT DISTINCT category AS taste FROM products UNION ALL SELECT ''),
        (SELECT unnest(['spring', 'december', 'other']) AS season)
), summed AS (
    SELECT
        *,
        (sum(weight) OVER (PARTITION BY taste, season ORDER BY p))::BIGINT AS upto,
        (sum(weight) OVER (PARTITION BY taste, season))::BIGINT AS total
    FROM wanted
)
SELECT taste, season, u, p
FROM summed, unnest(range((upto - weight) * 1024 // total, upto * 1024 // total)) AS t(u);

-- A campaign every ten days, the kinds in turn; the newest is still to be sent, and one failed.
CREATE TABLE campaigns AS
SELECT
    k,
    'K' || lpad((k + 1)::VARCHAR, 3, '0') AS id,
    p.name || ' ' || strftime(planned_at, '%b %Y') AS name,
    p.category,
    p.channel,
    CASE WHEN planned_at > getvariable('the_end') THEN 'Scheduled'
         WHEN k = 23 THEN 'Send failed'
         WHEN k % 17 = 9 THEN 'Partial successful'
         ELSE 'Sent successfully' END AS status,
    later(planned_at, -86400 * between_of('campaign made', k, 1, 6)) AS created_at,
    planned_at,
    planned_at + INTERVAL 30 DAY AS ends_at,
    p.window_days,
    p.coupon,
    p.percent,
    p.gift,
    p.gift_size,
    CASE WHEN p.for_list AND planned_at >= getvariable('list_taken') THEN 'regulars' ELSE p.whom END AS whom,
    CASE WHEN p.for_list AND planned_at >= getvariable('list_taken') THEN getvariable('list_name') END AS list,
    CASE WHEN p.channel IN ('sms', 'whatsapp') THEN NULL
         -- letters to many cost more
         ELSE between_of('campaign cost', k, 40, 160) * 100 * greatest(1, getvariable('customers') // 4000) END AS "cost",
    CASE WHEN p.channel = 'sms' THEN 3 WHEN p.channel = 'whatsapp' THEN 5 END AS message_cost,
    CASE WHEN p.gift IS NOT NULL THEN getvariable('tracked_from') END AS tracked_from,
    CASE WHEN p.gift IS NOT NULL THEN CASE WHEN k % 3 = 0 THEN 'email' ELSE 'email;sms' END END AS tracked_channels,
    CASE WHEN p.for_list AND planned_at >= getvariable('list_taken') THEN 950 ELSE between_of('reach', k, 35, 75) * 10 END AS reach
FROM (
    SELECT k, k % (SELECT count(*) FROM campaign_kinds) AS place,
        later(day_of(12 + 10 * k), 36000 + 60 * draw('campaign minute', k, 60)) AS planned_at
    FROM range((getvariable('days') - 12) // 10 + 2) AS t(k)
)
JOIN campaign_kinds AS p USING (place)
ORDER BY k;

-- Two counts of the areas around the stores, one of them older.
CREATE TABLE census AS
SELECT
    postcode AS area, 'postcode' AS area_kind, year,
    between_of('population', postcode, 6000, 42000) * (100 + year - 2023) // 100 AS population,
    between_of('median age', postcode, 29, 52) AS median_age,
    between_of('income', postcode, 420, 1340) * 100 * (100 + 3 * (year - 2023)) // 100 AS income,
    between_of('households', postcode, 2600, 17000) AS households
FROM (SELECT unnest(range(first_postcode, first_postcode + 4)) AS postcode FROM stores), (SELECT unnest([2023, 2025]) AS year)
ORDER BY area, year;

-- What lay on the shelves at the end of the last six months.
CREATE TABLE stock AS
SELECT
    p.id AS product, st.id AS store, counted_on,
    greatest(0, between_of('on hand', p.p * 1000 + st.store * 100 + month(counted_on), -4, 60) + p.weight // 4) AS on_hand
FROM products AS p, stores AS st,
    (SELECT unnest(range(6)) AS m),
    (SELECT last_day(getvariable('the_end')::DATE) AS until_) AS u,
    LATERAL (SELECT last_day((u.until_ - to_months(m))::DATE) AS counted_on)
ORDER BY counted_on, store, p.p;
