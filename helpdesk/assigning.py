"""The form by which an inquiry is given to a colleague, at the desk and the board."""

from django import forms
from django.utils.translation import gettext_lazy as _

from staff.models import User


class AssignForm(forms.Form):
    """Who is to look after an inquiry."""

    to = forms.ModelChoiceField(
        User.objects.answering(),
        error_messages={
            "required": _("Please choose a colleague."),
            "invalid_choice": _("Please choose a colleague from the list."),
        },
    )
