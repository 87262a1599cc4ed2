"""The lists of departments in the rail."""

from django import template
from django.contrib.auth.models import AnonymousUser

from helpdesk.desk.requests import Kind, lists_for
from staff.models import User

register = template.Library()


@register.simple_tag
def request_lists(user: User | AnonymousUser) -> list[Kind]:
    """The lists that this person works through; none for a stranger."""
    return lists_for(user) if isinstance(user, User) else []
