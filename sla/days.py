"""Days where the company is, as spans of instants."""

from datetime import date, datetime, time

from django.utils.timezone import make_aware


def midnight(day: date) -> datetime:
    """The first instant of a day."""
    return make_aware(datetime.combine(day, time.min))
