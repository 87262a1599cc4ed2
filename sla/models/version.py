"""Versions of what is promised: a draft is edited, a published one never again."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import User


class VersionQuerySet(models.QuerySet[Any]):
    """Questions about versions."""

    def drafts(self) -> Self:
        return self.filter(published_at=None)

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def effective(self, *, at: datetime) -> Self:
        """Those that have taken effect by `at`, the one in force first."""
        return (
            self.published()
            .filter(effective_from__lte=at)
            .order_by("-effective_from", "-number")
        )

    def effective_after(self, at: datetime) -> Self:
        """Those that are published and begin later, the last one first."""
        found = self.published().filter(effective_from__gt=at)
        return found.order_by("-effective_from", "-number")


class Version(models.Model):
    """A numbered state of something; in force from `effective_from` until the next.

    The database refuses to change a published version or any row that belongs to it.
    """

    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    effective_from = models.DateTimeField(_("effective from"), null=True, blank=True)
    author = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("author"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ("-number",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(published_at=None, effective_from=None)
                | Q(published_at__isnull=False, effective_from__isnull=False),
                name="%(class)s_published_takes_effect",
            ),
        ]

    @property
    def is_draft(self) -> bool:
        return self.published_at is None
