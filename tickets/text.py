"""What people type, made safe to keep and to show."""

import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MESSAGE_MAX: Final = 4000
PREVIEW_MAX: Final = 120
_ALLOWED_CONTROLS: Final = frozenset("\n\t")


def is_blank(text: str) -> bool:
    """Whether nobody sees anything of it: empty, spaces, letters without width."""
    return all(char.isspace() or unicodedata.category(char) == "Cf" for char in text)


def clean_message(text: str, *, required: bool = True) -> str:
    """The text of a message: trimmed, with plain line ends.

    Raises ValidationError when it is empty, longer than 4,000 characters or has
    control characters, which no keyboard types and no screen shows.
    """
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if is_blank(cleaned):
        cleaned = ""
    if required and not cleaned:
        raise ValidationError(_("Please write something first."), code="text_missing")
    if len(cleaned) > MESSAGE_MAX:
        raise ValidationError(
            _(
                "This text has %(length)s characters; the most that fits is %(limit)s."
                " Please shorten it or attach it as a file."
            )
            % {"length": f"{len(cleaned):,}", "limit": f"{MESSAGE_MAX:,}"},
            code="text_long",
        )
    if any(
        unicodedata.category(char) in {"Cc", "Cs"} and char not in _ALLOWED_CONTROLS
        for char in cleaned
    ):
        raise ValidationError(
            _(
                "This text has control characters that cannot be shown. Please type it"
                " again or paste it as plain text."
            ),
            code="text_control_characters",
        )
    return cleaned


def preview(text: str) -> str:
    """The beginning of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW_MAX else f"{line[: PREVIEW_MAX - 1]}…"
