"""What somebody takes away as a file, and the record of it that nobody changes."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staff.models import User


class FileFormat(models.TextChoices):
    """As what a table is written."""

    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel (XLSX)")


class Trouble(models.TextChoices):
    """Why a file was not made."""

    FAULT = "fault", _("A fault on our side. Please ask for it again.")
    NO_ROOM = "no_room", _("The disk is nearly full. Please tell an administrator.")
    NO_RIGHT = "no_right", _("The person who asked may not export any more.")
    TOO_LARGE = "too_large", _("No Excel file can hold so much. Please take CSV.")


class ExportState(models.TextChoices):
    """Where a file stands; reckoned, never stored."""

    UNDER_WAY = "under_way", _("Being made")
    READY = "ready", _("Ready")
    EXPIRED = "expired", _("No longer kept")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Not made")


class ExportQuerySet(models.QuerySet["Export"]):
    """Questions about exports."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for who decides what is promised, a supervisor's own."""
        if not isinstance(user, User) or not user.is_active or not user.supervises:
            return self.none()
        return self.all() if user.publishes else self.filter(asked_by=user)

    def unfinished(self) -> Self:
        return self.filter(finished_at=None, cancelled_at=None, failed_at=None)

    def to_work_on(self, *, at: datetime) -> Self:
        """Unfinished and in nobody's hands; who has waited longest first."""
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        waiting = F("leased_until").asc(nulls_first=True)
        return self.unfinished().filter(free).order_by(waiting, "pk")

    def to_sweep(self, *, at: datetime) -> Self:
        """Those whose file has no use any more, and in nobody's hands."""
        over = Q(expires_at__lte=at) | ~Q(cancelled_at=None) | ~Q(failed_at=None)
        free = Q(leased_until=None) | Q(leased_until__lte=at)
        return self.filter(over, free, swept_at=None).order_by("pk")


def export_path(export: "Export", _name: str = "") -> str:
    """A name on disk that says nothing about the content."""
    return f"exports/{export.asked_at:%Y/%m/%d}/{export.public_id}"


class Export(models.Model):
    """A table with period and filters that somebody asked for, and how far its file is.

    Made by whoever holds it until `leased_until`. `rows` counts the rows written,
    `expected` is how many there will be, None until somebody has counted. A CSV is made
    in slices: `last_key` is the key of its last row, `stopped` its size. `tries` counts
    how often somebody took hold of it and did not come further.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    table = models.CharField(_("table"), max_length=40)
    format = models.CharField(_("format"), max_length=4, choices=FileFormat.choices)
    language = models.CharField(max_length=10)
    since = models.DateField(_("from"), null=True, blank=True)
    until = models.DateField(_("to"), null=True, blank=True)
    narrowed = models.JSONField(
        _("filters"), default=dict, help_text=_("Codes by the name of the filter.")
    )
    texts = models.BooleanField(_("with texts"), default=False)
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="exports")
    asked_at = models.DateTimeField(_("asked"))
    expected = models.PositiveBigIntegerField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    last_key = models.BigIntegerField(default=0)
    stopped = models.JSONField(default=dict, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    file = models.FileField(upload_to=export_path, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    trouble = models.CharField(max_length=10, choices=Trouble.choices, blank=True)
    swept_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-asked_at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="export_has_reason"),
            models.CheckConstraint(
                condition=Q(format__in=FileFormat.values), name="export_format_known"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, sha256="", expires_at=None)
                | Q(
                    finished_at__isnull=False,
                    expires_at__isnull=False,
                    cancelled_at=None,
                    failed_at=None,
                )
                & ~Q(sha256=""),
                name="export_finished_wholly_or_not",
            ),
            models.CheckConstraint(
                condition=Q(failed_at=None, trouble="")
                | Q(
                    failed_at__isnull=False,
                    cancelled_at=None,
                    trouble__in=Trouble.values,
                ),
                name="export_failed_with_trouble",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("id",),
                name="export_to_work_on",
                condition=Q(finished_at=None, cancelled_at=None, failed_at=None),
            ),
            models.Index(fields=("-asked_at", "-id"), name="export_newest"),
            models.Index(
                fields=("id",), name="export_to_sweep", condition=Q(swept_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.asked_at:%Y-%m-%d %H:%M:%S}"

    def state(self, *, at: datetime) -> ExportState:
        """Where it stands at a moment."""
        if self.cancelled_at is not None:
            return ExportState.CANCELLED
        if self.failed_at is not None:
            return ExportState.FAILED
        if self.expires_at is None:
            return ExportState.UNDER_WAY
        gone = self.expires_at <= at or self.swept_at is not None
        return ExportState.EXPIRED if gone else ExportState.READY

    def is_ready(self, *, at: datetime) -> bool:
        """Whether its file may be taken."""
        return self.state(at=at) == ExportState.READY

    @property
    def file_name(self) -> str:
        """How the file is called on the computer of whoever takes it."""
        span = f"-{self.since}-{self.until}" if self.since else ""
        return f"{self.table.replace('_', '-')}{span}.{self.format}"


class Act(models.TextChoices):
    """What happened with a file."""

    MADE = "made", _("Made")
    FETCHED = "fetched", _("Fetched")


class ExportLogQuerySet(models.QuerySet["ExportLog"]):
    """Questions about the record of exports."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """As the exports themselves."""
        if not isinstance(user, User) or not user.is_active or not user.supervises:
            return self.none()
        return self.all() if user.publishes else self.filter(export__asked_by=user)


class ExportLog(models.Model):
    """That a file was made, or that somebody fetched it. Append-only.

    The database refuses any change. `what` says period, filters and texts.
    """

    export = models.ForeignKey(Export, models.PROTECT, related_name="log")
    act = models.CharField(_("act"), max_length=8, choices=Act.choices)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    table = models.CharField(_("table"), max_length=40)
    format = models.CharField(_("format"), max_length=4)
    what = models.JSONField(_("filters"))
    reason = models.CharField(_("reason"), max_length=200)
    rows = models.PositiveBigIntegerField(_("rows"))
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    objects = ExportLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the record of exports")
        verbose_name_plural = _("record of exports")
        ordering = ("-at", "-pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(act__in=Act.values), name="export_log_act_known"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="export_log_has_reason"
            ),
            models.UniqueConstraint(
                fields=("export",),
                condition=Q(act=Act.MADE),
                name="export_log_made_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("-at", "-id"), name="export_log_newest")
        ]

    def __str__(self) -> str:
        return f"{self.export_id} {self.act} {self.at:%Y-%m-%d %H:%M:%S}"
