"""How a case is shown to its customer: promised times to the minute."""

from datetime import datetime

from django import template
from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from helpdesk.portal import settlement
from objections.models import DemandAnswer, Measure, Objection, Proposal

register = template.Library()


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
def video_limit() -> int:
    """The most bytes that a video may have."""
    return settings.VIDEO_MAX_BYTES


@register.simple_tag
def part_limit() -> int:
    """The most bytes that one part of a file may have."""
    return settings.UPLOAD_PART_BYTES


@register.filter
def customer_word(objection: Objection) -> str:
    """Where a case stands, in the customer's words."""
    return settlement.customer_word(objection)


@register.filter
def awaits_customer(objection: Objection) -> bool:
    """Whether nothing goes on until the customer has said something."""
    return settlement.awaits_customer(objection)


@register.filter
def measure_text(measure: Measure) -> str:
    """A measure with its amount in full."""
    return settlement.measure_text(measure)


@register.filter
def total_text(proposal: Proposal) -> str:
    """What a proposal is worth in all, where it is more than one amount."""
    return settlement.total_text(proposal)


@register.filter
def asked_text(answer: DemandAnswer) -> str:
    """A demand with the amount that was asked for."""
    return settlement.asked_text(answer)


@register.filter
def met_word(met: str) -> str:
    """What we say to a demand."""
    return settlement.met_word(met)
