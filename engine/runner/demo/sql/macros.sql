-- Draws. A whole number is mixed from a topic, an id and a number below it: no random(), no hash(), no float, so the same
-- seed gives the same rows on every machine, with any number of threads, in every version of the database.
-- A topic of its own for every question keeps one table's rows from shuffling another's.

CREATE MACRO low(x) AS (x & 4294967295);
CREATE MACRO key_of(topic, id, sub) AS low(
    id::BIGINT * 1640531527 + sub::BIGINT * 2022819217 + (md5_number_lower(topic) & 2147483647)::BIGINT
    + getvariable('seed_key')
);
CREATE MACRO stirred(x) AS low(xor(x, x >> 16) * 569420461);
CREATE MACRO mixed(topic, id, sub) AS
    low(xor(stirred(key_of(topic, id, sub)), stirred(key_of(topic, id, sub)) >> 15) * 1935289751);

-- a whole number from 0 to n - 1
CREATE MACRO draw_of(topic, id, sub, n) AS ((mixed(topic, id, sub) * n) >> 32);
CREATE MACRO draw(topic, id, n) AS draw_of(topic, id, 0, n);
-- both ends included; `middling` has the middle more often
CREATE MACRO between_of(topic, id, least_, most) AS (least_ + draw(topic, id, most - least_ + 1));
CREATE MACRO middling(topic, id, least_, most) AS
    (least_ + (draw(topic, id, most - least_ + 1) + draw_of(topic, id, 1, most - least_ + 1)) // 2);
-- yes in so many of a thousand cases
CREATE MACRO chance(topic, id, thousandths) AS (draw(topic, id, 1000) < thousandths);
CREATE MACRO chance_of(topic, id, sub, thousandths) AS (draw_of(topic, id, sub, 1000) < thousandths);
CREATE MACRO pick(choices, topic, id) AS choices[1 + draw(topic, id, len(choices))];

-- Time. The days of the data are numbered from 0; what would happen after the last one has not happened yet.
CREATE MACRO day_of(n) AS (getvariable('first_day') + n::INTEGER);
CREATE MACRO later(moment, seconds) AS (moment::TIMESTAMP + to_seconds(seconds::BIGINT));
CREATE MACRO happened(moment) AS CASE WHEN moment <= getvariable('the_end') THEN moment END;
CREATE MACRO number_of(moment) AS (moment::DATE - getvariable('first_day'));
CREATE MACRO opening_time(topic, id, sub, n, hours) AS later(
    day_of(n),
    hours[1 + draw_of(topic, id, sub, len(hours))] * 3600 + draw_of(topic || ', second', id, sub, 3600)
);
-- nobody reads at night
CREATE MACRO awake(moment) AS CASE WHEN hour(moment) BETWEEN 7 AND 22 THEN moment ELSE later(moment, 9 * 3600) END;
-- the busier of two days near a day; one beyond the data is as busy as the last
CREATE MACRO weight_of(n) AS getvariable('day_weights')[1 + least(greatest(n, 0), getvariable('days') - 1)];
CREATE MACRO busier(a, b) AS CASE WHEN weight_of(a) >= weight_of(b) THEN a ELSE b END;

-- Cells as the files write them.
CREATE MACRO cents(x) AS (x::DECIMAL(18, 0) * 0.01::DECIMAL(3, 2))::DECIMAL(18, 2);
CREATE MACRO degrees(x) AS (x::DECIMAL(12, 0) * 0.000001::DECIMAL(7, 6))::DECIMAL(18, 6);
CREATE MACRO yes_no(x) AS CASE WHEN x THEN 'yes' ELSE 'no' END;
CREATE MACRO person(c) AS ('C' || (1000 + c));
