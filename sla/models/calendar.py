"""When time counts: opening hours per weekday, other hours on holidays, single days."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.business_time import DayKind
from sla.models.version import Version
from staff.models import Named


class Calendar(Named):
    """A named way to count time, such as the window in which objections are served."""

    code = models.SlugField(_("code"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ("code",)


class CalendarVersion(Version):
    """The hours and days of a calendar from one moment on.

    `years` are those whose holidays are among its days; None for a calendar that
    knows no holidays.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    timezone = models.CharField(_("time zone"), max_length=40)
    working_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("working weekdays"),
        help_text=_("0 is Monday."),
    )
    years = ArrayField(
        models.PositiveSmallIntegerField(),
        null=True,
        blank=True,
        verbose_name=_("years with holidays"),
    )

    class Meta(Version.Meta):
        abstract = False
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")
        constraints: ClassVar = [
            *Version.Meta.constraints,
            models.UniqueConstraint(
                fields=("calendar", "number"), name="calendar_version_number_once"
            ),
            models.UniqueConstraint(
                fields=("calendar",),
                condition=Q(published_at=None),
                name="calendar_version_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar.code} v{self.number}"


class Pattern(models.TextChoices):
    """For which days a row of opening hours holds."""

    MONDAY = "monday", _("Monday")
    TUESDAY = "tuesday", _("Tuesday")
    WEDNESDAY = "wednesday", _("Wednesday")
    THURSDAY = "thursday", _("Thursday")
    FRIDAY = "friday", _("Friday")
    SATURDAY = "saturday", _("Saturday")
    SUNDAY = "sunday", _("Sunday")
    HOLIDAY = "holiday", _("Holiday")
    ADJUSTED_WORKDAY = "adjusted_workday", _("Adjusted workday")


WEEKDAYS = tuple(Pattern.values[:7])


def intervals_field() -> "ArrayField[Any, Any]":
    """Pairs of seconds since midnight; a closing past 86,400 lies on the next day."""
    return ArrayField(
        ArrayField(models.PositiveIntegerField(), size=2),
        default=list,
        blank=True,
        verbose_name=_("hours"),
    )


class OpeningHours(models.Model):
    """The hours of one kind of day; a kind without a row is closed."""

    version = models.ForeignKey(CalendarVersion, models.CASCADE, related_name="hours")
    pattern = models.CharField(_("day"), max_length=20, choices=Pattern.choices)
    intervals = intervals_field()

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "pattern"), name="opening_hours_once"
            ),
            models.CheckConstraint(
                condition=Q(pattern__in=Pattern.values),
                name="opening_hours_pattern_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.pattern}"


class CalendarDay(models.Model):
    """A date that differs from its weekday; only a special day has its own hours."""

    KINDS: ClassVar = [
        (DayKind.HOLIDAY.value, _("Holiday")),
        (DayKind.ADJUSTED_WORKDAY.value, _("Adjusted workday")),
        (DayKind.SPECIAL.value, _("Special day")),
    ]

    version = models.ForeignKey(CalendarVersion, models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=20, choices=KINDS)
    name = models.CharField(_("name"), max_length=40, blank=True)
    intervals = intervals_field()

    class Meta:
        verbose_name = _("day of a calendar")
        verbose_name_plural = _("days of a calendar")
        ordering = ("date",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "date"), name="calendar_day_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in DayKind]),
                name="calendar_day_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
