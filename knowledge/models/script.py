"""Scripts: what the policy wants said, word for word."""

from datetime import datetime
from typing import Any, ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

_OPENING_FIXED: Final = _(
    "The policy fixes how this text begins; only the rest is yours."
)


class Script(models.Model):
    """A text of the script library (IN-09); customers get it in Chinese.

    What stands in {braces} is filled in when it is said. Every text that it ever had
    stays in its history.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    title_zh = models.CharField(_("Chinese title"), max_length=60)
    title_en = models.CharField(_("English title"), max_length=60)
    text = models.TextField(
        _("text"), help_text=_("What stands in {braces} is filled in when it is said.")
    )
    opening = models.TextField(
        _("opening"), blank=True, help_text=_("The text must begin so, word for word.")
    )
    gloss_en = models.TextField(_("meaning in English"), blank=True)
    clauses = ArrayField(models.CharField(max_length=20), verbose_name=_("clauses"))
    channels = ArrayField(
        models.CharField(max_length=30),
        default=list,
        blank=True,
        verbose_name=_("channels"),
        help_text=_("Codes of channels, with commas between; empty means all."),
    )
    verbatim = models.BooleanField(
        _("word for word"), help_text=_("The policy fixes every character.")
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_("From then on it cannot be said any more (IN-22)."),
    )
    version = models.PositiveIntegerField(
        _("version"),
        default=1,
        editable=False,
        help_text=_("One more each time the text changes."),
    )
    position = models.PositiveSmallIntegerField(_("position"))
    enabled = models.BooleanField(_("enabled"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering = ("position", "code")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(text__startswith=F("opening")),
                name="script_keeps_its_opening",
                violation_error_message=_OPENING_FIXED,
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_to=None)
                | Q(valid_from__lt=F("valid_to")),
                name="script_valid_forwards",
                violation_error_message=_("A script ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @transaction.atomic
    def save(self, *args: Any, **options: Any) -> None:
        """Raise the version with the text; the database insists on it."""
        known = Script.objects.select_for_update().filter(pk=self.pk).first()
        if known:
            self.version = known.version + (known.text != self.text)
        super().save(*args, **options)

    def clean(self) -> None:
        """Say in words what the database would refuse by name."""
        super().clean()
        if not self.text.startswith(self.opening):
            raise ValidationError({"text": _OPENING_FIXED})

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if get_language() == "en" else self.title_zh

    def in_force(self, *, at: datetime) -> bool:
        """Whether an instant lies within its validity (IN-22)."""
        begun = self.valid_from is None or self.valid_from <= at
        return begun and (self.valid_to is None or at < self.valid_to)

    def fits(self, channel: str) -> bool:
        """Whether it may be said in a channel."""
        return not self.channels or channel in self.channels
