"""Who has looked at a ticket, and when first."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.ticket import Ticket


class Opening(models.Model):
    """A colleague's first look at a ticket in one of its cycles. Append-only."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="openings", db_index=False
    )
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("ticket", "cycle", "user"), name="opening_first_of_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.user_id}"
