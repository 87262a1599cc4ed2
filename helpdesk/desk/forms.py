"""What a colleague fills in; the rules stand in the verbs."""

from typing import Final

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

SEARCH_MAX: Final = 40


class View(models.TextChoices):
    """Which tickets the list shows."""

    DUE = "due", _("Due next")
    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Unassigned")
    CLOSED = "closed", _("Finished")


class ListForm(forms.Form):
    """A view and search words in the address; nonsense counts as nothing."""

    view = forms.ChoiceField(choices=View.choices, required=False)
    q = forms.CharField(max_length=SEARCH_MAX, required=False)

    def chosen(self) -> tuple[View, str]:
        """The view, and what to search for ("" shows the view)."""
        self.is_valid()
        view = View(self.cleaned_data.get("view") or View.DUE)
        return view, self.cleaned_data.get("q", "")
