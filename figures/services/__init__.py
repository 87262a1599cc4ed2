"""Reckoning and reading of figures."""
