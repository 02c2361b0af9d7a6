"""Text and syntax tree: the language as it is written."""
