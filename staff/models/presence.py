"""Whether somebody is on duty, and the record of all that they said of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Presence(models.TextChoices):
    """What a colleague says of themselves."""

    ON_DUTY = "on_duty", _("On duty")
    AWAY = "away", _("Busy or away")
    OFF = "off", _("Off duty")


class How(models.TextChoices):
    """How a line of the record came about."""

    SAID = "said", _("said so")
    SIGNED_IN = "signed_in", _("signed in")
    SIGNED_OUT = "signed_out", _("signed out")
    UNSEEN = "unseen", _("no page open any more")
    SEEN_AGAIN = "seen_again", _("a page open again")
    CHANGED = "changed", _("role or capacity changed")


class PresenceLine(models.Model):
    """From when on a colleague was in a state. Append-only.

    `role` and `capacity` are copies of that moment, so that the past can be explained
    however people's rows change.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="presence_lines",
        db_index=False,
    )
    state = models.CharField(_("state"), max_length=10, choices=Presence.choices)
    how = models.CharField(_("how"), max_length=10, choices=How.choices)
    role = models.CharField(_("role"), max_length=30)
    capacity = models.PositiveSmallIntegerField(_("capacity"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("line of presence")
        verbose_name_plural = _("lines of presence")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=Presence.values), name="presence_state_known"
            ),
            models.CheckConstraint(
                condition=Q(how__in=How.values), name="presence_how_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("user", "-at", "-id"), name="presence_newest"),
            models.Index(fields=("at",), name="presence_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state} {self.at:%Y-%m-%d %H:%M:%S}"
