"""Figures kept by the hour: what dashboards, reports, board and ledger add up.

Every row can be reckoned again from clocks, their pauses and the histories of tickets;
`figures.services.proof` does so and compares.
"""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from figures.cases import CaseFigure
from sla.models import Metric, Policy
from staff.models import Department, User
from tickets.models import Channel, Kind


class HourRow(models.Model):
    """One row of figures of one hour."""

    hour = models.DateTimeField(help_text=_("The first instant of the hour."))

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    @property
    def said(self) -> tuple[Any, ...]:
        """All that the row says, without its key."""
        columns = [field for field in self._meta.fields if not field.primary_key]
        values = (getattr(self, field.attname) for field in columns)
        return tuple(tuple(it) if isinstance(it, list) else it for it in values)


class PromiseHour(HourRow):
    """The promises of one rule that fell due within an hour, by who owed them.

    `holder` had the ticket at the deadline, or at the end where that came first; empty
    where nobody had. `took_ms` holds, for each promise that has ended, how long it took
    as the rule counts time, pauses left out.
    """

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=40)
    metric = models.CharField(max_length=40, choices=Metric.choices)
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", db_index=False
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", db_index=False
    )
    holder = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    due = models.PositiveIntegerField()
    met = models.PositiveIntegerField()
    still_open = models.PositiveIntegerField(help_text=_("Late and not ended yet."))
    took_ms = ArrayField(models.BigIntegerField())

    class Meta:
        verbose_name = _("promises of an hour")
        verbose_name_plural = _("promises by the hour")
        constraints: ClassVar = [
            models.UniqueConstraint(
                *("hour", "policy", "rule", "channel", "department", "holder"),
                name="promise_hour_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(met__lte=F("due"), still_open__lte=F("due") - F("met")),
                name="promise_hour_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.rule}"


class CaseHour(HourRow):
    """What happened to cases within an hour: how often, and the marks added up."""

    figure = models.CharField(max_length=20, choices=CaseFigure.choices)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", db_index=False
    )
    holder = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", db_index=False
    )
    count = models.PositiveIntegerField()
    total = models.PositiveIntegerField(help_text=_("Stars of five, added up."))

    class Meta:
        verbose_name = _("cases of an hour")
        verbose_name_plural = _("cases by the hour")
        constraints: ClassVar = [
            models.UniqueConstraint(
                *("hour", "figure", "kind", "channel", "holder"),
                name="case_hour_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H} {self.figure}"


class Progress(models.Model):
    """How far the figures have been reckoned; one row.

    `clock_line` is the last line of a clock's record that is surely in them.
    """

    reckoned_until = models.DateTimeField()
    clock_line = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="progress_single_row")
        ]

    def __str__(self) -> str:
        return f"{self.reckoned_until:%Y-%m-%d %H:%M}"
