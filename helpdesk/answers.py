"""Answers that several doors give: look elsewhere, or a file of a conversation."""

from typing import Final

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponseRedirect

from inquiries.models import QuotationDocument
from tickets.models import Attachment

# What tells a form of an open page that its client token is used up.
USED_UP: Final = "sent:otherwise"
PIECE: Final = 256 * 1024
UNCHANGING: Final = "private, max-age=31536000, immutable"


class SeeOther(HttpResponseRedirect):
    """After a POST (303): a reload of the page that follows sends nothing again."""

    status_code = 303


def file_of(attachment: Attachment) -> FileResponse:
    """An attachment as it was kept. Raises Http404 if it is not on the disk."""
    return kept_file(attachment.file, attachment.name, attachment.content_type)


def kept_file(file: FieldFile, name: str, content_type: str) -> FileResponse:
    """A file as it was kept; it opens in a box without any rights.

    Raises Http404 if it is not on the disk.
    """
    try:
        content = file.open("rb")
    except (FileNotFoundError, ValueError) as error:  # gone, or there never was one
        raise Http404 from error
    response = FileResponse(content, filename=name, content_type=content_type)
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
