-- What campaigns did to people: a campaign reaches 4 to 20 % of the customers, some open, some click.
-- Somebody may be reached before the first visit: addresses were collected earlier.

CREATE TABLE reached AS
SELECT c.id AS customer, m.id AS campaign, m.channel, m.sent_at, mix(51, c.id, m.id) AS w
FROM customers AS c
CROSS JOIN campaigns AS m
WHERE draw(52, c.id, m.id, 1000) < 40 + draw(53, m.id, 1, 161);

CREATE TABLE actions AS
WITH done AS (
    SELECT customer, campaign, channel, 'received' AS kind, at_second(sent_at, first_slice(w, 21600)) AS acted_at
    FROM reached
    UNION ALL
    -- reminded three days later
    SELECT customer, campaign, channel, 'received', at_second(sent_at, 259200 + second_slice(w, 21600))
    FROM reached
    WHERE w & 255 < 128
    UNION ALL
    SELECT customer, campaign, channel, 'opened',
        at_second(sent_at, 21600 + least(draw(54, customer, campaign, 432000), draw(55, customer, campaign, 432000)))
    FROM reached
    WHERE w & 511 < 292
    UNION ALL
    SELECT customer, campaign, channel, 'clicked',
        at_second(sent_at, 21660 + draw(56, customer, campaign, 600)
            + least(draw(54, customer, campaign, 432000), draw(55, customer, campaign, 432000)))
    FROM reached
    WHERE w & 511 < 120
)
SELECT row_number() OVER (ORDER BY acted_at, campaign, customer, kind) AS id, customer, campaign, kind, acted_at, channel
FROM done
ORDER BY id;

DROP TABLE reached;
