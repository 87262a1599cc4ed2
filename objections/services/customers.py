"""What the customer does on an objection: adds to it, urges, withdraws it."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from customers.text import one_line
from objections.models import Objection
from objections.services.handing_off import end_handoffs
from objections.services.handling import refuse_partial
from objections.services.investigating import let_run
from objections.workflow import WORKFLOW, Step
from sla.models import Metric
from sla.services import clocks
from sla.services.clocks import CancelReason
from staff.models import User
from tickets import feed
from tickets.models import Direction, Message, Verb
from tickets.services import events, messages
from tickets.services.attachments import Upload

# Urging again within this time says nothing new.
HASTE: Final = timedelta(minutes=1)


def customer_writes(
    objection: Objection,
    *,
    text: str,
    at: datetime,
    files: Sequence[Upload] = (),
    client_token: uuid.UUID | None = None,
) -> Message:
    """Add words or material of the customer's; what waited for it goes on.

    Raises ValidationError (text, files), IllegalStep, SentOtherwise.
    """
    text, inspected = messages.clean(text, files, with_videos=True)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if sent := messages.said_before(
            objection,
            client_token,
            text=text,
            files=inspected,
            direction=Direction.IN,
        ):
            return sent
        rule = WORKFLOW.check(objection, Step.CUSTOMER_WRITES, by=None)
        message = messages.add(
            objection,
            direction=Direction.IN,
            text=text,
            at=at,
            files=inspected,
            client_token=client_token,
        )
        events.record(
            objection, Verb.CUSTOMER_WROTE, by=None, at=at, message=message.pk
        )
        if WORKFLOW.move(objection, rule):
            objection.save(update_fields=["status"])
            let_run(objection, by=None, at=at)
            events.record(objection, Verb.INVESTIGATION_WENT_ON, by=None, at=at)
            feed.announce(objection, "ticket", to_customer=True)
        return message


@transaction.atomic
def urge(objection: Objection, *, at: datetime) -> Objection:
    """The customer asks for haste: the case stands forward, its people see it.

    Within a minute of the last time it changes nothing.

    Raises IllegalStep.
    """
    objection = Objection.objects.lock(objection.pk)
    WORKFLOW.check(objection, Step.URGE, by=None)
    if objection.urged_at is not None and at - objection.urged_at < HASTE:
        return objection
    objection.urged_at = at
    objection.urgings += 1
    objection.save(update_fields=["urged_at", "urgings"])
    events.record(
        objection, Verb.OBJECTION_URGED, by=None, at=at, times=objection.urgings
    )
    feed.announce(objection, "ticket", to_customer=True)
    return objection


def withdraw(
    objection: Objection, *, statement: str, by: User | None, at: datetime
) -> Objection:
    """End an objection because the customer says so, in their words.

    A colleague may write it down for the customer, but none whom it names (OB-07). What
    was missed until then stays missed. An authority that was asked outside still waits
    for its answer. A second click changes nothing.

    Raises ValidationError (statement), IllegalStep, NotAllowed.
    """
    statement = one_line(
        statement,
        field="statement",
        missing=_("Please write a word on why it is withdrawn."),
    )
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if _withdrawn(objection, statement, by=by):
            return objection
        if by is not None:
            refuse_partial(objection, Step.WITHDRAW, by=by)
        rule = WORKFLOW.check(objection, Step.WITHDRAW, by=by)
        message = messages.add(
            objection,
            direction=Direction.IN if by is None else Direction.NOTE,
            text=statement,
            at=at,
            author=by,
        )
        WORKFLOW.move(objection, rule)
        objection.closed_at = at
        objection.customer_waiting_since = None
        objection.save(update_fields=["status", "closed_at", "customer_waiting_since"])
        events.record(
            objection, Verb.OBJECTION_WITHDRAWN, by=by, at=at, message=message.pk
        )
        end_handoffs(objection, at=at)
        objection.proposals.standing().update(ended_at=at, remind_at=None)
        objection.actions.outstanding().update(ended_at=at)
        clocks.cancel_all(
            objection,
            reason=CancelReason.WITHDRAWN,
            at=at,
            by=by,
            but=(Metric.EXTERNAL_COMPLAINT,),
        )
        feed.announce(objection, "ticket", to_customer=True)
        return objection


def _withdrawn(objection: Objection, statement: str, *, by: User | None) -> bool:
    """Whether the same person has withdrawn it before in the same words."""
    done = objection.events.filter(verb=Verb.OBJECTION_WITHDRAWN, actor=by).first()
    said = objection.messages.filter(text=statement)
    return done is not None and said.filter(pk=done.data["message"]).exists()
