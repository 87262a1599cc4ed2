"""What is proposed to the customer, who approves of it, and the answer (OB-08)."""

from decimal import Decimal
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection
from objections.models.taxonomy import DemandKind
from sla.models import Clock
from staff.models import Department, Named, User
from tickets.models import Message

NOTHING: Final = Decimal("0.00")


class MeasureKind(Named):
    """What a proposal may consist of.

    `money` has an amount; `two_persons` takes two approvals, as a deposit does that is
    not paid back in full; `acts` is something to be carried out, by `department` or,
    where that is empty, by the one that leads.
    """

    code = models.SlugField(_("code"), max_length=30, unique=True)
    money = models.BooleanField(_("has an amount"), default=False)
    two_persons = models.BooleanField(_("two people approve"), default=False)
    acts = models.BooleanField(_("is carried out"), default=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
        help_text=_("Empty: the department that leads the investigation."),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    active = models.BooleanField(_("in use"), default=True, db_default=True)

    class Meta:
        verbose_name = _("kind of measure")
        verbose_name_plural = _("kinds of measures")
        ordering = ("position", "pk")


class Approver(models.TextChoices):
    """Whose approval an amount needs."""

    AGENT = "agent", _("Nobody else")
    SUPERVISOR = "supervisor", _("Supervisor")
    MANAGER = "manager", _("Manager")
    DEPARTMENT_HEAD = "department_head", _("Head of the leading department")
    FINANCE = "finance", _("Finance department")
    GENERAL_MANAGER = "general_manager", _("General manager")


class ApprovalRule(models.Model):
    """Up to which value in all whose approval is needed; several for one value: all."""

    up_to = models.DecimalField(
        _("up to"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_(
            "In yuan, with all that was agreed on the case before; empty: any."
        ),
    )
    approver = models.CharField(_("approval"), max_length=20, choices=Approver.choices)
    origin = models.CharField(_("origin"), max_length=10)

    class Meta:
        verbose_name = _("rule of approval")
        verbose_name_plural = _("rules of approval")
        ordering = (models.F("up_to").asc(nulls_last=True), "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("up_to", "approver"),
                name="approval_rule_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(approver__in=Approver.values), name="approval_rule_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.up_to or '∞'} {self.approver}"


class Answer(models.TextChoices):
    """What the customer says to a proposal."""

    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")


class AnswerChannel(models.TextChoices):
    """How the customer's answer came."""

    LINK = "link", _("On the case's page")
    PHONE = "phone", _("By telephone, recorded")
    CHAT = "chat", _("In a chat")
    EMAIL = "email", _("By e-mail")
    STORE = "store", _("Signed in a store")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Questions about proposals."""

    def standing(self) -> "ProposalQuerySet":
        """Neither answered nor sent back nor overtaken; at most one of an objection."""
        return self.filter(answered_at=None, sent_back_at=None, ended_at=None)

    def agreed(self) -> "ProposalQuerySet":
        return self.filter(answer=Answer.ACCEPTED)

    def rejected(self) -> "ProposalQuerySet":
        return self.filter(answer=Answer.REJECTED)


class Proposal(models.Model):
    """One offer to the customer; silence is never an acceptance.

    `amount` is what it is worth, `cumulative` with all that was agreed on the case
    before; by that its approvals are chosen, once. `clock` times the customer's answer,
    `remind_at` is when the customer is reminded next.
    """

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField(_("proposal"))
    text = models.TextField(_("what we propose, and why"))
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    cumulative = models.DecimalField(_("in all"), max_digits=12, decimal_places=2)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    sent_back_at = models.DateTimeField(null=True, blank=True)
    sent_back_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    sent_back_reason = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_with = models.ForeignKey(
        Message, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    clock = models.ForeignKey(
        Clock, models.PROTECT, null=True, related_name="+", db_index=False
    )
    remind_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0, db_default=0)
    answer = models.CharField(
        _("answer"), max_length=10, choices=Answer.choices, blank=True
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer_channel = models.CharField(
        max_length=10, choices=AnswerChannel.choices, blank=True
    )
    answer_text = models.CharField(_("in words"), max_length=500, blank=True)
    answer_noted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "number"), name="proposal_once"
            ),
            models.UniqueConstraint(
                fields=("objection",),
                name="proposal_one_standing",
                condition=Q(answered_at=None, sent_back_at=None, ended_at=None),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(cumulative__gte=models.F("amount")),
                name="proposal_amounts_fit",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="", answer_channel="")
                | Q(
                    answered_at__isnull=False,
                    sent_at__isnull=False,
                    answer__in=Answer.values,
                    answer_channel__in=AnswerChannel.values,
                ),
                name="proposal_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(answer=Answer.REJECTED) | ~Q(answer_text=""),
                name="proposal_rejected_with_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=("remind_at",),
                name="proposal_to_remind",
                condition=Q(remind_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.number}"


class Measure(models.Model):
    """One thing that a proposal offers."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="measures")
    kind = models.ForeignKey(MeasureKind, models.PROTECT, related_name="+")
    amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    note = models.CharField(_("in words"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering = ("kind__position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("proposal", "kind"), name="proposal_measure_once"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0),
                name="proposal_measure_amount_positive",
            ),
        ]

    def __str__(self) -> str:
        return str(self.kind)


class Met(models.TextChoices):
    """How far a demand is met."""

    FULLY = "met", _("Met in full")
    PARTLY = "partly", _("Partly met")
    NOT = "not", _("Not met")


class DemandAnswer(models.Model):
    """What a proposal says to one demand, as it was then; what is not met has a reason.

    `asked` is the amount that was demanded.
    """

    proposal = models.ForeignKey(
        Proposal, models.PROTECT, related_name="demand_answers"
    )
    kind = models.ForeignKey(DemandKind, models.PROTECT, related_name="+")
    asked = models.DecimalField(
        _("demanded"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    met = models.CharField(_("answer"), max_length=10, choices=Met.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("answer to a demand")
        verbose_name_plural = _("answers to demands")
        ordering = ("kind__position", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("proposal", "kind"), name="demand_answered_once"
            ),
            models.CheckConstraint(
                condition=Q(met=Met.FULLY)
                | Q(met__in=(Met.PARTLY, Met.NOT)) & ~Q(reason=""),
                name="demand_not_met_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.kind_id}"


class Approval(models.Model):
    """An approval that a proposal needs, and who gave it; each by another person."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="approvals")
    approver = models.CharField(_("approval"), max_length=20, choices=Approver.choices)
    decided_at = models.DateTimeField(_("approved"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ("pk",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("proposal", "approver"), name="approval_needed_once"
            ),
            models.UniqueConstraint(
                fields=("proposal", "decided_by"), name="approval_by_different_people"
            ),
            models.CheckConstraint(
                condition=Q(approver__in=Approver.values), name="approval_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="approval_given_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.approver}"
