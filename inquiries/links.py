"""The customer's link to a conversation: unguessable, and stored nowhere."""

from django.core import signing
from django.urls import reverse

from inquiries.models import Inquiry

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
    return Inquiry.objects.select_related("channel", "customer", "assignee").get(
        number=number
    )
