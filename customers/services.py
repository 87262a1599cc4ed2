"""Recognise who asks by phone number, reveal contacts for a reason, forget them."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils.translation import gettext as _

from customers.encryption import blind_index, decrypt, encrypt
from customers.models import Contact, Customer, RevealLog
from customers.text import one_line, unfit
from rows.prepared import Prepared
from rows.sheet import insert_unless_there
from staff.models import User

SURNAME_MAX: Final = 40
EMAIL_MAX: Final = 254
EMAIL_FIELDS: Final = ("email_encrypted", "email_masked", "email_mark")
_judge_email: Final = EmailValidator()
# A number that was given for a callback is kept so long after it (D-10).
KEPT_AFTER_CALLBACK: Final = timedelta(days=7)

# The key of whom a number and a surname name; nobody without a number: so says the
# index that finds the others.
SAME_SQL: Final = """
SELECT id FROM customers_customer
 WHERE phone_index = %(phone_index)s AND surname = %(surname)s AND phone_index <> ''
"""
_SAME: Final = Prepared("customer_same", SAME_SQL)


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


def parse_email(text: str) -> str:
    """An e-mail address as mail servers take it, its domain in small ASCII letters.

    What no ordinary mailbox has (spaces, quotes, control characters) is refused, so
    that an address can never carry another header or a second recipient.

    Raises ValidationError with an example of a right one.
    """
    address = text.strip()
    local, _at, domain = address.rpartition("@")
    with suppress(UnicodeError):
        address = f"{local}@{domain.encode('idna').decode().lower()}"
    try:
        _judge_email(address)
    except ValidationError:
        fits = False
    else:
        plain = address.isascii() and address.isprintable()
        fits = plain and not set(address) & set(' "(),:;<>[]\\')
    if not fits or len(address) > EMAIL_MAX:
        raise ValidationError(
            _("This is not an e-mail address. One looks like wang@example.com."),
            code="email_invalid",
        )
    return address


def mask_email(address: str) -> str:
    """What colleagues see of an address: its first character and its domain."""
    local, _at, domain = address.rpartition("@")
    return f"{local[0]}***@{domain}"


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
    known = _SAME.rows(phone_index=index_of(phone), surname=surname)
    if not known:
        fresh = newcomer(surname=surname, phone=phone, at=at)
        if insert_unless_there(fresh):
            return fresh
        known = _SAME.rows(phone_index=index_of(phone), surname=surname)
    ((key,),) = known
    return Customer.objects.get(pk=key)


def newcomer(
    *, surname: str, phone: str, at: datetime, key: int | None = None
) -> Customer:
    """Somebody who was not known before, not written; takes cleaned values."""
    return Customer(
        pk=key,
        phone_index=index_of(phone),
        surname=surname,
        phone_encrypted=encrypt(phone) if phone else "",
        phone_tail=phone[-4:],
        created_at=at,
    )


def index_of(phone: str) -> str:
    """By what a parsed number is recognised; "" for none."""
    return blind_index(phone) if phone else ""


def known_by_phone(phone: str) -> Customer | None:
    """Who gave this number last, whatever the name; takes a parsed number."""
    return Customer.objects.filter(phone_index=blind_index(phone)).order_by("pk").last()


def corrected(
    customer: Customer, *, surname: str, phone: str, at: datetime
) -> Customer:
    """The customer with the name and number as they are now; "" keeps the number.

    Somebody else's name or number makes it another customer; the contacts of the one
    before go like those of a callback that is over. Who had no number takes address and
    agreement along. Both are locked in the order of their keys, after the caller's
    ticket. Takes cleaned values.
    """
    if not phone and not customer.can_be_called:
        if customer.surname != surname:
            customer.surname = surname
            customer.save(update_fields=["surname"])
        return customer
    known = decrypt(customer.phone_encrypted) if customer.can_be_called else ""
    found = identify(surname=surname, phone=phone or known, at=at)
    if found.pk == customer.pk:
        return found
    locked = Customer.objects.select_for_update(no_key=True).order_by("pk")
    both = {one.pk: one for one in locked.filter(pk__in=(customer.pk, found.pk))}
    if not customer.can_be_called:
        _take_along(both[customer.pk], both[found.pk])
    forget_contacts_later(both[customer.pk], at=at)
    return both[found.pk]


def _take_along(before: Customer, found: Customer) -> None:
    """What was given without a number is that of whoever gives the number now."""
    if before.can_be_mailed and not found.can_be_mailed:
        found.email_encrypted = before.email_encrypted
        found.email_masked = before.email_masked
        found.email_mark = before.email_mark
    found.consented_at = found.consented_at or before.consented_at
    found.save(update_fields=["consented_at", *EMAIL_FIELDS])
    before.email_encrypted = before.email_masked = ""
    before.email_mark = None
    before.save(update_fields=list(EMAIL_FIELDS))


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
        raise _absent(
            customer,
            Contact.PHONE,
            _("This customer gave no number. Answer in the conversation."),
        )
    RevealLog.objects.create(customer=customer, by=by, reason=reason, at=at)
    return readable(decrypt(customer.phone_encrypted))


@transaction.atomic
def reveal_email(customer: Customer, *, by: User, reason: str, at: datetime) -> str:
    """The whole address; who saw it and why is on record (IN-29).

    The caller has made sure that this person may see the customer's case.

    Raises ValidationError: reason, or email when there is none.
    """
    missing = _("Please say why you need it in full; that is put on record.")
    reason = one_line(reason, field="reason", missing=missing)
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if not customer.can_be_mailed:
        raise _absent(
            customer,
            Contact.EMAIL,
            _("This customer gave no e-mail address. Answer in the conversation."),
        )
    RevealLog.objects.create(
        customer=customer, contact=Contact.EMAIL, by=by, reason=reason, at=at
    )
    return decrypt(customer.email_encrypted)


def address_of(customer: Customer) -> str:
    """Where mail goes to; "" where we hold no address. Shown to nobody."""
    return decrypt(customer.email_encrypted) if customer.can_be_mailed else ""


def note_email(customer: Customer, *, email: str) -> bool:
    """Keep the address encrypted; "" forgets it. Takes a value of `parse_email`.

    Returns whether it is another one than before.
    """
    if address_of(customer) == email:
        return False
    customer.email_encrypted = encrypt(email) if email else ""
    customer.email_masked = mask_email(email) if email else ""
    customer.email_mark = uuid.uuid4() if email else None
    customer.save(update_fields=list(EMAIL_FIELDS))
    return True


def _absent(customer: Customer, contact: Contact, never: str) -> ValidationError:
    """Why there is nothing to reveal: it was erased, or never given."""
    erased = _("The number was erased, as promised. Ask the customer for it.")
    if contact == Contact.EMAIL:
        erased = _("The address was erased, as promised. Ask the customer for it.")
    words = erased if customer.forgotten_at is not None else never
    return unfit(contact.value, words, code=f"{contact.value}_absent")


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


def forget_contacts_later(customer: Customer, *, at: datetime) -> None:
    """Nobody needs them any more: without consent they go a week later (D-10)."""
    kept = customer.can_be_called or customer.can_be_mailed
    if customer.consented_at is None and kept:
        customer.forget_at = at + KEPT_AFTER_CALLBACK
        customer.save(update_fields=["forget_at"])


def keep_contacts_until(customer: Customer, *, when: datetime) -> None:
    """The law or a case needs them so long; without consent they go then."""
    kept = customer.can_be_called or customer.can_be_mailed
    earlier = customer.forget_at is None or customer.forget_at < when
    if customer.consented_at is None and kept and earlier:
        customer.forget_at = when
        customer.save(update_fields=["forget_at"])


def consent(customer: Customer, *, at: datetime) -> None:
    """The customer agrees to be written to: the contacts stay until this ends."""
    customer.consented_at = at
    customer.forget_at = None
    customer.save(update_fields=["consented_at", "forget_at"])


def withdraw_consent(customer: Customer, *, at: datetime) -> None:
    """The customer wants no more messages: the contacts go like those of a callback."""
    customer.consented_at = None
    customer.save(update_fields=["consented_at"])
    forget_contacts_later(customer, at=at)


@transaction.atomic
def forget_contacts(*, at: datetime, needed: Iterable[int] = ()) -> int:
    """Erase the contacts whose time has come, with what recognises them; how many.

    Surname and last four digits stay: they are the record of IN-29. `needed` are the
    keys of customers who still have to be told something; theirs go when that is over.
    """
    due = Customer.objects.filter(forget_at__lte=at, consented_at=None)
    due = due.exclude(pk__in=needed)
    locked = due.select_for_update(no_key=True).order_by("pk")
    return Customer.objects.filter(pk__in=[one.pk for one in locked]).update(
        phone_encrypted="",
        phone_index="",
        email_encrypted="",
        email_masked="",
        email_mark=None,
        forget_at=None,
        forgotten_at=at,
    )
