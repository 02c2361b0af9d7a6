-- Job d: how many people are New or Active, on their way out, or Gone on each of 90 days, by the measured rule: spells
-- that begin and end, added up day by day.
WITH days AS MATERIALIZED (
    SELECT DISTINCT customer, created_at::DATE AS day
    FROM orders
    WHERE customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
), house AS (
    SELECT greatest(sum(span) / sum(gaps), 1) AS gap
    FROM (SELECT max(day) - min(day) AS span, count(*) - 1 AS gaps FROM days GROUP BY customer)
), waits AS (
    SELECT
        day,
        row_number() OVER w AS number,
        min(day) OVER w AS first_day,
        coalesce(lead(day) OVER w, DATE '9999-01-01') AS next_day
    FROM days
    WINDOW w AS (PARTITION BY customer ORDER BY day)
), judged AS (
    SELECT
        number,
        day,
        next_day,
        CASE WHEN number = 1 THEN gap ELSE sqrt(greatest((day - first_day + gap) / number, 1) * gap) END AS cadence,
        least(day + ceil(cadence - 1e-9)::INTEGER, next_day) AS cold_on,
        day + ceil(CASE WHEN number = 1 THEN 3 ELSE 5 END * cadence - 1e-9)::INTEGER AS gone_on
    FROM waits
    CROSS JOIN house
), changes AS (
    SELECT day, number = 1 AS buyers, 1 AS active, 0 AS gone FROM judged
    UNION ALL
    SELECT cold_on, 0, -1, 0 FROM judged WHERE cold_on <= DATE '2025-12-31'
    UNION ALL
    SELECT gone_on, 0, 0, 1 FROM judged WHERE gone_on <= DATE '2025-12-31' AND gone_on < next_day
    UNION ALL
    SELECT next_day, 0, 0, -1 FROM judged WHERE next_day <= DATE '2025-12-31' AND gone_on < next_day
), by_day AS (
    SELECT
        greatest(day, DATE '2025-10-03') AS day,
        sum(buyers::INTEGER) AS buyers,
        sum(active) AS active,
        sum(gone) AS gone
    FROM changes
    GROUP BY ALL
)
SELECT
    day,
    sum(coalesce(active, 0)) OVER (ORDER BY day) AS "lifecycle.active_end",
    sum(coalesce(buyers, 0) - coalesce(active, 0) - coalesce(gone, 0)) OVER (ORDER BY day) AS "lifecycle.fading_end",
    sum(coalesce(gone, 0)) OVER (ORDER BY day) AS "lifecycle.gone_end"
FROM (SELECT DATE '2025-10-03' + unnest(range(90))::INTEGER AS day)
LEFT JOIN by_day USING (day)
ORDER BY day
