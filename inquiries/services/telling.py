"""Tell the customer something that a colleague has not typed word for word.

The one place through which offers, results, clauses and facts leave the house.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from inquiries.models import Inquiry
from inquiries.services import wording
from inquiries.services.speaking import GREETING, policy_text, say, something_else
from inquiries.workflow import WORKFLOW
from staff.models import User
from tickets import feed
from tickets.gathering import gathering
from tickets.models import Direction, Message, Verb
from tickets.services import messages
from tickets.text import clean_message
from tickets.workflow import Rule


def tell(
    inquiry: Inquiry,
    *,
    text: str,
    verb: Verb,
    by: User,
    at: datetime,
    rule: Rule | None = None,
    client_token: uuid.UUID | None = None,
    **data: Any,
) -> Message:
    """Send a text, also on a finished inquiry; the caller holds the ticket's lock.

    A customer who waits for an answer has it with this one (IN-24), and it can count as
    the answer to a topic. Where the cycle lacks its greeting (IN-25) that goes before,
    as a message of its own. After the answer to the closing question there was
    something else: it is asked again (IN-52). `rule` is the step that the caller has
    checked, if it leads to another status; `data` goes into the history. What people
    typed into the text has been examined (IN-20).
    """
    with gathering(inquiry) as sheet:
        if inquiry.greeted_cycle != inquiry.cycle and not inquiry.channel.offline:
            greeting = policy_text(GREETING)
            say(inquiry, text=greeting, verb=Verb.GREETED, by=by, at=at)
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
        if rule is not None and WORKFLOW.move(inquiry, rule):
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
