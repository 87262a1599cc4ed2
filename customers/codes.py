"""Six digits sent to a phone: whoever types them has it in hand.

A row without a code is the order for one; a job makes it, keeps nothing but its keyed
hash, and sends it at most once. A code is good for ten minutes and five tries.
"""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from customers import sms
from customers.encryption import decrypt
from customers.models import Customer, PhoneCode
from customers.text import unfit

logger = logging.getLogger(__name__)

GOOD_FOR: Final = timedelta(minutes=10)
TRIES: Final = 5
# One number gets a code a minute, and five in a day, whoever asks for them.
BETWEEN: Final = timedelta(minutes=1)
OF_A_DAY: Final = 5
DAY: Final = timedelta(days=1)
JOB_SECONDS: Final = 6.0


@transaction.atomic
def order(customer: Customer, *, at: datetime) -> PhoneCode:
    """Have a code sent to the customer's number.

    Raises ValidationError (code): there is no number, or it has had enough of them.
    """
    customer = Customer.objects.get(pk=customer.pk)
    if not customer.can_be_called:
        raise _refused(_("We hold no number to send a code to."), "code_no_phone")
    # Another name with the same number asks for the same phone: one after the other.
    same = Customer.objects.filter(phone_index=customer.phone_index).order_by("pk")
    list(same.select_for_update(no_key=True))
    earlier = PhoneCode.objects.filter(
        phone_index=customer.phone_index, ordered_at__gt=at - DAY
    )
    if earlier.filter(ordered_at__gt=at - BETWEEN).exists():
        raise _refused(
            _("A code was sent a moment ago. Please wait a minute."), "code_soon"
        )
    if earlier.count() >= OF_A_DAY:
        raise _refused(
            _("This number has had %(limit)s codes today. Please try tomorrow.")
            % {"limit": OF_A_DAY},
            "code_many",
        )
    return PhoneCode.objects.create(
        customer=customer,
        phone_index=customer.phone_index,
        language=translation.get_language() or "",
        ordered_at=at,
    )


def newest(customer: Customer) -> PhoneCode | None:
    """The code that counts: an earlier one is none any more, nor another number's."""
    codes = PhoneCode.objects.filter(
        customer=customer, phone_index=customer.phone_index
    )
    return codes.order_by("pk").last() if customer.phone_index else None


def check(customer: Customer, typed: str, *, at: datetime) -> None:
    """Pass if these are the digits that were sent; each wrong try counts.

    Raises ValidationError (code).
    """
    digits = "".join(char for char in typed if char.isascii() and char.isdigit())
    with transaction.atomic():
        last = newest(customer)
        locked = PhoneCode.objects.select_for_update()
        code = locked.get(pk=last.pk) if last else None
        if code is not None and code.hash == "" and at < code.ordered_at + BETWEEN:
            raise _refused(
                _("The code is on its way to you. Please wait for it."), "code_not_yet"
            )
        is_over = code is None or not _counts(code, at=at)
        fits = False
        if code is not None and not is_over:
            fits = constant_time_compare(code.hash, _hash(code, digits))
            code.tries += 1
            code.used_at = at if fits else None
            code.save(update_fields=["tries", "used_at"])
    if is_over:
        raise _refused(
            _("This code has ended. Please have another one sent."), "code_over"
        )
    if not fits:
        raise _refused(
            _("These are not the six digits that we sent. Please look again."),
            "code_wrong",
        )


def send_ordered(*, clock: Callable[[], datetime]) -> int:
    """Make and send the codes that were ordered; how many went out.

    Each is claimed before it is sent: one that may have gone out is not sent again.
    """
    if not sms.is_set_up():
        return 0
    until = time.monotonic() + JOB_SECONDS
    count = 0
    while time.monotonic() < until and (claimed := _claim(at=clock())):
        code, digits = claimed
        if _send(code, digits):
            code.sent_at = clock()
            count += 1
        else:
            code.failed_at = clock()
        code.save(update_fields=["sent_at", "failed_at"])
    return count


def forget(*, at: datetime) -> int:
    """Forget codes that count for nothing any more; how many."""
    return PhoneCode.objects.filter(ordered_at__lte=at - DAY).delete()[0]


@transaction.atomic
def _claim(*, at: datetime) -> tuple[PhoneCode, str] | None:
    """The next code that nobody sends yet, with its digits; they are kept nowhere."""
    waiting = PhoneCode.objects.filter(hash="", ordered_at__gt=at - GOOD_FOR)
    locked = waiting.select_for_update(skip_locked=True, of=("self",), no_key=True)
    code = locked.select_related("customer").order_by("pk").first()
    if code is None:
        return None
    digits = f"{secrets.randbelow(10**6):06}"
    code.hash = _hash(code, digits)
    code.save(update_fields=["hash"])
    return code, digits


def _send(code: PhoneCode, digits: str) -> bool:
    if code.customer.phone_index != code.phone_index:
        return False  # the number was erased meanwhile
    with translation.override(code.language or None):
        text = _(
            "%(digits)s is your Shoushi code, good for 10 minutes. Tell it to nobody."
        ) % {"digits": digits}
    try:
        sms.gateway().send(to=decrypt(code.customer.phone_encrypted), text=text)
    except Exception as error:  # noqa: BLE001 - a gateway of theirs raises anything
        said = error if isinstance(error, sms.NotSent) else type(error).__name__
        logger.warning("a code was not sent: %s", said)
        return False
    return True


def _counts(code: PhoneCode, *, at: datetime) -> bool:
    """Whether typing it now can still succeed."""
    return (
        code.hash != ""
        and code.used_at is None
        and code.failed_at is None
        and code.tries < TRIES
        and at < code.ordered_at + GOOD_FOR
    )


def _hash(code: PhoneCode, digits: str) -> str:
    value = f"{code.pk}:{digits}"
    return salted_hmac("customers.codes", value, algorithm="sha256").hexdigest()


def _refused(text: str, code: str) -> ValidationError:
    return unfit("code", text, code=code)
