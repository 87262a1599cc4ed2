"""Stores: where customers are received in person, and when (IN-13, IN-15)."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import Named
from tickets.addresses import AddressKind, check_address, href_of


class StoreQuerySet(models.QuerySet["Store"]):
    """Questions about stores."""

    def in_use(self) -> "StoreQuerySet":
        """Those that receive customers, with their hours."""
        return self.filter(active=True).prefetch_related("hours")


class Store(Named):
    """A place of reception. One that closes for good is switched off, never deleted."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    follows_holidays = models.BooleanField(
        _("has other hours on public holidays"), default=False
    )
    active = models.BooleanField(_("receives customers"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ("position", "code")

    def clean(self) -> None:
        super().clean()
        try:
            check_address(AddressKind.PHONE, self.phone)
        except ValidationError as error:
            raise ValidationError({"phone": error}) from error

    @property
    def phone_link(self) -> str:
        """Where a tap on the number leads."""
        return href_of(AddressKind.PHONE, self.phone)


class StoreDay(models.TextChoices):
    """For which days a row of a store's hours holds."""

    MONDAY = "monday", _("Monday")
    TUESDAY = "tuesday", _("Tuesday")
    WEDNESDAY = "wednesday", _("Wednesday")
    THURSDAY = "thursday", _("Thursday")
    FRIDAY = "friday", _("Friday")
    SATURDAY = "saturday", _("Saturday")
    SUNDAY = "sunday", _("Sunday")
    HOLIDAY = "holiday", _("Holiday")
    ADJUSTED_WORKDAY = "adjusted_workday", _("Adjusted workday")


class StoreHours(models.Model):
    """The hours of a store on one kind of day; a kind without a row is closed.

    Pairs of seconds since midnight; a closing past 86,400 lies on the next day.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="hours")
    day = models.CharField(_("day"), max_length=20, choices=StoreDay.choices)
    intervals: "ArrayField[Any, Any]" = ArrayField(
        ArrayField(models.PositiveIntegerField(), size=2), verbose_name=_("hours")
    )

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("store", "day"), name="store_hours_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(day__in=StoreDay.values), name="store_hours_day_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"
