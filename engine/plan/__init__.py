"""From a query to relational algebra: one builder, then rewrite rules."""
