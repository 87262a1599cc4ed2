"""What was handed to which department, and what it did with it (OB-44, OB-45)."""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection
from objections.workflow import WITH_DEPARTMENTS
from sla.models import Clock
from staff.models import Department, Role, User


class Part(models.TextChoices):
    """A department's part in the investigation."""

    LEAD = "lead", _("Leads")
    JOINT = "joint", _("Takes part")


class HandoffQuerySet(models.QuerySet["Handoff"]):
    """Questions about what departments were handed."""

    def standing(self) -> Self:
        """Neither returned nor taken back."""
        return self.filter(returned_at=None, ended_at=None)

    def waiting(self) -> Self:
        """Handed over and not accepted yet."""
        return self.standing().filter(accepted_at=None)

    def under_way(self) -> Self:
        """Standing, and nothing is found out yet."""
        return self.standing().filter(objection__status__in=WITH_DEPARTMENTS)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All for those who see every ticket, else those of the own department."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.sees_every_ticket:
            return self.all()
        return self.filter(department=user.department_id)

    def by_due(self) -> Self:
        """The earliest deadline first, then the oldest."""
        return self.order_by(
            F("objection__next_due_at").asc(nulls_last=True), "handed_at", "pk"
        )


class Handoff(models.Model):
    """One department asked to investigate an objection, once.

    `clock` times its acceptance. A department returns an objection once, with a reason;
    what is returned again goes to the supervisor (OB-06).
    """

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="handoffs")
    round = models.PositiveSmallIntegerField(_("round"))
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    part = models.CharField(_("part"), max_length=6, choices=Part.choices)
    handed_at = models.DateTimeField(_("handed over"))
    handed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    returned_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    return_reason = models.CharField(_("reason"), max_length=200, blank=True)
    ended_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_(
            "Another department returned it, it was concluded without this one, or the"
            " customer withdrew."
        ),
    )

    objects = HandoffQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-off")
        verbose_name_plural = _("hand-offs")
        ordering = ("handed_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "round", "department"),
                name="handoff_once_per_round",
            ),
            models.CheckConstraint(
                condition=Q(part__in=Part.values), name="handoff_part_known"
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None, return_reason="")
                | Q(returned_at__isnull=False) & ~Q(return_reason=""),
                name="handoff_returned_with_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("department", "handed_at"),
                name="handoff_waiting",
                condition=Q(accepted_at=None, returned_at=None, ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.department_id}"

    @property
    def is_over(self) -> bool:
        """Whether it was returned or taken back: the twin of `standing`."""
        return self.returned_at is not None or self.ended_at is not None

    def is_of(self, user: User) -> bool:
        """Whether it is this person's to act on: handlers act for their department."""
        return (
            user.role != Role.DEPARTMENT_HANDLER
            or user.department_id == self.department_id
        )


def came_back_twice(handoffs: Iterable[Handoff]) -> bool:
    """Whether only a supervisor may hand it over once more (OB-06)."""
    return sum(handoff.returned_at is not None for handoff in handoffs) > 1
