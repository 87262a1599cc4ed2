"""Recognise who asks by phone number, the identity that people in China have."""

from datetime import datetime

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.encryption import blind_index, encrypt
from customers.models import Customer

SURNAME_MAX = 40


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
