"""What a customer was told about contract, delivery and service, and when."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inquiries.models.contract_request import Clause
from inquiries.models.inquiry import Inquiry
from staff.models import User
from tickets.models import Message


class ClauseExplanation(models.Model):
    """One explanation of the contract: which clauses, with which examples (IN-41-43).

    Each of the three core clauses is explained or "not asked"; `understood` is what
    the customer said when asked.
    """

    inquiry = models.ForeignKey(
        Inquiry, models.PROTECT, related_name="clause_explanations"
    )
    clauses = ArrayField(models.CharField(max_length=20, choices=Clause.choices))
    not_asked = ArrayField(models.CharField(max_length=20, choices=Clause.choices))
    examples = ArrayField(models.CharField(max_length=40))
    prices = models.CharField(
        max_length=80, blank=True, help_text=_("Fingerprint of the prices used.")
    )
    understood = models.BooleanField(
        _("understood"), null=True, help_text=_("Empty: the customer has not said yet.")
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    message = models.OneToOneField(Message, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("explanation of clauses")
        verbose_name_plural = _("explanations of clauses")
        ordering = ("at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(clauses__len=0, message=None)
                | Q(clauses__len__gt=0, message__isnull=False),
                name="clause_explanation_sent",
            )
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.at:%Y-%m-%d %H:%M}"


class ServiceFactsTold(models.Model):
    """The four facts about delivery and service, as they were told (IN-46-51)."""

    inquiry = models.ForeignKey(
        Inquiry, models.PROTECT, related_name="service_facts_told"
    )
    facts = models.JSONField(help_text=_("What was chosen, by name of the fact."))
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    message = models.OneToOneField(Message, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("service facts told")
        verbose_name_plural = _("service facts told")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.at:%Y-%m-%d %H:%M}"
