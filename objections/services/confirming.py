"""The customer shows by a code that the number on the case is theirs."""

from datetime import datetime

from django.db import transaction

from customers import codes
from objections.models import Objection
from tickets import feed
from tickets.models import Verb
from tickets.services import events


def confirm_phone(objection: Objection, *, code: str, at: datetime) -> Objection:
    """Note that the number is confirmed; a second time changes nothing.

    Raises ValidationError (code).
    """
    objection = Objection.objects.select_related("customer").get(pk=objection.pk)
    if objection.phone_confirmed_at is not None:
        return objection
    customer = objection.customer
    codes.check(customer, code, at=at)
    with transaction.atomic():
        objection = Objection.objects.lock(objection.pk)
        if objection.phone_confirmed_at is None and objection.customer == customer:
            objection.phone_confirmed_at = at
            objection.save(update_fields=["phone_confirmed_at"])
            events.record(objection, Verb.PHONE_CONFIRMED, by=None, at=at)
            feed.announce(objection, "ticket", to_customer=True)
    return objection
