"""What a virus scanner said of a file."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scan(models.TextChoices):
    """Off: there was no scanner. Waiting: there is one, and it did not answer yet."""

    OFF = "off", _("not scanned")
    WAITING = "waiting", _("being checked")
    CLEAN = "clean", _("scanned")
    INFECTED = "infected", _("removed, it held harmful software")
