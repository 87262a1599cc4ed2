"""Figures kept by the hour, what explains them, and what stands as a shift ends."""

from figures.models.breach import Breach
from figures.models.hours import CaseHour, HourRow, Progress, PromiseHour
from figures.models.shift_ends import (
    DigestByMail,
    DigestCopy,
    EndOfShift,
    ShiftDigest,
    ShiftSheet,
)

__all__ = [
    "Breach",
    "CaseHour",
    "DigestByMail",
    "DigestCopy",
    "EndOfShift",
    "HourRow",
    "Progress",
    "PromiseHour",
    "ShiftDigest",
    "ShiftSheet",
]
