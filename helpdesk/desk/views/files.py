"""Attachments for colleagues, through the same row filter as the page."""

import uuid
from typing import Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from helpdesk.signed_in import signed_in
from staff.models import User
from tickets.models import Attachment, Ticket
from tickets.services.attachments import PDF

UNCHANGING: Final = "private, max-age=31536000, immutable"


@require_safe
@signed_in
def attachment(
    request: HttpRequest, user: User, number: str, public_id: uuid.UUID
) -> HttpResponseBase:
    """A file as it was sent; pictures and PDFs open, in a box without any rights."""
    try:
        found = Attachment.objects.get(
            public_id=public_id,
            message__ticket__in=Ticket.objects.visible_to(user).filter(number=number),
        )
        content = found.file.open("rb")
    except (Attachment.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=not (found.is_image or found.content_type == PDF),
        filename=found.name,
        content_type=found.content_type,
    )
    response["Cache-Control"] = UNCHANGING
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
