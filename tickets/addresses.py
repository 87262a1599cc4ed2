"""What stands behind a channel: a number, a link, a mail address or a name."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PHONE: Final = re.compile(r"\+?[0-9][0-9 ()-]{1,24}[0-9]")
DIGITS_MIN: Final = 3
DIGITS_MAX: Final = 16


class AddressKind(models.TextChoices):
    """How an address is shown and followed."""

    PHONE = "phone", gettext_lazy("Phone number")
    LINK = "link", gettext_lazy("Web address")
    MAIL = "mail", gettext_lazy("Mail address")
    NAME = "name", gettext_lazy("Name to search for")


def check_address(kind: str, text: str) -> None:
    """Refuse what cannot be dialled, opened or written to. Raises ValidationError.

    A name is anything; so is an empty text, which is shown nowhere. Numbers need not
    be of the form 138 0013 8000: 400 numbers and short ones such as 95588 are dialled.
    """
    if not text:
        return
    if kind == AddressKind.PHONE and not _is_number(text):
        raise ValidationError(
            _("This is no phone number. Write it like 400-800-1234."),
            code="address_phone",
        )
    if kind == AddressKind.LINK:
        try:
            URLValidator(schemes=["https", "http"])(text)
        except ValidationError as error:
            raise ValidationError(
                _("This is no web address. Write it whole, like https://example.com/."),
                code="address_link",
            ) from error
    if kind == AddressKind.MAIL:
        try:
            validate_email(text)
        except ValidationError as error:
            raise ValidationError(
                _("This is no mail address. Write it like help@example.com."),
                code="address_mail",
            ) from error


def href_of(kind: str, text: str) -> str:
    """Where a tap leads; "" for a name, and for what is not what its kind says."""
    try:
        check_address(kind, text)
    except ValidationError:
        return ""
    if not text or kind == AddressKind.NAME:
        return ""
    if kind == AddressKind.PHONE:
        return "tel:" + re.sub(r"[^0-9+]", "", text)
    return f"mailto:{text}" if kind == AddressKind.MAIL else text


def _is_number(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return bool(PHONE.fullmatch(text)) and DIGITS_MIN <= digits <= DIGITS_MAX
