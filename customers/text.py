"""Short texts on one line, made safe to keep and to show."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

REASON_MAX: Final = 200


def one_line(
    text: str, *, field: str, most: int = REASON_MAX, missing: str = ""
) -> str:
    """A reason, a place, a name: trimmed, one line, nothing that cannot be shown.

    `missing` is what an empty one is told; without it none is needed. Raises
    ValidationError (field).
    """
    line = " ".join(text.split())
    if missing and not line:
        error = ValidationError(missing, code="reason_missing")
        raise ValidationError({field: error})
    if len(line) > most or not line.isprintable():
        error = ValidationError(
            _("Write up to %(limit)s characters in one line.") % {"limit": most},
            code="reason_unfit",
        )
        raise ValidationError({field: error})
    return line
