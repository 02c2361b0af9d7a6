-- When people buy: two years with growth, seasons, weekdays, paydays and hours.

SET VARIABLE first_day = DATE '2024-06-01';
SET VARIABLE days = 730::BIGINT;
SET VARIABLE the_end = TIMESTAMP '2026-05-31 21:00:00';

-- when the list of the example project is taken, to which the last campaigns are sent
SET VARIABLE list_name = 'spring_regulars';
SET VARIABLE list_taken = TIMESTAMP '2026-04-01 09:00:00';
-- before, clicks on notices of points and credits were not tracked
SET VARIABLE tracked_from = TIMESTAMP '2024-11-16 00:00:00';

-- January to December: spring is for planting, December for presents
SET VARIABLE month_weights = [60, 70, 115, 160, 175, 120, 85, 80, 95, 90, 105, 145]::BIGINT[];
-- Monday to Sunday
SET VARIABLE weekday_weights = [75, 80, 85, 95, 115, 155, 95]::BIGINT[];
-- every hour of the day, as often as it is busy
SET VARIABLE shop_hours = (
    SELECT list(hour ORDER BY hour)
    FROM (
        SELECT hour::BIGINT AS hour, unnest(range(weight))
        FROM (VALUES (9, 6), (10, 10), (11, 12), (12, 13), (13, 9), (14, 9), (15, 10), (16, 13), (17, 16), (18, 12), (19, 6), (20, 3))
            AS t(hour, weight)
    )
);

CREATE TABLE day_weights AS
SELECT
    n,
    getvariable('month_weights')[month("day")] * getvariable('weekday_weights')[isodow("day")]
        * (100 + n * 20 // getvariable('days'))
        * CASE WHEN dayofmonth("day") IN (1, 2, 15, 16) THEN 125 ELSE 100 END
        * CASE WHEN strftime("day", '%m-%d') IN ('01-01', '12-25') THEN 0 ELSE 1 END AS weight
FROM (SELECT n, day_of(n) AS "day" FROM range(getvariable('days')) AS t(n));

SET VARIABLE day_weights = (SELECT list(weight ORDER BY n) FROM day_weights);

-- numbers of days in 4,096 slots, each day as often as it is busy: a slot drawn is a day drawn by its weight
SET VARIABLE busy_days = (
    SELECT list(n ORDER BY n)
    FROM (
        SELECT n, unnest(range((upto - weight) * 4096 // total, upto * 4096 // total))
        FROM (
            SELECT n, weight, (sum(weight) OVER (ORDER BY n))::BIGINT AS upto, (sum(weight) OVER ())::BIGINT AS total
            FROM day_weights
        )
    )
);

SET VARIABLE store_lot = (SELECT list(store ORDER BY store) FROM (SELECT store, unnest(range(busy)) FROM stores));
