"""Figures kept by the hour, and what explains them."""
