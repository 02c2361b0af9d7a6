-- What was sent to the people of one block, and what they did with it.

-- how often somebody had come before a campaign that asks for it, and when the last time was
CREATE OR REPLACE TABLE standing AS
SELECT h.c, m.k, count(*) AS visits, max(h.n) AS last_n
FROM habits AS h
JOIN campaigns AS m ON m.whom IN ('quiet', 'regulars') AND h.n < number_of(m.planned_at)
GROUP BY h.c, m.k;

-- who is written to, and when at the soonest; few columns, for these are many rows
CREATE OR REPLACE TABLE chosen AS
SELECT
    m.k, p.c, p.registered,
    -- a letter that waits for each person's hour is on its way for a fortnight
    later(m.planned_at, CASE WHEN m.category = 'SmartPush Email' THEN draw_of('own hour', p.c, m.k, 14 * 86400)
                             ELSE draw_of('queue', p.c, m.k, 1800) END) AS due_at
FROM campaigns AS m
JOIN consents AS a ON a.channel = m.channel AND a.status = 'in'
JOIN known AS p ON p.c = a.c AND p.registered < m.planned_at
LEFT JOIN standing AS s ON s.c = p.c AND s.k = m.k
LEFT JOIN stays AS y ON y.c = p.c AND y.stay = 1
WHERE (a.until_ IS NULL OR a.until_ > m.planned_at + INTERVAL 15 DAY)
    AND draw_of('reached', p.c, m.k, 1000) < m.reach
    AND m.planned_at <= getvariable('the_end')
    AND CASE m.whom WHEN 'quiet' THEN coalesce(s.last_n < number_of(m.planned_at) - 60, false)
                    WHEN 'regulars' THEN coalesce(s.visits >= 4 AND s.last_n >= number_of(m.planned_at) - 90, false)
                    WHEN 'club' THEN coalesce(y.joined_at < m.planned_at AND (y.left_at IS NULL OR y.left_at > m.planned_at), false)
                    ELSE true END;

CREATE OR REPLACE TABLE messages AS
SELECT
    *,
    m_id || '-' || person(c) AS id,
    CASE WHEN status <> 'Send failed' AND chance_of('delivered', c, k, CASE status WHEN 'Partial successful' THEN 780 ELSE 965 END)
         THEN happened(later(sent_at, 2 + draw_of('delivery', c, k, 90))) END AS delivered_at
FROM (
    SELECT
        k, m.id AS m_id, m.channel, m.status, m.coupon, m.percent, m.gift, m.gift_size, m.message_cost, m.whom = 'regulars' AS keen, p.c,
        p.registered, CASE WHEN m.category = 'SmartPush Email' THEN awake(p.due_at) ELSE p.due_at END AS sent_at
    FROM chosen AS p
    JOIN campaigns AS m USING (k)
)
WHERE sent_at <= getvariable('the_end');

-- Read, perhaps click, perhaps by a machine, perhaps by somebody to whom the link was handed on.
CREATE OR REPLACE TABLE reactions AS
WITH reached AS (
    SELECT
        *,
        draw_of('reads', c, k, 1000) AS reads,
        awake(later(delivered_at, 60 + draw_of('read after', c, k, 400) * draw_of('read after, more', c, k, 400))) AS read_at
    FROM messages
    WHERE delivered_at IS NOT NULL
), read_ AS (
    SELECT *, channel = 'sms' OR reads < CASE WHEN keen THEN 850 WHEN channel = 'email' THEN 470 ELSE 640 END AS is_read FROM reached
), clicks AS (
    SELECT
        *,
        later(read_at, 5 + draw_of('click after', c, k, 1500)) AS clicked_at,
        draw_of('hands on', c, k, 1000) AS handed
    FROM read_
    WHERE is_read AND chance_of('clicks', c, k, CASE WHEN keen THEN 450 WHEN channel = 'sms' THEN 190 WHEN channel = 'email' THEN 330 ELSE 260 END)
)
SELECT
    k, c, id AS message, channel, coupon, percent, keen, "event", acted_at, actor, is_machine, is_click
FROM (
    -- the tools of every channel have their own words
    SELECT *, CASE channel WHEN 'sms' THEN 'text_received' WHEN 'email' THEN 'Open' ELSE 'opened' END AS "event",
        CASE WHEN channel = 'sms' THEN later(delivered_at, 1) ELSE read_at END AS acted_at,
        NULL::BIGINT AS actor, false AS is_machine, false AS is_click
    FROM read_
    WHERE is_read
    UNION ALL BY NAME
    -- mail programs that load pictures ahead, and robots that look behind links
    SELECT *, 'Open' AS "event", later(delivered_at, 1 + draw_of('machine', c, k, 20)) AS acted_at,
        NULL::BIGINT AS actor, true AS is_machine, false AS is_click
    FROM reached
    WHERE channel = 'email' AND chance_of('machine opens', c, k, 130)
    UNION ALL BY NAME
    SELECT *, 'email_click' AS "event", later(delivered_at, 22 + draw_of('robot', c, k, 20)) AS acted_at,
        NULL::BIGINT AS actor, true AS is_machine, false AS is_click
    FROM reached
    WHERE channel = 'email' AND chance_of('robot clicks', c, k, 15)
    UNION ALL BY NAME
    -- the first 45 of a thousand were handed on: to another customer (or to somebody nobody knows, number 0)
    SELECT *, CASE channel WHEN 'sms' THEN 'text_click' WHEN 'email' THEN 'email_click' ELSE 'clicked' END AS "event",
        clicked_at AS acted_at,
        CASE WHEN handed < 15 THEN 0
             WHEN handed < 45 THEN getvariable('first')
                 + draw_of('handed to', c, k, getvariable('last') - getvariable('first') + 1)
             WHEN handed < 700 THEN c END AS actor,
        false AS is_machine, true AS is_click
    FROM clicks
)
WHERE acted_at <= getvariable('the_end');

CREATE OR REPLACE TABLE actions AS
SELECT
    row_number() OVER (ORDER BY acted_at, k, c, "event", is_machine) + getvariable('base') AS a,
    k, c, message, channel, coupon, percent, keen, "event", acted_at, actor, is_machine, is_click
FROM (
    FROM reactions
    UNION ALL BY NAME
    -- whoever regrets says so in answer to the last message
    SELECT max(m.k) AS k, m.c, max_by(m.id, m.k) AS message, m.channel, 'unsubscribed' AS "event",
        min(a.until_) AS acted_at, m.c AS actor, false AS is_machine, false AS is_click
    FROM messages AS m
    JOIN consents AS a ON a.c = m.c AND a.channel = m.channel
    WHERE a.until_ > m.sent_at
    GROUP BY m.c, m.channel
);

-- What clicks lead to: at once in the same visit, or days later by another way.
CREATE OR REPLACE TABLE prompted AS
SELECT
    r.a, r.k, r.actor, coalesce(r.actor, r.c) AS c,
    CASE WHEN same_visit THEN r.a END AS session_of,
    CASE WHEN same_visit THEN happened(later(r.acted_at, 120 + draw('until paid', r.a, 1500)))
         ELSE opening_time('comes later', r.a, 0, number_of(r.acted_at) + 1 + draw('comes after', r.a, 12), getvariable('shop_hours'))
    END AS bought_at,
    CASE WHEN r.actor IS NULL OR r.actor = r.c THEN CASE WHEN chance('uses the coupon', r.a, 720) THEN r.coupon END END AS coupon,
    r.percent
FROM (
    SELECT *, chance('the same visit', a, CASE WHEN keen THEN 700 ELSE 480 END) OR (actor IS NOT NULL AND actor <> c) AS same_visit
    FROM actions
    WHERE is_click AND chance('buys', a, CASE WHEN keen THEN 480 ELSE 330 END)
) AS r;
