"""What a customer fills in.

The rules stand in the verbs; a form only carries values there and the messages back,
each beside its field.
"""

from typing import Any

from django import forms
from django.conf import settings

from helpdesk.forms import QuestionForm


class AskForm(QuestionForm):
    """The customer's own question; an address only where we can write to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.MAIL_CONFIGURED:
            del self.fields["email"]


class ChoiceForm(forms.Form):
    """Which of the compared devices the customer wants."""

    comparison = forms.IntegerField(min_value=1, max_value=2**62)
    code = forms.CharField(max_length=40)
