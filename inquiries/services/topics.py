"""What the customer wants to know: several topics, each asked and answered (IN-04)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line, unfit
from inquiries import topic_guards
from inquiries.merged import together
from inquiries.models import Inquiry, InquiryTopic, Topic
from inquiries.services.checking import drop_minute
from inquiries.services.speaking import ENDING, end_no_more
from inquiries.steps import in_steps
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets import feed
from tickets.models import Direction, Message, Verb
from tickets.services import events
from tickets.text import clean_message
from tickets.workflow import IllegalStep

PLAIN_REASON_MAX: Final = 200


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
    inquiry = Inquiry.objects.lock(inquiry.pk)
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

    Raises ValidationError (topic), IllegalStep for the only topic, also of a
    conversation that is merged here; NotAllowed.
    """
    _refuse_unknown(topic)
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.REMOVE_TOPIC, by=by)
    wrong = inquiry.topics.open().filter(topic=topic).first()
    if wrong is None:
        return
    _refuse_only(inquiry, wrong)
    wrong.delete()
    events.record(inquiry, Verb.TOPIC_REMOVED, by=by, at=at, topic=topic)
    feed.announce(inquiry, "ticket", to_customer=True)


@transaction.atomic
def mark_complex(
    inquiry: Inquiry, *, topic: str, by: User, at: datetime, is_complex: bool = True
) -> InquiryTopic:
    """Say that an open topic has to be explained in steps, or that it need not (IN-07).

    A second click changes nothing. Raises ValidationError (topic), IllegalStep,
    NotAllowed.
    """
    _refuse_unknown(topic)
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.MARK_COMPLEX, by=by)
    asked = inquiry.topics.open().filter(topic=topic).first()
    if asked is None:
        raise _not_asked()
    if (asked.complex_at is not None) != is_complex:
        asked.complex_at = at if is_complex else None
        asked.save(update_fields=["complex_at"])
        verb = Verb.TOPIC_COMPLEX if is_complex else Verb.TOPIC_SIMPLE
        events.record(inquiry, verb, by=by, at=at, topic=topic)
        feed.announce(inquiry, "ticket", to_customer=False)
    return asked


@transaction.atomic
def answer_topic(
    inquiry: Inquiry,
    *,
    topic: str,
    by: User,
    at: datetime,
    message: Message | None = None,
    plain_reason: str = "",
) -> InquiryTopic:
    """Mark a topic answered by a message; without one, by the last answer (IN-04).

    Both may have been given in a conversation that is merged here. Greeting and closing
    texts answer nothing. The last topic makes the inquiry answered. A second click
    changes nothing. A complex one needs steps, or `plain_reason` (IN-07).

    Raises ValidationError (topic, message, plain_reason), IllegalStep when no answer
    was sent since the topic was asked or the topic's own rule is not met, NotAllowed.
    """
    _refuse_unknown(topic)
    reason = clean_plain_reason(plain_reason)
    inquiry = Inquiry.objects.lock(inquiry.pk)
    WORKFLOW.check(inquiry, Step.ANSWER_TOPIC, by=by)
    answer = message or _last_answer(inquiry)
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
        raise _not_asked()
    if answer is None or answer.sent_at < asked.asked_at:
        raise IllegalStep(
            _("No answer has been sent since the customer asked about “%(topic)s”.")
            % {"topic": asked},
            step=Step.ANSWER_TOPIC,
            status=inquiry.status,
        )
    mark_answered(inquiry, [topic], answer=answer, by=by, at=at, plain_reason=reason)
    return InquiryTopic.objects.get(pk=asked.pk)


def mark_answered(
    inquiry: Inquiry,
    topics: Iterable[str],
    *,
    answer: Message,
    by: User,
    at: datetime,
    plain_reason: str = "",
) -> None:
    """Mark open topics answered by a message; the caller holds the lock.

    Raises IllegalStep when a topic's own rule is not met, ValidationError
    (plain_reason) when a complex one was not explained in steps (IN-07).
    """
    for asked in inquiry.topics.open().filter(topic__in=topics):
        refusal = topic_guards.refusal_for(inquiry, asked.topic)
        if refusal is not None:
            raise IllegalStep(refusal, step=Step.ANSWER_TOPIC, status=inquiry.status)
        if _needs_steps(inquiry, asked, answer):
            if not plain_reason:
                raise _steps_missing(asked)
            asked.plain_reason = plain_reason
        asked.answer = answer
        asked.answered_at = at
        asked.save(update_fields=["answer", "answered_at", "plain_reason"])
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


def _refuse_only(inquiry: Inquiry, wrong: InquiryTopic) -> None:
    """No conversation is left without a topic, nor one that is merged here."""
    refusal = _("This is the only topic. Add the right one first.")
    left = inquiry.topics.filter(moved_by=wrong.moved_by).count()
    if wrong.moved_by is not None:
        left += wrong.moved_by.inquiry.topics.count()
        refusal = _(
            "This is the only topic of a conversation that is merged here. Answer it,"
            " or undo the merge first."
        )
    if left == 1:
        raise IllegalStep(refusal, step=Step.REMOVE_TOPIC, status=inquiry.status)


def _is_answer(inquiry: Inquiry, message: Message) -> bool:
    ours = message.direction == Direction.OUT and not message.automatic
    return ours and message.ticket_id in together(inquiry)


def _last_answer(inquiry: Inquiry) -> Message | None:
    """The last that a colleague wrote in own words, here or in what is merged here."""
    answers = Inquiry.objects.filter(pk__in=together(inquiry)).values("last_answer")
    return Message.objects.filter(pk__in=answers).order_by("sent_at", "pk").last()


def clean_plain_reason(text: str) -> str:
    """Why no steps, on one line. Raises ValidationError (plain_reason)."""
    return one_line(text, field="plain_reason", most=PLAIN_REASON_MAX)


def _needs_steps(inquiry: Inquiry, asked: InquiryTopic, answer: Message) -> bool:
    """Whether a complex topic was explained otherwise than in steps (IN-07).

    What was said at a callback counts. A topic with a rule of its own is explained item
    by item: in a comparison, a quotation, clause by clause.
    """
    if asked.complex_at is None or Topic(asked.topic) in topic_guards.GUARDS:
        return False
    told = inquiry.callbacks.filter(done_at__gte=asked.complex_at)
    texts = [answer.text, *told.values_list("outcome", flat=True)]
    return not any(map(in_steps, texts))


def _steps_missing(asked: InquiryTopic) -> ValidationError:
    return unfit(
        "plain_reason",
        _(
            "“%(topic)s” is a complex question: explain it in two numbered"
            " steps or more, or say why that is not needed (IN-07)."
        )
        % {"topic": asked},
        code="steps_missing",
    )


def _not_asked() -> ValidationError:
    return ValidationError(
        {"topic": _("The customer has not asked about this.")}, code="topic_not_asked"
    )


def _refuse_unknown(topic: str) -> None:
    if topic not in Topic.values:
        raise ValidationError(
            {"topic": _("Please choose one of the six topics.")}, code="topic_unknown"
        )
