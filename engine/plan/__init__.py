"""From a model and a request to relational algebra, and the rules that rewrite it."""
