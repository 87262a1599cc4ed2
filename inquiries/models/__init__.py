"""What an inquiry consists of: a file for each thing that must be done by a time."""

from inquiries.models.inquiry import Inquiry, InquiryQuerySet, InquiryTopic, Topic
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
    "Comparison",
    "DeviceChoice",
    "DeviceSelection",
    "Inquiry",
    "InquiryQuerySet",
    "InquiryTopic",
    "Quotation",
    "QuotationDocument",
    "QuotationLine",
    "QuotationQuerySet",
    "RankedDevice",
    "Topic",
]
