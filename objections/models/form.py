"""The handling form as it was at each hand-off: a frozen copy (OB-42)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection


class FormVersion(models.Model):
    """What stood on the handling form when it was handed over; never changed.

    `content` is the form as JSON, `hash` the SHA-256 of its canonical text, as hex.
    """

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="forms")
    number = models.PositiveSmallIntegerField(_("version"))
    frozen_at = models.DateTimeField(_("frozen"))
    content = models.JSONField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("version of a handling form")
        verbose_name_plural = _("versions of handling forms")
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "number"), name="form_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.number}"


def document_path(document: "FormDocument", _name: str) -> str:
    """Beside the attachments, under a name that says nothing."""
    frozen_at = document.version.frozen_at
    return f"forms/{frozen_at:%Y/%m/%d}/{document.public_id}"


class FormDocument(models.Model):
    """The PDF of a frozen form in one language; without a file it waits to be made.

    `tried_at` is when a job last took it up.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.ForeignKey(
        FormVersion, models.PROTECT, related_name="documents", db_index=False
    )
    language = models.CharField(max_length=10)
    file = models.FileField(upload_to=document_path, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("document of a handling form")
        verbose_name_plural = _("documents of handling forms")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "language"), name="form_document_per_language"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("id",), name="form_document_wanted", condition=Q(file="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.language}"

    @property
    def is_there(self) -> bool:
        """Whether it was made, and its file is where it was put."""
        name = self.file.name or ""
        return name != "" and self.file.storage.exists(name)
