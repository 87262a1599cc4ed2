"""Figures kept by the hour, and what explains them."""

from figures.models.hours import CaseHour, HourRow, Progress, PromiseHour

__all__ = ["CaseHour", "HourRow", "Progress", "PromiseHour"]
