"""An offer told to the customer: a message that counts as every other answer does.

The caller holds the lock on the inquiry and has checked the step.
"""

import uuid
from datetime import datetime
from typing import Any

from inquiries.models import Inquiry
from inquiries.services.speaking import GREETING, policy_text, say
from inquiries.workflow import WORKFLOW
from staff.models import User
from tickets import feed
from tickets.models import Message, Verb
from tickets.workflow import Rule


def tell(
    inquiry: Inquiry,
    rule: Rule,
    verb: Verb,
    *,
    text: str,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
    **data: Any,
) -> Message:
    """Send the words of an offer; they are an answer (IN-24).

    Where the cycle lacks its greeting (IN-25) that goes before, as a message of its
    own. After the closing question there was something else: it is asked again (IN-52).
    """
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
    changed = WORKFLOW.move(inquiry, rule)
    inquiry.last_answer = message
    inquiry.closing_asked_at = inquiry.closing_answered_at = None
    inquiry.save(
        update_fields=[
            "closing_answered_at",
            "closing_asked_at",
            "last_answer",
            "status",
        ]
    )
    if changed:
        feed.announce(inquiry, "ticket", to_customer=True)
    return message
