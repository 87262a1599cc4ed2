"""A device that can be rented: its prices, what it is good at, and how it arrives."""

from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models.base import Coded, money, never_negative
from catalog.models.needs import SCORES

BEST: Final = 5


class Category(models.TextChoices):
    """What kind of device it is."""

    LIVE_CAMERA = "live_camera", _("Live camera")
    ENCODER = "encoder", _("Encoder")
    SWITCHER = "switcher", _("Switcher")
    CAPTURE_CARD = "capture_card", _("Capture card")
    AUDIO_MIXER = "audio_mixer", _("Audio mixer")
    WIRELESS_MIC = "wireless_mic", _("Wireless microphone")
    WIRED_MIC = "wired_mic", _("Wired microphone")
    FILL_LIGHT = "fill_light", _("Fill light")
    GIMBAL = "gimbal", _("Gimbal")
    TELEPROMPTER = "teleprompter", _("Teleprompter")
    NETWORK = "network", _("Network")
    MONITOR = "monitor", _("Field monitor")
    POWER = "power", _("Power supply")
    TRIPOD = "tripod", _("Tripod")


class DeliveryClass(models.TextChoices):
    """How long delivery takes (IN-46): 24 or 48 hours in the service city."""

    STANDARD = "standard", _("Standard device")
    SPECIAL = "special", _("Special device")


class DeviceQuerySet(models.QuerySet["Device"]):
    """Questions about devices."""

    def for_rent(self) -> "DeviceQuerySet":
        return self.filter(active=True)


def names_and_values(spec: object) -> None:
    """Refuse a specification that is not an object of JSON."""
    if not isinstance(spec, dict):
        raise ValidationError(_('Write names with values, such as {"zoom": "20x"}.'))


def _in_english(text: str) -> str:
    """The text for those who read English, nothing for others."""
    return text if get_language() == "en" else ""


def _score(label: Any) -> Any:
    return models.PositiveSmallIntegerField(
        label, default=0, validators=[MaxValueValidator(BEST)]
    )


class Device(Coded):
    """A model of device with its rents; amounts in yuan, scores from 0 to 5."""

    category = models.CharField(_("category"), max_length=20, choices=Category.choices)
    replacement_value = money(_("replacement value"))
    daily_rent = money(_("rent per day"))
    weekly_rent = money(_("rent per week"))
    monthly_rent = money(_("rent per month"))
    deposit = money(_("deposit"))
    indoor_fixed = _score(_("indoors, fixed"))
    outdoor_mobile = _score(_("outdoors, on the move"))
    solo = _score(_("one person"))
    multi_interview = _score(_("several people"))
    image_quality = _score(_("image quality"))
    noise_reduction = _score(_("clean sound"))
    portability = _score(_("easy to carry"))
    delivery_class = models.CharField(
        _("delivery class"),
        max_length=10,
        choices=DeliveryClass.choices,
        default=DeliveryClass.STANDARD,
    )
    onsite_install = models.BooleanField(
        _("installed on site"),
        default=False,
        help_text=_("Whether we offer to install it where it is used (IN-48)."),
    )
    install_minutes = models.PositiveSmallIntegerField(
        _("minutes to install"), default=0
    )
    pros_zh = models.CharField(_("advantages"), max_length=300, blank=True)
    pros_en = models.CharField(
        _("advantages in English"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
    )
    cons_zh = models.CharField(_("drawbacks"), max_length=300, blank=True)
    cons_en = models.CharField(
        _("drawbacks in English"), max_length=300, blank=True, default="", db_default=""
    )
    cautions = models.TextField(_("cautions in use"), max_length=1000, blank=True)
    cautions_en = models.TextField(
        _("cautions in use, in English"),
        max_length=1000,
        blank=True,
        default="",
        db_default="",
    )
    spec = models.JSONField(
        _("specification"), default=dict, blank=True, validators=[names_and_values]
    )
    active = models.BooleanField(
        _("for rent"), default=True, help_text=_("Off: no longer offered.")
    )

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ("code",)
        constraints: ClassVar = [
            *never_negative(
                "replacement_value",
                "daily_rent",
                "deposit",
                "install_minutes",
            ),
            models.CheckConstraint(
                condition=Q(weekly_rent__gte=F("daily_rent")),
                name="device_week_costs_at_least_a_day",
                violation_error_message=_("A week's rent is at least a day's."),
            ),
            models.CheckConstraint(
                condition=Q(monthly_rent__gte=F("weekly_rent")),
                name="device_month_costs_at_least_a_week",
                violation_error_message=_("A month's rent is at least a week's."),
            ),
            models.CheckConstraint(
                condition=Q(deposit__lte=F("replacement_value")),
                name="device_deposit_within_value",
                violation_error_message=_("The deposit is at most the device's value."),
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="device_category_known"
            ),
            models.CheckConstraint(
                condition=Q(delivery_class__in=DeliveryClass.values),
                name="device_delivery_class_known",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{score}__range": (0, BEST)}),
                    name=f"device_{score}_from_0_to_5",
                    violation_error_message=_("Scores go from 0 to 5."),
                )
                for score in SCORES
            ),
        ]

    @property
    def pros(self) -> str:
        """What speaks for it, in the reader's language where it is written."""
        return _in_english(self.pros_en) or self.pros_zh

    @property
    def cons(self) -> str:
        """What speaks against it, in the reader's language where it is written."""
        return _in_english(self.cons_en) or self.cons_zh

    @property
    def cautions_told(self) -> str:
        """What to mind in use, in the reader's language where it is written."""
        return _in_english(self.cautions_en) or self.cautions

    @property
    def scores(self) -> dict[str, int]:
        """How well it suits each scene, scale and need, by code."""
        return {score: getattr(self, score) for score in SCORES}
