"""Somebody has read the objection, and the customer knows it (OB-35 to OB-37)."""

import uuid
from datetime import datetime

from django.db import transaction

from knowledge.services import scripts
from objections.models import Objection
from objections.services import promises
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from staff.models import User
from tickets import feed
from tickets.models import Direction, Verb
from tickets.services import assignment, events, messages


@transaction.atomic
def acknowledge(
    objection: Objection,
    *,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> Objection:
    """Say that one has read it; the customer gets the text of OB-37, once.

    Where the automatic answer said it already, reading it is all that was owed
    (OB-36). An objection that nobody has taken becomes the reader's, unless it names
    them (OB-07). A second click changes nothing.

    Raises IllegalStep, NotAllowed.
    """
    objection = Objection.objects.lock(objection.pk)
    if objection.acknowledged_at is not None and objection.assignee_id == by.pk:
        return objection
    WORKFLOW.check(objection, Step.ACKNOWLEDGE, by=by)
    if objection.replied_automatically_at is None:
        messages.add(
            objection,
            direction=Direction.OUT,
            text=scripts.wording(promises.ACKNOWLEDGED),
            at=at,
            author=by,
            client_token=client_token,
        )
    acknowledged(objection, by=by, at=at)
    return objection


def acknowledged(objection: Objection, *, by: User, at: datetime) -> None:
    """Note who read it and when: the customer waits for a result, no more for a word.

    The caller holds the lock.
    """
    objection.customer_waiting_since = None
    objection.viewed_at = objection.acknowledged_at = at
    WORKFLOW.move(objection, WORKFLOW.rules[Step.ACKNOWLEDGE])
    objection.save(
        update_fields=[
            *("acknowledged_at", "customer_waiting_since", "status", "viewed_at")
        ]
    )
    events.record(objection, Verb.OBJECTION_ACKNOWLEDGED, by=by, at=at)
    clocks.stop(objection, Metric.ACKNOWLEDGEMENT, at=at, by=by)
    if objection.assignee_id is None and not objection.names(by):
        assignment.take(objection, by=by, at=at)
    feed.announce(objection, "ticket", to_customer=True)
