"""What every word of a colleague does: it reaches the customer and stops their clock.

The caller holds the lock on the inquiry and has checked the step.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from inquiries.models import Inquiry
from inquiries.services.owing import replied
from knowledge.models import Script
from rows.questions import Question, Slot
from sla.models import Clock, Metric
from staff.models import User
from tickets.gathering import gathering
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
from tickets.services.attachments import InspectedFile

GREETING: Final = "GREETING"
COMPLEX_NOTICE: Final = "COMPLEX_NOTICE"
CLOSING_QUESTION: Final = "CLOSING_QUESTION"
CLOSING_STATEMENT: Final = "CLOSING_STATEMENT"

_SCRIPT: Final = Question(lambda: Script.objects.filter(code=Slot("code")))


def policy_text(code: str) -> str:
    """A text that the policy fixes, character for character."""
    return _SCRIPT.get(code=code).text


def say(
    inquiry: Inquiry,
    *,
    text: str,
    verb: Verb,
    by: User,
    at: datetime,
    files: Sequence[InspectedFile] = (),
    client_token: uuid.UUID | None = None,
    **data: Any,
) -> Message:
    """Send a message to the customer; a cycle's first carries the greeting (IN-25).

    It stops the clocks of a first reply (IN-24), and an inquiry that nobody has taken
    becomes the speaker's. `data` goes into the history.
    """
    with gathering(inquiry) as sheet:
        message = messages.add(
            inquiry,
            direction=Direction.OUT,
            text=_greeted(inquiry, text),
            at=at,
            author=by,
            files=files,
            client_token=client_token,
        )
        events.record(inquiry, verb, by=by, at=at, message=message.pk, **data)
        replied(inquiry, at=at, by=by)
        if inquiry.assignee_id is None:
            inquiry.assignee = by
            sheet.change(inquiry, "assignee")
            events.record(inquiry, Verb.TAKEN, by=by, at=at)
        if inquiry.first_human_reply_at is None:
            inquiry.first_human_reply_at = at
            sheet.change(inquiry, "first_human_reply_at")
        if inquiry.greeted_cycle != inquiry.cycle:
            inquiry.greeted_cycle = inquiry.cycle
            sheet.change(inquiry, "greeted_cycle")
    return message


def already_said(
    inquiry: Inquiry,
    client_token: uuid.UUID | None,
    *,
    text: str,
    files: Sequence[InspectedFile] = (),
) -> Message | None:
    """What an earlier click has said, with the greeting or without it.

    Raises SentOtherwise when it has said something else.
    """
    sent = messages.already_sent(inquiry, client_token)
    if sent is not None:
        greeting = policy_text(GREETING)
        greeted = f"{greeting}\n{text}" if text else greeting
        same = messages.is_same(sent, (text, greeted), files, direction=Direction.OUT)
        messages.refuse_other(inquiry, same=same)
    return sent


# How far a conversation has come towards its end (IN-52).
ENDING: Final = ("closing_asked_at", "closing_answered_at", "customer_left_at")


def end_no_more(inquiry: Inquiry) -> None:
    """It goes on: everything of the end must happen anew (IN-52); not saved."""
    for field in ENDING:
        setattr(inquiry, field, None)


def something_else(inquiry: Inquiry) -> None:
    """After its answer the closing question must be asked again (IN-52); not saved."""
    if inquiry.closing_answered_at is not None:
        inquiry.closing_asked_at = inquiry.closing_answered_at = None


def running(inquiry: Inquiry, metric: Metric) -> Clock | None:
    """The clock of this kind that runs, whichever of several it is."""
    return inquiry.clocks.unfinished().filter(metric=metric).last()


def next_subject(inquiry: Inquiry, metric: Metric) -> str:
    """What tells the next clock of this kind apart from earlier ones of the cycle."""
    earlier = inquiry.clocks.filter(metric=metric, cycle=inquiry.cycle).count()
    return str(earlier + 1) if earlier else ""


def _greeted(inquiry: Inquiry, text: str) -> str:
    """The text, after the greeting on a line of its own where the cycle lacks it.

    At a counter people greet each other by word of mouth.
    """
    if inquiry.greeted_cycle == inquiry.cycle or inquiry.channel.offline:
        return text
    greeting = policy_text(GREETING)
    if greeting in text:
        return text
    return f"{greeting}\n{text}" if text else greeting
