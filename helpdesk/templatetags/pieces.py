"""Pieces of pages that are drawn once for their values."""

from collections.abc import Hashable
from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from helpdesk import fragments
from helpdesk.templatetags.display import clock_time

register = template.Library()


@register.simple_tag
def fragment(name: str, values: Hashable, **words: Any) -> SafeString:
    """As `helpdesk.fragments.fragment`."""
    return fragments.fragment(name, values, **words)


@register.filter
def time_tag(at: datetime, now: datetime) -> SafeString:
    """An instant for people and for machines; both are digits alone."""
    iso, text = localtime(at).isoformat(), clock_time(at, now)
    return mark_safe(f'<time datetime="{iso}">{text}</time>')  # noqa: S308
