"""Results and reports in words: for machines (CSV, JSON) and for people."""
