"""Connectors: from where facts come."""
