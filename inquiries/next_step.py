"""What a person can do with an inquiry now, and what the policy asks for first."""

from collections.abc import Iterable
from typing import Final

from inquiries.models import Inquiry, InquiryTopic, Topic
from inquiries.topic_guards import GUARDS, Deeds, deeds_of, missing_deed
from inquiries.workflow import WORKFLOW, Status, Step
from staff.models import User

_TAKES_IT_FROM_SOMEONE: Final = frozenset({Step.TAKE, Step.ASSIGN, Step.MERGE})


def possible_steps(inquiry: Inquiry, *, by: User) -> frozenset[Step]:
    """The steps whose buttons make sense; the verbs decide once more."""
    steps = {step for step in Step if WORKFLOW.allows(inquiry, step, by=by)}
    if inquiry.held_by_another(by=by):
        steps -= _TAKES_IT_FROM_SOMEONE
    if inquiry.assignee_id == by.pk:
        steps -= {Step.TAKE}
    return frozenset(steps)


def next_step(inquiry: Inquiry, *, by: User, done: Deeds) -> Step | None:
    """The one step that the policy asks for now.

    Greet (IN-25), call back (IN-28), do what an open topic needs (IN-33, IN-37, IN-41,
    IN-46), answer, mark the topics that are answered (IN-04), ask the closing question
    (IN-52), finish (IN-53). None when there is nothing to do, or nothing that this
    person may do. Reads `topics`, which a caller prefetches; `done` is what
    `needed_deeds` says.
    """
    if inquiry.has_ended:
        return None
    step = _asked_for(inquiry, done)
    return step if WORKFLOW.allows(inquiry, step, by=by) else None


def open_topics(inquiry: Inquiry) -> list[InquiryTopic]:
    """What the customer still wants to know; reads `topics`."""
    return [topic for topic in inquiry.topics.all() if topic.answered_at is None]


def needed_deeds(inquiry: Inquiry) -> Deeds:
    """What was done for the open topics; asks only where one has a rule of its own."""
    if any(Topic(topic.topic) in GUARDS for topic in open_topics(inquiry)):
        return deeds_of(inquiry)
    return Deeds()


def _asked_for(inquiry: Inquiry, done: Deeds) -> Step:
    if inquiry.status == Status.NEW:
        return Step.GREET
    if inquiry.status in WORKFLOW.rules[Step.FINISH_CALLBACK].sources:
        return Step.FINISH_CALLBACK
    if inquiry.closing_answered_at is not None or inquiry.customer_left_at is not None:
        return Step.CLOSE
    if (step := _owed(inquiry, open_topics(inquiry), done)) is not None:
        return step
    asked_for_more = inquiry.closing_asked_at is not None
    return Step.CUSTOMER_LEFT if asked_for_more else Step.ASK_CLOSING


def _owed(inquiry: Inquiry, asked: list[InquiryTopic], done: Deeds) -> Step | None:
    """What the customer still has to hear, or what is to be marked as heard."""
    if deed := _deed(inquiry, asked, done):
        return deed
    if inquiry.customer_waiting_since is not None:
        return Step.REPLY
    if asked:
        return Step.ANSWER_TOPIC if _answers(inquiry, asked) else Step.REPLY
    return None


def _deed(inquiry: Inquiry, asked: list[InquiryTopic], done: Deeds) -> Step | None:
    """What the first topic with a rule of its own needs; it answers the customer too.

    A topic that a plain reply answers goes first while that reply is due.
    """
    missing = [(topic, missing_deed(topic.topic, done)) for topic in asked]
    plain = [topic for topic, deed in missing if deed is None]
    waits = inquiry.customer_waiting_since is not None
    if plain and (waits or not _answers(inquiry, plain)):
        return None
    return next((deed for _topic, deed in missing if deed), None)


def _answers(inquiry: Inquiry, asked: Iterable[InquiryTopic]) -> bool:
    """Whether the last answer came after some of these topics were asked."""
    answer = inquiry.last_answer
    return answer is not None and any(answer.sent_at >= it.asked_at for it in asked)
