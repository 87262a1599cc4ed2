"""Forms of several doors: they carry values to a verb, and its refusal back.

The rules stand in the verbs.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from inquiries.models import Topic, Urgency
from staff.models import User

TOPIC_ICONS: Final[dict[str, str]] = {
    Topic.DEVICE_SELECTION: "camera",
    Topic.RENTAL_PRICE: "receipt-yuan",
    Topic.CONTRACT_TERMS: "file-text",
    Topic.DELIVERY_TIME: "truck-delivery",
    Topic.OPERATION_USE: "adjustments",
    Topic.AFTER_SALES: "tool",
}


# Fields of a form that carry no text of their own.
UNSEEN: Final = frozenset({"client_token", "confirmed", "override_reason"})
# What no proposal, action or complaint has as its number.
NO_SUCH: Final = -1
LONGEST_NUMBER: Final = 4


def renewed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a form carried, under a client token that nobody has used."""
    given = data.copy() if isinstance(data, QueryDict) else QueryDict(mutable=True)
    given["client_token"] = str(uuid.uuid4())
    return given


class FilesInput(forms.ClearableFileInput):
    """A file field that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files as a list; what is in them is looked at by the verb."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data]
        return [file for file in given if isinstance(file, UploadedFile)]


class TokenField(forms.UUIDField):
    """The client's token of one draft; a broken one counts as none."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError:
            return None


class WritingForm(forms.Form):
    """A text with files, sent once per client token."""

    text = forms.CharField(label=_("Your message"), required=False, strip=False)
    client_token = TokenField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Added here because a form's own attribute `files` holds the uploads.
        self.fields["files"] = FilesField(label=_("Pictures or PDF"), required=False)

    def slots(self) -> dict[str, list[str]]:
        """The messages of every field that can be seen, and "form"."""
        return slots(
            self.errors, *(name for name in self.fields if name != "client_token")
        )

    def renew_token(self) -> None:
        """What was typed is sent anew under another token."""
        self.data = renewed(self.data)

    def refuse(self, error: ValidationError) -> None:
        """Put a verb's refusal beside the fields that it names."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)


class QuestionForm(WritingForm):
    """The first message of a customer, with who asks and what about."""

    surname = forms.CharField(label=_("How may we address you?"), required=False)
    phone = forms.CharField(label=_("Phone"), required=False)
    email = forms.CharField(label=_("E-mail"), required=False)
    topic = forms.CharField(label=_("What is it about?"), required=False)

    def topics(self) -> list[tuple[str, str, str, bool]]:
        """The six tiles: code, label, icon, and whether it is chosen."""
        chosen = self["topic"].value()
        return [
            (topic.value, str(topic.label), TOPIC_ICONS[topic], topic.value == chosen)
            for topic in Topic
        ]


class PhrasesField(forms.Field):
    """The phrases whose boxes are ticked."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        return [str(phrase) for phrase in value or ()]


class AssignForm(forms.Form):
    """Who is to look after an inquiry."""

    to = forms.ModelChoiceField(
        User.objects.answering(),
        error_messages={
            "required": _("Please choose a colleague."),
            "invalid_choice": _("Please choose a colleague from the list."),
        },
    )


class PlainForm(forms.Form):
    """Fields of our look, whose rules stand in a verb; sent once per client token."""

    client_token = TokenField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, slots: str = "error", **kwargs: Any) -> None:
        """`slots` begins the ids of the places where messages appear."""
        super().__init__(*args, **kwargs)
        self.slots = slots
        for name, field in self.fields.items():
            field.required = False
            field.widget.attrs["aria-describedby"] = f"{slots}-{name}"
            if isinstance(field.widget, forms.Select):
                field.widget.attrs.setdefault("class", "form-select")
            elif isinstance(field.widget, forms.TextInput | forms.Textarea):
                field.widget.attrs.setdefault("class", "form-control")

    def renew_token(self) -> None:
        """What was typed is sent anew under another token."""
        self.data = renewed(self.data)

    @property
    def names(self) -> list[str]:
        """The fields that can be seen."""
        return [name for name in self.fields if name not in UNSEEN]

    @property
    def slot_names(self) -> list[str]:
        """Where messages appear, besides the place for the whole form."""
        return self.names

    def rows(
        self, errors: Mapping[str, list[str]]
    ) -> list[tuple[forms.BoundField, str, list[str]]]:
        """Each visible field with the id of its slot and the messages in it."""
        return [
            (self[name], f"{self.slots}-{name}", errors.get(name, []))
            for name in self.names
        ]


def number_in(text: str) -> int | None:
    """A small whole number that stands in a field; None for anything else."""
    fits = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if fits else None


def instant(text: str) -> datetime | None:
    """Where a page begins; None for anything that no page of ours has written."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def any_of(
    rows: Any,
    label: Any,
    *,
    by: str = "code",
    wrong: Any = None,
    attrs: dict[str, Any] | None = None,
) -> Any:
    """One of some rows, known by a field of theirs, or all of them."""
    return forms.ModelChoiceField(
        rows,
        label=label,
        required=False,
        to_field_name=by,
        empty_label=_("All"),
        error_messages={"invalid_choice": wrong} if wrong else None,
        widget=forms.Select(attrs=attrs),
    )


def long_text(label: Any, *, rows: int = 2, hint: Any = "") -> forms.CharField:
    """A text of several lines, judged and trimmed by the verb."""
    return forms.CharField(
        label=label,
        help_text=hint,
        strip=False,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class FaultForm(PlainForm):
    """A device that does not work, and how soon somebody must come (IN-49, IN-50)."""

    device = forms.CharField(
        label=_("Which device?"), help_text=_("Name or number on the device")
    )
    fault = long_text(_("What is wrong?"))
    urgency = forms.CharField(
        label=_("How urgent is it?"), widget=forms.Select(choices=Urgency.choices)
    )
    urgency_reason = long_text(
        _("Why is it urgent?"),
        rows=1,
        hint=_("Needed when urgent, for example a live show today."),
    )


class TokenForm(forms.Form):
    """A click that counts once."""

    client_token = TokenField(required=False)


class ToldGuard(forms.Form):
    """What the phrase guard is told about the text beside it (IN-20)."""

    confirmed = PhrasesField(required=False)
    override_reason = forms.CharField(required=False, strip=False)


class ReplyForm(ToldGuard, WritingForm):
    """An answer, the topics that it answers, and what the phrase guard is told."""

    answers = forms.MultipleChoiceField(choices=Topic.choices, required=False)
    plain_reason = forms.CharField(required=False)


class TopicForm(forms.Form):
    """One of the six topics."""

    topic = forms.CharField(required=False)


class AnsweredForm(TopicForm):
    """Which topic is answered, and why without steps where it is complex (IN-07)."""

    plain_reason = forms.CharField(required=False)


class ComplexForm(TopicForm):
    """Whether a topic has to be explained in steps."""

    is_complex = forms.BooleanField(required=False)


class CheckingForm(TokenForm):
    """What has to be checked, and how the customer gets the answer."""

    surname = forms.CharField(required=False)
    phone = forms.CharField(required=False)
    question = forms.CharField(required=False)
    answer_by = forms.CharField(required=False)


class EmailForm(forms.Form):
    """Where a customer may be written to."""

    email = forms.CharField(required=False)


class RevealForm(forms.Form):
    """Why somebody needs a full number."""

    reason = forms.CharField(required=False)


class AttemptForm(TokenForm):
    """Why nobody was reached."""

    obstacle = forms.CharField(required=False)


class OutcomeForm(ToldGuard, TokenForm):
    """How the customer got the answer, and which."""

    way = forms.CharField(required=False)
    outcome = forms.CharField(required=False)


class FollowUpForm(ToldGuard):
    """What the customer is to read instead of the composed text."""

    text = forms.CharField(required=False, strip=False)


class WhyNotForm(forms.Form):
    """Why something is not done."""

    reason = forms.CharField(required=False)


class MissedCallForm(PlainForm):
    """Who called while nobody could answer (IN-23)."""

    phone = forms.CharField(
        label=_("Number of the caller"),
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}
        ),
    )
    surname = forms.CharField(
        label=_("Surname, if known"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class FinishForm(TokenForm):
    """How likely the customer is to rent, and whether they agreed to be written to."""

    intent = forms.CharField(required=False)
    consent = forms.BooleanField(required=False)


class OtherForm(forms.Form):
    """The number of another ticket, read by the verb's door."""

    other = forms.CharField(
        max_length=40,
        error_messages={"required": _("Please give the number of a ticket.")},
    )


class MergeForm(OtherForm):
    """Where an inquiry goes, and why."""

    reason = forms.CharField(required=False)


def values(form: forms.Form) -> dict[str, Any]:
    """What a form carries, as a verb takes it. Raises ValidationError by field."""
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    return form.cleaned_data


def slots(errors: Mapping[str, Iterable[object]], *names: str) -> dict[str, list[str]]:
    """Messages by slot: every named slot, so that a cured one empties; "form" the rest.

    A message for a field without a slot of its own goes to "form".
    """
    found: dict[str, list[str]] = {name: [] for name in (*names, "form")}
    for name, texts in errors.items():
        found[name if name in names else "form"].extend(str(text) for text in texts)
    return found
