"""How prevention is shown: what is kept back, how a number has changed."""

from collections.abc import Mapping
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import ngettext

from catalog.services import quarantine
from objections.months import Month
from objections.services.month_facts import Cut
from staff.models import User

register = template.Library()


@register.filter
def may_quarantine(user: User) -> bool:
    """Whether this person keeps units back."""
    return quarantine.may_quarantine(user)


@register.filter
def kept_back_note(counts: Mapping[str, int], code: str) -> str:
    """What stands beside a device of which units are kept back; "" of others."""
    count = counts.get(code, 0)
    if not count:
        return ""
    return ngettext("%(n)d unit in quarantine", "%(n)d units in quarantine", count) % {
        "n": count
    }


@register.filter
def signed(number: int) -> str:
    """A change with its sign; an even one is ±0."""
    return f"{number:+d}".replace("-", "−") if number else "±0"


@register.filter
def percent(share: Decimal | None) -> str:
    """A share for reading; a dash of nothing."""
    return "–" if share is None else f"{share} %"


@register.simple_tag
def records_href(month: Month, cut: str, key: str = "") -> str:
    """Where the objections behind a number are listed."""
    asked = {"stage": "open", "month": str(month), "cut": Cut(cut), "key": key}
    return f"{reverse('desk:inbox')}?{urlencode(asked)}"
