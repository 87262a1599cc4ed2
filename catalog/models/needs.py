"""What a customer needs, in the words of the questions asked first (IN-30 to IN-32)."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scene(models.TextChoices):
    """Where the live stream happens (IN-30)."""

    INDOOR_FIXED = "indoor_fixed", _("Indoors, fixed")
    OUTDOOR_MOBILE = "outdoor_mobile", _("Outdoors, on the move")


class Scale(models.TextChoices):
    """How many people are in the picture (IN-31)."""

    SOLO = "solo", _("One person")
    MULTI_INTERVIEW = "multi_interview", _("Interview with several people")


class Need(models.TextChoices):
    """What matters most; several may (IN-32)."""

    IMAGE_QUALITY = "image_quality", _("Image quality")
    NOISE_REDUCTION = "noise_reduction", _("Clean sound")
    PORTABILITY = "portability", _("Easy to carry")


# Each is a column of a device: how well it suits, from 0 to 5.
SCORES: Final = (*Scene.values, *Scale.values, *Need.values)
