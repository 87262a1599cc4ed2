"""Figures kept by the hour, what explains them, and what was taken away as a file."""

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

__all__ = [
    "Act",
    "Breach",
    "CaseHour",
    "Export",
    "ExportLog",
    "ExportState",
    "FileFormat",
    "HourRow",
    "Progress",
    "PromiseHour",
    "Report",
    "ReportMail",
    "Trouble",
]
