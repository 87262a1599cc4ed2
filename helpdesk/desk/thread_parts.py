"""What the parts of a conversation hang on, as frozen values for fragments."""

from dataclasses import dataclass
from typing import Literal

from inquiries.topic_guards import Deeds


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
    holder: Literal["me", "other", "nobody"]
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
