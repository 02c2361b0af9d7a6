"""The engine: from a syntax tree to results, one room a stage (docs/explanation/architecture.md)."""
