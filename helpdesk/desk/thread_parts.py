"""What the parts of a conversation hang on, as frozen values for fragments."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from helpdesk.desk.askings import Asking
from inquiries.models import Inquiry, InquiryTopic, Topic
from inquiries.next_step import open_topics
from inquiries.topic_guards import GUARDS, Deeds
from inquiries.workflow import Step
from staff.models import User
from tickets.models import Ticket

OF_TOPICS: Final = frozenset(
    map(str, (Step.ANSWER_TOPIC, Step.MARK_COMPLEX, Step.REMOVE_TOPIC))
)

Holder = Literal["me", "other", "nobody"]


@dataclass(frozen=True)
class AskedTopic:
    """A topic that is open; `in_steps`: a reply needs steps or a reason (IN-07)."""

    code: str
    label: str
    in_steps: bool


@dataclass(frozen=True)
class TopicLine:
    """A topic in the list, and what this person can do about it."""

    code: str
    label: str
    said: bool
    answered: bool
    complex: bool
    in_steps: bool
    can: frozenset[str]


@dataclass(frozen=True)
class AskingButton:
    """What opens one of the forms about contract, delivery and faults."""

    name: str
    key: str
    icon: str
    title: str


@dataclass(frozen=True)
class Head:
    """Status, holder and buttons. `can` are the steps that have one."""

    status: str
    status_label: str
    holder: Holder
    can: frozenset[str]
    topics: tuple[AskedTopic, ...]
    other_topics: tuple[tuple[str, str], ...]
    askings: tuple[AskingButton, ...]

    @property
    def in_steps(self) -> bool:
        return any(topic.in_steps for topic in self.topics)


@dataclass(frozen=True)
class NextStep:
    """What is asked for within the conversation itself; `waits`: the customer does."""

    step: str
    waits: bool
    clear: bool
    left: bool
    may_check: bool
    may_be_gone: bool
    done: Deeds


def holder_of(ticket: Ticket, *, by: User) -> Holder:
    """Who looks after it, as seen by somebody."""
    if ticket.assignee_id is None:
        return "nobody"
    return "me" if ticket.assignee_id == by.pk else "other"


def head_of(
    inquiry: Inquiry, *, by: User, steps: frozenset[str], askings: Iterable[Asking]
) -> Head:
    """Reads `topics`, which a caller prefetches."""
    asked = open_topics(inquiry)
    codes = {topic.topic for topic in asked}
    return Head(
        status=inquiry.status,
        status_label=str(inquiry.status_label),
        holder=holder_of(inquiry, by=by),
        can=steps,
        topics=tuple(
            AskedTopic(it.topic, str(Topic(it.topic).label), _in_steps(it))
            for it in asked
        ),
        other_topics=tuple(
            (code, str(label)) for code, label in Topic.choices if code not in codes
        ),
        askings=tuple(
            AskingButton(it.name, it.key, it.icon, str(it.title)) for it in askings
        ),
    )


def step_of(
    step: Step, inquiry: Inquiry, *, done: Deeds, may_check: bool, may_be_gone: bool
) -> NextStep:
    return NextStep(
        step=str(step),
        waits=inquiry.customer_waiting_since is not None,
        clear=inquiry.question_clear_at is not None,
        left=inquiry.customer_left_at is not None,
        may_check=may_check,
        may_be_gone=may_be_gone,
        done=done,
    )


def topic_line(topic: InquiryTopic, steps: frozenset[str]) -> TopicLine:
    answered = topic.answered_at is not None
    return TopicLine(
        code=topic.topic,
        label=str(Topic(topic.topic).label),
        said=bool(topic.question),
        answered=answered,
        complex=topic.complex_at is not None,
        in_steps=not answered and _in_steps(topic),
        can=steps & OF_TOPICS,
    )


def _in_steps(topic: InquiryTopic) -> bool:
    """Whether it is explained in steps, and not by a rule of its own (IN-07)."""
    return topic.complex_at is not None and Topic(topic.topic) not in GUARDS
