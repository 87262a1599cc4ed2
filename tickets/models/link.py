"""Two tickets that belong together, for as long as somebody says so."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.ticket import Ticket


class TicketLinkQuerySet(models.QuerySet["TicketLink"]):
    """Questions about links."""

    def standing(self) -> "TicketLinkQuerySet":
        return self.filter(removed_at=None)


class TicketLink(models.Model):
    """A pair of tickets, the older row first; a removed link stays as a record."""

    first = models.ForeignKey(Ticket, models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Ticket, models.PROTECT, related_name="+", db_index=False)
    linked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(_("linked"))
    removed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    objects = TicketLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of tickets")
        verbose_name_plural = _("links of tickets")
        ordering = ("linked_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="ticket_link_between_two"
            ),
            models.UniqueConstraint(
                fields=("first", "second"),
                condition=Q(removed_at=None),
                name="ticket_link_one_open_per_pair",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="ticket_link_removed_by_somebody",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("second",),
                name="ticket_link_of_second",
                condition=Q(removed_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_id} {self.second_id}"
