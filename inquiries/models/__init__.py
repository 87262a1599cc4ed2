"""What an inquiry consists of: a file for each thing that must be done by a time."""

from inquiries.models.inquiry import Inquiry, InquiryQuerySet, InquiryTopic, Topic

__all__ = ["Inquiry", "InquiryQuerySet", "InquiryTopic", "Topic"]
