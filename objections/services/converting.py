"""An inquiry turns out to be an objection; nothing that was said is asked again."""

import uuid
from datetime import datetime

from django.db import transaction

from inquiries.models import Inquiry
from inquiries.services import turn_into_objection
from objections.facts import Facts, check
from objections.models import Objection
from objections.services import speaking
from objections.services.acknowledging import acknowledged
from objections.services.filing import first_words, open_case, refuse_used
from staff.models import User
from tickets import feed
from tickets.services import assignment, links


def convert(
    inquiry: Inquiry,
    *,
    facts: Facts,
    by: User,
    at: datetime,
    client_token: uuid.UUID | None = None,
) -> Objection:
    """Make an objection of an inquiry: same customer, channel, store, colleague.

    Its conversation, files and history stay in sight of the objection, the two are
    linked, and the inquiry goes on there; who looks after it goes on, too, unless it
    names them (OB-07). The customer is being talked to and is thereby answered; a form
    with all that its type needs is told its number at once. A second click returns the
    objection.

    Raises ValidationError by field, IllegalStep while the customer has no answer yet,
    SentOtherwise for the token of another ticket, NotAllowed.
    """
    checked = check(facts, at=at, whole=False)
    with transaction.atomic():
        inquiry = Inquiry.objects.lock(inquiry.pk)
        if earlier := inquiry.objections.first():
            return earlier
        refuse_used(client_token)
        turn_into_objection(inquiry, by=by, at=at)
        objection = open_case(
            channel=inquiry.channel,
            store=inquiry.store,
            customer=inquiry.customer,
            checked=checked,
            by=by,
            at=at,
            received_at=at,
            client_token=client_token,
            inquiry=inquiry,
        )
        first_words(objection, text=checked.facts.description, files=(), at=at)
        holder = inquiry.assignee
        if holder is not None and holder not in (by, objection.named_colleague):
            assignment.give(objection, to=holder, by=by, at=at)
        acknowledged(objection, by=by, at=at)
        if objection.form_complete_at is not None:
            speaking.tell_number(objection, by=by, at=at)
        links.link(inquiry, to=objection, by=by, at=at)
        feed.announce(inquiry, "ticket", to_customer=True)
        return objection
