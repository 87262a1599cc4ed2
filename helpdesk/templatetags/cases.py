"""How a case is shown to its customer: in words, with promised times to the minute."""

from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from helpdesk import case_words
from helpdesk.forms import FaultForm

register = template.Library()
register.filter(case_words.asked_text)
register.filter(case_words.awaits_customer)
register.filter(case_words.customer_word)
register.filter(case_words.measure_text)
register.filter(case_words.met_word)
register.filter(case_words.total_text)


@register.filter
def until_minute(at: datetime | None, now: datetime) -> str:
    """A promised time: 21:00, or with its day; never rounded up."""
    if at is None:
        return ""
    local, today = localtime(at), localtime(now)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    facts = {
        "year": local.year,
        "month": local.month,
        "day": local.day,
        "time": f"{local:%H:%M}",
    }
    if local.year == today.year:
        return _("%(month)d-%(day)d %(time)s") % facts
    return _("%(year)d-%(month)d-%(day)d %(time)s") % facts


@register.simple_tag
def fault_fields() -> list[Any]:
    """The fields of an empty report of a fault, as a form tells them."""
    return list(FaultForm().rows({}))


@register.simple_tag
def video_limit() -> int:
    """The most bytes that a video may have."""
    return settings.VIDEO_MAX_BYTES


@register.simple_tag
def part_limit() -> int:
    """The most bytes that one part of a file may have."""
    return settings.UPLOAD_PART_BYTES
