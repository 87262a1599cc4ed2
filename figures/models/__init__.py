"""Figures kept by the hour, and what explains them."""

from figures.models.export import (
    Act,
    Export,
    ExportLog,
    ExportState,
    FileFormat,
    Trouble,
)

__all__ = ["Act", "Export", "ExportLog", "ExportState", "FileFormat", "Trouble"]
