"""What was agreed is carried out, told, and asked about afterwards (OB-09)."""

from typing import ClassVar, Final

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection
from objections.models.proposal import Measure
from objections.workflow import Status
from sla.models import Clock
from staff.models import Department, Role, User
from tickets.models import Message

OVERSEEING: Final = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
STARS: Final = (MinValueValidator(1), MaxValueValidator(5))


class ResolutionActionQuerySet(models.QuerySet["ResolutionAction"]):
    """Questions about what was agreed."""

    def outstanding(self) -> "ResolutionActionQuerySet":
        return self.filter(done_at=None, ended_at=None)

    def to_carry_out(self) -> "ResolutionActionQuerySet":
        """Outstanding, and the case is at that."""
        return self.outstanding().filter(objection__status=Status.EXECUTING)

    def visible_to(self, user: User | AnonymousUser) -> "ResolutionActionQuerySet":
        """All for those who see every ticket, else those of the own department."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.sees_every_ticket:
            return self.all()
        return self.filter(department=user.department_id)


class ResolutionAction(models.Model):
    """One measure that the customer accepted: who does it, until when, the proof.

    `clock` times it; `proof` says by what it can be seen, say the number of a refund or
    of a parcel, `proof_with` is the note that holds its files.
    """

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="actions")
    number = models.PositiveSmallIntegerField(_("action"))
    measure = models.OneToOneField(Measure, models.PROTECT, related_name="action")
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", verbose_name=_("department")
    )
    owner = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )
    agreed_at = models.DateTimeField(_("agreed"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    proof = models.CharField(_("proof"), max_length=200, blank=True)
    proof_with = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The customer withdrew.")
    )

    objects = ResolutionActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("resolution action")
        verbose_name_plural = _("resolution actions")
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "number"), name="resolution_action_once"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | ~Q(proof=""),
                name="resolution_action_done_with_proof",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None)
                | Q(done_at__isnull=False, done_by__isnull=False, ended_at=None),
                name="resolution_action_done_by_somebody_or_ended",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("department", "agreed_at"),
                name="resolution_action_outstanding",
                condition=Q(done_at=None, ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.number}"

    @property
    def is_outstanding(self) -> bool:
        return self.done_at is None and self.ended_at is None

    def is_of(self, user: User) -> bool:
        """Whether this person may carry it out: one of the department, or a manager."""
        return user.role in OVERSEEING or user.department_id == self.department_id


class ReturnVisit(models.Model):
    """One try to ask the customer afterwards, by somebody who did not handle the case.

    `made_by` is empty where the customers themselves gave marks on the case's page.
    `satisfaction` is with the result, `process_satisfaction` with how it was handled.
    """

    objection = models.ForeignKey(
        Objection, models.PROTECT, related_name="return_visits"
    )
    cycle = models.PositiveSmallIntegerField()
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reached = models.BooleanField(_("reached"))
    resolved = models.BooleanField(_("resolved"), null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction with the result"), null=True, blank=True, validators=STARS
    )
    process_satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction with the handling"), null=True, blank=True, validators=STARS
    )
    text = models.CharField(_("in words"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("return visit")
        verbose_name_plural = _("return visits")
        ordering = ("made_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "cycle", "attempt"), name="return_visit_once"
            ),
            models.CheckConstraint(
                condition=Q(reached=False, resolved=None, satisfaction=None)
                | Q(
                    reached=True,
                    resolved__isnull=False,
                    satisfaction__range=(1, 5),
                    process_satisfaction__range=(1, 5),
                ),
                name="return_visit_answered_or_not_reached",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.cycle}.{self.attempt}"
