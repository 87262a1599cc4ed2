"""The e-mail address that was left on an inquiry; the one place that keeps it."""

from datetime import datetime

from customers import services as customers
from customers.models import Customer
from inquiries.models import Inquiry
from staff.models import User
from tickets.gathering import gathering
from tickets.models import Verb
from tickets.services import events


def note(inquiry: Inquiry, address: str, *, by: User | None, at: datetime) -> bool:
    """Keep a parsed address, or forget it with ""; whether that changed anything.

    The caller holds the lock on the inquiry, or has just made it.
    """
    customer = Customer.objects.select_for_update().get(pk=inquiry.customer_id)
    changed = customers.note_email(customer, email=address)
    if not changed and inquiry.email_mark == customer.email_mark:
        return False
    inquiry.customer = customer
    inquiry.email_mark = customer.email_mark
    verb = Verb.EMAIL_NOTED if address else Verb.EMAIL_REMOVED
    with gathering(inquiry) as sheet:
        sheet.change(inquiry, "email_mark")
        events.record(inquiry, verb, by=by, at=at)
    return True
