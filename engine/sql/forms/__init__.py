"""Operators with a form of their own in SQL, a file per family; all others are functions of their arguments."""
