"""What the phrase guard is told about a text, and the record of what it lets pass.

Every verb that takes a free text for the customer asks here before it sends (IN-20).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from inquiries.models import Inquiry
from knowledge.services import phrases
from staff.models import User
from tickets.models import Direction, Message, Ticket, Verb
from tickets.services import events, messages
from tickets.text import clean_message


@dataclass(frozen=True)
class Allowance:
    """Forbidden phrases that a supervisor lets pass, and why; as a rule there are none.

    `passed` are all phrases that the guard found and somebody has answered for, `above`
    the sums that the writer may not promise alone.
    """

    allowed: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    reason: str = ""
    above: tuple[str, ...] = ()

    def record(
        self,
        ticket: Ticket,
        *,
        by: User,
        at: datetime,
        message: Message | None = None,
        **data: Any,
    ) -> None:
        """Who let which phrases pass stands in the history, and why in a note.

        The caller holds the lock on the ticket; the history carries no person's text.
        """
        if not self.allowed:
            return
        said = "".join(f"“{phrase}”" for phrase in self.allowed)
        note = messages.add(
            ticket,
            direction=Direction.NOTE,
            text=f"{said} {self.reason}",
            at=at,
            author=by,
        )
        if message is not None:
            data["message"] = message.pk
        data |= {"note": note.pk, "phrases": list(self.allowed)}
        events.record(ticket, Verb.PHRASE_ALLOWED, by=by, at=at, **data)


def examined(
    text: str,
    *,
    by: User,
    confirmed: Collection[str] = (),
    override_reason: str = "",
    field: str = "text",
    passed: Collection[str] = (),
) -> Allowance:
    """What the guard lets pass of a text that may be sent.

    `confirmed` are the phrases that its writer calls harmless here, `override_reason`
    is why a supervisor lets forbidden ones pass, `passed` are those for which somebody
    has answered before.

    Raises ForbiddenPhrase, NeedsConfirmation, ValidationError (override_reason).
    """
    reason = _clean_reason(override_reason)
    found = phrases.findings_in(text, by=by)
    allowed = phrases.refuse_forbidden(
        found, by=by, confirmed=confirmed, override=reason, field=field, passed=passed
    )
    harmless = [f.phrase.text for f in found if f.phrase.text in confirmed]
    passed = tuple(dict.fromkeys((*harmless, *allowed)))
    return Allowance(allowed, passed, reason, tuple(phrases.sums_above(found)))


def _clean_reason(text: str) -> str:
    try:
        return clean_message(text, required=False)
    except ValidationError as error:
        raise ValidationError({"override_reason": error}) from error


def record_promises(
    inquiry: Inquiry, message: Message, *, allowance: Allowance | None = None
) -> None:
    """Put on record which sums somebody promised beyond their own limit.

    They were marked while the text was written, and nothing stops them: no clause does.
    The caller holds the lock on the inquiry; `allowance` is what has been examined.
    """
    by = message.author
    if by is None:
        return
    if allowance is None:
        above = phrases.promises_above(message.text, by=by)
    else:
        above = list(allowance.above)
    if above:
        data = {"message": message.pk, "amounts": above}
        events.record(inquiry, Verb.PROMISED_ABOVE, by=by, at=message.sent_at, **data)
