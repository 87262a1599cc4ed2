"""The forms behind the buttons of a conversation, as frozen values for fragments."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from customers.models import Customer
from helpdesk.colleagues import Colleague, options_of
from helpdesk.desk.askings import ASKINGS
from helpdesk.desk.belonging import Repeat
from inquiries.models import Intent, Obstacle
from inquiries.workflow import Step
from rows.questions import Question
from staff.models import User

Choices = tuple[tuple[str, str], ...]

_ANSWERING: Final[Question[tuple[int, str, str]]] = Question(
    lambda: User.objects.answering().values_list("pk", "display_name", "work_number")
)


@dataclass(frozen=True)
class AskingPopup:
    """One whose form is fetched when it opens."""

    name: str
    title: str
    clauses: str


@dataclass(frozen=True)
class ActPopup:
    """The same for one of the forms of an objection."""

    name: str
    title: str
    clauses: str
    wide: bool


@dataclass(frozen=True)
class Forms:
    """What the forms offer; the steps that they take are checked once more."""

    can_be_called: bool
    has_email: bool
    may_merge: bool
    may_reveal_email: bool
    obstacles: Choices
    intents: Choices
    askings: tuple[AskingPopup, ...]


@dataclass(frozen=True)
class Composer:
    """Where replies and notes are written; `reopens`: what ended can go on."""

    answers: bool
    ended: bool
    reopens: bool


def forms_for(customer: Customer, steps: frozenset[str]) -> Forms:
    return Forms(
        can_be_called=customer.can_be_called,
        has_email=bool(customer.email_masked),
        may_merge=Step.MERGE in steps,
        may_reveal_email=Step.REVEAL_EMAIL in steps,
        obstacles=tuple((code, str(label)) for code, label in Obstacle.choices),
        intents=tuple((code, str(label)) for code, label in Intent.choices),
        askings=tuple(
            AskingPopup(it.name, str(it.title), it.clauses) for it in ASKINGS.values()
        ),
    )


def colleague_options(assignee_id: int | None, *, but: int | None = None) -> SafeString:
    """All who answer, for a choice, `but` one of them; one query."""
    return options_of(
        Colleague(pk, name, number, has_it=pk == assignee_id)
        for pk, name, number in _ANSWERING.ask()
        if pk != but
    )


def repeat_options(repeats: Iterable[Repeat]) -> SafeString:
    """The numbers of those who asked again, to choose from."""
    return format_html_join(
        "",
        '<option value="{}">{} · {}</option>',
        (
            (it.inquiry.number, it.inquiry.customer.masked, it.inquiry.status_label)
            for it in repeats
        ),
    )
