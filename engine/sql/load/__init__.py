"""Statements of a load: source rows brought in, mapped, finished, described."""
