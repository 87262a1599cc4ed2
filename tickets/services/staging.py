"""Files that come part by part before their message: kept a day, for one browser.

What was received is never sent again: the browser asks how far a file has come and goes
on from there. Whoever sends a part holds the row; one that does not begin where the
last one ended is refused, so that two pages with one file cannot mix it.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from tickets.models import Scan, StagedFile
from tickets.services import attachments
from tickets.services.attachments import InspectedFile

KEPT: Final = timedelta(days=1)
UNFINISHED_KEPT: Final = timedelta(hours=6)
# More than one message takes, since some are taken out of the list again.
MOST_OF_ONE: Final = 2 * settings.ATTACHMENTS_PER_MESSAGE
MOST_AT_ONCE: Final = 200
# One address may hold an eighth of the room. Its last quarter is for those who hold
# next to nothing: however much a few send, there is room for the photos of the others.
SHARE_OF_A_LINE: Final = 8
LAST_SHARE: Final = 4
LITTLE: Final = 64


class WrongOffset(Exception):
    """A part that does not begin where the last one ended; `received` is where."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


class TooLong(Exception):
    """A part that is longer than what is still missing."""


def begin(
    *,
    owner: str,
    client_token: uuid.UUID,
    name: str,
    size: int,
    line: str,
    at: datetime,
) -> StagedFile:
    """Make room for a file of so many bytes; asked again it is the one that is there.

    Raises ValidationError when it is too large, or too many wait.
    """
    if earlier := known(owner, client_token):
        return earlier
    name = attachments.safe_name(name)
    attachments.refuse_size(name, size)
    _refuse_too_many(owner, line, size)
    staged = StagedFile(
        owner=owner,
        line=line,
        client_token=client_token,
        name=name,
        size=size,
        staged_at=at,
    )
    staged.file.save(name, ContentFile(b""), save=False)
    try:
        with transaction.atomic():
            staged.save()
    except IntegrityError:
        staged.file.delete(save=False)
        earlier = known(owner, client_token)
        if earlier is None:
            raise
        return earlier
    return staged


def known(owner: str, client_token: uuid.UUID) -> StagedFile | None:
    """The file that this browser calls so, whole or not."""
    return StagedFile.objects.of(owner).filter(client_token=client_token).first()


def append(
    public_id: uuid.UUID, *, owner: str, offset: int, part: bytes, at: datetime
) -> StagedFile:
    """Take the next part; with the last one the file is inspected and kept as a whole.

    Raises StagedFile.DoesNotExist, WrongOffset, TooLong, and ValidationError for what
    is unfit: it is forgotten.
    """
    try:
        with transaction.atomic():
            staged = _locked(public_id, owner)
            _write(staged, offset, part, at=at)
            if staged.received >= min(staged.size, attachments.HEAD):
                attachments.refuse_size(staged.name, staged.size, head=_head(staged))
            if staged.received == staged.size and not staged.is_whole:
                _finish(staged, at=at)
    except ValidationError:
        drop(StagedFile.objects.of(owner).filter(public_id=public_id))
        raise
    return staged


def waiting(ids: Collection[uuid.UUID], *, owner: str) -> list[StagedFile]:
    """The whole files of this browser among these, in the order in which they came."""
    return list(StagedFile.objects.of(owner).whole().filter(public_id__in=ids))


def contents(staged: Sequence[StagedFile]) -> list[InspectedFile]:
    """What was inspected and kept, ready for a message.

    Raises ValidationError when a file is no longer on the disk.
    """
    try:
        return [_read(one) for one in staged]
    except FileNotFoundError as error:
        raise _gone() from error


def drop(staged: Collection[StagedFile]) -> None:
    """Forget files: their message has them, or nobody wants them.

    Each is looked at again under its lock: a last part that came meanwhile has put
    another file in the place of the one that was seen, and none may stay on the disk.
    """
    for one in staged:
        with transaction.atomic():
            held = StagedFile.objects.select_for_update().filter(pk=one.pk).first()
            if held is not None:
                held.delete()
        if held is not None:
            held.file.delete(save=False)


def sweep(*, at: datetime) -> int:
    """Forget the files whose message never came; how many. Harmless when run twice."""
    left = StagedFile.objects.left(
        since=at - KEPT, unfinished_since=at - UNFINISHED_KEPT
    )[:MOST_AT_ONCE]
    found = list(left)
    drop(found)
    return len(found)


def _locked(public_id: uuid.UUID, owner: str) -> StagedFile:
    mine = StagedFile.objects.of(owner).select_for_update()
    return mine.get(public_id=public_id)


def _write(staged: StagedFile, offset: int, part: bytes, *, at: datetime) -> None:
    """Put a part behind what is there; a part that is there already stands in the way.

    What a crash left behind the last part that was counted is written over.
    """
    if offset != staged.received:
        raise WrongOffset(staged.received)
    if offset + len(part) > staged.size:
        raise TooLong
    try:
        with staged.file.storage.open(_name(staged), "r+b") as file:
            file.seek(offset)
            file.write(part)
    except FileNotFoundError as error:
        raise _gone() from error
    staged.received += len(part)
    staged.staged_at = at
    staged.save(update_fields=["received", "staged_at"])


def _name(staged: StagedFile) -> str:
    return staged.file.name or ""


def _head(staged: StagedFile) -> bytes:
    with staged.file.storage.open(_name(staged), "rb") as file:
        head: bytes = file.read(attachments.HEAD)
    return head


def _finish(staged: StagedFile, *, at: datetime) -> None:
    """Inspect the whole file and keep what is left of it."""
    sent = _name(staged)
    with staged.file.storage.open(sent, "rb") as content:
        upload = File(content, name=staged.name)
        (file,) = attachments.inspect([upload], with_videos=True)
    staged.name = file.name
    staged.content_type = file.content_type
    staged.size = staged.received = len(file.content)
    staged.width, staged.height = file.width, file.height
    staged.scan = file.scan
    staged.staged_at = staged.inspected_at = at
    staged.file.save(file.name, ContentFile(file.content), save=False)
    staged.save()
    transaction.on_commit(lambda: staged.file.storage.delete(sent))


def _read(staged: StagedFile) -> InspectedFile:
    with staged.file.open("rb") as file:
        content = file.read()
    return InspectedFile(
        staged.name,
        staged.content_type,
        content,
        staged.width,
        staged.height,
        Scan(staged.scan),
    )


def _gone() -> ValidationError:
    return ValidationError(
        _("A file was kept too long and is gone. Please choose it again."),
        code="file_gone",
    )


def _refuse_too_many(owner: str, line: str, size: int) -> None:
    """What was declared counts as if it were here."""
    mine = StagedFile.objects.of(owner)
    if mine.count() >= MOST_OF_ONE or (
        _bytes_of(mine) + size > settings.REQUEST_MAX_BYTES
    ):
        raise ValidationError(
            _("Too many files wait to be sent. Please remove some first."),
            code="staged_many",
        )
    room = settings.STAGED_MAX_BYTES
    of_line = _bytes_of(StagedFile.objects.filter(line=line)) + size
    of_all = _bytes_of(StagedFile.objects.all()) + size
    nearly_full = of_all > room - room // LAST_SHARE
    most = room // LITTLE if nearly_full else room // SHARE_OF_A_LINE
    if of_all > room or of_line > most:
        raise ValidationError(
            _(
                "We cannot take files just now. Send the form without them; you can add"
                " them afterwards."
            ),
            code="staged_full",
        )


def _bytes_of(files: models.QuerySet[StagedFile]) -> int:
    found: int = files.aggregate(all=Sum("size"))["all"] or 0
    return found
