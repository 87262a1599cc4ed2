"""The start of the customer's own broadcast, counted like a clock."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import template
from django.utils.translation import gettext as _

from helpdesk.templatetags.display import duration_text, milliseconds, stepped

register = template.Library()

# From here on it is shown as near.
NEAR: Final = timedelta(hours=24)


@register.inclusion_tag("components/clock_chip.html")
def broadcast_chip(at: datetime, now: datetime) -> dict[str, Any]:
    """How long until the broadcast begins; once it has begun, that it has."""
    begun = now >= at
    near = at - NEAR
    state = "met" if begun else "soon" if now >= near else "running"
    left = int((at - now).total_seconds())
    return {
        "clock": at,
        "state": state,
        "word": _("has begun") if begun else _("Left"),
        "digits": "" if begun else duration_text(stepped(left, up=True)),
        "reason": "",
        "due_ms": milliseconds(at),
        "warn_ms": None if begun else milliseconds(near),
        "label": _("Broadcast"),
    }
