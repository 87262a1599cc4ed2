"""What an inquiry consists of: a file for each thing that must be done by a time."""

from inquiries.models.inquiry import Inquiry, InquiryQuerySet, InquiryTopic, Topic
from inquiries.models.merge import Merge, MergeQuerySet

__all__ = [
    "Inquiry",
    "InquiryQuerySet",
    "InquiryTopic",
    "Merge",
    "MergeQuerySet",
    "Topic",
]
