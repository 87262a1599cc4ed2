"""Pieces of pages that are rendered once for their values."""

from collections.abc import Hashable
from datetime import datetime

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from helpdesk import fragments, stencils
from helpdesk.templatetags.display import clock_time

register = template.Library()


@register.simple_tag
def fragment(name: str, values: Hashable) -> SafeString:
    return fragments.fragment(name, values)


@register.simple_tag
def stencil(name: str, values: Hashable, **words: stencils.Word) -> SafeString:
    return stencils.stencil(name, values, **words)


@register.filter
def time_tag(at: datetime, now: datetime) -> SafeString:
    """An instant for people and for machines; both are digits alone."""
    iso, text = localtime(at).isoformat(), clock_time(at, now)
    return mark_safe(f'<time datetime="{iso}">{text}</time>')  # noqa: S308
