"""Pieces of pages that are drawn once for their values."""

from collections.abc import Hashable
from typing import Any

from django import template
from django.utils.safestring import SafeString

from helpdesk import fragments

register = template.Library()


@register.simple_tag
def fragment(name: str, values: Hashable, **words: Any) -> SafeString:
    """As `helpdesk.fragments.fragment`."""
    return fragments.fragment(name, values, **words)
