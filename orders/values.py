"""Cells of a file as values of a column; what cannot be is said in plain words."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext as _

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
MOST_TEXT: Final = 20_000
MOST_COUNT: Final = 32_767
SHORT: Final = 40
# 2026-11-23, 2026/11/23 9:30, 2026-11-23T09:30:15+08:00
MOMENT: Final = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.0+)?\s*(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
THOUSANDS: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


class BadValue(ValueError):
    """A cell that is no value of its column, and why, in the reader's language."""


def value_of(column: "models.Field[Any, Any]", cell: str) -> Any:
    """What a cell says, as its column keeps it. Raises BadValue."""
    text = cell.strip()
    if isinstance(column, models.TextField):
        return _long(column, text)
    if not text:
        return _empty(column)
    if column.choices:
        return choice(column, text)
    read: Callable[[Any, str], Any] = _READ.get(type(column), _line)
    return read(column, text)


def _line(column: "models.Field[Any, Any]", text: str) -> str:
    return line(text, most=column.max_length or 0)


def _empty(column: "models.Field[Any, Any]") -> Any:
    if column.has_default():
        return column.default
    if column.null:
        return None
    if column.blank:
        return ""
    raise BadValue(_("This is needed."))


def line(text: str, *, most: int) -> str:
    """A text of one line."""
    words = " ".join(text.split())
    if len(words) > most:
        raise BadValue(_("This is longer than %(limit)s characters.") % {"limit": most})
    if not words.isprintable():
        raise BadValue(_("This has characters that cannot be shown."))
    return words


def _long(column: "models.Field[Any, Any]", text: str) -> str:
    words = text.replace("\r\n", "\n").replace("\r", "\n")
    if not words and not column.blank:
        raise BadValue(_("This is needed."))
    if len(words) > MOST_TEXT:
        raise BadValue(
            _("This is longer than %(limit)s characters.") % {"limit": MOST_TEXT}
        )
    if any(
        unicodedata.category(it) in {"Cc", "Cs"} and it not in "\n\t" for it in words
    ):
        raise BadValue(_("This has characters that cannot be shown."))
    return words


def moment(text: str) -> datetime:
    """A day, or a day and a time; without a zone in the company's."""
    found = MOMENT.fullmatch(text)
    if found is None:
        raise BadValue(
            _("“%(text)s” is no day and time; write 2026-11-23 09:30.")
            % {"text": _short(text)}
        )
    year, month, day, hour, minute, second, zone = found.groups()
    iso = (
        f"{year}-{int(month):02}-{int(day):02}"
        f"T{int(hour or 0):02}:{minute or '00'}:{second or '00'}{zone or ''}"
    )
    try:
        when = datetime.fromisoformat(iso)
    except ValueError as error:
        raise BadValue(
            _("“%(text)s”: there is no such day or time.") % {"text": _short(text)}
        ) from error
    if not FIRST_YEAR <= when.year < LAST_YEAR:
        raise BadValue(_("Please check the year."))
    return when if when.utcoffset() is not None else timezone.make_aware(when)


def amount(text: str, *, most_digits: int) -> Decimal:
    """Yuan as people write them: ¥1,280.50."""
    plain = text.replace("，", ",").removeprefix("¥").removeprefix("￥")
    plain = plain.removesuffix("元").strip()
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        yuan = Decimal(plain)
    except InvalidOperation:
        yuan = Decimal("NaN")
    if not yuan.is_finite() or "_" in plain:
        raise BadValue(
            _("“%(text)s” is no amount in yuan; write 1280.50.")
            % {"text": _short(text)}
        )
    if abs(yuan) >= 10 ** (most_digits - 2):
        raise BadValue(_("This amount is too large."))
    if yuan != round(yuan, 2):
        raise BadValue(_("An amount has at most two decimals, for example 128.50."))
    return round(yuan, 2)


def count(text: str) -> int:
    """A whole number."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST_COUNT)):
        raise BadValue(_("“%(text)s” is no whole number.") % {"text": _short(text)})
    number = int(text)
    if number > MOST_COUNT:
        raise BadValue(_("“%(text)s” is no whole number.") % {"text": _short(text)})
    return number


@lru_cache(maxsize=64)
def _codes(column: "models.Field[Any, Any]") -> dict[str, str]:
    """The codes of a list by themselves and by their names in all our languages."""
    known: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            known |= {str(name).casefold(): code for code, name in column.flatchoices}
    known |= {code.casefold(): code for code, _label in column.flatchoices}
    return known


def choice(column: "models.Field[Any, Any]", text: str) -> str:
    """One of a list, by its code or its name in any of our languages."""
    found = _codes(column).get(text.casefold())
    if found is None:
        codes = ", ".join(str(code) for code, _label in column.flatchoices)
        raise BadValue(
            _("“%(text)s” is none of: %(codes)s.")
            % {"text": _short(text), "codes": codes}
        )
    return found


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHORT else f"{words[: SHORT - 1]}…"


def _moment(_column: "models.Field[Any, Any]", text: str) -> datetime:
    return moment(text)


def _amount(column: Any, text: str) -> Decimal:
    return amount(text, most_digits=column.max_digits)


def _count(_column: "models.Field[Any, Any]", text: str) -> int:
    return count(text)


_READ: Final[dict[type, Callable[[Any, str], Any]]] = {
    models.DateTimeField: _moment,
    models.DecimalField: _amount,
    models.PositiveSmallIntegerField: _count,
}
