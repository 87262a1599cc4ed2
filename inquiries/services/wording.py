"""The record of what passes the phrase guard: by a supervisor, or above a limit."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from inquiries.models import Inquiry
from knowledge.services import phrases
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
from tickets.text import clean_message


def clean_reason(text: str) -> str:
    """The reason as it is kept. Raises ValidationError (override_reason)."""
    try:
        return clean_message(text, required=False)
    except ValidationError as error:
        raise ValidationError({"override_reason": error}) from error


def record_allowance(
    inquiry: Inquiry, message: Message, allowed: Sequence[str], *, reason: str
) -> None:
    """Who let which phrases pass stands in the history, and why in a note.

    The caller holds the lock on the inquiry; the history carries no person's text.
    """
    by, at = message.author, message.sent_at
    said = "".join(f"“{phrase}”" for phrase in allowed)
    note = messages.add(
        inquiry, direction=Direction.NOTE, text=f"{said} {reason}", at=at, author=by
    )
    data = {"message": message.pk, "note": note.pk, "phrases": list(allowed)}
    events.record(inquiry, Verb.PHRASE_ALLOWED, by=by, at=at, **data)


def record_promises(inquiry: Inquiry, message: Message) -> None:
    """Put on record which sums somebody promised beyond their own limit.

    They were marked while the text was written, and nothing stops them: no clause does.
    The caller holds the lock on the inquiry.
    """
    by = message.author
    if by is None:
        return
    above = phrases.promises_above(message.text, by=by)
    if above:
        amounts = [str(finding.amount) for finding in above]
        data = {"message": message.pk, "amounts": amounts}
        events.record(inquiry, Verb.PROMISED_ABOVE, by=by, at=message.sent_at, **data)
