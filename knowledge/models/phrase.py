"""Phrases that customers should not read, with what to say instead."""

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from knowledge import phrase_guard
from knowledge.phrase_guard import Kind, fold

KIND_NAMES: Final = {
    Kind.FORBIDDEN: _("forbidden"),
    Kind.ABSOLUTE: _("absolute claim"),
    Kind.MONEY: _("promise of money"),
    Kind.JARGON: _("jargon"),
    Kind.VAGUE: _("vague"),
}


class Phrase(models.Model):
    """A rule of the phrase guard (IN-08, IN-19, IN-20)."""

    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=[(kind.value, name) for kind, name in KIND_NAMES.items()],
    )
    text = models.CharField(_("phrase"), max_length=60)
    replacement = models.CharField(
        _("say instead"),
        max_length=200,
        blank=True,
        help_text=_("In Chinese; ___ marks what the writer fills in."),
    )
    meaning_en = models.CharField(_("meaning in English"), max_length=200, blank=True)
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    exceptions = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name=_("exceptions"),
        help_text=_(
            "Wider words in which the phrase is harmless, with commas between. A"
            " forbidden phrase then asks for confirmation."
        ),
    )
    fixed = models.BooleanField(
        _("named by the policy"),
        default=False,
        editable=False,
        help_text=_("It stays as it is and cannot be switched off."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ("kind", "text")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("kind", "text"), name="phrase_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]),
                name="phrase_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(fixed=False) | Q(enabled=True), name="phrase_fixed_is_on"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Refuse what could never be found, or would never be an exception."""
        super().clean()
        letters = fold(self.text)
        if not letters:
            raise ValidationError({"text": _("Write at least one letter or digit.")})
        for exception in self.exceptions or ():
            if letters not in fold(exception):
                raise ValidationError(
                    {"exceptions": _("An exception contains the phrase itself.")}
                )

    def rule(self) -> phrase_guard.Phrase:
        """The same as the guard takes it."""
        return phrase_guard.Phrase(
            kind=Kind(self.kind),
            text=self.text,
            replacement=self.replacement,
            meaning=self.meaning_en,
            clause=self.clause,
            exceptions=tuple(self.exceptions),
        )
