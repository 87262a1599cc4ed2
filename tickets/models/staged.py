"""Files that were sent before the message that they belong to."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets.models.scan import Scan


class StagedFileQuerySet(models.QuerySet["StagedFile"]):
    """Questions about files that wait."""

    def of(self, owner: str) -> "StagedFileQuerySet":
        """Those of one browser; nobody's without its secret."""
        return self.filter(owner=owner) if owner else self.none()

    def whole(self) -> "StagedFileQuerySet":
        """Those that came to their end and passed inspection."""
        return self.filter(inspected_at__isnull=False)

    def left(
        self, *, since: datetime, unfinished_since: datetime
    ) -> "StagedFileQuerySet":
        """Those whose message never came, or whose next part never did."""
        unfinished = Q(inspected_at=None, staged_at__lt=unfinished_since)
        return self.filter(Q(staged_at__lt=since) | unfinished)


def staged_path(staged: "StagedFile", _name: str) -> str:
    """A name on disk that says nothing about the customer or the content."""
    return f"staged/{staged.staged_at:%Y/%m/%d}/{staged.public_id}"


class StagedFile(models.Model):
    """A file that waits for its message, for a day at most; it comes part by part.

    `owner` is a secret of the browser that sends it, kept in its session, `line` a mark
    of the address that it comes from. `client_token` is the browser's own name of the
    file: sent twice, it is kept once. `size` is what was declared, of which `received`
    bytes are here; once it is whole and inspected, what is kept of it. `staged_at` is
    when its last part came.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.CharField(max_length=43)
    line = models.CharField(max_length=32, blank=True, db_default="")
    client_token = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60, blank=True)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    received = models.PositiveIntegerField(default=0, db_default=0)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    file = models.FileField(upload_to=staged_path)
    scan = models.CharField(
        max_length=8,
        choices=Scan.choices,
        default=Scan.OFF,
        db_default=Scan.OFF.value,
    )
    staged_at = models.DateTimeField()
    inspected_at = models.DateTimeField(null=True)

    objects = StagedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file that waits for its message")
        verbose_name_plural = _("files that wait for their message")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("owner", "client_token"), name="staged_file_once"
            ),
            models.CheckConstraint(
                condition=Q(received__lte=F("size")), name="staged_file_not_beyond_size"
            ),
            models.CheckConstraint(
                condition=Q(scan__in=Scan.values), name="staged_file_scan_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("staged_at",), name="staged_file_oldest")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        """Whether a message can have it."""
        return self.inspected_at is not None
