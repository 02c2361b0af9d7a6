-- The customers of one block, and their habits: who comes once, who keeps coming, who stays away and who comes back.

CREATE OR REPLACE TABLE lives AS
SELECT
    *,
    CASE kind WHEN 'fading' THEN first_day + rhythm * between_of('stays for', c, 2, 9)
              ELSE getvariable('days') + 1 END AS last_day,
    CASE WHEN kind = 'won back' THEN between_of('pause after', c, 2, 5) END AS pause_at,
    rhythm * 5 + between_of('pause', c, 60, 240) AS pause
FROM (
    SELECT
        *,
        CASE kind WHEN 'once' THEN 0
                  WHEN 'yearly' THEN middling('rhythm of a year', c, 320, 400)
                  WHEN 'heavy' THEN between_of('short rhythm', c, 6, 13)
                  ELSE middling('rhythm', c, 14, 110) END AS rhythm,
        -- some were there before the data begins
        CASE WHEN chance('old customer', c, 380) THEN draw('first day', c, 110)
             ELSE getvariable('busy_days')[1 + draw('first busy day', c, len(getvariable('busy_days')))] END AS first_day
    FROM (
        SELECT
            c,
            CASE WHEN lot < 60 THEN 'prospect' WHEN lot < 400 THEN 'once' WHEN lot < 620 THEN 'regular'
                 WHEN lot < 770 THEN 'fading' WHEN lot < 860 THEN 'won back' WHEN lot < 975 THEN 'yearly'
                 ELSE 'heavy' END AS kind
        FROM (SELECT c, draw('kind of customer', c, 1000) AS lot
              FROM range(getvariable('first'), getvariable('last') + 1) AS t(c))
    )
);

CREATE OR REPLACE TABLE people AS
SELECT
    *,
    -- what they like goes with age, and a little with gender
    CASE WHEN gender = 'M' AND chance('handyman', c, 240) THEN 'Tools'
         WHEN year(born) > 1990 THEN pick(getvariable('tastes_young'), 'taste', c)
         WHEN year(born) > 1970 THEN pick(getvariable('tastes_middle'), 'taste', c)
         ELSE pick(getvariable('tastes_old'), 'taste', c) END AS taste,
    CASE WHEN year(born) > 1985 THEN chance('buys online', c, 520) ELSE chance('buys online', c, 240) END AS online,
    pick(CASE gender WHEN 'F' THEN getvariable('women') WHEN 'M' THEN getvariable('men')
                     ELSE getvariable('women') || getvariable('men') END, 'first name', c) AS first_name,
    pick(getvariable('last_starts'), 'last name', c) || pick(getvariable('last_ends'), 'last name, end', c) AS last_name
FROM (
    SELECT
        l.*,
        pick(['F', 'F', 'F', 'F', 'F', 'F', 'M', 'M', 'M', 'M', 'M'] || CASE WHEN chance('other', c, 90) THEN ['other'] ELSE [] END,
             'gender', c) AS gender,
        DATE '1946-01-01' + (middling('birthday', c, 0, 22600) + draw('birthday, more', c, 900))::INTEGER AS born,
        pick(getvariable('store_lot'), 'home store', c) AS store,
        -- most live near their store
        middling('north', c, -110000, 110000) * between_of('how far', c, 15, 100) // 100 AS north,
        middling('east', c, -140000, 140000) * between_of('how far', c, 15, 100) // 100 AS east,
        opening_time('visit', c, 0, first_day, getvariable('shop_hours')) AS first_at
    FROM lives AS l
);

CREATE OR REPLACE TABLE known AS
SELECT
    p.*,
    person(c) AS id,
    CASE WHEN first_day < 110 AND chance('registered long ago', c, 500)
         THEN later(first_at, -86400 * between_of('long ago', c, 100, 900))
         WHEN chance('registered at the till', c, 700) THEN later(first_at, -60 * between_of('form', c, 2, 12))
         ELSE later(first_at, -86400 * pick([1, 9, 20, 40, 90], 'registered before', c) - draw('form, second', c, 7200))
    END AS registered,
    'L' || (1000 + c) AS place,
    st.latitude + north AS latitude,
    st.longitude + east AS longitude,
    st.first_postcode + CASE WHEN north > 0 THEN 2 ELSE 0 END + CASE WHEN east > 0 THEN 1 ELSE 0 END AS postcode,
    st.city,
    st.id AS home_store,
    -- a second record of the same person, made by the web shop and found out later
    CASE WHEN online AND kind IN ('regular', 'heavy', 'won back') AND chance('twin', c, 250)
         THEN happened(later(first_at, 86400 * between_of('twin made', c, 20, 200))) END AS twin_at,
    CASE WHEN kind IN ('once', 'fading') AND chance('closed', c, 12)
         THEN day_of(getvariable('days') - 1 - draw('closed on', c, 120))::TIMESTAMP + INTERVAL 11 HOUR END AS closed_at,
    CASE WHEN kind IN ('once', 'fading') AND chance('erased', c, 8)
         THEN day_of(getvariable('days') - 1 - draw('erased on', c, 120))::TIMESTAMP + INTERVAL 15 HOUR END AS erased_at
FROM people AS p
JOIN stores AS st USING (store);

-- everybody's own visits: one gap after the other, the busier of two days nearby
CREATE OR REPLACE TABLE habits AS
WITH steps AS (
    SELECT
        c, seq, first_day, last_day,
        CASE WHEN seq = 0 THEN 0
             ELSE greatest(1, rhythm * (55 + draw_of('gap', c, seq, 96)) // 100) + CASE WHEN seq = pause_at THEN pause ELSE 0 END
        END AS gap
    FROM lives, unnest(range(CASE WHEN rhythm = 0 THEN 1 ELSE 2 + 2 * (getvariable('days') - first_day) // rhythm END)) AS t(seq)
    WHERE kind <> 'prospect'
), days AS (
    SELECT c, seq, last_day, first_day + (sum(gap) OVER (PARTITION BY c ORDER BY seq))::BIGINT AS n FROM steps
)
SELECT c, seq, n
FROM (
    SELECT
        c, seq, last_day,
        CASE WHEN seq = 0 THEN n
             ELSE busier(n - 2 + draw_of('a day near', c, seq, 5), n - 2 + draw_of('another day near', c, seq, 5)) END AS n
    FROM days
    WHERE n <= last_day
)
-- fewer come when the season is poor
WHERE n BETWEEN 0 AND getvariable('days') - 1
    AND (seq = 0 OR draw_of('stays at home', c, seq, 175) < 70 + getvariable('month_weights')[month(day_of(n))] * 105 // 175);

-- ---------------------------------------------------------------- the club

CREATE OR REPLACE TABLE stays AS
WITH first_stays AS (
    SELECT
        c, home_store, visits,
        later(registered, CASE WHEN chance('joins later', c, 250) THEN 60 * draw('joins', c, 90000) ELSE 90 END) AS joined_at,
        CASE WHEN chance('leaves', c, 90) THEN 86400 * between_of('leaves after', c, 30, 480) END AS stayed,
        chance('joins again', c, 250) AS again
    FROM known
    LEFT JOIN (SELECT c, count(*) AS visits FROM habits GROUP BY c) USING (c)
    WHERE chance('club', c, CASE kind WHEN 'prospect' THEN 300 WHEN 'once' THEN 380 WHEN 'yearly' THEN 520 ELSE 740 END)
), dated AS (
    SELECT *, happened(later(joined_at, stayed)) AS left_at FROM first_stays WHERE happened(joined_at) IS NOT NULL
)
SELECT
    c, stay, joined_at, left_at, home_store,
    CASE WHEN visits > 12 THEN 'gold' WHEN visits > 4 THEN 'silver' ELSE 'basic' END AS tier
FROM (
    SELECT c, 1 AS stay, joined_at, left_at, home_store, visits FROM dated
    UNION ALL
    SELECT c, 2, later(left_at, 86400 * 45), NULL, home_store, visits
    FROM dated
    WHERE again AND happened(later(left_at, 86400 * 45)) IS NOT NULL
);

-- ---------------------------------------------------------------- who may be written to

-- asked when they register; some change their mind
CREATE OR REPLACE TABLE consents AS
SELECT c, channel, status, registered AS since, CASE WHEN status = 'in' THEN happened(regrets_at) END AS until_
FROM (
    SELECT
        c, channel, registered,
        CASE WHEN lot < share THEN 'in' WHEN lot < share + 140 THEN 'out' WHEN lot < share + 180 THEN 'pending' END AS status,
        CASE WHEN draw_of('regrets', c, place, 1000) < 80
             THEN later(registered, 86400 * (30 + draw_of('regrets after', c, place, 500))) END AS regrets_at
    FROM (
        SELECT k.c, k.registered, a.*, draw_of('consent', k.c, a.place, 1000) AS lot
        FROM known AS k
        CROSS JOIN (VALUES ('email', 1, 640), ('sms', 2, 460), ('whatsapp', 3, 220), ('line', 4, 160), ('facebook', 5, 200))
            AS a(channel, place, share)
    )
)
WHERE status IS NOT NULL;
