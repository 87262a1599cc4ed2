"""An inquiry ends because it goes on as an objection."""

from datetime import datetime

from inquiries.models import Inquiry
from inquiries.services.checking import drop_minute
from inquiries.services.speaking import running
from inquiries.workflow import NOT_ANSWERED, WORKFLOW, Step
from sla.models import Metric
from staff.models import User
from tickets.models import Verb
from tickets.services import events
from tickets.workflow import IllegalStep


def turn_into_objection(inquiry: Inquiry, *, by: User, at: datetime) -> None:
    """End an inquiry for good; what was missed until now stays missed.

    What was asked of other departments runs on. Whoever still waits for a first reply,
    here or in a conversation that was merged into this one, gets it first (IN-24).

    The caller holds the lock on the inquiry and opens the objection.

    Raises IllegalStep while the customer has no answer yet, NotAllowed.
    """
    rule = WORKFLOW.check(inquiry, Step.CONVERT, by=by)
    if running(inquiry, Metric.FIRST_REPLY):
        raise IllegalStep(NOT_ANSWERED, step=Step.CONVERT, status=inquiry.status)
    drop_minute(inquiry, at=at, by=by)
    WORKFLOW.move(inquiry, rule)
    inquiry.closed_at = inquiry.closed_at or at
    inquiry.customer_waiting_since = None
    inquiry.save(update_fields=["status", "closed_at", "customer_waiting_since"])
    events.record(inquiry, Verb.CONVERTED, by=by, at=at)
