"""Sources become canonical tables: every rule on a few rows."""
