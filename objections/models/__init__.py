"""What an objection consists of: a file for each thing that must be done by a time."""

from objections.models.execution import ResolutionAction, ReturnVisit
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
    Closure,
    Demand,
    Objection,
    ObjectionQuerySet,
    Phase,
    ProcessStep,
    Severity,
)
from objections.models.proposal import (
    Answer,
    AnswerChannel,
    Approval,
    ApprovalRule,
    Approver,
    DemandAnswer,
    Measure,
    MeasureKind,
    Met,
    Proposal,
)
from objections.models.review import (
    LEVELS,
    Appeal,
    Extension,
    ExternalComplaint,
    ExternalSource,
)
from objections.models.taxonomy import (
    DemandKind,
    ObjectionType,
    Route,
    Subtype,
)

__all__ = [
    "LEVELS",
    "Answer",
    "AnswerChannel",
    "Appeal",
    "Approval",
    "ApprovalRule",
    "Approver",
    "Cause",
    "Closure",
    "Demand",
    "DemandAnswer",
    "DemandKind",
    "Evidence",
    "EvidenceKind",
    "EvidenceNeed",
    "EvidenceWaiver",
    "Extension",
    "ExternalComplaint",
    "ExternalSource",
    "Finding",
    "FormDocument",
    "FormVersion",
    "Handoff",
    "HandoffQuerySet",
    "LawArticle",
    "Measure",
    "MeasureKind",
    "Met",
    "Objection",
    "ObjectionQuerySet",
    "ObjectionType",
    "Part",
    "Phase",
    "ProcessStep",
    "Proposal",
    "ResolutionAction",
    "Responsibility",
    "ReturnVisit",
    "Route",
    "Severity",
    "Subtype",
    "came_back_twice",
]
