"""What the customer wants to know: several topics, each asked and answered (IN-04)."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from inquiries import topic_guards
from inquiries.models import Inquiry, InquiryTopic, Topic
from inquiries.services.checking import drop_minute
from inquiries.services.speaking import ENDING, end_no_more
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets import feed
from tickets.models import Direction, Message, Verb
from tickets.services import events
from tickets.text import clean_message
from tickets.workflow import IllegalStep


@transaction.atomic
def add_topic(
    inquiry: Inquiry, *, topic: str, by: User | None, at: datetime, question: str = ""
) -> InquiryTopic:
    """Note one more thing the customer wants to know; `by` is None for the customer.

    What is still open is not added twice. A new topic needs the closing question once
    more (IN-52).

    Raises ValidationError (topic, question), IllegalStep, NotAllowed.
    """
    _refuse_unknown(topic)
    question = clean_message(question, required=False)
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    rule = WORKFLOW.check(inquiry, Step.ADD_TOPIC, by=by)
    if known := inquiry.topics.open().filter(topic=topic).first():
        return known
    added = InquiryTopic.objects.create(
        inquiry=inquiry, topic=topic, question=question, asked_at=at
    )
    WORKFLOW.move(inquiry, rule)
    end_no_more(inquiry)
    inquiry.save(update_fields=["status", *ENDING])
    events.record(inquiry, Verb.TOPIC_ADDED, by=by, at=at, topic=topic)
    feed.announce(inquiry, "ticket", to_customer=True)
    return added


@transaction.atomic
def remove_topic(inquiry: Inquiry, *, topic: str, by: User, at: datetime) -> None:
    """Take an open topic away that was noted by mistake; the history keeps both.

    Raises ValidationError (topic), IllegalStep for the only topic, NotAllowed.
    """
    _refuse_unknown(topic)
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    WORKFLOW.check(inquiry, Step.REMOVE_TOPIC, by=by)
    wrong = inquiry.topics.open().filter(topic=topic).first()
    if wrong is None:
        return
    if inquiry.topics.count() == 1:
        raise IllegalStep(
            _("This is the only topic. Add the right one first."),
            step=Step.REMOVE_TOPIC,
            status=inquiry.status,
        )
    wrong.delete()
    events.record(inquiry, Verb.TOPIC_REMOVED, by=by, at=at, topic=topic)
    feed.announce(inquiry, "ticket", to_customer=True)


@transaction.atomic
def answer_topic(
    inquiry: Inquiry,
    *,
    topic: str,
    by: User,
    at: datetime,
    message: Message | None = None,
) -> InquiryTopic:
    """Mark a topic answered by a message; without one, by the last answer (IN-04).

    Greeting and closing texts answer nothing. The last topic makes the inquiry
    answered. A second click changes nothing.

    Raises ValidationError (topic, message), IllegalStep when no answer was sent since
    the topic was asked or the topic's own rule is not met, NotAllowed.
    """
    _refuse_unknown(topic)
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    WORKFLOW.check(inquiry, Step.ANSWER_TOPIC, by=by)
    answer = message or inquiry.last_answer
    if message is not None and not _is_answer(inquiry, message):
        raise ValidationError(
            {"message": _("This is not an answer to this customer.")},
            code="message_unfit",
        )
    known = inquiry.topics.filter(topic=topic)
    asked = known.open().first()
    if asked is None:
        if answered := known.last():
            return answered
        raise ValidationError(
            {"topic": _("The customer has not asked about this.")},
            code="topic_not_asked",
        )
    if answer is None or answer.sent_at < asked.asked_at:
        raise IllegalStep(
            _("No answer has been sent since the customer asked about “%(topic)s”.")
            % {"topic": asked},
            step=Step.ANSWER_TOPIC,
            status=inquiry.status,
        )
    mark_answered(inquiry, [topic], answer=answer, by=by, at=at)
    return InquiryTopic.objects.get(pk=asked.pk)


def mark_answered(
    inquiry: Inquiry, topics: Iterable[str], *, answer: Message, by: User, at: datetime
) -> None:
    """Mark open topics answered by a message; the caller holds the lock.

    Raises IllegalStep when a topic's own rule is not met.
    """
    for asked in inquiry.topics.open().filter(topic__in=topics):
        refusal = topic_guards.refusal_for(inquiry, asked.topic)
        if refusal is not None:
            raise IllegalStep(refusal, step=Step.ANSWER_TOPIC, status=inquiry.status)
        asked.answer = answer
        asked.answered_at = at
        asked.save(update_fields=["answer", "answered_at"])
        events.record(
            inquiry,
            Verb.TOPIC_ANSWERED,
            by=by,
            at=at,
            topic=asked.topic,
            message=answer.pk,
        )
    drop_minute(inquiry, at=at, by=by)
    if not inquiry.topics.open().exists():
        rule = WORKFLOW.check(inquiry, Step.ANSWER_LAST_TOPIC, by=by)
        WORKFLOW.move(inquiry, rule)
        inquiry.save(update_fields=["status"])
    feed.announce(inquiry, "ticket", to_customer=True)


def refuse_open_topics(inquiry: Inquiry, step: Step) -> None:
    """No finish with an open topic (IN-04). Raises IllegalStep that names them."""
    topics = ", ".join(str(topic) for topic in inquiry.topics.open())
    if topics:
        raise IllegalStep(
            _("Not answered yet: %(topics)s (IN-04).") % {"topics": topics},
            step=step,
            status=inquiry.status,
        )


def _is_answer(inquiry: Inquiry, message: Message) -> bool:
    return (
        message.ticket_id == inquiry.pk
        and message.direction == Direction.OUT
        and not message.automatic
    )


def _refuse_unknown(topic: str) -> None:
    if topic not in Topic.values:
        raise ValidationError(
            {"topic": _("Please choose one of the six topics.")}, code="topic_unknown"
        )
