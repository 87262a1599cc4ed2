"""An inquiry ends because it goes on as an objection."""

from datetime import datetime
from typing import Final

from inquiries.models import Inquiry
from inquiries.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets.models import Verb
from tickets.services import events

# What the customer waits for in the conversation itself.
OF_THE_TALK: Final = (Metric.FIRST_REPLY, Metric.COMPLEX_NOTICE)


def turn_into_objection(inquiry: Inquiry, *, by: User, at: datetime) -> None:
    """End an inquiry for good; what was missed until now stays missed.

    What was asked of other departments runs on.

    The caller holds the lock on the inquiry and opens the objection.

    Raises IllegalStep while the customer has no answer yet, NotAllowed.
    """
    rule = WORKFLOW.check(inquiry, Step.CONVERT, by=by)
    for clock in inquiry.clocks.unfinished().filter(metric__in=OF_THE_TALK):
        clocks.cancel(
            inquiry,
            Metric(clock.metric),
            reason=CancelReason.NOT_NEEDED,
            at=at,
            by=by,
            subject=clock.subject,
        )
    WORKFLOW.move(inquiry, rule)
    inquiry.closed_at = inquiry.closed_at or at
    inquiry.customer_waiting_since = None
    inquiry.save(update_fields=["status", "closed_at", "customer_waiting_since"])
    events.record(inquiry, Verb.CONVERTED, by=by, at=at)
