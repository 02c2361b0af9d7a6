"""Fitting models: steps of a plan that are no SQL."""
