"""What is said on a ticket, and the files that come with it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.said import pairs_index
from staff.models import User
from tickets.models.scan import Scan
from tickets.models.ticket import Ticket


class Direction(models.TextChoices):
    """Who a message is for."""

    IN = "in", _("From the customer")
    OUT = "out", _("To the customer")
    NOTE = "note", _("Internal note")


class Message(models.Model):
    """Something said on a ticket; a note never leaves the house.

    `origin` is the merged ticket by whose link the customer wrote it.
    """

    # The index of the thread finds those of a ticket; nobody looks for a person's.
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="messages", db_index=False
    )
    direction = models.CharField(max_length=4, choices=Direction.choices)
    author = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, db_index=False
    )
    automatic = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    sent_at = models.DateTimeField()
    client_token = models.UUIDField(null=True, blank=True)
    origin = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("sent_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("ticket", "client_token"), name="message_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values),
                name="message_direction_known",
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.IN, author=None)
                | ~Q(direction=Direction.IN) & Q(automatic=True, author=None)
                | ~Q(direction=Direction.IN) & Q(automatic=False, author__isnull=False),
                name="message_author_fits_direction",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=("ticket", "sent_at"), name="message_thread"),
            models.Index(
                fields=("origin", "sent_at"),
                name="message_by_link_of_merged",
                condition=Q(origin__isnull=False),
            ),
            pairs_index("text", name="message_says"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.direction} {self.sent_at:%H:%M:%S}"


def attachment_path(attachment: "Attachment", _name: str) -> str:
    """A name on disk that says nothing about the customer or the content."""
    sent_at = attachment.message.sent_at
    return f"attachments/{sent_at:%Y/%m/%d}/{attachment.public_id}"


class Attachment(models.Model):
    """A file of a message, its type known from its content, not from its name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(help_text=_("bytes"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    file = models.FileField(upload_to=attachment_path)
    scan = models.CharField(
        max_length=8,
        choices=Scan.choices,
        default=Scan.OFF,
        db_default=Scan.OFF.value,
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scan__in=Scan.values), name="attachment_scan_known"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("id",),
                name="attachment_to_scan",
                condition=Q(scan=Scan.WAITING),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def is_video(self) -> bool:
        return self.content_type.startswith("video/")

    @property
    def is_handed_out(self) -> bool:
        """Whether it may be opened: no scanner found harm, and none is still asked."""
        return self.scan in {Scan.OFF, Scan.CLEAN}
