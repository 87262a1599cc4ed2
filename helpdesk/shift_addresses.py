"""Which turn of a shift an address names: its day and its code."""

from datetime import date
from typing import Final

from django.http import Http404
from django.shortcuts import get_object_or_404

from staff.models import Shift

YEARS: Final = range(2000, 2200)


def turn_of(day: str, code: str) -> tuple[Shift, date]:
    """The shift and the day of an address; else a 404."""
    on = day_of(day)
    return get_object_or_404(Shift, code=code), on


def day_of(day: str) -> date:
    """The day of an address, written in the one way that we write it; else a 404."""
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    if day != on.isoformat() or on.year not in YEARS:
        raise Http404
    return on
