"""Shifts: whose hours of the day are whose."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from staff import shifts
from staff.models.people import Named
from staff.shifts import HOURS_OF_DAY, Cover, Turn


def _stretch(begins: Any, ends: Any) -> Func:
    return Func(begins, ends, function="int4range", output_field=IntegerRangeField())


def _hours(*stretches: Func) -> Func:
    return Func(*stretches, function="int4multirange", output_field=models.TextField())


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Questions about shifts."""

    def active(self) -> "ShiftQuerySet":
        return self.filter(active=True)

    def at(self, instant: datetime) -> "Shift | None":
        """The shift that is at work at an instant; None where no shift is."""
        return shifts.shift_at(timezone.localtime(instant).hour, self.active())

    def cover(self) -> Cover:
        """Which hours of the day the shifts in use leave out."""
        return shifts.cover_of(self.active())


class Shift(Named):
    """Hours of the local day during which the same people are at work (IN-14).

    `ends` is 24 for midnight; a shift that ends at or before its beginning ends on the
    next day.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    begins = models.PositiveSmallIntegerField(
        _("begins"),
        validators=[MaxValueValidator(HOURS_OF_DAY - 1)],
        help_text=_("The full hour of the local day, 0 to 23."),
    )
    ends = models.PositiveSmallIntegerField(
        _("ends"),
        validators=[MinValueValidator(1), MaxValueValidator(HOURS_OF_DAY)],
        help_text=_(
            "The full hour, 1 to 24; an hour at or before the beginning is on the next"
            " day."
        ),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ("position", "begins", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(begins__lt=HOURS_OF_DAY)
                & Q(ends__gte=1)
                & Q(ends__lte=HOURS_OF_DAY),
                name="shift_begins_and_ends_on_hours_of_the_day",
            ),
            ExclusionConstraint(
                name="shift_one_in_use_for_each_hour",
                expressions=[
                    (
                        Case(
                            When(
                                begins__lt=F("ends"),
                                then=_hours(_stretch(F("begins"), F("ends"))),
                            ),
                            default=_hours(
                                _stretch(F("begins"), Value(HOURS_OF_DAY)),
                                _stretch(Value(0), F("ends")),
                            ),
                        ),
                        "&&",
                    )
                ],
                condition=Q(active=True),
            ),
        ]

    def clean(self) -> None:
        """Say in words which other shift in use has hours of this one."""
        super().clean()
        if not self.active or self.begins is None or self.ends is None:
            return
        mine = set(self.hours())
        for other in Shift.objects.active().exclude(pk=self.pk):
            if shared := mine & set(other.hours()):
                raise ValidationError(
                    {
                        "begins": _(
                            "%(hours)s belongs to the shift %(name)s already: change"
                            " that one first, or take it out of use."
                        )
                        % {"hours": shifts.spans(shared), "name": other.name}
                    }
                )

    def hours(self) -> tuple[int, ...]:
        """Its hours of the local day, in their order."""
        return shifts.hours_between(self.begins, self.ends)

    @property
    def span(self) -> str:
        """From when until when: 22:00–06:00."""
        return f"{self.begins:02d}:00–{self.ends:02d}:00"

    def turn(self, day: date) -> Turn:
        """Its occurrence that begins on a local day."""
        zone = timezone.get_default_timezone()
        return shifts.turn(day, begins=self.begins, ends=self.ends, zone=zone)

    def last_ended(self, *, at: datetime) -> Turn:
        """Its latest occurrence that is over."""
        zone = timezone.get_default_timezone()
        return shifts.last_ended(at, begins=self.begins, ends=self.ends, zone=zone)
