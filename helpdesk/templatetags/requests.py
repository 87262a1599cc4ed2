"""The lists of departments in the rail."""

from django import template

from helpdesk.desk.requests import Kind, lists_for
from staff.models import User

register = template.Library()


@register.simple_tag
def request_lists(user: User) -> list[Kind]:
    """The lists that this person works through."""
    return lists_for(user)
