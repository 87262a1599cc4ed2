"""Figures by the hour, what explains them, shifts that end, files taken away."""

from figures.models.breach import Breach
from figures.models.export import (
    Act,
    Export,
    ExportLog,
    ExportState,
    FileFormat,
    Trouble,
)
from figures.models.hours import CaseHour, HourRow, Progress, PromiseHour
from figures.models.report import Report, ReportMail
from figures.models.shift_ends import (
    DigestByMail,
    DigestCopy,
    EndOfShift,
    ShiftDigest,
    ShiftSheet,
)
from figures.models.view import Board, SavedView

__all__ = [
    "Act",
    "Board",
    "Breach",
    "CaseHour",
    "DigestByMail",
    "DigestCopy",
    "EndOfShift",
    "Export",
    "ExportLog",
    "ExportState",
    "FileFormat",
    "HourRow",
    "Progress",
    "PromiseHour",
    "Report",
    "ReportMail",
    "SavedView",
    "ShiftDigest",
    "ShiftSheet",
    "Trouble",
]
