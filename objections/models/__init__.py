"""What an objection consists of: a file for each thing that must be done by a time."""

from objections.models.form import FormDocument, FormVersion
from objections.models.handoff import (
    Handoff,
    HandoffQuerySet,
    Part,
    came_back_twice,
)
from objections.models.investigation import (
    Cause,
    Evidence,
    EvidenceKind,
    EvidenceNeed,
    EvidenceWaiver,
    Finding,
    LawArticle,
    Responsibility,
)
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
    "Cause",
    "Demand",
    "DemandKind",
    "Evidence",
    "EvidenceKind",
    "EvidenceNeed",
    "EvidenceWaiver",
    "Finding",
    "FormDocument",
    "FormVersion",
    "Handoff",
    "HandoffQuerySet",
    "LawArticle",
    "Objection",
    "ObjectionQuerySet",
    "ObjectionType",
    "Part",
    "Phase",
    "ProcessStep",
    "Responsibility",
    "Route",
    "Severity",
    "Subtype",
    "came_back_twice",
]
