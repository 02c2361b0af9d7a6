"""Frozen lists: when they are due, taking them, what is kept of them, what became of their people, and erasure."""
