"""What is said to the customer on an objection; fixed texts word for word.

The verbs lock the objection; the helpers below them are called under that lock.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from inquiries.services.wording import examined
from knowledge.services import scripts
from objections.models import Objection
from objections.services import promises
from objections.services.handling import refuse_partial
from objections.workflow import WORKFLOW, Step
from staff.models import User
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
from tickets.services.attachments import Upload


def reply(
    objection: Objection,
    *,
    text: str,
    by: User,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
    confirmed: Collection[str] = (),
    override_reason: str = "",
) -> Message:
    """Write to the customer; the phrase guard reads the text (IN-20).

    The same client token again gives the message that was sent. What a supervisor lets
    pass is on record with the reason.

    Raises ValidationError (text, files, override_reason), IllegalStep, SentOtherwise,
    NotAllowed, ForbiddenPhrase, NeedsConfirmation.
    """
    text, inspected = messages.clean(text, files)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if sent := messages.said_before(
            objection, client_token, text=text, files=inspected, direction=Direction.OUT
        ):
            return sent
        refuse_partial(objection, Step.REPLY, by=by)
        WORKFLOW.check(objection, Step.REPLY, by=by)
        allowance = examined(
            text, by=by, confirmed=confirmed, override_reason=override_reason
        )
        message = messages.add(
            objection,
            direction=Direction.OUT,
            text=text,
            at=at,
            author=by,
            files=inspected,
            client_token=client_token,
        )
        events.record(objection, Verb.REPLIED, by=by, at=at, message=message.pk)
        allowance.record(objection, by=by, at=at, message=message)
        return message


def write_note(
    objection: Objection,
    *,
    text: str,
    by: User,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
) -> Message:
    """Write something for the colleagues that the customer never sees.

    Raises ValidationError (text, files), SentOtherwise, NotAllowed.
    """
    text, inspected = messages.clean(text, files)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if sent := messages.said_before(
            objection,
            client_token,
            text=text,
            files=inspected,
            direction=Direction.NOTE,
        ):
            return sent
        WORKFLOW.check(objection, Step.NOTE, by=by)
        message = messages.add(
            objection,
            direction=Direction.NOTE,
            text=text,
            at=at,
            author=by,
            files=inspected,
            client_token=client_token,
        )
        events.record(objection, Verb.NOTED, by=by, at=at, message=message.pk)
        return message


def acknowledge_automatically(objection: Objection, *, at: datetime) -> None:
    """The labelled answer at once; that somebody has read it is still owed (OB-36)."""
    message = messages.add(
        objection,
        direction=Direction.OUT,
        text=scripts.wording(promises.ACKNOWLEDGED),
        at=at,
        automatic=True,
    )
    objection.replied_automatically_at = at
    objection.save(update_fields=["replied_automatically_at"])
    events.record(
        objection,
        Verb.OBJECTION_ANSWERED_AUTOMATICALLY,
        by=None,
        at=at,
        message=message.pk,
    )


def tell_number(
    objection: Objection,
    *,
    by: User | None,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> Message:
    """Tell the number and by when a result is expected (OB-43)."""
    objection.estimate = promises.estimate(objection)
    message = messages.add(
        objection,
        direction=Direction.OUT,
        text=promises.number_text(objection),
        at=at,
        author=by,
        automatic=by is None,
        client_token=client_token,
    )
    objection.told_with = message
    objection.save(update_fields=["estimate", "told_with"])
    events.record(
        objection, Verb.OBJECTION_NUMBER_TOLD, by=by, at=at, message=message.pk
    )
    return message
