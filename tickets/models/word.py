"""A private word between colleagues about a ticket (SH-08)."""

from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from staff.models import User
from tickets.models.ticket import Ticket

LONGEST_WORD = 500


class PrivateWordQuerySet(models.QuerySet["PrivateWord"]):
    """Questions about words."""

    def unheard_by(self, user: User) -> Self:
        """What a person has not acknowledged, the newest first."""
        return self.filter(recipient=user.pk, heard_at=None).order_by("-sent_at", "-pk")

    def on(self, ticket: Ticket, *, reader: User | AnonymousUser) -> Self:
        """Those on a ticket that this person may read: their own; supervisors, all."""
        if not isinstance(reader, User) or not reader.is_active:
            return self.none()
        said = self.filter(ticket=ticket).select_related("sender", "recipient")
        if reader.supervises:
            return said
        return said.filter(Q(recipient=reader) | Q(sender=reader))


class PrivateWord(models.Model):
    """What a supervisor tells a colleague; no customer ever sees it.

    It is no message of the ticket, so that nothing that shows or mails messages can
    carry it outside.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="private_words")
    sender = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(
        User, models.PROTECT, related_name="+", db_index=False
    )
    text = models.CharField(max_length=LONGEST_WORD)
    sent_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    client_token = models.UUIDField(null=True, unique=True)

    objects = PrivateWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("private word")
        verbose_name_plural = _("private words")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(sender=F("recipient")), name="private_word_to_another"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("recipient", "-sent_at"),
                name="private_word_unheard",
                condition=Q(heard_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.sent_at:%Y-%m-%d %H:%M}"
