"""Recognise who asks by phone number, reveal the number for a reason, forget it."""

from datetime import datetime, timedelta
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.encryption import blind_index, decrypt, encrypt
from customers.models import Customer, RevealLog
from customers.text import one_line
from staff.models import User

SURNAME_MAX: Final = 40
# A number that was given for a callback is kept so long after it (D-10).
KEPT_AFTER_CALLBACK: Final = timedelta(days=7)


def parse_phone(text: str) -> str:
    """A phone number as E.164; mainland China where no country is given.

    Raises ValidationError with an example of a right one.
    """
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _(
                "This is not a phone number that we can call. A mobile number has 11"
                " digits, for example 138 0013 8000; a landline starts with its area"
                " code, for example 010 6552 9988."
            ),
            code="phone_invalid",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def clean_surname(text: str) -> str:
    """A surname as it will be shown: one line, no control characters."""
    surname = " ".join(text.split())
    if not surname:
        raise ValidationError(
            _("Please tell us how to address you, for example 王."),
            code="surname_missing",
        )
    if len(surname) > SURNAME_MAX:
        raise ValidationError(
            _("This name is longer than %(limit)s characters.")
            % {"limit": SURNAME_MAX},
            code="surname_long",
        )
    if not surname.isprintable():
        raise ValidationError(
            _("This name has characters that cannot be shown."),
            code="surname_unprintable",
        )
    return surname


def identify(*, surname: str, phone: str, at: datetime) -> Customer:
    """The customer behind a surname and an optional phone number.

    The same number with the same surname is the same customer; without a number every
    question is a new customer's. Takes values that `clean_surname` and `parse_phone`
    have passed.
    """
    if not phone:
        return Customer.objects.create(surname=surname, created_at=at)
    customer, _created = Customer.objects.get_or_create(
        phone_index=blind_index(phone),
        surname=surname,
        defaults={
            "phone_encrypted": encrypt(phone),
            "phone_tail": phone[-4:],
            "created_at": at,
        },
    )
    return customer


def known_by_phone(phone: str) -> Customer | None:
    """Who gave this number last, whatever the name; takes a parsed number."""
    return Customer.objects.filter(phone_index=blind_index(phone)).order_by("pk").last()


def corrected(
    customer: Customer, *, surname: str, phone: str, at: datetime
) -> Customer:
    """The customer with the name and number as they are now; "" keeps the number.

    Somebody else's name or number makes it another customer; the number of the one
    before goes like that of a callback that is over. Takes cleaned values.
    """
    if not phone and not customer.can_be_called:
        if customer.surname != surname:
            customer.surname = surname
            customer.save(update_fields=["surname"])
        return customer
    known = decrypt(customer.phone_encrypted) if customer.can_be_called else ""
    found = identify(surname=surname, phone=phone or known, at=at)
    if found.pk != customer.pk:
        forget_phone_later(customer, at=at)
    return found


@transaction.atomic
def reveal_phone(customer: Customer, *, by: User, reason: str, at: datetime) -> str:
    """The full number, as people read it; who saw it and why is on record (IN-29).

    The caller has made sure that this person may see the customer's case.

    Raises ValidationError: reason, or phone when there is no number.
    """
    missing = _("Please say why you need the full number; it is put on record.")
    reason = one_line(reason, field="reason", missing=missing)
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if not customer.can_be_called:
        erased = customer.forgotten_at is not None
        raise ValidationError(
            {
                "phone": ValidationError(
                    _("The number was erased, as promised. Ask the customer for it.")
                    if erased
                    else _("This customer gave no number. Answer in the conversation."),
                    code="phone_absent",
                )
            }
        )
    RevealLog.objects.create(customer=customer, by=by, reason=reason, at=at)
    return readable(decrypt(customer.phone_encrypted))


def readable(phone: str) -> str:
    """A number in groups, as one dials it from mainland China."""
    number = phonenumbers.parse(phone, "CN")
    home = number.country_code == phonenumbers.country_code_for_region("CN")
    shape = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        number, shape.NATIONAL if home else shape.INTERNATIONAL
    )


def keep_phone(customer: Customer) -> None:
    """The number is needed: a callback was promised."""
    customer.forget_at = None
    customer.save(update_fields=["forget_at"])


def forget_phone_later(customer: Customer, *, at: datetime) -> None:
    """A callback is over: without consent the number goes a week later (D-10)."""
    if customer.consented_at is None and customer.can_be_called:
        customer.forget_at = at + KEPT_AFTER_CALLBACK
        customer.save(update_fields=["forget_at"])


def consent(customer: Customer, *, at: datetime) -> None:
    """The customer agrees to be written to: the number stays until this ends."""
    customer.consented_at = at
    customer.forget_at = None
    customer.save(update_fields=["consented_at", "forget_at"])


def forget_contacts(*, at: datetime) -> int:
    """Erase the numbers whose time has come, with what recognises them; how many.

    Surname and last four digits stay: they are the record of IN-29.
    """
    return Customer.objects.filter(forget_at__lte=at, consented_at=None).update(
        phone_encrypted="", phone_index="", forget_at=None, forgotten_at=at
    )
