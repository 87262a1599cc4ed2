"""What a colleague says: the greeting, an answer, a note to the others."""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import transaction

from inquiries.models import Inquiry
from inquiries.services import wording
from inquiries.services.asking import GREETING
from inquiries.workflow import WORKFLOW, Step
from knowledge.models import Script
from knowledge.services import phrases
from sla.models import Metric
from sla.services import clocks
from staff.models import User
from tickets import feed
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
from tickets.services.attachments import InspectedFile, Upload


def reply(
    inquiry: Inquiry,
    *,
    text: str,
    by: User,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Message:
    """Send an answer to the customer; the first one stops the 30 s clock (IN-24).

    An inquiry that nobody has taken becomes the answering person's. The phrase guard
    reads the text (IN-20): `confirmed` and `override_reason` are what it is told.

    Raises ValidationError (text, files, override_reason), IllegalStep, NotAllowed,
    ForbiddenPhrase, NeedsConfirmation.
    """
    text, inspected = messages.clean(text, files)
    reason = wording.clean_reason(override_reason)
    return _send(
        inquiry,
        Step.REPLY,
        Verb.REPLIED,
        text=text,
        by=by,
        at=at,
        files=inspected,
        client_token=client_token,
        guard=lambda: phrases.refuse_forbidden(
            text, by=by, confirmed=confirmed, override=reason
        ),
        override_reason=reason,
    )


def greet(
    inquiry: Inquiry, *, by: User, at: datetime, client_token: uuid.UUID | None = None
) -> Message:
    """Send the greeting of IN-25, word for word; it counts as a reply (IN-24).

    Raises IllegalStep, NotAllowed.
    """
    script = Script.objects.get(code=GREETING)
    return _send(
        inquiry,
        Step.GREET,
        Verb.GREETED,
        text=script.text,
        by=by,
        at=at,
        client_token=client_token,
    )


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

    Raises ValidationError (text, files), NotAllowed.
    """
    text, inspected = messages.clean(text, files)
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    if sent := messages.already_sent(inquiry, client_token):
        return sent
    WORKFLOW.check(inquiry, Step.NOTE, by=by)
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


@transaction.atomic
def _send(
    inquiry: Inquiry,
    step: Step,
    verb: Verb,
    *,
    text: str,
    by: User,
    at: datetime,
    files: Sequence[InspectedFile] = (),
    client_token: uuid.UUID | None = None,
    guard: Callable[[], tuple[str, ...]] = tuple,
    override_reason: str = "",
) -> Message:
    inquiry = Inquiry.objects.locked().get(pk=inquiry.pk)
    if sent := messages.already_sent(inquiry, client_token):
        return sent
    rule = WORKFLOW.check(inquiry, step, by=by)
    allowed = guard()
    message = messages.add(
        inquiry,
        direction=Direction.OUT,
        text=text,
        at=at,
        author=by,
        files=files,
        client_token=client_token,
    )
    events.record(inquiry, verb, by=by, at=at, message=message.pk)
    if allowed:
        wording.record_allowance(inquiry, message, allowed, reason=override_reason)
    clocks.stop(inquiry, Metric.FIRST_REPLY, at=at, by=by)
    status_changed = WORKFLOW.move(inquiry, rule)
    if inquiry.assignee is None:
        inquiry.assignee = by
        events.record(inquiry, Verb.TAKEN, by=by, at=at)
    if inquiry.first_human_reply_at is None:
        inquiry.first_human_reply_at = at
    inquiry.save(update_fields=["assignee", "first_human_reply_at", "status"])
    if status_changed:
        feed.announce(inquiry, "ticket", to_customer=True)
    return message
