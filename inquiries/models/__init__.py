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

__all__ = [
    "Callback",
    "FollowUp",
    "FollowUpStatus",
    "Inquiry",
    "InquiryQuerySet",
    "InquiryTopic",
    "Intent",
    "Obstacle",
    "Topic",
    "Way",
]
