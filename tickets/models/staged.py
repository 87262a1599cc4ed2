"""Files that were sent before the message that they belong to."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class StagedFileQuerySet(models.QuerySet["StagedFile"]):
    """Questions about files that wait."""

    def of(self, owner: str) -> "StagedFileQuerySet":
        """Those of one browser; nobody's without its secret."""
        return self.filter(owner=owner) if owner else self.none()

    def left_before(self, at: datetime) -> "StagedFileQuerySet":
        """Those whose message never came."""
        return self.filter(staged_at__lt=at)


def staged_path(staged: "StagedFile", _name: str) -> str:
    """A name on disk that says nothing about the customer or the content."""
    return f"staged/{staged.staged_at:%Y/%m/%d}/{staged.public_id}"


class StagedFile(models.Model):
    """A file that passed inspection and waits for its message, for a day at most.

    `owner` is a secret of the browser that sent it, kept in its session.
    `client_token` is the browser's own name of the file: sent twice, it is kept once.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.CharField(max_length=43)
    client_token = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    file = models.FileField(upload_to=staged_path)
    staged_at = models.DateTimeField()

    objects = StagedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file that waits for its message")
        verbose_name_plural = _("files that wait for their message")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("owner", "client_token"), name="staged_file_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=("staged_at",), name="staged_file_oldest")
        ]

    def __str__(self) -> str:
        return self.name
