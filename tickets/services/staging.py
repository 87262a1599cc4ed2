"""Files sent one by one before their message: kept a day, for the browser's own use."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from tickets.models import StagedFile
from tickets.services import attachments
from tickets.services.attachments import InspectedFile, Upload

KEPT: Final = timedelta(days=1)
# More than one message takes, since some are taken out of the list again.
MOST_OF_ONE: Final = 2 * settings.ATTACHMENTS_PER_MESSAGE
MOST_AT_ONCE: Final = 200


def stage(
    upload: Upload, *, owner: str, client_token: uuid.UUID, at: datetime
) -> StagedFile:
    """Inspect a file and keep it for a message to come; sent twice it is kept once.

    Raises ValidationError when it is unfit, or when too many wait.
    """
    if earlier := _staged_before(owner, client_token):
        return earlier
    _refuse_too_many(owner)
    (file,) = attachments.inspect([upload], with_videos=True)
    staged = StagedFile(
        owner=owner,
        client_token=client_token,
        name=file.name,
        content_type=file.content_type,
        size=len(file.content),
        width=file.width,
        height=file.height,
        staged_at=at,
    )
    staged.file.save(file.name, ContentFile(file.content), save=False)
    try:
        with transaction.atomic():
            staged.save()
    except IntegrityError:
        staged.file.delete(save=False)
        earlier = _staged_before(owner, client_token)
        if earlier is None:
            raise
        return earlier
    return staged


def waiting(ids: Collection[uuid.UUID], *, owner: str) -> list[StagedFile]:
    """The files of this browser among these, in the order in which they came."""
    return list(StagedFile.objects.of(owner).filter(public_id__in=ids))


def contents(staged: Sequence[StagedFile]) -> list[InspectedFile]:
    """What was inspected and kept, ready for a message.

    Raises ValidationError when a file is no longer on the disk.
    """
    try:
        return [_read(one) for one in staged]
    except FileNotFoundError as error:
        raise ValidationError(
            _("A file was kept too long and is gone. Please choose it again."),
            code="file_gone",
        ) from error


def drop(staged: Collection[StagedFile]) -> None:
    """Forget files: their message has them, or nobody wants them."""
    for one in staged:
        one.delete()
        one.file.delete(save=False)


def sweep(*, at: datetime) -> int:
    """Forget the files whose message never came; how many. Harmless when run twice."""
    left = list(StagedFile.objects.left_before(at - KEPT)[:MOST_AT_ONCE])
    drop(left)
    return len(left)


def _staged_before(owner: str, client_token: uuid.UUID) -> StagedFile | None:
    return StagedFile.objects.of(owner).filter(client_token=client_token).first()


def _read(staged: StagedFile) -> InspectedFile:
    with staged.file.open("rb") as file:
        content = file.read()
    return InspectedFile(
        staged.name, staged.content_type, content, staged.width, staged.height
    )


def _refuse_too_many(owner: str) -> None:
    mine = StagedFile.objects.of(owner)
    mine_bytes = mine.aggregate(all=Sum("size"))["all"] or 0
    if mine.count() >= MOST_OF_ONE or mine_bytes >= settings.REQUEST_MAX_BYTES:
        raise ValidationError(
            _("Too many files wait to be sent. Please remove some first."),
            code="staged_many",
        )
    waiting_bytes = StagedFile.objects.aggregate(all=Sum("size"))["all"] or 0
    if waiting_bytes >= settings.STAGED_MAX_BYTES:
        raise ValidationError(
            _(
                "We cannot take files just now. Send the form without them; you can add"
                " them afterwards."
            ),
            code="staged_full",
        )
