"""What a customer fills in.

The rules stand in the verbs; a form only carries values there and the messages back,
each beside its field.
"""

from django import forms

from helpdesk.forms import QuestionForm


class AskForm(QuestionForm):
    """The customer's own question."""


class ChoiceForm(forms.Form):
    """Which of the compared devices the customer wants."""

    comparison = forms.IntegerField(min_value=1, max_value=2**62)
    code = forms.CharField(max_length=40)
