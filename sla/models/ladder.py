"""Who hears of a promise around its deadline, and what happens to the case then."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sla.models.policy import Counted, PolicyVersion, Target, length_fits_unit


class Audience(models.TextChoices):
    """Who hears of a promise, resolved to people at the moment of telling."""

    ASSIGNEE = "assignee", _("Assignee")
    SUPERVISOR = "supervisor", _("Supervisor")
    ASSIGNEE_AND_SUPERVISOR = "assignee_and_supervisor", _("Assignee and supervisor")
    DEPARTMENT_HEAD = "department_head", _("Department head")
    MANAGER = "manager", _("Manager")
    MANAGER_AND_DEPARTMENT_HEAD = (
        "manager_and_department_head",
        _("Manager and department head"),
    )
    GENERAL_MANAGER = "general_manager", _("General manager")


class Action(models.TextChoices):
    """What a rung does beyond telling people."""

    NOTIFY = "notify", _("Notify")
    REASSIGN = "reassign", _("Hand the case to them")
    RAISE_PRIORITY = "raise_priority", _("Raise the priority")


class EscalationStep(Counted):
    """One rung of a ladder: so long before (negative) or after the deadline.

    Rungs of a target stand in place of those of its version. Each ladder has exactly
    one rung at the deadline itself.
    """

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="ladder")
    target = models.ForeignKey(
        Target, models.CASCADE, null=True, blank=True, related_name="own_ladder"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    after = models.DurationField(_("after the deadline"), null=True, blank=True)
    audience = models.CharField(_("audience"), max_length=40, choices=Audience.choices)
    action = models.CharField(
        _("action"), max_length=20, choices=Action.choices, default=Action.NOTIFY
    )
    by_mail = models.BooleanField(_("also by mail"), default=False)

    class Meta:
        verbose_name = _("escalation step")
        verbose_name_plural = _("escalation steps")
        ordering = ("position",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("version", "target", "position"),
                nulls_distinct=False,
                name="escalation_step_once",
            ),
            length_fits_unit("after", name="escalation_step_fits_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.version} #{self.position} {self.audience}"
