"""What a colleague says: the greeting, an answer, a note to the others."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from inquiries.models import Inquiry, Topic, Way
from inquiries.services import callbacks, wording
from inquiries.services.speaking import (
    GREETING,
    already_said,
    policy_text,
    say,
    something_else,
)
from inquiries.services.topics import clean_plain_reason, mark_answered
from inquiries.workflow import WORKFLOW, Step
from staff.models import User
from tickets import feed
from tickets.gathering import gathering
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
from tickets.services.attachments import Upload


def reply(
    inquiry: Inquiry,
    *,
    text: str,
    by: User,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
    answers: Sequence[str] = (),
    confirmed: Collection[str] = (),
    override_reason: str = "",
    plain_reason: str = "",
) -> Message:
    """Send an answer to the customer; the first one stops the 30 s clock (IN-24).

    The first of a cycle begins with the greeting (IN-25). `answers` are the topics that
    it answers (IN-04); where an answer was promised in the conversation, they also
    finish the callback (IN-28), and of which a complex one needs steps or
    `plain_reason` (IN-07). After the closing question was answered there was
    something else: it must be asked again (IN-52). An inquiry that nobody has taken
    becomes the answering person's. The phrase guard reads the text (IN-20):
    `confirmed` and `override_reason` are what it is told. The same client token again
    gives the message that was sent.

    Raises ValidationError (text, files, answers, override_reason, plain_reason),
    IllegalStep, SentOtherwise, NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    text, inspected = messages.clean(text, files)
    _refuse_unknown(answers)
    no_steps = clean_plain_reason(plain_reason)
    with transaction.atomic():
        inquiry = Inquiry.objects.lock(inquiry.pk)
        if sent := already_said(inquiry, client_token, text=text, files=inspected):
            return sent
        step = Step.ASK_BACK if _asks(text) else Step.REPLY
        rule = WORKFLOW.check(inquiry, step, by=by)
        allowance = wording.examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        with gathering(inquiry) as sheet:
            message = say(
                inquiry,
                text=text,
                verb=Verb.REPLIED,
                by=by,
                at=at,
                files=inspected,
                client_token=client_token,
            )
            allowance.record(inquiry, by=by, at=at, message=message)
            wording.record_promises(inquiry, message, allowance=allowance)
            if WORKFLOW.move(inquiry, rule):
                feed.announce(inquiry, "ticket", to_customer=True)
            inquiry.last_answer = message
            something_else(inquiry)
            sheet.change(
                inquiry,
                "closing_answered_at",
                "closing_asked_at",
                "last_answer",
                "status",
            )
        if answers:
            if inquiry.callbacks.open().filter(way=Way.MESSAGE).exists():
                told = text or _("[file]")
                callbacks.settle(inquiry, way=Way.MESSAGE, outcome=told, by=by, at=at)
            mark_answered(
                inquiry, answers, answer=message, by=by, at=at, plain_reason=no_steps
            )
        return message


@transaction.atomic
def greet(
    inquiry: Inquiry, *, by: User, at: datetime, client_token: uuid.UUID | None = None
) -> Message:
    """Send the greeting of IN-25, word for word; it counts as a reply (IN-24).

    Raises IllegalStep, NotAllowed.
    """
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if sent := messages.already_sent(inquiry, client_token):
        return sent
    rule = WORKFLOW.check(inquiry, Step.GREET, by=by)
    with gathering(inquiry) as sheet:
        message = say(
            inquiry,
            text=policy_text(GREETING),
            verb=Verb.GREETED,
            by=by,
            at=at,
            client_token=client_token,
        )
        if WORKFLOW.move(inquiry, rule):
            sheet.change(inquiry, "status")
            feed.announce(inquiry, "ticket", to_customer=True)
    return message


@transaction.atomic
def write_note(
    inquiry: Inquiry,
    *,
    text: str,
    by: User,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
) -> Message:
    """Leave a note that only colleagues see, on open and closed inquiries alike.

    Raises ValidationError (text, files), SentOtherwise, NotAllowed.
    """
    text, inspected = messages.clean(text, files)
    inquiry = Inquiry.objects.lock(inquiry.pk)
    if sent := messages.said_before(
        inquiry, client_token, text=text, files=inspected, direction=Direction.NOTE
    ):
        return sent
    WORKFLOW.check(inquiry, Step.NOTE, by=by)
    with gathering(inquiry):
        note = messages.add(
            inquiry,
            direction=Direction.NOTE,
            text=text,
            at=at,
            author=by,
            files=inspected,
            client_token=client_token,
        )
        events.record(inquiry, Verb.NOTED, by=by, at=at, message=note.pk)
    return note


def _asks(text: str) -> bool:
    """Whether a text ends with a question: then it is the customer's turn."""
    return text.endswith(("?", "？"))


def _refuse_unknown(topics: Sequence[str]) -> None:
    if not set(topics) <= set(Topic.values):
        raise ValidationError(
            {"answers": _("Please choose among the six topics.")}, code="topic_unknown"
        )
