"""Answers that several doors give: look elsewhere, or a file of a conversation."""

import re
from collections.abc import Iterator
from typing import Final

from django.core.files import File
from django.db.models.fields.files import FieldFile
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header

from helpdesk import passes
from inquiries.models import QuotationDocument
from tickets.models import Attachment

# What tells a form of an open page that its client token is used up.
USED_UP: Final = "sent:otherwise"
PIECE: Final = 256 * 1024
# One range, as players ask for it; of several, or of other units, the whole is sent.
RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)


class SeeOther(HttpResponseRedirect):
    """After a POST (303): a reload of the page that follows sends nothing again."""

    status_code = 303


def file_of(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """An attachment as it was kept, by a link that ends; none that may do harm.

    The caller has asked the row filter. Raises Http404 if it is not on the disk.
    """
    if not attachment.is_handed_out:
        return passes.refuse(request, attachment.scan)
    return kept_file(request, attachment.file, attachment.name, attachment.content_type)


def kept_file(
    request: HttpRequest, file: FieldFile, name: str, content_type: str
) -> HttpResponseBase:
    """A file as it was kept, by a link that ends; it opens in a box without any rights.

    The caller has asked the row filter. Raises Http404 if it is not on the disk.
    """
    if answer := passes.stop(request):
        return answer
    try:
        content = file.open("rb")
    except (FileNotFoundError, ValueError) as error:  # gone, or there never was one
        raise Http404 from error
    response = in_part(request, content, file.size)
    response["Content-Type"] = content_type
    named = content_disposition_header(as_attachment=False, filename=name)
    response["Content-Disposition"] = named or "inline"
    response["Accept-Ranges"] = "bytes"
    return boxed(request, response)


def kept_text(request: HttpRequest, text: str) -> HttpResponseBase:
    """Words that were kept, like a file of them."""
    if answer := passes.stop(request):
        return answer
    return boxed(request, HttpResponse(text, content_type="text/plain; charset=utf-8"))


def boxed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Without rights for what is inside, and kept by this browser while it may."""
    seconds = passes.seconds_left(request)
    response["Cache-Control"] = f"private, max-age={seconds}"
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def in_part(
    request: HttpRequest, content: "File[bytes]", size: int
) -> HttpResponseBase:
    """The whole, or the range that a player asks for (206; 416 beyond the end)."""
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if not asked or asked[0] == "bytes=-" or "If-Range" in request.headers:
        response = FileResponse(content)
        response.block_size = PIECE
        return response
    first, last = asked[1], asked[2]
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        content.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = StreamingHttpResponse(pieces(content, start, end + 1 - start), status=206)
    part["Content-Range"] = f"bytes {start}-{end}/{size}"
    part["Content-Length"] = str(end + 1 - start)
    return part


def pieces(content: "File[bytes]", start: int, length: int) -> Iterator[bytes]:
    """So many bytes from the given one on."""
    with content:
        content.seek(start)
        while length > 0 and (piece := content.read(min(PIECE, length))):
            length -= len(piece)
            yield piece


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
