"""The polite end of a conversation, in one go."""

from datetime import datetime

from inquiries import services
from inquiries.models import Inquiry
from inquiries.topic_guards import refusal_for
from staff.models import User
from tests.answering import settle


def finish(
    inquiry: Inquiry,
    *,
    by: User,
    at: datetime,
    intent: str = "none",
    consent: bool = False,
) -> Inquiry:
    """Do what the open topics need, mark them, ask the closing question, and close."""
    for topic in inquiry.topics.open():
        if refusal_for(inquiry, topic.topic):
            settle(inquiry, topic.topic, by=by, at=at)
        services.answer_topic(inquiry, topic=topic.topic, by=by, at=at)
    services.ask_closing_question(inquiry, by=by, at=at)
    services.customer_writes(inquiry, text="没有了。", at=at)
    return services.close(inquiry, intent=intent, consent=consent, by=by, at=at)
