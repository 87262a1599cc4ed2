"""An offer told to the customer: a message that counts as every other answer does.

The caller holds the lock on the inquiry.
"""

import uuid
from datetime import datetime
from typing import Any

from inquiries.models import Inquiry
from inquiries.workflow import WORKFLOW
from sla.models import Metric
from sla.services import clocks
from staff.models import User
from tickets import feed
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
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
    """Send the words of an offer; the first answer stops the 30 s clock (IN-24).

    An inquiry that nobody has taken becomes the telling person's. `data` goes into the
    history.
    """
    message = messages.add(
        inquiry,
        direction=Direction.OUT,
        text=text,
        at=at,
        author=by,
        client_token=client_token,
    )
    events.record(inquiry, verb, by=by, at=at, message=message.pk, **data)
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
