"""What is said from the board: how far one has read, and a private word."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy

from helpdesk.forms import TokenField
from staff.models import User

# The end of the time that the form can name, in milliseconds since 1970.
LAST_MS: Final = 4_102_444_800_000


class SeenForm(forms.Form):
    """The deadline of the latest miss that was seen, in milliseconds since 1970."""

    until = forms.IntegerField(min_value=0, max_value=LAST_MS)

    def clean_until(self) -> datetime:
        """The page knows milliseconds, a deadline microseconds."""
        after = timedelta(milliseconds=self.cleaned_data["until"] + 1)
        return datetime(1970, 1, 1, tzinfo=UTC) + after


class WordForm(forms.Form):
    """A private word, sent once per client token; its rules stand in the verb."""

    to = forms.ModelChoiceField(
        User.objects.active(),
        error_messages={
            "required": gettext_lazy("Please choose a colleague."),
            "invalid_choice": gettext_lazy("Please choose a colleague from the list."),
        },
    )
    text = forms.CharField(required=False, strip=False)
    client_token = TokenField(required=False)
