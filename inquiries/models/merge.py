"""A merge: one inquiry goes on in another, until somebody undoes it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.inquiry import Inquiry
from staff.models import User


class MergeQuerySet(models.QuerySet["Merge"]):
    """Questions about merges."""

    def standing(self) -> "MergeQuerySet":
        return self.filter(undone_at=None)


class Merge(models.Model):
    """What the merged inquiry was before, so that nothing is lost when it is undone.

    `status_before` and `waiting_since` are the merged one's own, at that instant.
    """

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Inquiry, models.PROTECT, related_name="absorbed")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    merged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(_("merged"))
    status_before = models.CharField(max_length=30)
    waiting_since = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ("merged_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(inquiry=F("into")), name="merge_never_into_itself"
            ),
            models.UniqueConstraint(
                fields=("inquiry",),
                condition=Q(undone_at=None),
                name="merge_one_standing_per_inquiry",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.into_id}"
