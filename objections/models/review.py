"""More time, a review by somebody else, and complaints that go outside."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection
from sla.models import Clock
from staff.models import Role, User


class Extension(models.Model):
    """More time for an investigation: once, and told before the time was over."""

    objection = models.OneToOneField(
        Objection, models.PROTECT, related_name="extension"
    )
    reason = models.CharField(_("reason"), max_length=200)
    until = models.DateTimeField(_("until"))
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="extension_with_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.until}"


LEVELS = (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)


class Appeal(models.Model):
    """The customer asks for a review; who decides has not handled the case before.

    The first is a supervisor's, the next a manager's, the last the general manager's.
    """

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="appeals")
    number = models.PositiveSmallIntegerField(_("appeal"))
    level = models.CharField(
        _("level"), max_length=20, choices=[(it.value, it.label) for it in LEVELS]
    )
    reason = models.CharField(_("reason"), max_length=500)
    made_at = models.DateTimeField(_("made"))
    noted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )
    granted = models.BooleanField(_("granted"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("objection", "number"), name="appeal_once"),
            models.UniqueConstraint(
                fields=("objection",),
                name="appeal_one_undecided",
                condition=Q(decided_at=None),
            ),
            models.CheckConstraint(
                condition=Q(level__in=[it.value for it in LEVELS]),
                name="appeal_level_known",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, granted=None, decision="")
                | Q(decided_at__isnull=False, granted__isnull=False) & ~Q(decision=""),
                name="appeal_decided_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.number}"


class ExternalSource(models.TextChoices):
    """Where a complaint outside was made."""

    HOTLINE_12315 = "12315", _("12315 (market supervision)")
    HOTLINE_12345 = "12345", _("12345 (city hotline)")
    PLATFORM = "platform", _("Trading platform")
    WECHAT = "wechat_mini_program", _("WeChat mini program")
    ARBITRATION = "arbitration", _("Arbitration")
    COURT = "court", _("Court")


class ExternalComplaint(models.Model):
    """A complaint outside; meanwhile the case goes on inside, and nothing is deleted.

    `clock` times our answer; `respond_by` is the deadline in the authority's letter.
    """

    objection = models.ForeignKey(
        Objection, models.PROTECT, related_name="external_complaints"
    )
    number = models.PositiveSmallIntegerField()
    source = models.CharField(
        _("source"), max_length=20, choices=ExternalSource.choices
    )
    reference = models.CharField(_("their number"), max_length=60, blank=True)
    authority = models.CharField(_("authority and contact"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("received"))
    respond_by = models.DateTimeField(
        _("deadline in the letter"), null=True, blank=True
    )
    noted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )
    mediation = models.CharField(
        _("mediation: when, where, with whom"), max_length=200, blank=True
    )
    answer = models.CharField(_("our answer"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    result = models.CharField(_("result"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("external complaint")
        verbose_name_plural = _("external complaints")
        ordering = ("received_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "number"), name="external_complaint_once"
            ),
            models.UniqueConstraint(
                fields=("source", "reference"),
                name="external_complaint_reference_once",
                condition=~Q(reference=""),
            ),
            models.CheckConstraint(
                condition=Q(source__in=ExternalSource.values),
                name="external_complaint_source_known",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | ~Q(answer=""),
                name="external_complaint_answered_in_words",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | ~Q(result=""),
                name="external_complaint_ended_with_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.reference}"
