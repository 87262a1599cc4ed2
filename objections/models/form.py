"""The handling form as it was at each hand-off: a frozen copy (OB-42)."""

from typing import ClassVar

from django.db import models
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
