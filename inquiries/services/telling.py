"""Tell the customer something that a colleague has not typed word for word.

The one place through which results, clauses and facts leave the house.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from inquiries.models import Inquiry
from inquiries.services import wording
from inquiries.services.speaking import say, something_else
from knowledge.services import phrases
from staff.models import User
from tickets.models import Direction, Message, Verb
from tickets.services import messages
from tickets.text import clean_message

LINE_MAX = 120


def tell(
    inquiry: Inquiry,
    *,
    text: str,
    verb: Verb,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    **data: Any,
) -> Message:
    """Send a text, also on a finished inquiry; the caller holds the ticket's lock.

    A customer who waits for an answer has it with this one (IN-24), and the first of a
    cycle carries the greeting (IN-25); it can count as the answer to a topic. After the
    answer to the closing question there was something else: it is asked again (IN-52).
    `data` goes into the history. Raises ForbiddenPhrase, NeedsConfirmation (IN-20).
    """
    phrases.refuse_forbidden(text, by=by)
    message = say(
        inquiry,
        text=text,
        verb=verb,
        by=by,
        at=at,
        client_token=client_token,
        **data,
    )
    wording.record_promises(inquiry, message)
    inquiry.last_answer = message
    something_else(inquiry)
    inquiry.save(
        update_fields=["closing_answered_at", "closing_asked_at", "last_answer"]
    )
    return message


def tell_automatically(inquiry: Inquiry, *, text: str, at: datetime) -> Message:
    """Send a labelled automatic text; no clock stops for it (D-03)."""
    return messages.add(
        inquiry, direction=Direction.OUT, text=text, at=at, automatic=True
    )


def clean(
    required: Mapping[str, str],
    *,
    optional: Mapping[str, str] | None = None,
    errors: Mapping[str, ValidationError] | None = None,
) -> dict[str, str]:
    """The texts of a form by field, judged together with `errors` found before.

    Raises ValidationError by field.
    """
    wrong = dict(errors or {})
    cleaned = {}
    for texts, needed in ((required, True), (optional or {}, False)):
        for name, text in texts.items():
            try:
                cleaned[name] = clean_message(text, required=needed)
            except ValidationError as error:
                wrong[name] = error
    if wrong:
        raise ValidationError(wrong)
    return cleaned


def one_line(text: str) -> str:
    """A short text on one line. Raises ValidationError when it is not short."""
    line = " ".join(text.split())
    if len(line) > LINE_MAX:
        raise ValidationError(
            _("At most %(limit)s characters fit here.") % {"limit": LINE_MAX},
            code="line_long",
        )
    return line
