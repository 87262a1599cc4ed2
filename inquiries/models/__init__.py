"""What an inquiry consists of: a file for each thing that must be done by a time."""

from inquiries.models.callback import Callback, Obstacle, Way
from inquiries.models.contract_request import Clause, ContractRequest, Decision
from inquiries.models.delivery import Delivery, DeliveryStatus
from inquiries.models.explained import ClauseExplanation, ServiceFactsTold
from inquiries.models.follow_up import FollowUp, FollowUpStatus, NotSent
from inquiries.models.inquiry import (
    Inquiry,
    InquiryQuerySet,
    InquiryTopic,
    Intent,
    Opened,
    Topic,
)
from inquiries.models.merge import Merge, MergeQuerySet
from inquiries.models.quotation import (
    Quotation,
    QuotationDocument,
    QuotationLine,
    QuotationQuerySet,
)
from inquiries.models.repair_request import RepairRequest, Urgency
from inquiries.models.selection import (
    Comparison,
    DeviceChoice,
    DeviceSelection,
    RankedDevice,
)
from inquiries.request_workflow import ContractStatus, RepairStatus

__all__ = [
    "Callback",
    "Clause",
    "ClauseExplanation",
    "Comparison",
    "ContractRequest",
    "ContractStatus",
    "Decision",
    "Delivery",
    "DeliveryStatus",
    "DeviceChoice",
    "DeviceSelection",
    "FollowUp",
    "FollowUpStatus",
    "Inquiry",
    "InquiryQuerySet",
    "InquiryTopic",
    "Intent",
    "Merge",
    "MergeQuerySet",
    "NotSent",
    "Obstacle",
    "Opened",
    "Quotation",
    "QuotationDocument",
    "QuotationLine",
    "QuotationQuerySet",
    "RankedDevice",
    "RepairRequest",
    "RepairStatus",
    "ServiceFactsTold",
    "Topic",
    "Urgency",
    "Way",
]
