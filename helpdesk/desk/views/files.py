"""Attachments for colleagues, through the same row filter as the page."""

import uuid

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from helpdesk.answers import file_of
from helpdesk.signed_in import signed_in
from staff.models import User
from tickets.models import Attachment, Ticket


@require_safe
@signed_in
def attachment(
    request: HttpRequest, user: User, number: str, public_id: uuid.UUID
) -> HttpResponseBase:
    """A file of a ticket that this person may see."""
    tickets = Ticket.objects.visible_to(user).filter(number=number)
    return file_of(
        get_object_or_404(Attachment, public_id=public_id, message__ticket__in=tickets)
    )
