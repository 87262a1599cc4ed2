"""What an inquiry consists of: a file for each thing that must be done by a time."""

from inquiries.models.callback import Callback, Obstacle, Way
from inquiries.models.follow_up import FollowUp, FollowUpStatus
from inquiries.models.inquiry import (
    Inquiry,
    InquiryQuerySet,
    InquiryTopic,
    Intent,
    Topic,
)
from inquiries.models.quotation import (
    Quotation,
    QuotationDocument,
    QuotationLine,
    QuotationQuerySet,
)
from inquiries.models.selection import (
    Comparison,
    DeviceChoice,
    DeviceSelection,
    RankedDevice,
)

__all__ = [
    "Callback",
    "Comparison",
    "DeviceChoice",
    "DeviceSelection",
    "FollowUp",
    "FollowUpStatus",
    "Inquiry",
    "InquiryQuerySet",
    "InquiryTopic",
    "Intent",
    "Obstacle",
    "Quotation",
    "QuotationDocument",
    "QuotationLine",
    "QuotationQuerySet",
    "RankedDevice",
    "Topic",
    "Way",
]
