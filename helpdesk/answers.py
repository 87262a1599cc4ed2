"""Answers that several doors give: look elsewhere, or a file of a conversation."""

from typing import Final

from django.http import FileResponse, Http404, HttpResponseRedirect

from inquiries.models import QuotationDocument
from tickets.models import Attachment

PIECE: Final = 256 * 1024
UNCHANGING: Final = "private, max-age=31536000, immutable"


class SeeOther(HttpResponseRedirect):
    """After a POST (303): a reload of the page that follows sends nothing again."""

    status_code = 303


def file_of(attachment: Attachment) -> FileResponse:
    """A file as it was kept; it opens in a box without any rights.

    Raises Http404 if it is not on the disk.
    """
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content, filename=attachment.name, content_type=attachment.content_type
    )
    response.block_size = PIECE
    response["Cache-Control"] = UNCHANGING
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def document_of(document: QuotationDocument) -> FileResponse:
    """The PDF of a quotation. Raises Http404 while it is not made, or if it is lost."""
    if not document.is_there:
        raise Http404
    response = FileResponse(
        document.file.open("rb"),
        filename=f"{document.quotation.number}.pdf",
        content_type="application/pdf",
    )
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
