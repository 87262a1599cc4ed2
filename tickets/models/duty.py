"""Who sees to one thing that a department owes on a ticket."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.ticket import Ticket


class Duty(models.Model):
    """A person for one request of a ticket, beside whoever looks after the ticket.

    `subject` is the request's number, as on its clocks. It outlives the conversation.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="duties")
    subject = models.CharField(max_length=40)
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"))

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("ticket", "subject"), name="duty_one_person_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.person_id}"
