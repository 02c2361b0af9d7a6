-- Job d1: people by the stage they are in on one day, by the measured rule.
WITH people AS MATERIALIZED (
    SELECT
        customer,
        count(DISTINCT created_at::DATE) - 1 AS gaps,
        max(created_at)::DATE - min(created_at)::DATE AS span,
        DATE '2025-12-31' - max(created_at)::DATE AS wait
    FROM orders
    WHERE customer IS NOT NULL
        AND status NOT IN ('canceled', 'deleted') AND NOT (status = 'returned' AND channel = 'retail')
    GROUP BY customer
), house AS (
    SELECT greatest(sum(span) / sum(gaps), 1) AS gap
    FROM people
), judged AS (
    SELECT
        gaps,
        wait,
        CASE WHEN gaps = 0 THEN gap ELSE sqrt(greatest((span + gap) / (gaps + 1), 1) * gap) END AS cadence
    FROM people
    CROSS JOIN house
), stages AS (
    SELECT
        CASE
            WHEN wait < ceil(cadence - 1e-9) THEN if(gaps = 0, 1, 2)
            WHEN wait < ceil(2 * cadence - 1e-9) THEN if(gaps = 0, 4, 3)
            WHEN wait < ceil(3 * cadence - 1e-9) THEN if(gaps = 0, 5, 4)
            WHEN gaps > 0 AND wait < ceil(5 * cadence - 1e-9) THEN 5
            ELSE 6
        END AS place,
        count(*) AS members
    FROM judged
    GROUP BY place
    UNION ALL
    SELECT 7, (SELECT count(*) FROM customers) - (SELECT count(*) FROM people)
)
SELECT
    ['New', 'Active', 'Chilling', 'Absent', 'Highly absent', 'Gone', 'Prospect'][place] AS "lifecycle.stage",
    members
FROM stages
ORDER BY place
