"""Files of a form, part by part before it: what the line lost goes on where it broke.

The words are those of tus 1.0: a POST makes room for a file, HEAD tells how far it has
come, PATCH brings the next part (409 where it is not the next), DELETE forgets it. A
POST with the same client token finds the file again, whole or not, so that a page that
was left finds its way back even after a lost answer.
"""

import re
import time
import uuid
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.portal import sight
from helpdesk.throttle import line_of, seconds_to_wait, throttled, too_many
from tickets.models import StagedFile
from tickets.services import staging

PART: Final = "application/offset+octet-stream"
TOO_LARGE: Final = 413
# As many digits as any size that could be meant; longer ones are nonsense.
COUNT: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


@require_POST
@throttled("upload", "30/10s", "240/h")
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Make room for a file, or find the one that has come part of its way."""
    size = count(request, "Upload-Length")
    if size is None:
        return refused(_("The size of the file is missing."), HTTPStatus.BAD_REQUEST)
    try:
        token = uuid.UUID(request.POST.get("client_token", ""))
    except ValueError:
        return refused(_("The file has no name of its own."), HTTPStatus.BAD_REQUEST)
    owner = sight.new_uploader(request)
    staged = staging.known(owner, token)
    if staged is None:
        if wait := wait_for_bytes(request, size):
            return too_many(request, wait=wait)
        try:
            staged = staging.begin(
                owner=owner,
                client_token=token,
                name=request.POST.get("name", ""),
                size=size,
                line=sight.line_mark(request),
                at=timezone.now(),
            )
        except ValidationError as error:
            return unfit(error)
    elif not staged.is_whole and staged.size != size:
        return refused(
            _("This is another file than before. Please choose it again."),
            HTTPStatus.CONFLICT,
        )
    return told(staged, HTTPStatus.CREATED)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@throttled("upload-part", "200/10s", "6000/h", methods=("HEAD", "PATCH", "DELETE"))
@never_cache
def one(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One file of this browser: how far it is, its next part, or its end."""
    mine = StagedFile.objects.of(sight.uploader(request)).filter(public_id=public_id)
    if request.method == "DELETE":
        staging.drop(mine)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    staged = mine.first()
    if staged is None:
        return gone()
    return append(request, staged) if request.method == "PATCH" else how_far(staged)


def append(request: HttpRequest, staged: StagedFile) -> HttpResponse:
    """Take the next part. What came of one that was cut off counts as well."""
    offset = count(request, "Upload-Offset")
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.content_type != PART:
        return refused("", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    if offset is None:
        return refused(_("The place of the part is missing."), HTTPStatus.BAD_REQUEST)
    if length > settings.UPLOAD_PART_BYTES:
        return refused(_("This part is too large."), TOO_LARGE)
    return appended(staged, offset, request.read(length))


def appended(staged: StagedFile, offset: int, part: bytes) -> HttpResponse:
    """Where the file stands with this part, or why it is not taken."""
    owner, at = staged.owner, timezone.now()
    try:
        staged = staging.append(
            staged.public_id, owner=owner, offset=offset, part=part, at=at
        )
    except StagedFile.DoesNotExist:
        return gone()
    except staging.WrongOffset as error:
        answer = refused(_("This part is not the next one."), HTTPStatus.CONFLICT)
        answer["Upload-Offset"] = str(error.received)
        return answer
    except staging.TooLong:
        return refused(_("This part goes beyond the end of the file."), TOO_LARGE)
    except ValidationError as error:
        return unfit(error)
    return told(staged, HTTPStatus.OK)


def how_far(staged: StagedFile) -> HttpResponse:
    """How many bytes of it are here."""
    return HttpResponse(
        headers={
            "Upload-Offset": str(staged.received),
            "Upload-Length": str(staged.size),
        }
    )


def told(staged: StagedFile, status: int) -> HttpResponse:
    """Where a file stands, and its name and size once it is whole."""
    path = reverse("portal:objection_upload_one", args=[staged.public_id])
    return JsonResponse(
        {
            "id": str(staged.public_id),
            "name": staged.name,
            "size": staged.size,
            "whole": staged.is_whole,
        },
        status=status,
        headers={"Location": path, "Upload-Offset": str(staged.received)},
    )


def count(request: HttpRequest, header: str) -> int | None:
    """A number of bytes; None where there is none, or no such number."""
    text = request.headers.get(header, "")
    return int(text) if COUNT.fullmatch(text) else None


def wait_for_bytes(request: HttpRequest, size: int) -> int:
    """Seconds until this address may announce so many bytes more.

    What is larger than any file is refused for that, and counts for nothing.
    """
    if size > settings.VIDEO_MAX_BYTES:
        return 0
    asker = line_of(request.META.get("REMOTE_ADDR", ""))
    rate = f"{settings.UPLOAD_BYTES_PER_HOUR}/h"
    return seconds_to_wait(f"upload-bytes:{asker}", rate, now=time.time(), weight=size)


def unfit(error: ValidationError) -> JsonResponse:
    """What is wrong with the file, for the line beside its name."""
    return refused(" ".join(error.messages), HTTPStatus.UNPROCESSABLE_ENTITY)


def gone() -> JsonResponse:
    """Another browser's file, or one that nobody knows any more."""
    return refused(
        _("A file was kept too long and is gone. Please choose it again."),
        HTTPStatus.NOT_FOUND,
    )


def refused(text: str, status: int) -> JsonResponse:
    return JsonResponse({"error": text}, status=status)
