"""Pieces of pages that are rendered once for their values."""

from collections.abc import Hashable

from django import template
from django.utils.safestring import SafeString

from helpdesk import fragments, stencils

register = template.Library()


@register.simple_tag
def fragment(name: str, values: Hashable) -> SafeString:
    return fragments.fragment(name, values)


@register.simple_tag
def stencil(name: str, values: Hashable, **words: object) -> SafeString:
    return stencils.stencil(name, values, **words)
