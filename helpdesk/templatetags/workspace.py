"""The parts of an open inquiry that are drawn with what a request brings."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from helpdesk.desk import thread as threads
from helpdesk.desk.workspace import Workspace

register = template.Library()


@register.simple_tag(takes_context=True)
def thread(context: Context, workspace: Workspace) -> SafeString:
    """The conversation; its forms carry the token of the page."""
    return threads.thread(workspace, csrf_token=context["csrf_token"])
