"""Put what is known of an order on record as evidence, frozen (OB-47, OB-48)."""

from datetime import datetime

from django.utils.translation import gettext as _

from customers.text import unfit
from objections.models import Evidence, Objection
from objections.order_facts import facts_for, kind_of, may_read
from objections.services.evidence import keep_copy
from objections.workflow import Step
from orders.copies import PARTS, copy_of, source_of
from staff.models import User
from tickets.workflow import NotAllowed


def keep_order_facts(
    objection: Objection, *, part: str, by: User, at: datetime
) -> Evidence:
    """Ask for the order now and keep one part of it; unchanged facts are kept once.

    Raises ValidationError (part), IllegalStep, NotAllowed, OrderNotFound, LookupFailed.
    """
    facts = facts_for(objection)
    if not may_read(facts, objection, by=by):
        raise NotAllowed(Step.ADD_EVIDENCE)
    text = copy_of(facts, part) if part in PARTS else ""
    if not text:
        raise unfit("part", _("The order says nothing of this."), code="part_empty")
    return keep_copy(
        objection,
        kind=kind_of(part, objection),
        source=source_of(facts),
        text=text,
        by=by,
        at=at,
    )
