"""What contract and repair requests share: a number, an inquiry, and whose they are."""

from datetime import date
from typing import ClassVar, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from sla.models import Clock
from staff.models import Department, User
from tickets.numbers import new_number

R = TypeVar("R", bound="DepartmentRequest")


class RequestQuerySet(models.QuerySet[R]):
    """Questions about what is asked of a department."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for those who see every ticket, else those of the own department."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.sees_every_ticket:
            return self.all()
        return self.filter(department=user.department_id)

    def by_due(self) -> Self:
        """The earliest deadline that runs first, then the oldest."""
        running = Clock.objects.running().filter(
            ticket=OuterRef("inquiry_id"), subject=OuterRef("number")
        )
        nearest = running.order_by("due_at").values("due_at")[:1]
        return self.annotate(due_at=Subquery(nearest)).order_by(
            F("due_at").asc(nulls_last=True), "recorded_at", "pk"
        )


class DepartmentRequest(models.Model):
    """Something that an inquiry asks of a department; `number` is its clocks' subject.

    `department` is None as long as nobody could be asked.
    """

    PREFIX: ClassVar[str]

    number = models.CharField(_("number"), max_length=20, unique=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: the customer."),
    )
    client_token = models.UUIDField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @classmethod
    def fresh_number(cls, *, day: date) -> str:
        return new_number(cls.PREFIX, day=day)
