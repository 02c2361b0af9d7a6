"""Plans become SQL: sqlglot trees only, every name quoted, every value a literal built by its type."""
