"""Figures kept by the hour, and what explains them."""

from figures.models.breach import Breach

__all__ = ["Breach"]
