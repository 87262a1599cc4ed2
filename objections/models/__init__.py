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
from objections.models.prevention import (
    ActionRecord,
    FrequencyRule,
    MonthlyReport,
    PreventiveAction,
    RuleKind,
)
from objections.models.taxonomy import (
    DemandKind,
    ObjectionType,
    Route,
    Subtype,
)

__all__ = [
    "ActionRecord",
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
    "FrequencyRule",
    "Handoff",
    "HandoffQuerySet",
    "LawArticle",
    "MonthlyReport",
    "Objection",
    "ObjectionQuerySet",
    "ObjectionType",
    "Part",
    "Phase",
    "PreventiveAction",
    "ProcessStep",
    "Responsibility",
    "Route",
    "RuleKind",
    "Severity",
    "Subtype",
    "came_back_twice",
]
