"""The start of the customer's own broadcast, counted like a clock."""

from datetime import datetime, timedelta
from typing import Final

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.fragments import fragment
from helpdesk.templatetags.display import Chip, duration_text, milliseconds, stepped

register = template.Library()

# From here on it is shown as near.
NEAR: Final = timedelta(hours=24)


@register.simple_tag
def broadcast_chip(at: datetime, now: datetime) -> SafeString:
    """How long until the broadcast begins; once it has begun, that it has."""
    begun = now >= at
    near = at - NEAR
    left = int((at - now).total_seconds())
    chip = Chip(
        state="met" if begun else "soon" if now >= near else "running",
        due_ms=milliseconds(at),
        warn_ms=None if begun else milliseconds(near),
        label=_("Broadcast"),
        other_word=_("has begun") if begun else "",
    )
    digits = "" if begun else duration_text(stepped(left, up=True))
    return fragment("components/clock_chip.html", chip, digits=digits)
