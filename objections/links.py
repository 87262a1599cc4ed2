"""The customer's links to a case: unguessable, stored nowhere, and good for a while.

After its end a link leads to the page that asks for number and last four digits.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

from objections.models import Objection

GOOD_FOR: Final = timedelta(days=14)
_signer = signing.TimestampSigner(salt="objections.case", sep=".")


def case_token(objection: Objection) -> str:
    """The number, the moment, and a signature over both."""
    return _signer.sign(objection.number)


def case_path(objection: Objection) -> str:
    """Where the customer finds the case for the next two weeks."""
    return reverse("portal:case_link", args=[case_token(objection)])


def case_url(objection: Objection) -> str:
    """The same as an address that a message can carry."""
    return f"{settings.SITE_URL}{case_path(objection)}"


def objection_of(token: str) -> Objection:
    """The objection behind a link.

    Raises Objection.DoesNotExist for a link that we did not make, or that has ended.
    """
    try:
        number = _signer.unsign(token, max_age=GOOD_FOR)
    except signing.BadSignature as error:
        raise Objection.DoesNotExist from error
    return Objection.objects.get(number=number)
