"""The polite end of a conversation, in one go."""

from datetime import datetime

from inquiries import services
from inquiries.models import Inquiry
from staff.models import User


def finish(
    inquiry: Inquiry,
    *,
    by: User,
    at: datetime,
    intent: str = "none",
    consent: bool = False,
) -> Inquiry:
    """Mark what was answered, ask the closing question, hear “no”, and close."""
    for topic in inquiry.topics.open():
        services.answer_topic(inquiry, topic=topic.topic, by=by, at=at)
    services.ask_closing_question(inquiry, by=by, at=at)
    services.customer_writes(inquiry, text="没有了。", at=at)
    return services.close(inquiry, intent=intent, consent=consent, by=by, at=at)
