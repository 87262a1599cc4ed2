"""When a version takes effect, and why."""

from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.supervision.forms.base import Dressed


class When(models.TextChoices):
    """From when a version holds."""

    NOW = "now", gettext_lazy("at once")
    LATER = "later", gettext_lazy("from")


class PublishForm(Dressed):
    """From when, and why."""

    when = forms.ChoiceField(
        label=gettext_lazy("Takes effect"),
        choices=When.choices,
        initial=When.NOW,
        widget=forms.RadioSelect,
    )
    effective_from = forms.DateTimeField(
        label=gettext_lazy("Date and time"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    note = forms.CharField(
        label=gettext_lazy("What changes and why"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 200}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        later = given.get("when") == When.LATER
        if later and not given.get("effective_from") and not self.errors:
            self.add_error("effective_from", _("Say from when it holds."))
        return given

    def chosen(self) -> dict[str, Any]:
        """What the verb takes; None: at once."""
        later = self.cleaned_data["when"] == When.LATER
        effective_from: datetime | None = self.cleaned_data["effective_from"]
        return {
            "effective_from": effective_from if later else None,
            "note": self.cleaned_data["note"],
        }
