"""Short texts on one line, made safe to keep and to show, or said to be unfit."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

REASON_MAX: Final = 200
# A customer's own words, or an authority's.
WORDS_MAX: Final = 500


def unfit(field: str, text: str, *, code: str) -> ValidationError:
    """Why something cannot be taken, to stand beside its field."""
    return ValidationError({field: ValidationError(text, code=code)})


def one_line(
    text: str, *, field: str, most: int = REASON_MAX, missing: str = ""
) -> str:
    """A reason, a place, a name: trimmed, one line, nothing that cannot be shown.

    `missing` is what an empty one is told; without it none is needed. Raises
    ValidationError (field).
    """
    line = " ".join(text.split())
    if missing and not line:
        raise unfit(field, missing, code="reason_missing")
    if len(line) > most or not line.isprintable():
        raise unfit(
            field,
            _("Write up to %(limit)s characters in one line.") % {"limit": most},
            code="reason_unfit",
        )
    return line
