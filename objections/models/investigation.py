"""What an investigation rests on and what it finds (OB-02, OB-07, OB-46 to OB-49)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection
from objections.models.taxonomy import ObjectionType
from staff.models import Named, User
from tickets.models import Attachment


class EvidenceKind(Named):
    """A kind of evidence; `needed_for` are the types that need at least one (OB-47)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    from_customer = models.BooleanField(_("customers can give it"), default=False)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("kind of evidence")
        verbose_name_plural = _("kinds of evidence")
        ordering = ("position", "pk")


class EvidenceNeed(models.Model):
    """That a type of objections needs a kind of evidence."""

    type = models.CharField(_("type"), max_length=10, choices=ObjectionType.choices)
    kind = models.ForeignKey(EvidenceKind, models.CASCADE, related_name="needs")
    origin = models.CharField(_("origin"), max_length=10)

    class Meta:
        verbose_name = _("needed evidence")
        verbose_name_plural = _("needed evidence")
        ordering = ("type", "kind__position")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("type", "kind"), name="evidence_needed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.kind_id}"


class Evidence(models.Model):
    """One piece of evidence; never changed or removed, as the database sees to.

    It is a file or a text. `source` says where it is from, `hash` is the SHA-256 of its
    content, as hex.
    """

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="evidence")
    kind = models.ForeignKey(EvidenceKind, models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    attachment = models.ForeignKey(
        Attachment, models.PROTECT, null=True, blank=True, related_name="+"
    )
    hash = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        ordering = ("added_at", "pk")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(attachment=None) & ~Q(text="")
                | Q(attachment__isnull=False, text=""),
                name="evidence_is_a_file_or_a_text",
            ),
            models.UniqueConstraint(
                fields=("objection", "kind", "hash"), name="evidence_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.kind_id} {self.source}"


class EvidenceWaiver(models.Model):
    """Why a kind of evidence that is needed does not exist."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="waivers")
    kind = models.ForeignKey(EvidenceKind, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)
    waived_at = models.DateTimeField()
    waived_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("missing evidence")
        verbose_name_plural = _("missing evidence")
        ordering = ("waived_at", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "kind"), name="evidence_waived_once"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="evidence_waived_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.kind_id}"


class LawArticle(models.Model):
    """An article that a finding may rest on (OB-02)."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    title = models.CharField(_("article"), max_length=80)
    gist_zh = models.CharField(_("Chinese gist"), max_length=200)
    gist_en = models.CharField(_("English gist"), max_length=200)

    class Meta:
        verbose_name = _("article of law")
        verbose_name_plural = _("articles of law")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.title

    @property
    def gist(self) -> str:
        """What it says, in the reader's language."""
        english = get_language() == "en"
        return self.gist_en if english else self.gist_zh


class Responsibility(models.TextChoices):
    """Who answers for what happened (OB-07)."""

    COMPANY = "company", _("The company")
    CUSTOMER = "customer", _("The customer")
    THIRD_PARTY = "third_party", _("A third party")
    SHARED = "shared", _("Shared")
    NONE = "none", _("Nobody")


class Cause(models.TextChoices):
    """Why it happened (OB-10)."""

    HUMAN = "human", _("A person's mistake")
    DEVICE = "device", _("The device")
    PROCESS = "process", _("Our process")
    SYSTEM = "system", _("Our system")
    CUSTOMER = "customer", _("The customer's handling")
    THIRD_PARTY = "third_party", _("A third party")


class Finding(models.Model):
    """What an investigation found, and on what that rests; one per round."""

    objection = models.ForeignKey(Objection, models.PROTECT, related_name="findings")
    round = models.PositiveSmallIntegerField(_("round"))
    text = models.TextField(_("finding"))
    responsibility = models.CharField(
        _("responsibility"), max_length=12, choices=Responsibility.choices
    )
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices)
    contract_clause = models.CharField(
        _("clause of the contract"), max_length=200, blank=True
    )
    articles = models.ManyToManyField(
        LawArticle, related_name="+", verbose_name=_("articles of law")
    )
    found_at = models.DateTimeField()
    found_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ("round",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("objection", "round"), name="finding_once_per_round"
            ),
            models.CheckConstraint(
                condition=Q(responsibility__in=Responsibility.values)
                & Q(cause__in=Cause.values),
                name="finding_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objection_id}/{self.round}"
