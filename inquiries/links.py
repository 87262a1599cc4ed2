"""The customer's links to a conversation and to what was sent in it.

They are unguessable, and stored nowhere.
"""

from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from inquiries.models import Inquiry, Quotation
from rows.questions import Question, Slot

_INQUIRY: Final = Question(
    lambda: Inquiry.objects.filter(number=Slot("number")).select_related(
        "channel", "customer", "assignee"
    )
)
_quotations = signing.Signer(salt="inquiries.quotation", sep=".")
_signer = signing.Signer(salt="inquiries.thread", sep=".")


def thread_token(inquiry: Inquiry) -> str:
    """The number and a signature over it."""
    return _signer.sign(inquiry.number)


def thread_path(inquiry: Inquiry) -> str:
    """Where the customer finds the conversation."""
    return reverse("portal:thread", args=[thread_token(inquiry)])


def inquiry_of(token: str) -> Inquiry:
    """The inquiry behind a link.

    Raises Inquiry.DoesNotExist for any link that we did not make.
    """
    try:
        number = _signer.unsign(token)
    except signing.BadSignature as error:
        raise Inquiry.DoesNotExist from error
    return _INQUIRY.get(number=number)


def quotation_token(quotation: Quotation) -> str:
    """The number and a signature over it."""
    return _quotations.sign(quotation.number)


def quotation_path(quotation: Quotation) -> str:
    """Where the customer finds the quotation."""
    return reverse("portal:quotation", args=[quotation_token(quotation)])


def quotation_url(quotation: Quotation) -> str:
    """The same as an address that a message can carry."""
    return f"{settings.SITE_URL}{quotation_path(quotation)}"


def quotation_of(token: str) -> Quotation:
    """The sent quotation behind a link.

    Raises Quotation.DoesNotExist for any link that we did not make.
    """
    try:
        number = _quotations.unsign(token)
    except signing.BadSignature as error:
        raise Quotation.DoesNotExist from error
    return (
        Quotation.objects.sent()
        .select_related("inquiry__channel", "inquiry__customer")
        .prefetch_related("lines", "documents")
        .get(number=number)
    )
