"""What a customer needs, what was shown for it, and what the customer chose."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, Need, Scale, Scene
from inquiries.models.inquiry import Inquiry
from staff.models import User
from tickets.models import Message

# What is written once is changed by nobody: the database refuses it.


class DeviceSelection(models.Model):
    """The customer's scene, scale and needs, and the devices that suit, ranked.

    `ranked` is a copy, so that what was said can be proven when prices have changed: a
    list of {code, name_zh, name_en, category, score, reasons, daily, weekly, monthly,
    pros, cons, difference, cheapest_good}, money as text.
    """

    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="selections")
    scene = models.CharField(_("scene"), max_length=20, choices=Scene.choices)
    scale = models.CharField(_("scale"), max_length=20, choices=Scale.choices)
    needs = models.JSONField(_("needs"))
    category = models.CharField(
        _("category"), max_length=20, choices=Category.choices, blank=True
    )
    budget = models.DecimalField(
        _("budget per day"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    ranked = models.JSONField()
    price_stamp = models.CharField(max_length=40)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("device selection")
        verbose_name_plural = _("device selections")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scene__in=Scene.values), name="selection_scene_known"
            ),
            models.CheckConstraint(
                condition=Q(scale__in=Scale.values), name="selection_scale_known"
            ),
            models.CheckConstraint(condition=~Q(needs=[]), name="selection_has_a_need"),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.scene} {self.scale}"

    @property
    def need_labels(self) -> list[str]:
        return [str(Need(need).label) for need in self.needs]

    @property
    def devices(self) -> "list[RankedDevice]":
        """The ranked list, best first."""
        return [RankedDevice(row) for row in self.ranked]


class RankedDevice:
    """One row of the ranked list, read in the reader's language."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row

    def __getattr__(self, name: str) -> Any:
        try:
            return self.row[name]
        except KeyError as error:
            raise AttributeError(name) from error

    @property
    def name(self) -> str:
        name: str = self.row["name_en" if get_language() == "en" else "name_zh"]
        return name

    @property
    def pros(self) -> str:
        """What speaks for it; in Chinese where nobody has put it into English."""
        return self._told("pros")

    @property
    def cons(self) -> str:
        """What speaks against it, in the same way."""
        return self._told("cons")

    def _told(self, what: str) -> str:
        english = self.row.get(f"{what}_en") if get_language() == "en" else ""
        text: str = english or self.row[what]
        return text


class Comparison(models.Model):
    """The devices of a selection that were sent to the customer, as a message (IN-34).

    `codes` stand in the order of the ranked list. `only_one_reason` says why there is
    nothing to compare.
    """

    selection = models.ForeignKey(
        DeviceSelection, models.PROTECT, related_name="comparisons"
    )
    codes = models.JSONField()
    only_one_reason = models.CharField(max_length=200, blank=True)
    message = models.OneToOneField(Message, models.PROTECT, related_name="comparison")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("comparison of devices")
        verbose_name_plural = _("comparisons of devices")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(codes__1__isnull=False)
                | (Q(codes__0__isnull=False) & ~Q(only_one_reason="")),
                name="comparison_of_two_or_reason_for_one",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(self.codes)

    @property
    def devices(self) -> list[RankedDevice]:
        """What was compared, best first."""
        return [one for one in self.selection.devices if one.code in self.codes]


class DeviceChoice(models.Model):
    """What the customer chose of a comparison, when, and in which message (IN-35).

    The customer chooses: on the page (`recorded_by` None), or in words that a colleague
    recorded with the message as proof. The last choice of a comparison counts.
    """

    comparison = models.ForeignKey(Comparison, models.PROTECT, related_name="choices")
    code = models.CharField(max_length=40)
    message = models.ForeignKey(Message, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("choice of a device")
        verbose_name_plural = _("choices of devices")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.code

    @property
    def device(self) -> RankedDevice:
        return next(one for one in self.comparison.devices if one.code == self.code)
