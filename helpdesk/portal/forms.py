"""What a customer fills in.

The rules stand in the verbs; a form only carries values there and the messages back,
each beside its field.
"""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from helpdesk.forms import WritingForm
from inquiries.models import Topic

TOPIC_ICONS: Final[dict[str, str]] = {
    Topic.DEVICE_SELECTION: "camera",
    Topic.RENTAL_PRICE: "receipt-yuan",
    Topic.CONTRACT_TERMS: "file-text",
    Topic.DELIVERY_TIME: "truck-delivery",
    Topic.OPERATION_USE: "adjustments",
    Topic.AFTER_SALES: "tool",
}


class AskForm(WritingForm):
    """The first message, with who asks and what about."""

    surname = forms.CharField(label=_("How may we address you?"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False)
    topic = forms.CharField(label=_("What is it about?"), required=False)

    def topics(self) -> list[tuple[str, str, str, bool]]:
        """The six tiles: code, label, icon, and whether it is chosen."""
        chosen = self["topic"].value()
        return [
            (topic.value, str(topic.label), TOPIC_ICONS[topic], topic.value == chosen)
            for topic in Topic
        ]


class ChoiceForm(forms.Form):
    """Which of the compared devices the customer wants."""

    comparison = forms.IntegerField(min_value=1, max_value=2**62)
    code = forms.CharField(max_length=40)
