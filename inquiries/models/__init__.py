"""What an inquiry consists of: a file for each thing that must be done by a time."""

from inquiries.models.contract_request import Clause, ContractRequest, Decision
from inquiries.models.explained import ClauseExplanation, ServiceFactsTold
from inquiries.models.inquiry import Inquiry, InquiryQuerySet, InquiryTopic, Topic
from inquiries.models.repair_request import RepairRequest, Urgency
from inquiries.request_workflow import ContractStatus, RepairStatus

__all__ = [
    "Clause",
    "ClauseExplanation",
    "ContractRequest",
    "ContractStatus",
    "Decision",
    "Inquiry",
    "InquiryQuerySet",
    "InquiryTopic",
    "RepairRequest",
    "RepairStatus",
    "ServiceFactsTold",
    "Topic",
    "Urgency",
]
