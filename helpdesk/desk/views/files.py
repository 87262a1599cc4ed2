"""Attachments for colleagues, through the same row filter as the page."""

import uuid

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from helpdesk.answers import file_of, kept_text
from helpdesk.signed_in import signed_in
from objections.models import Evidence, Objection
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
        request,
        get_object_or_404(Attachment, public_id=public_id, message__ticket__in=tickets),
    )


@require_safe
@signed_in
def evidence(
    request: HttpRequest, user: User, number: str, pk: int
) -> HttpResponseBase:
    """A piece of evidence of an objection that this person may see.

    A file may lie on the inquiry that the objection came from; as evidence it belongs
    to the objection.
    """
    objections = Objection.objects.visible_to(user).filter(number=number)
    found = Evidence.objects.select_related("attachment")
    piece = get_object_or_404(found, pk=pk, objection__in=objections)
    if piece.attachment is not None:
        return file_of(request, piece.attachment)
    return kept_text(request, piece.text)
