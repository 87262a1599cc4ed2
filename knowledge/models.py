"""Scripts: what the policy wants said, word for word."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class ScriptQuerySet(models.QuerySet["Script"]):
    """Questions about scripts."""

    def usable(self) -> "ScriptQuerySet":
        """Those that an agent can send as they are."""
        return self.filter(enabled=True).exclude(text__contains="{")


class Script(models.Model):
    """A text of the script library (IN-09); customers get it in Chinese."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    title_zh = models.CharField(_("Chinese title"), max_length=60)
    title_en = models.CharField(_("English title"), max_length=60)
    text = models.TextField(_("text"))
    gloss_en = models.TextField(_("meaning in English"), blank=True)
    clauses = ArrayField(models.CharField(max_length=20), verbose_name=_("clauses"))
    verbatim = models.BooleanField(
        _("word for word"), help_text=_("The policy fixes every character.")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    enabled = models.BooleanField(_("enabled"), default=True)

    objects = ScriptQuerySet.as_manager()

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_en if get_language() == "en" else self.title_zh
