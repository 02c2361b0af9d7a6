"""What is due, when, and doing it once: occurrences, intervals, leases, ticks."""
