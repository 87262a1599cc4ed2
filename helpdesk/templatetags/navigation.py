"""Where one is among the pages of supervision."""

from django import template

from helpdesk.supervision.navigation import Navigation
from staff.models import User

register = template.Library()


@register.simple_tag
def supervision_pages(user: User, part: str) -> Navigation:
    """The groups of pages that this person sees."""
    return Navigation.of(user, part)
