"""What supervisors add to a report before it goes out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from figures.services.reports import MOST_WORDS
from helpdesk.supervision.forms.base import Dressed


def _text(label: Any, help_text: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4, "maxlength": MOST_WORDS})
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=widget
    )


class ReportForm(Dressed):
    """Words to the figures, and what follows from them."""

    words = _text(_("What we say to it"), _("What the numbers do not tell."))
    improvements = _text(
        _("What we improve"), _("One line each: what, who, until when.")
    )
