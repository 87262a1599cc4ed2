"""Reports of weeks and months: figures as they were then, and who gets them by mail."""

from datetime import datetime
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from figures.periods import Cycle
from staff.models import User

CYCLES: Final = [(Cycle.WEEK.value, _("Week")), (Cycle.MONTH.value, _("Month"))]


class ReportQuerySet(models.QuerySet["Report"]):
    """Questions about reports."""

    def to_send(self, *, at: datetime) -> Self:
        """Those whose time to go out has come."""
        return self.filter(sent_at=None, goes_out_at__lte=at)


class Report(models.Model):
    """The figures of a period, frozen; the database refuses to change them.

    `content` holds numbers and codes only, so that any language can be made of it.
    Until it goes out, supervisors add words and what is improved (SH-11, CC-15).
    """

    cycle = models.CharField(_("period"), max_length=5, choices=CYCLES)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    made_at = models.DateTimeField(_("made"))
    content = models.JSONField(_("figures"))
    words = models.TextField(_("what we say to it"), blank=True)
    improvements = models.TextField(_("what we improve"), blank=True)
    written_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField(null=True, blank=True)
    goes_out_at = models.DateTimeField(_("goes out"))
    sent_at = models.DateTimeField(_("went out"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("-last", "cycle")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("cycle", "first"), name="report_once"),
            models.CheckConstraint(
                condition=Q(cycle__in=[it.value for it in Cycle]),
                name="report_cycle_known",
            ),
            models.CheckConstraint(
                condition=Q(first__lte=models.F("last")), name="report_runs_forwards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.first}"


class ReportMail(models.Model):
    """A report on its way to one colleague: its own outbox row.

    Claimed for a while, tried again later when sending fails, given up at last.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="mails")
    recipient = models.ForeignKey(User, models.PROTECT, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mail of a report")
        verbose_name_plural = _("mails of reports")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("report", "recipient"), name="report_mail_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("next_at",),
                name="report_mail_to_send",
                condition=Q(sent_at=None, failed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.recipient_id}"
