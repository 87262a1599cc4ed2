"""Figures kept by the hour, and what explains them."""

from figures.models.breach import Breach
from figures.models.hours import CaseHour, HourRow, Progress, PromiseHour

__all__ = ["Breach", "CaseHour", "HourRow", "Progress", "PromiseHour"]
