"""How figures are written."""

from datetime import timedelta

from django import template

from helpdesk.supervision.charts import Kind, in_words

register = template.Library()


@register.filter
def length_of_time(length: timedelta | None) -> str:
    """11.2 s, 12:30, 3 h 05 min; a dash of nothing."""
    seconds = None if length is None else length / timedelta(seconds=1)
    return in_words(seconds, Kind.SECONDS)


@register.filter
def points(change: float) -> str:
    """A change in percentage points, with its sign."""
    return f"{change:+.1f}".replace("-", "−") if change else "±0.0"


@register.filter
def unlocalized(number: float) -> str:
    """A number as a machine reads it."""
    return f"{number:.1f}"
