"""What an objection consists of: a file for each thing that must be done by a time."""

from objections.models.form import FormDocument, FormVersion
from objections.models.handoff import Handoff, HandoffQuerySet, Part
from objections.models.objection import (
    Demand,
    Objection,
    ObjectionQuerySet,
    Phase,
    ProcessStep,
    Severity,
)
from objections.models.taxonomy import (
    DemandKind,
    ObjectionType,
    Route,
    Subtype,
)

__all__ = [
    "Demand",
    "DemandKind",
    "FormDocument",
    "FormVersion",
    "Handoff",
    "HandoffQuerySet",
    "Objection",
    "ObjectionQuerySet",
    "ObjectionType",
    "Part",
    "Phase",
    "ProcessStep",
    "Route",
    "Severity",
    "Subtype",
]
